// A native addon out of the executable. The system loads libraries from files alone: it gets one without
// a name, which nobody else can open or exchange and which is gone with its last reader.
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { newName } from '../../base/secret.ts';
import { embeddedFile } from './embedded.ts';

/** A root file system may be read-only, a file system may forbid to execute: the next one is tried. */
const folders = (): readonly string[] => [tmpdir(), '/dev/shm', '/run', '/var/tmp'];

/**
 * What the addon `native/<name>` of the executable exports.
 *
 * @throws SeaworthyError `unsupported` when no folder takes a library that may be executed
 */
export function loadEmbeddedAddon(name: string): unknown {
  const bytes = embeddedFile(`native/${name}`);
  if (bytes === null) throw new SeaworthyError('unsupported', `this build has no ${name}`);
  const problems: string[] = [];
  for (const folder of new Set(folders())) {
    try {
      return loadFrom(folder, bytes);
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  throw new SeaworthyError('unsupported', `${name} cannot be loaded (${problems.join('; ')})`, {
    advice: 'let TMPDIR name a folder on a file system that allows to execute',
  });
}

function loadFrom(folder: string, bytes: Buffer): unknown {
  const path = join(folder, newName());
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const descriptor = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o700);
  try {
    unlinkSync(path);
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    const module = { exports: {} as unknown };
    process.dlopen(module, `/proc/self/fd/${descriptor}`);
    return module.exports;
  } finally {
    closeSync(descriptor);
  }
}
