// A small SMTP server for tests: STARTTLS, AUTH, and a script of refusals. It keeps what it was sent.
import { createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { listen, type RunningServer } from './http-server.ts';
import type { KeyPair } from './tls-certificates.ts';

export interface SmtpServer extends RunningServer {
  /** Lines of commands, of all connections. */
  readonly commands: string[];
  /** Messages as they came. */
  readonly messages: string[];
}

export interface SmtpOptions {
  readonly tls?: KeyPair;
  /** Answers by the first word of the command, instead of the usual. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Sent together with the answer to STARTTLS. */
  readonly injected?: string;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startSmtpServer(options: SmtpOptions = {}): Promise<SmtpServer> {
  const commands: string[] = [];
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const serve = (socket: Socket, isSecure: boolean): void => {
    let text = '';
    let inData = false;
    const answer = (line: string): void => void socket.write(`${line}\r\n`);
    const obey = (line: string): void => {
      commands.push(line);
      const word = line.split(' ')[0]?.toUpperCase() ?? '';
      const scripted = options.answers?.[word];
      if (scripted !== undefined) return answer(scripted);
      if (word === 'EHLO') {
        const offer = isSecure || options.tls === undefined ? 'AUTH PLAIN LOGIN' : 'STARTTLS';
        return answer(`250-test\r\n250 ${offer}`);
      }
      if (word === 'STARTTLS' && options.tls !== undefined) {
        socket.write(`220 go${options.injected ?? ''}\r\n`);
        socket.removeAllListeners('data');
        const secure = new TLSSocket(socket, { isServer: true, ...options.tls });
        secure.on('error', () => undefined);
        return serve(secure, true);
      }
      if (word === 'DATA') {
        inData = true;
        return answer('354 go');
      }
      answer(word === 'AUTH' ? '235 ok' : word === 'QUIT' ? '221 bye' : '250 ok');
    };
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      for (;;) {
        const end = text.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end === -1) return;
        const part = text.slice(0, end);
        text = text.slice(end + (inData ? 5 : 2));
        if (inData) {
          inData = false;
          messages.push(part);
          answer('250 taken');
        } else obey(part);
      }
    });
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket, false);
    socket.write('220 test\r\n');
  });
  const running = await listen(server, {
    closeAll: () => {
      for (const socket of sockets) socket.destroy();
    },
  });
  return { ...running, commands, messages };
}
