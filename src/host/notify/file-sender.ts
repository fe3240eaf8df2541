// Lines to a file that is turned over when it is full, or to standard output.
import { closeSync, fstatSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { makeFolder } from '../../base/folder.ts';
import type { Sender } from './queue.ts';

export interface FileSenderOptions<Item> {
  readonly path: string;
  /** A file that would grow beyond it is turned over: `path.1` is the newest old one. */
  readonly rotateBytes: number;
  /** Old files that are kept. */
  readonly keep: number;
  /** One line without its line feed. */
  readonly line: (item: Item, lost: number) => string;
}

/** A sender to a file, readable by its owner and group alone. */
export function createFileSender<Item>(options: FileSenderOptions<Item>): Sender<Item> {
  const { path, rotateBytes, keep, line } = options;
  let descriptor: number | null = null;
  const close = (): void => {
    if (descriptor !== null) closeSync(descriptor);
    descriptor = null;
  };
  /** Other programs may turn the file over too (logrotate): then it is another one. */
  const isCurrent = (open: number): boolean => {
    const there = statSync(path, { throwIfNoEntry: false });
    const mine = fstatSync(open);
    return there !== undefined && there.ino === mine.ino && there.dev === mine.dev;
  };
  return {
    close,
    send: async (items, lost) => {
      const lines = items.map((item, index) => `${line(item, index === 0 ? lost : 0)}\n`);
      const bytes = Buffer.from(lines.join(''));
      try {
        if (descriptor !== null && !isCurrent(descriptor)) close();
        descriptor ??= openForAppend(path);
        const { size } = fstatSync(descriptor);
        if (size > 0 && size + bytes.length > rotateBytes) {
          close();
          turnOver(path, keep);
          descriptor = openForAppend(path);
        }
        for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
      } catch (cause) {
        close();
        const { code } = cause as NodeJS.ErrnoException;
        throw new SeaworthyError(
          code === 'ENOSPC' ? 'disk-full' : 'unreadable',
          `${path} cannot be written (${messageOf(cause)})`,
          { cause },
        );
      }
      return Promise.resolve();
    },
  };
}

function openForAppend(path: string): number {
  makeFolder(dirname(path));
  return openSync(path, 'a', 0o640);
}

function turnOver(path: string, keep: number): void {
  if (keep === 0) return rmSync(path, { force: true });
  rmSync(`${path}.${keep}`, { force: true });
  for (let number = keep - 1; number >= 0; number -= 1) {
    const from = number === 0 ? path : `${path}.${number}`;
    if (statSync(from, { throwIfNoEntry: false }) !== undefined) {
      renameSync(from, `${path}.${number + 1}`);
    }
  }
}

/** A sender of lines to a function, such as the writing to standard output. */
export function createLineSender<Item>(
  write: (text: string) => void,
  line: (item: Item, lost: number) => string,
): Sender<Item> {
  return {
    close: () => undefined,
    send: (items, lost) => {
      write(items.map((item, index) => `${line(item, index === 0 ? lost : 0)}\n`).join(''));
      return Promise.resolve();
    },
  };
}
