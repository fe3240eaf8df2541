import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { slimTypes, typesOfObject } from './btf.ts';

const object = readFileSync(new URL('../../../native/seaworthy.bpf.o', import.meta.url));
const kernelFile = '/sys/kernel/btf/vmlinux';

function asked(): Uint8Array {
  const types = typesOfObject(object);
  if (types === null) throw new Error('the object has no types');
  return types;
}

/** Names that lie in the strings of BTF. */
function namesIn(types: Uint8Array): ReadonlySet<string> {
  const at = 24 + Buffer.from(types).readUInt32LE(16);
  return new Set(Buffer.from(types).toString('latin1', at).split('\0'));
}

describe('types for an object', () => {
  test('an object is given what it has the names of', () => {
    const slim = slimTypes(asked(), asked());
    const names = namesIn(slim ?? new Uint8Array(24));
    for (const name of ['task_struct', 'dentry', 'd_parent', 'pids_cgrp_id']) {
      expect(names).toContain(name);
    }
  });

  test('it is the same when it is made of itself', () => {
    const once = slimTypes(asked(), asked()) ?? new Uint8Array();
    const twice = slimTypes(once, once) ?? new Uint8Array();
    expect(twice.length).toBe(once.length);
    expect(namesIn(twice)).toEqual(namesIn(once));
  });

  test.skipIf(!existsSync(kernelFile))("the kernel's own (needs a kernel with BTF)", () => {
    const kernel = readFileSync(kernelFile);
    const slim = slimTypes(kernel, asked()) ?? kernel;
    expect(slim.length).toBeLessThan(kernel.length / 10);
    expect(namesIn(slim)).toContain('mnt_mountpoint');
  });

  test('what is no object, or no types, is null', () => {
    expect(typesOfObject(new Uint8Array())).toBeNull();
    expect(typesOfObject(new Uint8Array(200))).toBeNull();
    expect(slimTypes(new Uint8Array(100), asked())).toBeNull();
    expect(slimTypes(asked().subarray(0, 300), asked())).toBeNull();
  });

  test('no bytes make it fail or answer without end', () => {
    const whole = asked();
    const places = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 40 });
    fc.assert(
      fc.property(places, (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        const slim = slimTypes(bytes, whole);
        expect(slim === null || slim.length > 0).toBe(true);
        slimTypes(whole, bytes);
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});
