import { describe, expect, test } from 'vitest';
import type { TrustAnswer } from '../../flow/trust/index.ts';
import type { SignatureFact } from '../../model/trust.ts';
import { verifyTable } from './verify-table.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const hostile = "evil'; rm -rf ~ #\u001b[2J\u202e\n";

function answerWith(signatures: readonly SignatureFact[], code = 'no-demand'): TrustAnswer {
  const reasons = [{ code: code as 'no-demand', message: `because ${hostile}` }];
  return {
    facts: {
      name: 'registry.example/shop',
      reference: `registry.example/shop${hostile}`,
      subjects: [{ digest, role: 'manifest' }],
      signatures,
      unknowns: [hostile.repeat(40)],
    },
    verdict: { decision: 'deny', mode: 'deny', rule: null, reasons, proved: [], trusted: [] },
    predicates: [],
    checkedAt: '2026-11-22T00:00:00.000Z',
  };
}

const fact: SignatureFact = {
  kind: 'attestation',
  shape: 'referrer',
  storedIn: digest,
  subject: digest,
  verified: true,
  refusal: null,
  reason: '',
  signer: {
    kind: 'certificate',
    issuer: `https://issuer${hostile}`,
    subject: hostile,
    sourceRepository: null,
    sourceRef: null,
    sourceDigest: null,
    buildSigner: null,
    trigger: null,
  },
  signedAt: ['2026-11-22T00:00:00.000Z'],
  logIndex: '7',
  predicateType: `https://slsa.dev/${hostile}`,
  provenance: { builder: hostile, buildType: null, sources: [hostile], sourceRef: null },
};

describe('the table of verify', () => {
  test.each([60, 80, 120])('is harmless and fits %i columns', (columns) => {
    const answer = answerWith([fact, { ...fact, verified: false, reason: hostile.repeat(30) }]);
    const text = verifyTable(answer, { columns, colour: false, rootName: 'root' });
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  test('what it offers to copy is one word for a shell', () => {
    const text = verifyTable(answerWith([fact]), { columns: 120, colour: false, rootName: 'root' });
    expect(text).toContain(`'evil'\\''; rm -rf ~ #`);
  });

  test('says what to do where nothing is signed', () => {
    const options = { columns: 80, colour: false, rootName: 'root' };
    expect(verifyTable(answerWith([], 'unsigned'), options)).toContain('seaworthy sign IMAGE');
    expect(verifyTable(answerWith([]), options)).toContain('--key FILE');
  });
});
