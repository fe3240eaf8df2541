// Package URLs: own vectors, laws of building and parsing, and the vectors of the specification.
import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noSharedData, sharedData } from '../../test/shared-data.ts';
import { formatPurl, type PurlParts, parsePurl, purlProblem } from './purl.ts';

function parts(type: string, name: string, more: Partial<PurlParts> = {}): PurlParts {
  return { type, namespace: null, name, version: null, ...more };
}

describe('formatPurl', () => {
  test.each<[PurlParts, string]>([
    [
      parts('deb', 'libc6', {
        namespace: 'debian',
        version: '2.36-9+deb12u9',
        qualifiers: { distro: 'debian-12', arch: 'amd64' },
      }),
      'pkg:deb/debian/libc6@2.36-9%2Bdeb12u9?arch=amd64&distro=debian-12',
    ],
    [parts('deb', 'attr', { version: '1:2.4' }), 'pkg:deb/attr@1:2.4'],
    [
      parts('npm', 'core', { namespace: '@babel', version: '7.0.0' }),
      'pkg:npm/%40babel/core@7.0.0',
    ],
    [parts('npm', 'JSONStream', { version: '1.3.5' }), 'pkg:npm/JSONStream@1.3.5'],
    [parts('pypi', 'Zope.Interface__x'), 'pkg:pypi/zope-interface-x'],
    [
      parts('golang', 'toml', { namespace: 'github.com/BurntSushi', version: 'v1.3.2' }),
      'pkg:golang/github.com/BurntSushi/toml@v1.3.2',
    ],
    [
      parts('golang', 'etcd', { version: 'v2.0.0+incompatible' }),
      'pkg:golang/etcd@v2.0.0%2Bincompatible',
    ],
    [parts('GitHub', 'Repo', { namespace: 'Owner' }), 'pkg:github/owner/repo'],
    [
      parts('rpm', 'bind', { namespace: 'RedHat', version: '32:9.16.23-1.el9' }),
      'pkg:rpm/redhat/bind@9.16.23-1.el9?epoch=32',
    ],
    [parts('rpm', 'bash', { version: '0:5.1-1' }), 'pkg:rpm/bash@5.1-1'],
    [
      parts('rpm', 'x', { version: '1:2', qualifiers: { epoch: '1', arch: 'noarch' } }),
      'pkg:rpm/x@2?arch=noarch&epoch=1',
    ],
    [
      parts('generic', "a b!'()*/ü", { version: '1/2' }),
      'pkg:generic/a%20b%21%27%28%29%2A%2F%C3%BC@1%2F2',
    ],
    [parts('generic', '\ud800'), 'pkg:generic/%EF%BF%BD'],
    [parts('maven', 'b', { namespace: '/a//c/' }), 'pkg:maven/a/c/b'],
    [parts('generic', 'a', { subpath: '/./x/../y z/' }), 'pkg:generic/a#x/y%20z'],
    [
      parts('generic', 'a', { qualifiers: { B: '1', a: '', 'no key': 'x', A_b: '2' } }),
      'pkg:generic/a?a_b=2&b=1',
    ],
    [parts('pypi', 'x', { version: '' }), 'pkg:pypi/x'],
  ])('%o', (given, expected) => {
    expect(formatPurl(given)).toBe(expected);
    expect(purlProblem({ ...given, qualifiers: {} })).toBeNull();
  });

  test('keeps what looks like a prototype key as a plain qualifier', () => {
    const parsed = parsePurl('pkg:generic/a?constructor=1&has.own=2');
    expect(Object.hasOwn(parsed?.qualifiers ?? {}, 'constructor')).toBe(true);
    expect(formatPurl(parsed ?? parts('x', 'x'))).toBe('pkg:generic/a?constructor=1&has.own=2');
    expect(parsePurl('pkg:generic/a?__proto__=1')).toBeNull();
    expect(formatPurl(parts('__proto__', 'a'))).toBe('pkg:__proto__/a');
  });
});

describe('parsePurl', () => {
  test.each<[string, PurlParts]>([
    [
      'PKG://NPM/@babel/core@7.0.0',
      parts('npm', 'core', { namespace: '@babel', version: '7.0.0', subpath: null }),
    ],
    ['pkg:npm/@babel/core', parts('npm', 'core', { namespace: '@babel', subpath: null })],
    [
      'pkg:golang/github.com%2Fa%2Fb@v1',
      parts('golang', 'github.com/a/b', { version: 'v1', subpath: null }),
    ],
    [
      'pkg:generic/a@1@2?X=%26&y=#s/./t',
      parts('generic', 'a@1', { version: '2', qualifiers: { x: '&' }, subpath: 's/t' }),
    ],
    ['pkg:maven/g/a', parts('maven', 'a', { namespace: 'g', subpath: null })],
  ])('%s', (text, expected) => {
    expect(parsePurl(text)).toEqual(expected);
  });

  test.each([
    [''],
    ['pkg:'],
    ['pkg:npm'],
    ['pkg:npm/'],
    ['npm/a@1'],
    ['http://example.org/a'],
    ['pkg:1npm/a'],
    ['pkg:n_m/a'],
    ['pkg:npm/@1.0'],
    ['pkg:npm/a%zz'],
    ['pkg:npm/a%ff@1'],
    ['pkg:npm/a?k=1&K=2'],
    ['pkg:npm/a?1=2'],
    ['pkg:npm/a#%'],
    ['pkg:swift/Alamofire@5'],
    ['pkg:vcpkg/boost/asio'],
  ])('refuses %j', (text) => {
    expect(parsePurl(text)).toBeNull();
  });

  test('building is stable: what was built parses, and builds the same again', () => {
    const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 });
    const arbitrary = fc.record({
      type: fc.constantFrom('npm', 'pypi', 'deb', 'golang', 'generic', 'git', 'oci', 'Maven'),
      namespace: fc.option(word),
      name: word,
      version: fc.option(word),
      qualifiers: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9._-]{0,5}$/), word, { maxKeys: 4 }),
      subpath: fc.option(word),
    });
    fc.assert(
      fc.property(arbitrary, (given) => {
        const text = formatPurl(given);
        const parsed = parsePurl(text);
        // Only a name of slashes alone has no path form.
        fc.pre(given.type !== 'git' || given.name.replaceAll('/', '') !== '');
        fc.pre(given.type !== 'git' || (given.namespace ?? '').replaceAll('/', '') !== '');
        expect(parsed).not.toBeNull();
        expect(formatPurl(parsed ?? given)).toBe(text);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test('never throws, and what it accepts builds a canonical form', () => {
    const pieces = fc.constantFrom(
      'pkg:',
      'npm',
      '/',
      '@',
      '?',
      '#',
      '&',
      '=',
      '%',
      '%2F',
      'a',
      'É',
      '.',
    );
    const texts = fc.array(pieces, { maxLength: 14 }).map((list) => `pkg:${list.join('')}`);
    fc.assert(
      fc.property(fc.oneof(texts, fc.string({ unit: 'binary' })), (text) => {
        const parsed = parsePurl(text);
        if (parsed === null) return;
        const canonical = formatPurl(parsed);
        expect(formatPurl(parsePurl(canonical) ?? parsed)).toBe(canonical);
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});

interface Vector {
  readonly description: string;
  readonly test_group: string;
  readonly test_type: 'parse' | 'build' | 'validate';
  readonly input: string | Readonly<Record<string, unknown>>;
  readonly expected_output?: string | Readonly<Record<string, unknown>> | null;
  readonly expected_failure: boolean;
}

/**
 * Vectors of strict parsing that contradict the lenient reading which other vectors of the same
 * files demand (`validate` of the same text succeeds): we read every case of type and keys.
 */
const strictOnly = new Set([
  'pkg:gem/jruby-launcher@1.1.2?Platform=java',
  'pkg:Rpm/fedora/curl@7.50.3-1.fc25?Arch=i386&Distro=fedora-25',
]);

/** What we make of a vector: null for a failure, as `expected_output` states it otherwise. */
function outcome({ input, test_type }: Vector): unknown {
  if (typeof input === 'string') {
    const parsed = parsePurl(input);
    if (parsed === null) return null;
    return test_type === 'validate' ? formatPurl(parsed) : { qualifiers: null, ...parsed };
  }
  const built = {
    ...input,
    type: input['type'] ?? '',
    name: input['name'] ?? '',
    qualifiers: input['qualifiers'] ?? {},
  } as unknown as PurlParts;
  return purlProblem(built) === null ? formatPurl(built) : null;
}

const folder = sharedData('purl/');

describe.skipIf(folder === null)(`vectors of purl-spec (skipped where ${noSharedData})`, () => {
  const files = folder === null ? [] : [`${folder}spec/specification-test.json`];
  if (folder !== null) {
    files.push(...readdirSync(`${folder}types`).map((name) => `${folder}types/${name}`));
  }
  for (const file of files) {
    const { tests } = JSON.parse(readFileSync(file, 'utf8')) as { readonly tests: Vector[] };
    const name = file.slice(file.lastIndexOf('/') + 1);
    for (const [index, vector] of tests.entries()) {
      const { input, expected_failure: fails, expected_output: output } = vector;
      const strict = fails && typeof input === 'string' && strictOnly.has(input);
      // Skipped: it contradicts the lenient vectors, see `strictOnly`.
      test.skipIf(strict)(`${name} ${index}: ${vector.test_type}, ${vector.description}`, () => {
        expect(outcome(vector)).toEqual(fails ? null : output);
      });
    }
  }
});
