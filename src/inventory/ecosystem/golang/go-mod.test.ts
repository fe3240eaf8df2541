import { describe, expect, test } from 'vitest';
import { catalog, catalogerOf, found, identities } from '../../../../test/catalog.ts';
import { damagedCopies } from '../../../../test/damage.ts';
import { golang } from './index.ts';

const project = catalogerOf(golang, 'golang-module');

function read(content: string, sums?: string) {
  return catalog(project, {
    path: 'src/app/go.mod',
    content,
    ...(sums === undefined ? {} : { companions: { 'src/app/go.sum': sums } }),
  });
}

const full = `module example.com/app // the application

go 1.22

toolchain go1.22.3

require github.com/gorilla/mux v1.8.0
require (
	golang.org/x/text v0.3.7 // indirect
	"github.com/quoted/path" v1.0.0
	example.com/local v0.1.0
	example.com/pinned v1.5.0
	example.com/out v1.0.0
)

replace example.com/local => ../local
replace (
	golang.org/x/text v0.3.7 => golang.org/x/text v0.14.0
	example.com/pinned v1.4.0 => example.com/other v9.9.9
)
exclude example.com/out v1.0.0
retract [v1.0.0, v1.1.0]
`;

describe('go.mod', () => {
  test('requirements, replacements, exclusions, toolchain', () => {
    const result = read(full);
    expect(result.unknowns).toEqual([]);
    expect(identities(result)).toEqual([
      'example.com/local@v0.1.0',
      'example.com/pinned@v1.5.0',
      'github.com/gorilla/mux@v1.8.0',
      'github.com/quoted/path@v1.0.0',
      'golang.org/x/text@v0.14.0',
      'stdlib@1.22.3',
    ]);
    expect(found(result, 'example.com/local@v0.1.0').origin).toBe('local');
    expect(found(result, 'github.com/gorilla/mux@v1.8.0').line).toBe(7);
    expect(found(result, 'golang.org/x/text@v0.14.0').line).toBe(9);
  });

  test.each([
    ['go 1.22', []],
    ['go 1.22.4', ['stdlib@1.22.4']],
    ['go 1.22rc1', ['stdlib@1.22rc1']],
    ['go 1.22.4\ntoolchain default', ['stdlib@1.22.4']],
    ['', []],
    ['require (', []],
    ['require a', []],
    ['replace a =>', []],
    [')', []],
  ])('%j', (text, expected) => {
    expect(identities(read(`module m\n${text}\n`))).toEqual(expected);
  });

  const sums = [
    'a.com/direct v1.0.0 h1:x=',
    'a.com/direct v1.0.0/go.mod h1:x=',
    'a.com/deep v1.9.0 h1:x=',
    'a.com/deep v1.10.0 h1:x=',
    'a.com/deep v1.11.0/go.mod h1:x=',
    'a.com/only-mod v1.0.0/go.mod h1:x=',
    'broken',
    '',
  ].join('\n');

  test('before Go 1.17 go.sum adds what stands in no go.mod, in its highest version', () => {
    const text = 'module m\ngo 1.16\nrequire a.com/direct v1.0.0\n';
    expect(identities(read(text, sums))).toEqual(['a.com/deep@v1.10.0', 'a.com/direct@v1.0.0']);
    expect(identities(read(text))).toEqual(['a.com/direct@v1.0.0']);
  });

  test('from Go 1.17 on go.mod is complete', () => {
    const text = 'module m\ngo 1.17\nrequire a.com/direct v1.0.0\n';
    expect(identities(read(text, sums))).toEqual(['a.com/direct@v1.0.0']);
  });

  test('any damage gives packages', () => {
    for (const bytes of damagedCopies(Buffer.from(full), { seed: 4, copies: 500 })) {
      const result = read(Buffer.from(bytes).toString());
      expect(result.packages.length).toBeLessThan(20);
      expect(result.unknowns.length).toBeLessThan(2);
    }
  });
});

describe('a Go installation', () => {
  const installation = catalogerOf(golang, 'golang-toolchain');
  test.each([
    ['go1.26.8\ntime 2026-08-28T16:20:06Z\n', ['toolchain@1.26.8']],
    ['go1.13.4', ['toolchain@1.13.4']],
    ['1.2.3', []],
    ['', []],
    ['x'.repeat(10_000), []],
  ])('%j', (content, expected) => {
    const result = catalog(installation, { path: 'usr/local/go/VERSION', content });
    expect(identities(result)).toEqual(expected);
  });
});
