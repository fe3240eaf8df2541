// Sockets that are listened on: left-over ones are taken away, rights are set, paths followed.
import { chmodSync, lstatSync, realpathSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { makeFolder } from '../../base/folder.ts';

/**
 * Listens on a Unix socket. One that nobody answers on is replaced. Throws `SeaworthyError` `busy`
 * where somebody does, and `denied` where something else lies there.
 */
export async function listenOnSocket(server: Server, path: string, mode: number): Promise<void> {
  try {
    makeFolder(dirname(path), 0o755);
  } catch (cause) {
    throw unusable(path, cause);
  }
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there !== undefined) {
    if (!there.isSocket()) throw new SeaworthyError('denied', `${path} is there and no socket`);
    if (await isAnswered(path)) {
      throw new SeaworthyError('busy', `somebody listens on ${path} already`, {
        advice: 'end the other one, or give another --socket',
      });
    }
    unlinkSync(path);
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(unusable(path, cause)));
    server.listen(path, () => resolve());
  });
  chmodSync(path, mode);
}

function unusable(path: string, cause: unknown): SeaworthyError {
  return new SeaworthyError('denied', `no socket can be made at ${path} (${messageOf(cause)})`, {
    cause,
    advice: 'give another --socket, or run as a user who may write there',
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/**
 * A path of this host without links, as far as it exists: the engine follows links of bind mounts, so
 * that a link to `/` is a mount of `/`.
 */
export function resolveHostPath(path: string): string {
  let left = path;
  let rest = '';
  for (let depth = 0; depth < 100; depth += 1) {
    try {
      return join(realpathSync(left), rest);
    } catch {
      if (left === '/' || left === '.' || left === '') return path;
      rest = join(basename(left), rest);
      left = dirname(left);
    }
  }
  return path;
}
