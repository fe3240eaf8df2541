// Writes what is told into a bucket: packed, one object a message. Trying again writes the same object.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Bucket } from '../object-store/index.ts';
import type { Sender } from './queue.ts';

export interface ObjectText {
  /** The same for the same items: what was written before a broken answer is written over. */
  readonly key: string;
  readonly text: string;
  readonly mediaType: string;
}

const packed = promisify(gzip);

/**
 * A sender of objects.
 * @param object what the items are as one; null: there is nothing to write any more
 */
export function createObjectSender<Item>(
  bucket: Bucket,
  object: (items: readonly Item[], lost: number) => ObjectText | null | Promise<ObjectText | null>,
): Sender<Item> {
  return {
    close: () => bucket.close(),
    send: async (items, lost, signal) => {
      const found = await object(items, lost);
      if (found === null) return;
      const { key, text, mediaType } = found;
      const bytes = await packed(text);
      await bucket.put({ key, bytes, mediaType, encoding: 'gzip' }, signal);
    },
  };
}
