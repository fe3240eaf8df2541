// Senders against real receivers: sockets, TLS, files, a mail server, rsyslogd; and receivers that fail.
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createSecureServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen, startServer } from '../../../test/http-server.ts';
import { until } from '../../../test/naming-lab.ts';
import { hostileName } from '../../../test/sample-alerts.ts';
import {
  hasOpenssl,
  makeCertificates,
  type TestCertificates,
} from '../../../test/tls-certificates.ts';
import { type Pace, realPace } from '../../base/retry.ts';
import {
  createFileSender,
  createHttpSender,
  createSyslogSender,
  NotifyQueue,
  resolveSecret,
  type Sender,
  type SyslogPlace,
} from './index.ts';

let folder = '';
let certificates: TestCertificates;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-notify-'));
  if (hasOpenssl) certificates = makeCertificates(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Waits pass at once; clocks are real. */
const hurried: Pace = {
  ...realPace,
  sleep: (delayMs, signal) => realPace.sleep(delayMs >= 10_000 ? delayMs : 1, signal),
};
const never = new AbortController().signal;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

function webhook(url: string, more: object = {}): Sender<string> {
  return createHttpSender<string>({
    url: new URL(url),
    headers: { authorization: 'Bearer very-secret' },
    body: (items, lost) => JSON.stringify({ items, lost }),
    maximumBytes: 1000,
    tls: {},
    pace: hurried,
    ...more,
  });
}

describe('queue', () => {
  test('a receiver that fails gets everything once it is back; what found no room is told', async () => {
    const got: { items: string[]; lost: number }[] = [];
    let failures = 2;
    const server = await startServer((request, response) => {
      void bodyOf(request).then((text) => {
        failures -= 1;
        if (failures >= 0) response.writeHead(503).end();
        else {
          got.push(JSON.parse(text) as { items: string[]; lost: number });
          response.writeHead(204).end();
        }
      });
    });
    const queue = new NotifyQueue<string>({
      sender: webhook(server.origin),
      pace: hurried,
      capacity: 3,
    });
    const taken = ['a', 'b', 'c', 'd', 'e'].map((one) => queue.push(one));
    expect(taken).toEqual([true, true, true, false, false]);
    await queue.close(20_000);
    await server.close();
    expect(got).toEqual([
      { items: ['a'], lost: 2 },
      { items: ['b'], lost: 0 },
      { items: ['c'], lost: 0 },
    ]);
    expect(queue.figures()).toEqual({ delivered: 3, waiting: 0, lost: 2, failures: 0 });
  });

  test('a dead receiver: given up, counted, and neither address nor token is told', async () => {
    const problems: string[] = [];
    const queue = new NotifyQueue<string>({
      sender: webhook('http://127.0.0.1:9/secret-path'),
      pace: hurried,
      tries: 2,
      onProblem: (problem) => void problems.push(problem),
    });
    queue.push('a');
    queue.push('b');
    await queue.close(20_000);
    expect(queue.figures()).toMatchObject({ delivered: 0, lost: 2, failures: 2 });
    expect(problems.join(' ')).not.toMatch(/secret/);
    expect(problems[0]).toContain('127.0.0.1:9');
  });

  test('a receiver that never answers holds nobody: pushing does not wait, closing is bounded', async () => {
    const server = await startServer(() => undefined);
    const queue = new NotifyQueue<string>({ sender: webhook(server.origin), pace: realPace });
    for (let index = 0; index < 5000; index += 1) queue.push('x');
    expect(queue.figures()).toMatchObject({ lost: 4000 });
    await queue.close(50);
    expect(queue.figures().lost).toBeGreaterThanOrEqual(4999);
    await server.close();
  });

  test('a refused message and one that is too large are not tried again', async () => {
    let requests = 0;
    const server = await startServer((_, response) => {
      requests += 1;
      response.writeHead(403).end();
    });
    const problems: string[] = [];
    const queue = new NotifyQueue<string>({
      sender: webhook(server.origin),
      pace: hurried,
      onProblem: (problem) => void problems.push(problem),
    });
    queue.push('a');
    queue.push('y'.repeat(2000));
    await queue.close(20_000);
    await server.close();
    expect(requests).toBe(1);
    expect(problems).toEqual([
      expect.stringContaining('answered status 403'),
      expect.stringContaining('too large'),
    ]);
  });
});

describe.skipIf(!hasOpenssl)('TLS (needs openssl)', () => {
  test('an authority of the configuration is trusted, without it nobody is told', async () => {
    const tls = certificates.server;
    const server = await startServer((_, response) => void response.writeHead(200).end(), { tls });
    const url = server.origin.replace('127.0.0.1', 'localhost');
    await webhook(url, { tls: { authorities: [certificates.ca] } }).send(['a'], 0, never);
    await expect(webhook(url).send(['a'], 0, never)).rejects.toThrow('not trusted');
    await server.close();
  });
});

describe('syslog', () => {
  const encode = (item: string, lost: number): string => `<13>1 ${item} ${lost}`;
  const place = (more: Partial<SyslogPlace>): SyslogPlace => ({
    protocol: 'tcp',
    host: '127.0.0.1',
    port: 0,
    tls: {},
    ...more,
  });

  test('UDP: a datagram each', async () => {
    const got: string[] = [];
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => {
      socket.bind(0, '127.0.0.1', resolve);
    });
    socket.on('message', (bytes) => void got.push(bytes.toString()));
    const sender = createSyslogSender(
      place({ protocol: 'udp', port: socket.address().port }),
      encode,
    );
    await sender.send(['a', 'b'], 3, never);
    await until(() => got.length === 2);
    expect(got).toEqual(['<13>1 a 3', '<13>1 b 0']);
    sender.close();
    socket.close();
  });

  test.each(hasOpenssl ? (['tcp', 'tls'] as const) : (['tcp'] as const))(
    '%s: counted octets, and a new connection after the receiver was started anew',
    async (protocol) => {
      let text = '';
      const sockets: Socket[] = [];
      const serve = (socket: Socket): void => {
        sockets.push(socket);
        socket.on('error', () => undefined);
        socket.on('data', (bytes: Buffer) => {
          text += bytes.toString();
        });
      };
      const server =
        protocol === 'tls' ? createSecureServer(certificates.server, serve) : createServer(serve);
      const { port, close } = await listen(server, {
        closeAll: () => {
          for (const socket of sockets) socket.destroy();
        },
      });
      const tls = protocol === 'tls' ? { authorities: [certificates.ca] } : {};
      const sender = createSyslogSender(place({ protocol, port, tls, host: 'localhost' }), encode);
      await sender.send(['ä'], 0, never);
      await until(() => text === '10 <13>1 ä 0');
      for (const socket of sockets.splice(0)) socket.destroy();
      await realPace.sleep(50);
      await sender.send(['b'], 0, never);
      await until(() => text.endsWith('9 <13>1 b 0'));
      expect(text).toBe('10 <13>1 ä 09 <13>1 b 0');
      sender.close();
      await close();
    },
  );

  const rsyslogd = '/usr/sbin/rsyslogd';
  const hasRsyslog = process.env['SEAWORTHY_CI'] === '1' || existsSync(rsyslogd);
  test.skipIf(!hasRsyslog)(
    'rsyslogd reads what we send over a local socket and TCP (needs rsyslog)',
    async () => {
      const { syslogMessage } = await import('../../runtime/alert/index.ts');
      const { sampleAlert } = await import('../../../test/sample-alerts.ts');
      const socket = join(folder, 'log.sock');
      const out = join(folder, 'out.jsonl');
      const port = 20_000 + (process.pid % 20_000);
      const config = join(folder, 'rsyslog.conf');
      writeFileSync(
        config,
        `module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${socket}" ParseHostname="on" CreatePath="on" UseSpecialParser="off")
module(load="imtcp")
input(type="imtcp" port="${port}" address="127.0.0.1")
template(name="j" type="list" option.jsonf="on") {
  property(outname="app" name="app-name" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="severity" name="syslogseverity-text" format="jsonf")
  property(outname="facility" name="syslogfacility-text" format="jsonf")
  property(outname="id" name="msgid" format="jsonf")
  property(outname="data" name="structured-data" format="jsonf")
  property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="text" name="msg" format="jsonf")
}
action(type="omfile" file="${out}" template="j")
`,
      );
      const daemon = spawn(rsyslogd, ['-n', '-f', config, '-i', join(folder, 'rsyslog.pid')], {
        stdio: 'ignore',
      });
      try {
        await until(() => existsSync(socket));
        const encodeAlert = (alert: ReturnType<typeof sampleAlert>, lost: number): string =>
          syslogMessage(
            alert,
            { lost, version: '1' },
            { format: 'rfc5424', facility: 10, maximumBytes: 8000 },
          );
        const hostile = sampleAlert({ rule: hostileName, output: hostileName });
        const local = createSyslogSender(place({ protocol: 'unix', host: socket }), encodeAlert);
        const remote = createSyslogSender(place({ port }), encodeAlert);
        await local.send([sampleAlert()], 0, never);
        let sent = false;
        await until(async () => {
          sent ||= await remote.send([hostile], 0, never).then(
            () => true,
            () => false,
          );
          return (
            sent && existsSync(out) && readFileSync(out, 'utf8').trim().split('\n').length === 2
          );
        });
        const lines = readFileSync(out, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, string>);
        for (const line of lines) {
          expect(line).toMatchObject({
            app: 'seaworthy',
            host: 'node-1',
            severity: 'warning',
            facility: 'authpriv',
            id: 'detection',
          });
          expect(line['data']).toMatch(/^\[seaworthy@32473 rule="/);
        }
        expect(lines.some((line) => line['text']?.includes('Shell in container') === true)).toBe(
          true,
        );
        expect(lines.some((line) => line['data']?.includes('cause="c0ffee123456"') === true)).toBe(
          true,
        );
        local.close();
        remote.close();
      } finally {
        daemon.kill('SIGKILL');
      }
    },
  );
});

test('files: lines, turned over at their bound, also when somebody moved the file away', async () => {
  const path = join(folder, 'logs', 'alerts.jsonl');
  const sender = createFileSender<string>({
    path,
    rotateBytes: 20,
    keep: 2,
    line: (item, lost) => `${item}${lost}`,
  });
  for (const item of [
    'aaaaaaaa',
    'bbbbbbbb',
    'cccccccc',
    'dddddddd',
    'eeeeeeee',
    'ffffffff',
    'gggggggg',
  ]) {
    await sender.send([item], 0, never);
  }
  expect(readdirSync(join(folder, 'logs')).toSorted()).toEqual([
    'alerts.jsonl',
    'alerts.jsonl.1',
    'alerts.jsonl.2',
  ]);
  expect(readFileSync(path, 'utf8')).toBe('gggggggg0\n');
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('eeeeeeee0\nffffffff0\n');
  spawnSync('mv', [path, `${path}.moved`]);
  await sender.send(['h'], 4, never);
  expect(readFileSync(path, 'utf8')).toBe('h4\n');
  sender.close();
});

describe('secrets of a configuration', () => {
  test('from the environment and from files', () => {
    writeFileSync(join(folder, 'token'), 'abc\n');
    expect(resolveSecret('Bearer ${env:T}', { T: 'x' })).toBe('Bearer x');
    expect(resolveSecret(`file:${join(folder, 'token')}`)).toBe('abc');
    expect(() => resolveSecret('${env:T}', {})).toThrow('the environment has no T');
    expect(() => resolveSecret('${env:T}', { T: 'a\r\nX: y' })).toThrow('no single line');
    expect(() => resolveSecret('${env:__proto__}', {})).toThrow('has no __proto__');
  });
});
