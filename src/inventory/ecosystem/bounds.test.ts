// No cataloger takes a file as a whole because it claims to be long, and none throws for it.
import { describe, expect, test } from 'vitest';
import { SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import type { RandomAccess } from '../../base/random-access.ts';
import { accessFile } from './file-view.ts';
import { ecosystems } from './registry.ts';

const mostAtOnce = limits.metadataFileBytes;

/** Ten gigabytes that start like the given text and go on with zeros; counts what is read. */
function endless(start: string): { access: RandomAccess; most: () => number } {
  const head = Buffer.from(start);
  let most = 0;
  return {
    most: () => most,
    access: {
      size: 10 * 1024 ** 3,
      read(offset, length) {
        most = Math.max(most, length);
        if (length > mostAtOnce) throw new Error(`${length} bytes were asked for at once`);
        const bytes = new Uint8Array(Math.min(length, 1024 * 1024));
        if (offset < head.length) bytes.set(head.subarray(offset, offset + bytes.length));
        return bytes;
      },
    },
  };
}

const starts = [
  '',
  '{"packages":[',
  'Package: a\nVersion: 1\n\n',
  '<project>',
  '[[package]]\n',
  'PK',
];
const catalogers = ecosystems.flatMap((ecosystem) => ecosystem.catalogers);

describe('a file of 10 GB', () => {
  test.each(catalogers.map((one) => [one.name, one] as const))('%s', (_name, cataloger) => {
    const globs = cataloger.globs.length > 0 ? cataloger.globs : ['usr/bin/program'];
    for (const glob of globs) {
      const path = glob.replaceAll('**/', 'srv/').replaceAll('*', 'x');
      for (const start of starts) {
        const { access, most } = endless(start);
        const file = accessFile({ path, mode: 0o755, access });
        let told: unknown = null;
        try {
          told = cataloger.parse(file, { companion: () => file });
        } catch (error) {
          // The one thing that may be thrown: the refusal, which the walk turns into an unknown.
          expect(error).toBeInstanceOf(SeaworthyError);
          told = error;
        }
        expect(told).not.toBe(null);
        expect(most()).toBeLessThanOrEqual(mostAtOnce);
      }
    }
  });
});
