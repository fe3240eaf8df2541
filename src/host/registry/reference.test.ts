// References, compared with what Docker makes of them.
import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeaworthyError } from '../../base/error.ts';
import { parseReference } from './reference.ts';

const sha256 = `sha256:${'a1'.repeat(32)}`;
const sha512 = `sha512:${'b2'.repeat(64)}`;

interface Row {
  readonly text: string;
  readonly canonical: string;
}

const good: readonly Row[] = [
  { text: 'debian', canonical: 'docker.io/library/debian:latest' },
  { text: 'debian:12', canonical: 'docker.io/library/debian:12' },
  { text: 'library/debian', canonical: 'docker.io/library/debian:latest' },
  { text: 'bitnami/redis:7', canonical: 'docker.io/bitnami/redis:7' },
  { text: 'docker.io/debian', canonical: 'docker.io/library/debian:latest' },
  { text: 'index.docker.io/debian', canonical: 'docker.io/library/debian:latest' },
  { text: 'docker.io/a/b/c', canonical: 'docker.io/a/b/c:latest' },
  { text: 'ghcr.io/owner/name:v1', canonical: 'ghcr.io/owner/name:v1' },
  { text: 'localhost/name', canonical: 'localhost/name:latest' },
  { text: 'localhost:5000/name:1', canonical: 'localhost:5000/name:1' },
  { text: 'localhost:5000', canonical: 'docker.io/library/localhost:5000' },
  { text: 'registry:5000/a/b', canonical: 'registry:5000/a/b:latest' },
  { text: 'UPPER/name', canonical: 'UPPER/name:latest' },
  { text: '127.0.0.1:5000/a:b', canonical: '127.0.0.1:5000/a:b' },
  { text: '[::1]:5000/a', canonical: '[::1]:5000/a:latest' },
  { text: '[2001:db8::1]/a', canonical: '[2001:db8::1]/a:latest' },
  { text: `debian@${sha256}`, canonical: `docker.io/library/debian@${sha256}` },
  { text: `debian:12@${sha256}`, canonical: `docker.io/library/debian:12@${sha256}` },
  { text: `a.b/c@${sha512}`, canonical: `a.b/c@${sha512}` },
  { text: 'a__b/c-d/e---f/g.h_i', canonical: 'docker.io/a__b/c-d/e---f/g.h_i:latest' },
  { text: 'a:_Tag.with-All_9', canonical: 'docker.io/library/a:_Tag.with-All_9' },
  { text: `a:${'t'.repeat(128)}`, canonical: `docker.io/library/a:${'t'.repeat(128)}` },
  { text: `x.y/${'r'.repeat(255)}`, canonical: `x.y/${'r'.repeat(255)}:latest` },
];

const bad: readonly string[] = [
  '',
  ' debian',
  'debian ',
  'Debian',
  'docker.io/Debian',
  'debian:',
  'debian@',
  'debian:la test',
  'debian:-x',
  'debian:.x',
  ':12',
  '/debian',
  'debian/',
  'a//b',
  'a..b',
  'a___b',
  'a._b',
  'a-',
  '-a',
  '_a',
  'a/../b',
  'a/%2e%2e/b',
  'a?x=1',
  'a#b',
  'https://docker.io/debian',
  'user:pass@host/name',
  'docker.io/',
  'localhost:99999/a',
  'localhost:x/a',
  '-host.x/a',
  'host-.x/a',
  'ho_st.x/a',
  '[::1/a',
  '[zz]:1/a',
  'debian@sha256:abc',
  `debian@sha256:${'G'.repeat(64)}`,
  `debian@sha256:${'A1'.repeat(32)}`,
  `debian@md5:${'a'.repeat(32)}`,
  `debian@${sha256}@${sha256}`,
  'a'.repeat(64),
  `a:${'t'.repeat(129)}`,
  `x.y/${'r'.repeat(256)}`,
  `debian:${'x'.repeat(5000)}`,
  'debian\u0000',
  'debiän',
  'a\nb',
];

/** Null when refused; any other error than a refusal fails the test. */
function canonicalOf(text: string): string | null {
  try {
    return parseReference(text).canonical();
  } catch (error) {
    if (error instanceof SeaworthyError && error.code === 'usage') return null;
    throw error;
  }
}

describe('parseReference', () => {
  test.each(good)('$text', ({ text, canonical }) => {
    expect(parseReference(text).canonical()).toBe(canonical);
  });

  test('its parts', () => {
    expect(parseReference(`quay.io/a/b:t@${sha256}`)).toMatchObject({
      registry: 'quay.io',
      repository: 'a/b',
      tag: 't',
      digest: sha256,
    });
    expect(parseReference('debian')).toMatchObject({ tag: null, digest: null });
  });

  test.each(bad.map((text) => ({ text })))('refuses %j', ({ text }) => {
    expect(() => parseReference(text)).toThrow(SeaworthyError);
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  test('says what is wrong', () => {
    expect(() => parseReference('ghcr.io/Owner/name')).toThrow('must be lower case');
    expect(() => parseReference('a'.repeat(64))).toThrow('image id');
    expect(() => parseReference('a:b c')).toThrow('tag with characters');
  });

  test('any text is parsed or refused, and a parsed one parses to itself', () => {
    const alphabet = fc.constantFrom(
      ...Array.from('aZ09._-/:@[]'),
      'sha256:',
      'localhost',
      '\0',
      'ä',
    );
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 24 }), (parts) => {
        const text = parts.join('');
        const canonical = canonicalOf(text);
        expect(canonical === null ? null : canonicalOf(canonical)).toBe(canonical);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test('long hostile texts are answered at once', () => {
    for (const part of ['a-', '-', 'a.', '_', 'a/', '@', ':']) {
      expect(() => parseReference(part.repeat(500))).toThrow(SeaworthyError);
    }
  });

  const hasDocker = spawnSync('docker', ['version'], { timeout: 20_000 }).status === 0;
  test.skipIf(!hasDocker)('agrees with docker (skipped without docker)', () => {
    // `docker tag` judges its target before it looks for its source. It takes no digest there, is
    // content with a port that no machine has, and by a quirk of its grammar with a host that has
    // an underscore and a dot, but no port.
    const judged = [...good.map(({ text }) => text), ...bad].filter(
      (text) => text !== '' && !/[@\0]|99999|ho_st/.test(text),
    );
    const valid = judged.filter((text) => {
      const { stderr } = spawnSync('docker', ['tag', 'seaworthy-test-absent', text]);
      return /no such image/i.test(String(stderr));
    });
    const ours = judged.filter((text) => good.some((row) => row.text === text));
    expect(valid).toEqual(ours);
  });
});
