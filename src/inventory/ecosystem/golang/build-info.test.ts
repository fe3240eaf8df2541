import { describe, expect, test } from 'vitest';
import { buildElf } from '../../../../test/build-elf.ts';
import { catalog, catalogerOf, identities } from '../../../../test/catalog.ts';
import { damagedCopies } from '../../../../test/damage.ts';
import { bytesAsFile } from '../../../base/random-access.ts';
import { readBuildInfo } from './build-info.ts';
import { golang } from './index.ts';

const moduleText = [
  'path\texample.com/fleet/app',
  'mod\texample.com/fleet/app\t(devel)\t',
  'dep\tgithub.com/gorilla/mux\tv1.8.0\th1:abc=',
  'dep\tgolang.org/x/text\tv0.3.7',
  '=>\tgolang.org/x/text\tv0.14.0\th1:def=',
  'build\t-compiler=gc',
  '',
].join('\n');
const framed = Buffer.from(`0123456789abcdef${moduleText}fedcba9876543210`);
const version = Buffer.from('go1.22.1 X:boringcrypto');
const magic = Buffer.from('\u00ff Go buildinf:', 'latin1');
const expected = { goVersion: 'go1.22.1 X:boringcrypto', moduleText };

function varint(value: number): Buffer {
  return Buffer.from(value < 128 ? [value] : [(value & 0x7f) | 0x80, value >> 7]);
}

function inlineInfo(): Buffer {
  const header = Buffer.alloc(32);
  magic.copy(header);
  header[15] = 2;
  return Buffer.concat([header, varint(version.length), version, varint(framed.length), framed]);
}

interface Shape {
  readonly wide: boolean;
  readonly littleEndian: boolean;
}

const dataAddress = 0x600000;
const textAddress = 0x400000;

/** Go 1.13 to 1.17: header -> string headers -> text, all by virtual address. */
function pointerFile({ wide, littleEndian }: Shape): Buffer {
  const pointerBytes = wide ? 8 : 4;
  const data = Buffer.alloc(32 + 4 * pointerBytes);
  magic.copy(data);
  data[14] = pointerBytes;
  data[15] = littleEndian ? 0 : 1;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const put = (offset: number, value: number) =>
    wide
      ? view.setBigUint64(offset, BigInt(value), littleEndian)
      : view.setUint32(offset, value, littleEndian);
  put(16, dataAddress + 32);
  put(16 + pointerBytes, dataAddress + 32 + 2 * pointerBytes);
  put(32, textAddress);
  put(32 + pointerBytes, version.length);
  put(32 + 2 * pointerBytes, textAddress + version.length);
  put(32 + 3 * pointerBytes, framed.length);
  return buildElf(
    [
      { name: '.rodata', bytes: Buffer.concat([version, framed]), address: textAddress },
      { name: '.go.buildinfo', bytes: data, address: dataAddress, writable: true },
    ],
    { wide, littleEndian },
  );
}

function inlineFile(
  options: { readonly sectionless?: boolean; readonly info?: Buffer } = {},
): Buffer {
  return buildElf(
    [
      {
        name: '.go.buildinfo',
        bytes: options.info ?? inlineInfo(),
        address: dataAddress,
        writable: true,
      },
    ],
    { wide: true, littleEndian: true, sectionless: options.sectionless === true },
  );
}

describe('both layouts', () => {
  test('inline, Go 1.18 and later', () => {
    expect(readBuildInfo(bytesAsFile(inlineFile()))).toEqual({ found: expected, problem: null });
  });

  test('without section table it is found in the writable segment', () => {
    const padded = Buffer.concat([Buffer.alloc(16 * 40_000), inlineInfo()]);
    const bytes = inlineFile({ sectionless: true, info: padded });
    expect(readBuildInfo(bytesAsFile(bytes)).found).toEqual(expected);
  });

  test.each([
    ['64 little', { wide: true, littleEndian: true }],
    ['64 big', { wide: true, littleEndian: false }],
    ['32 little', { wide: false, littleEndian: true }],
    ['32 big', { wide: false, littleEndian: false }],
  ])('pointers, before Go 1.18: %s', (_name, shape) => {
    expect(readBuildInfo(bytesAsFile(pointerFile(shape)))).toEqual({
      found: expected,
      problem: null,
    });
  });
});

describe('what is not there', () => {
  test('another program is nothing', () => {
    const bytes = buildElf([{ name: '.text', bytes: Buffer.alloc(9), address: 1 }], {
      wide: true,
      littleEndian: true,
    });
    expect(readBuildInfo(bytesAsFile(bytes))).toEqual({ found: null, problem: null });
    expect(readBuildInfo(bytesAsFile(Buffer.from('#!/bin/sh')))).toEqual({
      found: null,
      problem: null,
    });
  });

  test.each([
    ['no magic', Buffer.alloc(64), 'Go binary whose build information is not readable'],
    [
      'no version',
      Buffer.concat([inlineInfo().subarray(0, 32), Buffer.alloc(8)]),
      'Go binary whose build information is broken',
    ],
    [
      'length of 32 GiB',
      Buffer.concat([inlineInfo().subarray(0, 32), Buffer.from([255, 255, 255, 255, 127])]),
      'Go binary whose build information is broken',
    ],
  ])('a Go binary with a broken section says so: %s', (_name, info, problem) => {
    const result = catalog(catalogerOf(golang, 'golang-binary'), {
      path: 'usr/bin/app',
      content: inlineFile({ info }),
    });
    expect(result).toEqual({ packages: [], unknowns: [{ reason: problem }] });
  });

  test('a module list without its frame is told, the library remains', () => {
    const result = catalog(catalogerOf(golang, 'golang-binary'), {
      path: 'usr/bin/app',
      content: inlineFile({ info: inlineInfo().subarray(0, 60) }),
    });
    expect(identities(result)).toEqual(['stdlib@1.22.1']);
    expect(result.unknowns).toEqual([{ reason: 'Go binary whose module list is broken' }]);
  });

  test('pointers that lead nowhere or in a circle end', () => {
    const bytes = pointerFile({ wide: true, littleEndian: true });
    for (const copy of damagedCopies(bytes, { seed: 21, copies: 2000 })) {
      const { found } = readBuildInfo(bytesAsFile(copy));
      expect(found?.moduleText.length ?? 0).toBeLessThan(bytes.length);
    }
  });
});

test('packages of a binary', () => {
  const result = catalog(catalogerOf(golang, 'golang-binary'), {
    path: 'usr/bin/app',
    content: inlineFile(),
  });
  expect(result.unknowns).toEqual([]);
  expect(identities(result)).toEqual([
    'example.com/fleet/app@(devel)',
    'github.com/gorilla/mux@v1.8.0',
    'golang.org/x/text@v0.14.0',
    'stdlib@1.22.1',
  ]);
});
