// GitHub.
import { base62, dotted64, word } from '../alphabet.ts';
import { fitsBase62Crc } from '../checksum.ts';
import type { SecretDetector } from '../detector.ts';
import { type Judgement, token } from '../token.ts';

const issuer = 'GitHub';

/** Tokens of the first form end in a checksum: one that does not fit was never valid. */
function judge(value: string): Judgement {
  const body = value.slice(4);
  if (body.length !== 36) return true;
  if (fitsBase62Crc(body)) return { evidence: { checksum: 'fits' } };
  return { severity: 'medium', evidence: { checksum: 'does not fit: mistyped or made up' } };
}

export const github: readonly SecretDetector[] = [
  token({
    id: 'github-personal-token',
    title: 'GitHub personal access token',
    severity: 'critical',
    issuer,
    prefixes: ['ghp_'],
    alphabet: base62,
    length: [36, 255],
    judge,
  }),
  token({
    id: 'github-fine-grained-token',
    title: 'GitHub fine-grained access token',
    severity: 'critical',
    issuer,
    prefixes: ['github_pat_'],
    alphabet: word,
    length: [60, 255],
  }),
  token({
    id: 'github-oauth-token',
    title: 'GitHub OAuth token',
    severity: 'critical',
    issuer,
    prefixes: ['gho_'],
    alphabet: base62,
    length: [36, 255],
    judge,
  }),
  token({
    id: 'github-app-token',
    title: 'GitHub App token',
    severity: 'high',
    issuer,
    prefixes: ['ghs_', 'ghu_'],
    alphabet: dotted64,
    length: [36, 1000],
    judge,
  }),
  token({
    id: 'github-refresh-token',
    title: 'GitHub refresh token',
    severity: 'critical',
    issuer,
    prefixes: ['ghr_'],
    alphabet: base62,
    length: [36, 255],
    judge,
  }),
];
