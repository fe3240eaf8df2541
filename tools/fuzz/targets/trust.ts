// Signatures from strangers: layers of signature manifests, bundles, trusted roots, statements, trust
// policies, names. Whatever comes, nothing may be called verified that was not signed.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { SeaworthyError } from '../../../src/base/error.ts';
import type { SignatureFact } from '../../../src/model/trust.ts';
import {
  annotationNames,
  bundleType,
  envelopeType,
  type ImageSubject,
  normalName,
  readTrustedRoot,
  readTrustPolicy,
  simpleSigningType,
  trustedKey,
  verifyLayer,
} from '../../../src/trust/index.ts';
import { sample } from '../samples/files.ts';
import * as samples from '../samples/trust.ts';
import { type FuzzTarget, promise, promiseReason, type Sample } from '../target.ts';

const manifest = Buffer.from('{}');
const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
const image: ImageSubject = { digest, role: 'manifest', bytes: manifest };
const key = trustedKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, 'fuzz');
const root = readTrustedRoot(Buffer.from(samples.trustedRoot), 'fuzz');
const anchors = { keys: [key], root };
const decoder = new TextDecoder();

function promiseRefused({ verified, refusal, reason }: SignatureFact): void {
  promise(!verified && refusal !== null, 'something passes that nobody of ours signed');
  promiseReason(reason);
}

function layer(mediaType: string, bytes: Uint8Array, annotations: ReadonlyMap<string, string>) {
  const artifactType = mediaType === bundleType ? bundleType : null;
  const found = { shape: 'referrer', storedIn: digest, artifactType, mediaType } as const;
  promiseRefused(verifyLayer({ ...found, annotations, bytes }, [image], anchors).fact);
}

/** One input is the payload, the next lines are annotations. */
function runAnnotations({ bytes }: Sample): void {
  const [payload = '', certificate = '', log = '', timestamp = ''] = decoder
    .decode(bytes)
    .split('\u0000');
  const annotations = new Map<string, string>([
    [annotationNames.signature, Buffer.from(payload).toString('base64')],
    [annotationNames.certificate, certificate],
    [annotationNames.log, log],
    [annotationNames.timestamp, timestamp],
  ]);
  layer(simpleSigningType, Buffer.from(payload), annotations);
}

const bundleTokens = [
  'messageSignature',
  'dsseEnvelope',
  'verificationMaterial',
  'x509CertificateChain',
  'certificate',
  'publicKey',
  'tlogEntries',
  'inclusionPromise',
  'inclusionProof',
  'checkpoint',
  'rfc3161Timestamps',
  'canonicalizedBody',
  'kindVersion',
  '\u2014 ',
  '\\n\\n',
];

export const trustTargets: readonly FuzzTarget[] = [
  {
    name: 'trust-bundle',
    weight: 1.5,
    samples: samples.bundles.map((text) => sample('bundle.json', text)),
    tokens: bundleTokens,
    run: ({ bytes }) => layer(bundleType, bytes, new Map()),
  },
  {
    name: 'trust-envelope',
    weight: 0.5,
    samples: samples.envelopes.map((text) => sample('envelope.json', text)),
    tokens: ['payloadType', 'signatures', 'application/vnd.in-toto+json', 'keyid'],
    run: ({ bytes }) => layer(envelopeType, bytes, new Map()),
  },
  {
    name: 'trust-annotations',
    weight: 1,
    samples: samples.annotated.map((text) => sample('layer', text)),
    tokens: ['\u0000', 'docker-manifest-digest', '-----BEGIN CERTIFICATE-----', 'Payload', 'logID'],
    run: runAnnotations,
  },
  {
    name: 'trust-root',
    weight: 0.5,
    samples: [sample('root.json', samples.trustedRoot)],
    tokens: ['tlogs', 'ctlogs', 'validFor', 'start', 'end', 'rawBytes', 'PKCS1_RSA_PKCS1V5'],
    run({ bytes }) {
      const read = readTrustedRoot(bytes, 'fuzz');
      for (const remark of read.remarks) promiseReason(remark);
      for (const log of [...read.logs, ...read.certificateLogs]) {
        promise(!Number.isNaN(log.validFor.start.getTime()), 'a log without a start is used');
      }
    },
  },
  {
    name: 'trust-policy',
    weight: 0.5,
    samples: samples.policies.map((text) => sample('policy.yaml', text)),
    tokens: [
      'pattern: ',
      'authorities:',
      'identity:',
      'subjectRegExp: ',
      '**',
      'require: all',
      '(a+)+',
    ],
    run({ bytes }) {
      const policy = readTrustPolicy(decoder.decode(bytes), 'fuzz', () => {
        throw new SeaworthyError('not-found', 'no file');
      });
      for (const { patterns, authorities, attestations, threshold, verdict } of policy.rules) {
        promise(patterns.length > 0, 'a rule without patterns');
        const demands = threshold + attestations.length;
        const isStrict = authorities.length > 0 && demands > 0;
        promise(verdict !== 'signed' || isStrict, 'a rule that trusts everybody');
        for (const { matches } of patterns) matches('registry.example/team/shop');
      }
    },
  },
  {
    name: 'trust-name',
    weight: 0.25,
    samples: samples.names.map((text) => sample('name', text)),
    tokens: ['docker.io', ':443', '/', '@sha256:', 'xn--', '[::1]', '.'],
    run({ bytes }) {
      const name = normalName(decoder.decode(bytes));
      promise(name === null || normalName(name) === name, `${name} is not in normal form`);
    },
  },
];
