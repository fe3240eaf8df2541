// E-mail by SMTP (RFC 5321) with STARTTLS (RFC 3207) or TLS at once, AUTH PLAIN or LOGIN, one message a
// connection: alerts are few. Nothing a stranger wrote gets into a command or a header unencoded.
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { SeaworthyError } from '../../base/error.ts';
import type { TlsOptions } from '../../base/http.ts';
import { NetworkError } from '../../base/http-error.ts';
import type { Pace } from '../../base/retry.ts';
import type { Sender } from './queue.ts';
import { openStream, type StreamPlace, secureStream, writeAll } from './stream-connection.ts';

export interface SmtpPlace extends StreamPlace {
  readonly security: 'starttls' | 'tls' | 'none';
  readonly username: string | null;
  readonly password: string | null;
  /** Plain addresses, `name@host`. */
  readonly from: string;
  readonly to: readonly string[];
  readonly tls: TlsOptions;
  /** What we call ourselves in EHLO. */
  readonly ownName: string;
}

export interface Mail {
  readonly subject: string;
  readonly text: string;
}

/** A sender of e-mail; one message for each item. */
export function createSmtpSender<Item>(
  place: SmtpPlace,
  compose: (item: Item, lost: number) => Mail,
  pace: Pace,
): Sender<Item> {
  return {
    close: () => undefined,
    send: async (items, lost, signal) => {
      for (const [index, item] of items.entries()) {
        const mail = compose(item, index === 0 ? lost : 0);
        await deliver(place, mimeText(place, mail, pace.now()), signal);
      }
    },
  };
}

/** Header and body with CRLF and ASCII alone; the body is base64, so no line can end the message. */
function mimeText(place: SmtpPlace, { subject, text }: Mail, nowMs: number): string {
  const body = Buffer.from(text).toString('base64').replaceAll(/.{76}/g, '$&\r\n');
  const unique = createHash('sha256').update(`${nowMs} ${subject} ${text}`).digest('hex');
  const date = new Date(nowMs).toUTCString().replace('GMT', '+0000');
  return [
    `From: Seaworthy <${place.from}>`,
    `To: ${place.to.map((address) => `<${address}>`).join(',\r\n ')}`,
    `Subject: ${encodedWords(subject)}`,
    `Date: ${date}`,
    `Message-ID: <${unique.slice(0, 32)}@${place.from.slice(place.from.indexOf('@') + 1)}>`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    body,
    '',
  ].join('\r\n');
}

/** RFC 2047: always encoded, in words of at most 75 characters that cut no character. */
function encodedWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > 42) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  words.push(word);
  return words.map((one) => `=?utf-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ');
}

async function deliver(place: SmtpPlace, message: string, signal: AbortSignal): Promise<void> {
  const socket = await openStream(place, place.security === 'tls' ? place.tls : null, signal);
  let session = new SmtpSession(socket, place, signal);
  try {
    await session.expect(220);
    let offers = await session.command(`EHLO ${place.ownName}`, 250);
    if (place.security === 'starttls') {
      if (!offers.some((line) => /^STARTTLS\b/i.test(line))) {
        throw new SeaworthyError('unsupported', `${place.host} does not offer STARTTLS`);
      }
      await session.command('STARTTLS', 220);
      // Whatever came in before the handshake is not from the server that we will have verified.
      session.requireSilence();
      const secure = await secureStream(place, place.tls, { signal, over: session.detach() });
      session = new SmtpSession(secure, place, signal);
      offers = await session.command(`EHLO ${place.ownName}`, 250);
    }
    await logIn(session, place, offers);
    await session.command(`MAIL FROM:<${place.from}>`, 250);
    for (const address of place.to) await session.command(`RCPT TO:<${address}>`, 250);
    await session.command('DATA', 354);
    await session.command(`${message}.`, 250);
    session.leave();
  } finally {
    session.end();
  }
}

async function logIn(
  session: SmtpSession,
  place: SmtpPlace,
  offers: readonly string[],
): Promise<void> {
  const { username, password } = place;
  if (username === null || password === null) return;
  const methods = offers.find((line) => /^AUTH\b/i.test(line))?.toUpperCase() ?? '';
  if (/\bPLAIN\b/.test(methods)) {
    await session.command(`AUTH PLAIN ${base64(`\0${username}\0${password}`)}`, 235);
  } else if (/\bLOGIN\b/.test(methods)) {
    await session.command('AUTH LOGIN', 334);
    await session.command(base64(username), 334);
    await session.command(base64(password), 235);
  } else {
    throw new SeaworthyError('unsupported', `${place.host} offers neither AUTH PLAIN nor LOGIN`);
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** An answer of a server is short; more is no SMTP. */
const answerLength = 64 * 1024;

class SmtpSession {
  private readonly socket: Socket;
  private readonly name: string;
  private readonly signal: AbortSignal;
  private received = '';
  private wake: (() => void) | null = null;
  private ended = false;

  constructor(socket: Socket, place: StreamPlace, signal: AbortSignal) {
    this.socket = socket;
    this.name = `${place.host}:${place.port}`;
    this.signal = signal;
    socket.on('data', this.take);
    socket.on('close', this.finish);
    signal.addEventListener('abort', this.finish);
  }

  private readonly take = (bytes: Buffer): void => {
    this.received += bytes.toString('latin1');
    if (this.received.length > answerLength) this.socket.destroy();
    this.wake?.();
  };

  private readonly finish = (): void => {
    this.ended = true;
    this.wake?.();
  };

  /** Sends one line and wants an answer of that code; its lines without the code. */
  async command(line: string, code: number): Promise<readonly string[]> {
    const given = { name: this.name, signal: this.signal };
    await writeAll(this.socket, Buffer.from(`${line}\r\n`), given);
    return this.expect(code);
  }

  async expect(code: number): Promise<readonly string[]> {
    for (;;) {
      const answer = /^(?:\d{3}-[^\n]*\n)*(\d{3})(?: [^\n]*)?\r?\n/.exec(this.received);
      if (answer !== null) {
        this.received = this.received.slice(answer[0].length);
        const got = Number(answer[1]);
        if (got !== code) throw this.refused(got);
        return answer[0].split(/\r?\n/).map((one) => one.slice(4));
      }
      if (this.ended) {
        throw new NetworkError(`${this.name} broke off the delivery`, { transient: true });
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** Codes of 400 to 499 mean: later. What the server says is not told: it may repeat what we sent. */
  private refused(code: number): Error {
    const message = `${this.name} refused the message with code ${code}`;
    if (code >= 400 && code < 500) return new NetworkError(message, { transient: true });
    return new SeaworthyError(code === 535 ? 'denied' : 'network', message);
  }

  /** CVE-2011-0411 and its kin: answers that were put in before TLS began. */
  requireSilence(): void {
    if (this.received === '') return;
    throw new SeaworthyError('network', `${this.name} sent more than an answer before TLS`);
  }

  /** Lets go of the connection. */
  detach(): Socket {
    this.socket.off('data', this.take);
    this.socket.off('close', this.finish);
    this.signal.removeEventListener('abort', this.finish);
    return this.socket;
  }

  leave(): void {
    this.socket.write('QUIT\r\n');
  }

  end(): void {
    this.signal.removeEventListener('abort', this.finish);
    this.socket.end();
    this.socket.destroySoon();
  }
}
