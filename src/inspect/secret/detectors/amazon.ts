// Amazon Web Services.

import { base32, base64, base64url, padded64, uuidBytes } from '../alphabet.ts';
import { assigned } from '../assignment.ts';
import { awsAccountOf } from '../checksum.ts';
import type { SecretDetector } from '../detector.ts';
import { token } from '../token.ts';

const issuer = 'AWS IAM';

/** An id of 20 characters; which account it belongs to can be read from it and opens nothing. */
function judgeKeyId(value: string) {
  const account = awsAccountOf(value);
  return account === null ? true : { evidence: { awsAccount: account } };
}

function mixesCase(value: string): boolean {
  return /[a-z]/.test(value) && /[A-Z]/.test(value) && /[0-9+/]/.test(value);
}

export const amazon: readonly SecretDetector[] = [
  token({
    id: 'aws-access-key-id',
    title: 'AWS access key id',
    severity: 'high',
    issuer,
    prefixes: ['AKIA', 'ABIA', 'ACCA'],
    alphabet: base32,
    length: 16,
    judge: judgeKeyId,
  }),
  token({
    id: 'aws-temporary-key-id',
    title: 'AWS temporary access key id',
    severity: 'medium',
    issuer,
    prefixes: ['ASIA'],
    alphabet: base32,
    length: 16,
    judge: judgeKeyId,
  }),
  assigned({
    id: 'aws-secret-access-key',
    title: 'AWS secret access key',
    severity: 'critical',
    issuer,
    words: ['secret_access_key', 'aws_secret_key', 'aws_secret'],
    spellings: ['SecretAccessKey', 'secretAccessKey', 'secretaccesskey', 'awsSecretKey'],
    alphabet: base64,
    length: 40,
    blankAssigns: true,
    judge: mixesCase,
  }),
  assigned({
    id: 'aws-session-token',
    title: 'AWS session token',
    severity: 'medium',
    issuer,
    words: ['aws_session_token', 'aws_security_token'],
    spellings: ['SessionToken', 'sessionToken'],
    alphabet: padded64,
    length: [200, 4000],
    blankAssigns: true,
    judge: mixesCase,
  }),
  token({
    id: 'aws-bedrock-key',
    title: 'Amazon Bedrock API key',
    severity: 'critical',
    issuer,
    prefixes: ['ABSKQmVkcm9ja0FQSUtleS'],
    alphabet: padded64,
    length: [80, 400],
  }),
  token({
    id: 'aws-marketplace-token',
    title: 'Amazon Marketplace (MWS) token',
    severity: 'critical',
    issuer: 'Amazon Seller Central',
    prefixes: ['amzn.mws.'],
    alphabet: uuidBytes,
    length: 36,
  }),
  token({
    id: 'aws-login-secret',
    title: 'Amazon Login client secret',
    severity: 'high',
    issuer: 'Amazon Login',
    prefixes: ['amzn1.oa2-cs.v1.'],
    alphabet: base64url,
    length: 64,
  }),
];
