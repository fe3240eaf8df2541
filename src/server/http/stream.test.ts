// A reader of the stream that does not read: nothing is kept for it, and it is told so when it reads again.
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openServerLab, type ServerLab } from '../../../test/server-lab.ts';
import { serverLimits } from './limits.ts';

const patience = { timeout: 30_000, interval: 20 };
let lab: ServerLab;
beforeAll(async () => {
  lab = await openServerLab();
});
afterAll(() => lab.close());

function open(token = lab.tokens.own): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(lab.port, '127.0.0.1', () => {
      const head = `Host: localhost\r\nAuthorization: Bearer ${token}`;
      socket.write(`GET /api/v1/stream HTTP/1.1\r\n${head}\r\n\r\n`);
    });
    socket.once('error', reject);
    socket.once('data', () => {
      socket.pause();
      resolve(socket);
    });
  });
}

test('what a slow reader does not take is dropped, and it hears of it', async () => {
  const socket = await open();
  await expect.poll(async () => (await lab.ask('/metrics')).text).toMatch(/http_streams 1/);
  const text = 'x'.repeat(256 * 1024);
  // Beyond what the sockets of both sides hold.
  const events = 4 + Math.ceil((16 * serverLimits.streamUnreadBytes) / text.length);
  for (let count = 0; count < events; count += 1) lab.live.tell('image', { count, text });
  let read = '';
  socket.on('data', (chunk) => (read += chunk.toString('latin1')));
  socket.resume();
  await expect.poll(() => read.includes('this reader was too slow'), patience).toBe(true);
  const first = read.indexOf('this reader was too slow');
  expect(read.slice(0, first)).not.toContain(`"count":${events - 1},`);
  lab.live.tell('image', { count: 'after' });
  await expect.poll(() => read.includes('"count":"after"'), patience).toBe(true);
  socket.destroy();
});

test('who is limited to a team hears how far work is, not of what', async () => {
  const { token } = lab.tokens.create({ name: 'b', role: 'viewer', teams: ['billing'] });
  const [limited, whole] = [await open(token), await open()];
  const texts = [limited, whole].map((socket) => {
    const read = { text: '' };
    socket.on('data', (chunk: Buffer) => (read.text += chunk.toString('utf8')));
    socket.resume();
    return read;
  });
  const told = { step: 'scan', name: 'secret/plans:1', waiting: 2, running: 1, done: 4 };
  lab.live.tell('progress', told);
  lab.live.tell('image', { id: 'after' }, 'billing');
  await expect.poll(() => texts.every(({ text }) => text.includes('after')), patience).toBe(true);
  expect(texts[0]?.text).toContain('{"step":"scan","waiting":2,"running":1,"done":4}');
  expect(texts[0]?.text).not.toContain('secret/plans');
  expect(texts[1]?.text).toContain(JSON.stringify(told));
  for (const socket of [limited, whole]) socket.destroy();
});
