// A policy from the words of a command line: whoever is named must have signed, whatever the image.
import { createHash } from 'node:crypto';
import { SeaworthyError } from '../base/error.ts';
import type { TrustedKey } from './key.ts';
import { type Authority, type TextTest, type TrustPolicy, textTest } from './policy.ts';
import { predicateNames, predicateTypes } from './statement.ts';

export interface WrittenTest {
  readonly text: string;
  readonly kind: 'exact' | 'expression';
}

export interface PolicyDemand {
  /** All of them must have signed. */
  readonly keys: readonly TrustedKey[];
  readonly identity: { readonly issuer: WrittenTest; readonly subject: WrittenTest } | null;
  /** Predicate types that the same signers must attest. */
  readonly attestations: readonly string[];
}

/**
 * The policy of a demand. Without key and identity nothing is trusted: anybody can sign anything.
 * Throws `SeaworthyError` `usage` for expressions and types that cannot be used.
 */
export function demandedPolicy({ keys, identity, attestations }: PolicyDemand): TrustPolicy {
  const authorities: Authority[] = keys.map(({ name, fingerprint }) => ({
    kind: 'key',
    name,
    fingerprint,
    log: false,
  }));
  if (identity !== null) {
    const issuer = compiled(identity.issuer);
    const subject = compiled(identity.subject);
    const name = subject.text;
    authorities.push({
      kind: 'identity',
      name,
      issuer,
      subject,
      sourceRepository: null,
      sourceRef: null,
    });
  }
  const rule = {
    patterns: [{ text: '**', matches: () => true }],
    mode: 'deny',
    verdict: 'signed',
    subject: 'either',
    authorities,
    threshold: authorities.length,
    attestations: attestations.map((type) => ({
      type,
      types: typesOf(type),
      builder: null,
      source: null,
      ref: null,
      buildType: null,
    })),
    line: 0,
  } as const;
  const words = JSON.stringify([
    keys.map(({ fingerprint }) => fingerprint),
    identity,
    attestations,
  ]);
  const hash = `sha256:${createHash('sha256').update(words).digest('hex')}`;
  return { rules: [rule], otherwise: 'deny', keys, hash };
}

function compiled({ text, kind }: WrittenTest): TextTest {
  const test = textTest(text, kind);
  if (typeof test !== 'string') return test;
  throw new SeaworthyError('usage', `the expression ${JSON.stringify(text.slice(0, 80))}: ${test}`);
}

function typesOf(type: string): readonly string[] {
  const types = predicateTypes(type);
  if (types !== null) return types;
  throw new SeaworthyError('usage', `${JSON.stringify(type.slice(0, 80))} is no predicate type`, {
    advice: `one of ${predicateNames.join(', ')}, or an address`,
  });
}
