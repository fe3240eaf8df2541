// Google Cloud and Google APIs. The key file of a service account holds a private key: private-key.ts.
import { base64url, dotted64 } from '../alphabet.ts';
import { assigned } from '../assignment.ts';
import type { SecretDetector } from '../detector.ts';
import { token } from '../token.ts';

export const google: readonly SecretDetector[] = [
  token({
    id: 'google-api-key',
    title: 'Google API key',
    severity: 'medium',
    issuer: 'Google Cloud',
    prefixes: ['AIza'],
    alphabet: base64url,
    length: 35,
    // Browser keys are public by design and stand in published scripts.
    onlyOwnFiles: true,
  }),
  token({
    id: 'google-oauth-secret',
    title: 'Google OAuth client secret',
    severity: 'high',
    issuer: 'Google Cloud',
    prefixes: ['GOCSPX-'],
    alphabet: base64url,
    length: 28,
    // Installed tools ship theirs: it is no secret there (RFC 8252, section 8.5).
    onlyOwnFiles: true,
  }),
  token({
    id: 'google-access-token',
    title: 'Google OAuth access token',
    severity: 'medium',
    issuer: 'Google',
    prefixes: ['ya29.'],
    alphabet: dotted64,
    length: [60, 1500],
  }),
  assigned({
    id: 'google-refresh-token',
    title: 'Google OAuth refresh token',
    severity: 'critical',
    issuer: 'Google',
    words: ['refresh_token'],
    alphabet: { ...dotted64, has: dotted64.has.with(0x2f, 1) },
    length: [80, 300],
    judge: (value) => value.startsWith('1//'),
  }),
];
