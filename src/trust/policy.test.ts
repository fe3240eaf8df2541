import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { present } from '../../test/present.ts';
import { SeaworthyError } from '../base/error.ts';
import { compileStars } from '../base/path-pattern.ts';
import { compileNamePattern } from '../model/repository-name.ts';
import type { SignatureFact, Signer, TrustFacts } from '../model/trust.ts';
import { duplicateKey } from './duplicate-keys.ts';
import { judgeTrust, normalName, readPublicKey, readTrustPolicy } from './index.ts';
import { compileExpression } from './pattern.ts';
import { bareSource } from './statement.ts';

const pem = (): string => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return publicKey.export({ format: 'pem', type: 'spki' });
};
const [first, second] = [pem(), pem()];

const policyOf = (text: string) =>
  readTrustPolicy(text, 'policy.yaml', (name) => {
    if (name === 'second.pub') return second;
    throw new SeaworthyError('not-found', `${name} is not there`);
  });

const text = `
trust:
  default: warn
  keys:
    release: |
${first.replaceAll(/^/gm, '      ')}
    backup: {file: second.pub}
  images:
    - pattern: [registry.example/base/]
      verdict: trusted
    - pattern: registry.example/old/**
      verdict: refused
    - pattern: ghcr.io/acme/*
      require: all
      authorities: [{key: release}, {key: backup, name: second person}]
    - pattern: ghcr.io/acme/ci/**
      subject: index
      authorities:
        - name: ci
          identity:
            issuer: https://token.actions.githubusercontent.com
            subjectPattern: https://github.com/acme/*/.github/workflows/**
            refPattern: refs/tags/v*
      attestations:
        - {type: slsaprovenance, builder: https://builder, source: https://github.com/acme/shop, refRegExp: 'refs/tags/v[0-9]+'}
    - pattern: docker.io/acme/**
      mode: audit
      authorities: [{key: release, log: required}]
`;
const policy = policyOf(text);
const keyOf = (pemText: string): Signer => {
  const { fingerprint } = readPublicKey(pemText, 'k');
  return { kind: 'key', name: 'k', fingerprint };
};

const manifestDigest = `sha256:${'a'.repeat(64)}`;
const indexDigest = `sha256:${'b'.repeat(64)}`;

function fact(signer: Signer | null, more: Partial<SignatureFact> = {}): SignatureFact {
  return {
    kind: 'signature',
    shape: 'referrer',
    storedIn: manifestDigest,
    subject: manifestDigest,
    verified: signer !== null,
    refusal: signer === null ? 'bad-signature' : null,
    reason: signer === null ? 'it is altered' : '',
    signer,
    signedAt: [],
    logIndex: null,
    predicateType: null,
    provenance: null,
    ...more,
  };
}

const ci: Signer = {
  kind: 'certificate',
  issuer: 'https://token.actions.githubusercontent.com',
  subject: 'https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v1',
  sourceRepository: 'https://github.com/acme/shop',
  sourceRef: 'refs/tags/v1',
  sourceDigest: null,
  buildSigner: null,
  trigger: null,
};
const provenance = {
  builder: 'https://builder',
  buildType: 't',
  sources: ['git+https://github.com/acme/shop.git@refs/tags/v1'],
  sourceRef: 'refs/tags/v1',
};
const slsa = fact(ci, {
  kind: 'attestation',
  subject: indexDigest,
  predicateType: 'https://slsa.dev/provenance/v1',
  provenance,
});
const ciIndex = fact(ci, { subject: indexDigest });

function facts(name: string, signatures: readonly SignatureFact[]): TrustFacts {
  const subjects = [
    { digest: indexDigest, role: 'index' },
    { digest: manifestDigest, role: 'manifest' },
  ] as const;
  return { name: normalName(name), reference: name, subjects, signatures, unknowns: [] };
}

describe('judgements', () => {
  test.each<[string, string, readonly SignatureFact[], string, string | null]>([
    ['a trusted place', 'registry.example/base/debian', [], 'allow', null],
    ['a refused place', 'registry.example/old/x', [fact(keyOf(first))], 'deny', 'refused-registry'],
    ['no rule', 'quay.io/x/y', [], 'warn', 'no-rule'],
    ['not signed', 'ghcr.io/acme/shop', [], 'deny', 'unsigned'],
    ['badly signed', 'ghcr.io/acme/shop', [fact(null)], 'deny', 'unsigned'],
    ['one of two', 'ghcr.io/acme/shop', [fact(keyOf(first))], 'deny', 'not-enough-signatures'],
    [
      'one key twice is one',
      'ghcr.io/acme/shop',
      [fact(keyOf(first)), fact(keyOf(first))],
      'deny',
      'not-enough-signatures',
    ],
    ['both', 'ghcr.io/acme/shop', [fact(keyOf(second)), fact(keyOf(first))], 'allow', null],
    [
      'an attestation is no signature',
      'ghcr.io/acme/shop',
      [fact(keyOf(first), { kind: 'attestation' }), fact(keyOf(second), { kind: 'attestation' })],
      'deny',
      'unsigned',
    ],
    ['one star is one level', 'ghcr.io/acme/ci/shop', [ciIndex, slsa], 'allow', null],
    ['only the manifest', 'ghcr.io/acme/ci/shop', [fact(ci), slsa], 'deny', 'wrong-subject'],
    ['no provenance', 'ghcr.io/acme/ci/shop', [ciIndex], 'deny', 'no-attestation'],
    [
      'provenance of a stranger',
      'ghcr.io/acme/ci/shop',
      [ciIndex, { ...slsa, signer: keyOf(first) }],
      'deny',
      'no-attestation',
    ],
    [
      'another builder',
      'ghcr.io/acme/ci/shop',
      [ciIndex, { ...slsa, provenance: { ...provenance, builder: 'https://builder.evil' } }],
      'deny',
      'attestation-differs',
    ],
    [
      'another source',
      'ghcr.io/acme/ci/shop',
      [ciIndex, { ...slsa, provenance: { ...provenance, sources: ['git+https://evil'] } }],
      'deny',
      'attestation-differs',
    ],
    [
      'another ref',
      'ghcr.io/acme/ci/shop',
      [ciIndex, { ...slsa, provenance: { ...provenance, sourceRef: 'refs/tags/v1/evil' } }],
      'deny',
      'attestation-differs',
    ],
    [
      'another issuer',
      'ghcr.io/acme/ci/shop',
      [fact({ ...ci, issuer: 'https://token.actions.githubusercontent.com.evil' }), slsa],
      'deny',
      'unsigned',
    ],
    [
      'a subject that only contains the right one',
      'ghcr.io/acme/ci/shop',
      [fact({ ...ci, subject: `https://evil/${ci.subject}` }, { subject: indexDigest }), slsa],
      'deny',
      'unsigned',
    ],
    ['audited: without log', 'acme/shop', [fact(keyOf(first))], 'allow', 'unsigned'],
    ['with log', 'acme/shop', [fact(keyOf(first), { logIndex: '7' })], 'allow', null],
  ])('%s', (_, name, signatures, decision, code) => {
    const verdict = judgeTrust(facts(name, signatures), policy);
    expect([verdict.decision, verdict.reasons[0]?.code ?? null]).toEqual([decision, code]);
  });

  test('say who is missing, and who signed instead', () => {
    const stranger: Signer = { ...ci, subject: 'mallory@example.org' };
    const told = (signatures: readonly SignatureFact[]) =>
      judgeTrust(facts('ghcr.io/acme/shop', signatures), policy).reasons[0]?.message;
    expect(told([fact(keyOf(first))])).toContain('missing: second person');
    expect(told([fact(stranger)])).toContain('mallory@example.org');
    expect(told([fact(null)])).toContain('it is altered');
  });
});

describe('names', () => {
  const hub = 'docker.io/library/nginx';
  test.each([
    ['nginx', hub],
    ['nginx:1.27@sha256:aa', hub],
    ['docker.io/nginx', hub],
    ['docker.io//library/nginx/', hub],
    ['index.docker.io/library/nginx', hub],
    ['registry-1.docker.io/library/nginx', hub],
    ['DOCKER.IO./nginx', hub],
    ['Registry.Example.COM:443/a/b', 'registry.example.com/a/b'],
    ['registry.example.com:5000/a', 'registry.example.com:5000/a'],
    ['registry.example.com:05000/a', 'registry.example.com:5000/a'],
    ['bücher.example/a', 'xn--bcher-kva.example/a'],
    ['localhost/a', 'localhost/a'],
    ['[::1]:5000/a', '[::1]:5000/a'],
    ['', null],
    ['/', null],
  ])('%s is %s', (written, name) => {
    expect(normalName(written)).toBe(name);
  });

  test.each([
    ['ghcr.io/acme/', 'ghcr.io/acme/a/b', true],
    ['ghcr.io/acme', 'ghcr.io/acme/a', false],
    ['GHCR.io:443/acme/*', 'ghcr.io/acme/a', true],
    ['ghcr.io/acme/*', 'ghcr.io/acme/a/b', false],
    ['ghcr.io/acme/*', 'ghcr.io/acme2/a', false],
    ['nginx', 'docker.io/library/nginx', true],
    ['acme/*', 'docker.io/acme/x', true],
    ['docker.io/*', 'docker.io/library/x', true],
    ['docker.io/*', 'docker.io/acme/x', false],
    ['docker.io/**', 'docker.io/acme/x', true],
    ['*.example.com/**', 'a.example.com/x', true],
    ['*.example.com/**', 'a.b.example.com.evil/x', false],
    ['**', 'anything/x', true],
  ])('the pattern %s over %s: %s', (pattern, name, expected) => {
    const compiled = compileNamePattern(pattern);
    expect(compiled.ok && compiled.matches(name)).toBe(expected);
  });

  test.each(['ghcr.io', 'ghcr.io/a:tag', 'ghcr.io/a@sha256:aa', 'ghcr.io/A', ':/x'])(
    'the pattern %s is refused',
    (pattern) => {
      expect(compileNamePattern(pattern).ok).toBe(false);
    },
  );

  test('a glob agrees with the expression that it stands for', () => {
    const alphabet = fc.constantFrom('a', '/', '*', '.');
    fc.assert(
      fc.property(
        fc.string({ unit: alphabet, maxLength: 12 }),
        fc.string({ unit: alphabet, maxLength: 12 }),
        (glob, name) => {
          const source = glob
            .replaceAll(/\*{2,}/g, '\u0000')
            .replaceAll('.', '\\.')
            .replaceAll('*', '[^/]*')
            .replaceAll('\u0000', '.*');
          expect(compileStars(glob)(name)).toBe(new RegExp(`^${source}$`, 's').test(name));
        },
      ),
      { numRuns: 300, seed: 4 },
    );
  });

  test.each(['(a+)+', '(a|a)*', '((a*))*', '(a{2,})+', 'a(?=b)', '(a)\\1', '('])(
    'the expression %s is refused',
    (source) => {
      expect(compileExpression(source).ok).toBe(false);
    },
  );

  test.each([
    ['https://github\\.com/acme/.*', 'https://github.com/acme/x', true],
    ['acme', 'xacme', false],
    ['a|b', 'bc', false],
  ])('the expression %s over %s: %s', (source, value, expected) => {
    const compiled = compileExpression(source);
    expect(compiled.ok && compiled.matches(value)).toBe(expected);
  });

  test.each([
    ['git+https://github.com/a/b.git@refs/heads/main', 'https://github.com/a/b'],
    ['https://github.com/a/b/', 'https://github.com/a/b'],
    ['git+ssh://git@github.com/a/b', 'ssh://git@github.com/a/b'],
  ])('the source %s is %s', (uri, bare) => {
    expect(bareSource(uri)).toBe(bare);
  });
});

describe('policies that are not understood are refused', () => {
  const rule = (inside: string): string => `trust:\n  images:\n    - ${inside}\n`;
  test.each([
    ['', /one member `trust`/],
    ['trust: 1', /must be an object/],
    ['trust: {imgaes: []}', /no key "imgaes"/],
    ['trust: {images: {}}', /must be a list/],
    ['trust: {default: maybe}', /default is one of/],
    [rule('{verdict: trusted}'), /policy.yaml:3: a rule needs pattern/],
    [rule('{pattern: a, mode: block, verdict: trusted}'), /mode is one of/],
    [rule('{pattern: a}'), /needs authorities/],
    [rule('{pattern: a, authorities: [{key: nobody}]}'), /no key "nobody"/],
    [rule('{pattern: a, authorities: [{identity: {issuer: x}}]}'), /both issuer and subject/],
    [rule('{pattern: a, authorities: [{}]}'), /either key or identity/],
    [
      rule('{pattern: a, authorities: [{identity: {issuer: x, subject: y, subjectPattern: z}}]}'),
      /given twice/,
    ],
    [
      rule("{pattern: a, authorities: [{identity: {issuer: x, subjectRegExp: '(a+)+'}}]}"),
      /subjectRegExp: a repeated group/,
    ],
    [
      rule('{pattern: a, require: 2, authorities: [{identity: {issuer: x, subject: y}}]}'),
      /require is/,
    ],
    [
      rule(
        '{pattern: a, require: attestations, authorities: [{identity: {issuer: x, subject: y}}]}',
      ),
      /needs attestations/,
    ],
    ['trust: {keys: {a: {file: missing.pub}}}', /missing.pub/],
    ['trust: {keys: {a: text}}', /no public key/],
    ['trust: {keys: {__proto__: {}}}', /.*/],
  ])('%s', (written, message) => {
    const run = () => policyOf(written);
    expect(run).toThrow(SeaworthyError);
    expect(run).toThrow(message);
  });

  test('their hash changes with text and key files', () => {
    expect(policyOf(`${text} `).hash).not.toBe(policy.hash);
    expect(policy.keys).toHaveLength(2);
    const line = text.split('\n').findIndex((one) => one.includes('- pattern')) + 1;
    expect(present(policy.rules[0]).line).toBe(line);
  });
});

describe('keys that stand twice', () => {
  test.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"a":{"b":1},"c":{"b":1}}', null],
    ['[{"a":1},{"a":2}]', null],
    ['{"a":"a","b":"a:\\""}', null],
    ['{"x":[{"k":1,"z":"}","k":1}]}', 'k'],
  ])('%s: %s', (json, key) => {
    expect(duplicateKey(json)).toBe(key);
  });

  test('never in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(duplicateKey(JSON.stringify(JSON.parse(json)))).toBeNull();
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});
