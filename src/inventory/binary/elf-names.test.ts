import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesAsFile } from '../../base/random-access.ts';
import { findSection, lacksSection, readExecutable } from './index.ts';

const shell = '/bin/sh';
const isElf = existsSync(shell) && readFileSync(shell).readUInt32BE(0) === 0x7f454c46;

test.skipIf(!isElf)(
  `the quick answer is that of the whole tables${isElf ? '' : ' (no ELF shell here)'}`,
  () => {
    const bytes = readFileSync(shell);
    expect(lacksSection(bytesAsFile(bytes), '.go.buildinfo')).toBe(true);
    expect(lacksSection(bytesAsFile(bytes), '.text')).toBe(false);
  },
);

test.skipIf(!isElf)(
  `a damaged file never lacks what its tables show${isElf ? '' : ' (no ELF shell here)'}`,
  () => {
    const bytes = readFileSync(shell);
    const tableOffset = Number(bytes.readBigUInt64LE(40));
    const places = fc.oneof(fc.nat(63), fc.integer({ min: tableOffset, max: bytes.length - 1 }));
    fc.assert(
      fc.property(places, fc.nat(255), (at, value) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = value;
        const read = readExecutable(bytesAsFile(damaged));
        const shown = read.ok && read.images.some((image) => findSection(image, '.text') !== null);
        return !shown || !lacksSection(bytesAsFile(damaged), '.text');
      }),
      { numRuns: 300, seed: 5 },
    );
  },
);

test('what is no ELF file is left to the whole tables', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('MZ'), Buffer.alloc(100, 0x7f)]) {
    expect(lacksSection(bytesAsFile(bytes), '.text')).toBe(false);
  }
});
