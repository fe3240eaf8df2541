// The code that stands for modules of Node in the bundle, run.
import { createHash, X509Certificate } from 'node:crypto';
import { compileFunction } from 'node:vm';
import { constants, inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { withBuiltins } from './builtins.ts';

/** Runs a chunk's head and answers with what `result` says. */
function run(head: string, result: string): unknown {
  const code = withBuiltins(`${head}\nreturn ${result};`);
  return compileFunction(code)();
}

/** The modules that were asked for before `result` was. */
function loadedBy(head: string): readonly string[] {
  const code = withBuiltins(`${head}\nreturn 0;`);
  const asked: string[] = [];
  const process = { getBuiltinModule: (name: string) => asked.push(name) && {} };
  compileFunction(code, ['process'])(process);
  return asked;
}

describe('modules of Node in the bundle', () => {
  test('names are what the module exports', () => {
    expect(run('import { join as put, sep } from "node:path";', 'put("a", sep)')).toBe('a/');
    expect(run('import path, { sep } from "node:path";', 'path.join("a", sep)')).toBe('a/');
    expect(run('import * as path from "node:path";', 'path.basename("/a/b")')).toBe('b');
    expect(run('import{createHash}from"node:crypto";', 'createHash("sha256").digest("hex")')).toBe(
      createHash('sha256').digest('hex'),
    );
  });

  test('dear modules are loaded by the first use, others at once', () => {
    expect(loadedBy('import { createHash, X509Certificate as Leaf } from "node:crypto";')).toEqual(
      [],
    );
    expect(loadedBy('import { constants, crc32 } from "node:zlib";')).toEqual([]);
    expect(loadedBy('import child from "node:child_process";')).toEqual([]);
    expect(loadedBy('import { isMainThread, Worker } from "node:worker_threads";')).toEqual([
      'node:worker_threads',
    ]);
    expect(loadedBy('import { join } from "node:path";')).toEqual(['node:path']);
  });

  test('a table of constants that waits has its entries', () => {
    const all = run('import { constants } from "node:zlib";', 'constants') as typeof constants;
    expect(all.Z_SYNC_FLUSH).toBe(constants.Z_SYNC_FLUSH);
    expect('Z_SYNC_FLUSH' in all).toBe(true);
    expect(run('import * as zlib from "node:zlib";', 'zlib.inflateRawSync')).toBe(inflateRawSync);
  });

  test('a class that waits is the class', () => {
    const head = 'import { Worker } from "node:worker_threads";';
    const made = run(head, 'new Worker("", { eval: true }) instanceof Worker');
    expect(made).toBe(true);
    const extended = run(
      head,
      '(() => { class Own extends Worker { own() { return 1; } } const one = new Own("", { eval: true }); return [one.own(), one instanceof Own, one instanceof Worker, typeof one.terminate]; })()',
    );
    expect(extended).toEqual([1, true, true, 'function']);
    const name = run('import { X509Certificate as Leaf } from "node:crypto";', 'Leaf.name');
    expect(name).toBe(X509Certificate.name);
    expect(() =>
      run('import { X509Certificate } from "node:crypto";', 'new X509Certificate("x")'),
    ).toThrow(/no start line|PEM/);
  });

  test('imports of other files and the code behind stay as they are', () => {
    const code = 'import{a}from"./b.mjs";import"./c.mjs";const x = 1;';
    expect(withBuiltins(code)).toBe(code);
  });
});
