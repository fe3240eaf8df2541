// An image archive that is cut off or written over at every class of byte: one operating error, an
// unknown, or the very same answer; never a silent part of it.
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  archiveOf,
  buildImage,
  debianLayer,
  dockerArchive,
  ociFiles,
} from '../../../test/image-builder.ts';
import { inventory, names, openFile } from '../../../test/image-scan.ts';
import { SeaworthyError } from '../../base/error.ts';
import { listDockerArchive, listOciLayout } from './index.ts';

const image = buildImage([
  debianLayer({ bash: '5.2.15-2', zlib1g: '1:1.2.13' }),
  [{ name: 'app/node_modules/left/package.json', content: '{"name":"left","version":"1.3.0"}' }],
]);
const whole = ['bash@5.2.15-2', 'zlib1g@1:1.2.13', 'left@1.3.0'].toSorted();

interface Form {
  readonly name: string;
  readonly bytes: Buffer;
  /** Its layers are hashed: no change of a byte may go unnoticed. */
  readonly isHashed: boolean;
}

const forms: readonly Form[] = [
  { name: 'docker save, plain', bytes: dockerArchive(image), isHashed: false },
  { name: 'docker save, gzip layers', bytes: dockerArchive(image, 'gzip'), isHashed: true },
  { name: 'docker save, zstd layers', bytes: dockerArchive(image, 'zstd'), isHashed: true },
  { name: 'docker save, all gzipped', bytes: gzipSync(dockerArchive(image)), isHashed: true },
  { name: 'OCI archive', bytes: archiveOf(ociFiles(image).files), isHashed: true },
];

interface Answer {
  readonly packages: readonly string[];
  readonly isComplete: boolean;
}

/** What a scan says, or null for an operating error; anything else is thrown on. */
async function answer(bytes: Uint8Array): Promise<Answer | null> {
  try {
    const store = await openFile(bytes);
    try {
      const listed = store.has('manifest.json')
        ? listDockerArchive(store, null)
        : listOciLayout(store, { reference: null, platform: null });
      const found = await inventory(listed[0]);
      return { packages: names(found).toSorted(), isComplete: found.unknowns.length === 0 };
    } finally {
      store.close();
    }
  } catch (error) {
    if (!(error instanceof SeaworthyError)) throw error;
    expect(error.message).not.toBe('');
    return null;
  }
}

/** Said to be complete, and is not. */
function isSilentPart(said: Answer | null): boolean {
  return said?.isComplete === true && said.packages.join(' ') !== whole.join(' ');
}

describe.each(forms)('$name', ({ bytes, isHashed }) => {
  test('is read', async () => {
    expect(await answer(bytes)).toEqual({ packages: whole, isComplete: true });
  });

  test('cut off anywhere', async () => {
    const step = Math.max(1, Math.floor(bytes.length / 150));
    const silent: number[] = [];
    for (let length = 0; length < bytes.length; length += step) {
      if (isSilentPart(await answer(bytes.subarray(0, length)))) silent.push(length);
    }
    expect(silent).toEqual([]);
  });

  test('one byte written over anywhere', async () => {
    const step = Math.max(1, Math.floor(bytes.length / 150));
    const silent: number[] = [];
    for (let at = 0; at < bytes.length; at += step) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 0x55;
      const said = await answer(damaged);
      if (isHashed && isSilentPart(said)) silent.push(at);
    }
    expect(silent).toEqual([]);
  });
});
