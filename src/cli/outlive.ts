// Who serves goes on when nobody reads any more what it prints: a closed pipe or a terminal that is gone
// ends only commands whose output is all they do.
import { stdout } from './stdout.ts';

/** What a write says where nobody reads: the pipe is closed, the terminal hung up. */
const unread: ReadonlySet<string> = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);

/** From now on the readers of stdout and stderr may go. @returns whether stdout is still read */
export function outliveReaders(): () => boolean {
  let isRead = true;
  for (const stream of [stdout(), process.stderr]) {
    stream.removeAllListeners('error');
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!unread.has(error.code ?? '')) throw error;
      if (stream === process.stdout) isRead = false;
    });
  }
  return () => isRead;
}
