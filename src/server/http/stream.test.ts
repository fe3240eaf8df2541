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

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(lab.port, '127.0.0.1', () => {
      const head = `Host: localhost\r\nAuthorization: Bearer ${lab.tokens.own}`;
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
