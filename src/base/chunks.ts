// A stream of bytes whose beginning somebody looked at: it is read on as if nobody had.

/** At least `length` first bytes (fewer where the stream is shorter), and the stream from its beginning. */
export async function headed(
  chunks: AsyncIterable<Uint8Array>,
  length: number,
): Promise<{ head: Uint8Array; chunks: AsyncGenerator<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < length) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return { head, chunks: resumed(head, iterator) };
}

/** What was read of a stream already, and then the rest of it. */
export async function* resumed(
  head: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** A whole stream of at most `limitBytes`, or null where it is longer. */
export async function gathered(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<Buffer | null> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limitBytes) return null;
    // Pieces are valid only until the next is asked for.
    pieces.push(Buffer.from(chunk));
  }
  return Buffer.concat(pieces);
}
