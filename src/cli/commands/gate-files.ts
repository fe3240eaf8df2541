// Manifests from files, folders and standard input. What cannot be read is a source with a reason.
import { closeSync, fstatSync, opendirSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { readInto } from '../../base/file-access.ts';
import { limits } from '../../base/limits.ts';
import type { GateSource } from '../../flow/gate.ts';
import { isDockerfileName } from '../../flow/gate-subjects.ts';

/** Files of one folder that are judged; more would be no folder of manifests. */
const filesOfFolder = 100_000;
const folderDepth = 64;
const manifestName = /\.(?:ya?ml|json)$/i;
/** Folders that never hold manifests of their own. */
const skippedFolders: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** All manifests that `words` name. Throws `SeaworthyError` where a named one is not there. */
export function* readSources(words: readonly string[]): Generator<GateSource> {
  for (const word of words) {
    if (word === '-') yield standardInput();
    else if (statOf(word).isDirectory()) yield* folderSources(word);
    else yield fileSource(word, true);
  }
}

function statOf(path: string) {
  try {
    return statSync(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new SeaworthyError(
      missing ? 'not-found' : 'unreadable',
      missing ? `${path} is not there` : `${path} cannot be read (${messageOf(cause)})`,
      { cause, advice: 'give a file, a folder, or - for standard input' },
    );
  }
}

function standardInput(): GateSource {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const count = readChunk(chunk);
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
    length += count;
    if (length > limits.documentBytes) return refused('-', true, tooLarge);
  }
  return decoded('-', Buffer.concat(chunks, length), true);
}

const chunkBytes = 64 * 1024;

/** Standard input may be a terminal or pipe without blocking reads: EAGAIN means "not yet". */
function readChunk(chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(0, chunk);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}

const pauseMs = 5;

function* folderSources(root: string): Generator<GateSource> {
  let count = 0;
  const open = [{ path: root, depth: 0 }];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const { path, depth } = folder;
    const entries = entriesOf(path);
    if (entries === null || depth > folderDepth) {
      yield refused(path, false, 'the folder cannot be read');
      continue;
    }
    const inner = entries.filter((one) => one.isDirectory() && !skippedFolders.has(one.name));
    open.push(...inner.reverse().map(({ name }) => ({ path: join(path, name), depth: depth + 1 })));
    for (const entry of entries) {
      if (entry.isDirectory() || !isManifestName(entry.name)) continue;
      count += 1;
      if (count > filesOfFolder) {
        yield refused(root, false, `more than ${filesOfFolder} manifests; the rest was not read`);
        return;
      }
      yield fileSource(join(path, entry.name), false);
    }
  }
}

function isManifestName(name: string): boolean {
  return manifestName.test(name) || isDockerfileName(name);
}

function entriesOf(path: string) {
  try {
    const folder = opendirSync(path);
    const entries = [];
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
      entries.push(entry);
    }
    folder.closeSync();
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return null;
  }
}

const tooLarge = `larger than ${limits.documentBytes} bytes`;

/** A regular file, also behind a link (mounted ConfigMaps are links). */
function fileSource(path: string, isNamed: boolean): GateSource {
  try {
    // Pipes of the shell (`<(helm template)`) are named on purpose; in folders they would block.
    if (!isNamed && !statSync(path).isFile()) return refused(path, isNamed, 'not a regular file');
    const descriptor = openSync(path, 'r');
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) return pipeSource(path, descriptor);
      if (stat.size > limits.documentBytes) return refused(path, isNamed, tooLarge);
      const bytes = Buffer.allocUnsafe(stat.size);
      return decoded(path, bytes.subarray(0, readInto(descriptor, bytes, 0)), isNamed);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return refused(path, isNamed, `it cannot be read (${messageOf(error)})`);
  }
}

function pipeSource(path: string, descriptor: number): GateSource {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const count = readSync(descriptor, chunk);
    if (count === 0) return decoded(path, Buffer.concat(chunks, length), true);
    chunks.push(chunk.subarray(0, count));
    length += count;
    if (length > limits.documentBytes) return refused(path, true, tooLarge);
  }
}

function refused(file: string, isNamed: boolean, reason: string): GateSource {
  return { file, text: null, reason, isNamed };
}

/** UTF-8, or UTF-16 with its mark, as the YAML specification wants (5.2). */
function decoded(file: string, bytes: Uint8Array, isNamed: boolean): GateSource {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe
      ? 'utf-16le'
      : first === 0xfe && second === 0xff
        ? 'utf-16be'
        : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return { file, text, reason: null, isNamed };
  } catch {
    return refused(file, isNamed, `not valid ${encoding.toUpperCase()} text`);
  }
}
