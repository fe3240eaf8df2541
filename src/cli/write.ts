// Results go to stdout or to `--output`: written beside it first, so that nobody reads half a file.
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { messageOf, SeaworthyError } from '../base/error.ts';
import { writeStdout } from './stdout.ts';

/** Characters that are encoded at once: a report of 100 MB must not lie in memory twice. */
const pieceLength = 1024 * 1024;

/** Throws `SeaworthyError` `unreadable` when the file cannot be written. */
export async function writeResult(
  text: string | Iterable<string>,
  output: string | undefined,
): Promise<void> {
  await writePieces(gathered(typeof text === 'string' ? [text] : text), output);
}

/** As `writeResult`, for what is no text. */
export async function writeBytes(bytes: Uint8Array, output: string | undefined): Promise<void> {
  await writePieces([bytes], output);
}

async function writePieces(
  all: Iterable<string | Uint8Array>,
  output: string | undefined,
): Promise<void> {
  if (output === undefined) {
    for (const piece of all) await writeStdout(piece);
    return;
  }
  const temporary = `${output}.${process.pid}.part`;
  try {
    const descriptor = openSync(temporary, 'wx', 0o666);
    try {
      for (const piece of all) writeWhole(descriptor, Buffer.from(piece));
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, output);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new SeaworthyError('unreadable', `${output} cannot be written (${messageOf(cause)})`, {
      cause,
      advice: 'choose another place for --output',
    });
  }
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

/** Short pieces together, long ones in parts that cut no surrogate pair. */
function* gathered(pieces: Iterable<string>): Generator<string> {
  let held: string[] = [];
  let length = 0;
  for (const piece of pieces) {
    held.push(piece);
    length += piece.length;
    if (length < pieceLength) continue;
    yield* parts(held.join(''));
    held = [];
    length = 0;
  }
  if (length > 0) yield* parts(held.join(''));
}

function* parts(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    let end = Math.min(text.length, at + pieceLength);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) end -= 1;
    yield text.slice(at, end);
    at = end;
  }
}
