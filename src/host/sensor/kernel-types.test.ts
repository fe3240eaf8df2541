import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { typesOfObject } from '../kernel/index.ts';
import { kernelTypesFor } from './kernel-types.ts';

const object = readFileSync(new URL('../../../native/seaworthy.bpf.o', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'seaworthy-types-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A kernel whose types are those of the object itself. */
const kernel = { types: join(root, 'types'), notes: join(root, 'notes') };
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(root, 'kept-'));
  writeFileSync(kernel.types, typesOfObject(object) ?? '');
  writeFileSync(kernel.notes, 'build 1');
});

const ask = () => kernelTypesFor(object, folder, kernel);

describe('types of the kernel', () => {
  test('are cut once for a kernel and an object', () => {
    const cut = ask();
    expect(cut?.length).toBeGreaterThan(1000);
    expect(readdirSync(folder)).toEqual(['kernel-types']);
    // It is not asked again.
    writeFileSync(kernel.types, 'nothing');
    expect(ask()).toEqual(cut);
  });

  test('of another kernel or another object are cut anew', () => {
    const cut = ask();
    writeFileSync(kernel.notes, 'build 2');
    writeFileSync(kernel.types, 'nothing');
    expect(ask()).toBeNull();
    writeFileSync(kernel.notes, 'build 1');
    expect(ask()).toEqual(cut);
    const types = typesOfObject(object) ?? new Uint8Array();
    const other = Buffer.from(object);
    // One byte of a name.
    const at = other.indexOf(types) + types.length - 3;
    other[at] = (other[at] ?? 0) + 1;
    expect(kernelTypesFor(other, folder, kernel)).toBeNull();
  });

  test('that were kept in part are not used', () => {
    const cut = ask();
    const file = join(folder, 'kernel-types');
    const whole = readFileSync(file);
    for (const bytes of [0, 3, 40, whole.length - 1]) {
      truncateSync(file, bytes);
      expect(ask()).toEqual(cut);
      expect(readFileSync(file)).toEqual(whole);
    }
    writeFileSync(file, Buffer.alloc(whole.length));
    expect(ask()).toEqual(cut);
  });

  test('are there where nothing can be kept, and null where nobody tells them', () => {
    const cut = ask();
    expect(kernelTypesFor(object, null, kernel)).toEqual(cut);
    expect(kernelTypesFor(object, join(folder, 'none'), kernel)).toEqual(cut);
    expect(kernelTypesFor(object, null, { ...kernel, types: join(root, 'none') })).toBeNull();
    expect(kernelTypesFor(new Uint8Array(100), folder, kernel)).toBeNull();
  });
});
