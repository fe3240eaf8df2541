import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { listenOnSocket } from './socket.ts';

test('a place where nobody may write is one clear error, at once', async () => {
  const listening = listenOnSocket(createServer(), '/proc/nowhere/guard.sock', 0o600);
  await expect(listening).rejects.toMatchObject({
    code: 'denied',
    message: expect.stringContaining('no socket can be made at /proc/nowhere/guard.sock'),
  });
});
