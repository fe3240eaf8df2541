// From what lies in a registry or layout to evidence: a signed message or envelope with the key
// material, log entries and timestamps that came with it. Nothing is verified here.
// Shapes: cosign's signature specification, DSSE v1, sigstore bundle v0.1 to v0.3.
import { createHash } from 'node:crypto';
import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import { messageOf } from '../base/error.ts';
import { asArray, field, parseJson, stringField } from '../base/json.ts';
import type { Digest } from '../model/image.ts';
import type { StorageShape, TrustRefusal } from '../model/trust.ts';
import { fromBase64, pemBlocks, strictJson } from './document.ts';

/** One layer of a manifest that may hold a signature, with the annotations of its descriptor. */
export interface FoundLayer {
  readonly shape: StorageShape;
  readonly storedIn: Digest;
  /** Of the manifest; null when it does not tell. */
  readonly artifactType: string | null;
  readonly mediaType: string;
  readonly annotations: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
}

export type SignedContent =
  | {
      readonly kind: 'message';
      /** The signed bytes; null: the image's manifest itself is what was signed. */
      readonly payload: Uint8Array | null;
      readonly signature: Uint8Array;
    }
  | {
      readonly kind: 'envelope';
      readonly payloadType: string;
      readonly payload: Uint8Array;
      readonly signature: Uint8Array;
    };

export type Evidence =
  | {
      readonly kind: 'signed';
      readonly content: SignedContent;
      /** DER of the signer's certificate; null where a bare key signed. */
      readonly certificate: Uint8Array | null;
      /** For the library; null where there is neither certificate nor log entry. */
      readonly bundle: Bundle | null;
    }
  | { readonly kind: 'refused'; readonly refusal: TrustRefusal; readonly reason: string };

export const simpleSigningType = 'application/vnd.dev.cosign.simplesigning.v1+json';
export const envelopeType = 'application/vnd.dsse.envelope.v1+json';
export const inTotoType = 'application/vnd.in-toto+json';
export const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

export const annotationNames = {
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  chain: 'dev.sigstore.cosign/chain',
  log: 'dev.sigstore.cosign/bundle',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
} as const;

const bundleTypes: ReadonlySet<string> = new Set([
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  bundleType,
]);

/** Notation (Notary Project): found and told, never verified: there is no sound library for it. */
const notationType = 'application/vnd.cncf.notary.signature';
const notationLayers: ReadonlySet<string> = new Set(['application/jose+json', 'application/cose']);

/** Timestamps, log entries and certificates of one bundle; honest ones have one or two. */
const entriesOfBundle = 8;
/** An annotation that is used: certificates and log entries have a few KiB. */
const annotationBytes = 256 * 1024;

/** Could a layer of this type hold a signature or attestation at all? */
export function isSignatureLayer(mediaType: string, artifactType: string | null): boolean {
  return (
    mediaType === simpleSigningType ||
    mediaType === envelopeType ||
    mediaType.startsWith('application/vnd.dev.sigstore.bundle') ||
    artifactType?.startsWith('application/vnd.dev.sigstore.bundle') === true ||
    isNotation(mediaType, artifactType) ||
    mediaType === inTotoType
  );
}

function isNotation(mediaType: string, artifactType: string | null): boolean {
  return artifactType === notationType || notationLayers.has(mediaType);
}

/** Reads one layer. Never throws: what cannot be used is a refusal with its reason. */
export function readEvidence(layer: FoundLayer): Evidence {
  const { mediaType, artifactType } = layer;
  if (isNotation(mediaType, artifactType)) {
    return refused('unsupported', 'a Notation signature was found; Notation is not verified');
  }
  const long = [...layer.annotations].find(([, value]) => value.length > annotationBytes);
  if (long !== undefined) {
    return refused('limit', `an annotation has more than ${annotationBytes} characters`);
  }
  try {
    if (mediaType === simpleSigningType) return simpleSigning(layer);
    if (mediaType === envelopeType) return envelope(layer);
    if (mediaType === inTotoType) {
      return refused('unsigned', 'an attestation that nobody signed: it proves nothing');
    }
    if (isSignatureLayer(mediaType, artifactType)) return bundleEvidence(layer);
    return refused('unsupported', `signatures of the type ${shown(mediaType)} are not known`);
  } catch (error) {
    return refused('malformed', messageOf(error).slice(0, 300));
  }
}

function simpleSigning(layer: FoundLayer): Evidence {
  const signature = fromBase64(layer.annotations.get(annotationNames.signature));
  if (signature === null) return refused('malformed', 'its signature is missing or no base64');
  const digest = createHash('sha256').update(layer.bytes).digest('base64');
  return withMaterial(layer, {
    content: { kind: 'message', payload: layer.bytes, signature },
    own: {
      messageSignature: {
        messageDigest: { algorithm: 'SHA2_256', digest },
        signature: signature.toString('base64'),
      },
    },
  });
}

function envelope(layer: FoundLayer): Evidence {
  const parsed = strictJson(layer.bytes, 'the envelope');
  if (!parsed.ok) return refused('malformed', parsed.reason);
  const content = contentOfEnvelope(parsed.value);
  if (typeof content === 'string') return refused('malformed', content);
  return withMaterial(layer, { content, own: { dsseEnvelope: parsed.value } });
}

function contentOfEnvelope(value: unknown): Extract<SignedContent, { kind: 'envelope' }> | string {
  const signatures = asArray(field(value, 'signatures'));
  if (signatures.length !== 1) {
    return `the envelope has ${signatures.length} signatures where one is expected`;
  }
  const signature = fromBase64(field(signatures[0], 'sig'));
  const payload = fromBase64(field(value, 'payload'));
  const payloadType = stringField(value, 'payloadType');
  if (signature === null || payload === null || payloadType === null) {
    return 'the envelope lacks its payload, its type or its signature';
  }
  return { kind: 'envelope', payloadType, payload, signature };
}

interface Signed {
  readonly content: SignedContent;
  /** The member of a bundle that holds the signature. */
  readonly own: object;
}

/** Adds what cosign keeps in annotations: certificate, log entry, timestamp. */
function withMaterial(layer: FoundLayer, { content, own }: Signed): Evidence {
  const { annotations } = layer;
  const pem = annotations.get(annotationNames.certificate) ?? '';
  const [certificate = null] = pemBlocks(pem, 'CERTIFICATE', 1);
  if (pem !== '' && certificate === null) {
    return refused('malformed', 'its certificate is not in PEM form');
  }
  const entries = logEntries(annotations.get(annotationNames.log));
  if (typeof entries === 'string') return refused('malformed', entries);
  const timestamps = timestampsOf(annotations.get(annotationNames.timestamp));
  if (typeof timestamps === 'string') return refused('malformed', timestamps);
  if (certificate === null && entries.length === 0) {
    return { kind: 'signed', content, certificate: null, bundle: null };
  }
  const key =
    certificate === null
      ? { publicKey: { hint: '' } }
      : { x509CertificateChain: { certificates: [{ rawBytes: certificate.toString('base64') }] } };
  const bundle = bundleFromJSON({
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: {
      ...key,
      tlogEntries: entries,
      timestampVerificationData: { rfc3161Timestamps: timestamps },
    },
    ...own,
  });
  return { kind: 'signed', content, certificate, bundle };
}

/** The log entry of cosign's annotation (`{SignedEntryTimestamp, Payload}`) as bundles have it. */
function logEntries(text: string | undefined): object[] | string {
  if (text === undefined || text === '') return [];
  const parsed = strictJson(Buffer.from(text), 'its log entry');
  if (!parsed.ok) return parsed.reason;
  const payload = field(parsed.value, 'Payload');
  const body = fromBase64(field(payload, 'body'));
  const logId = stringField(payload, 'logID') ?? '';
  const promise = fromBase64(field(parsed.value, 'SignedEntryTimestamp'));
  const inside = body === null ? null : parseJson(body.toString('utf8'));
  const times = [field(payload, 'logIndex'), field(payload, 'integratedTime')];
  if (body === null || promise === null || inside?.ok !== true || !/^[0-9a-f]{64}$/.test(logId)) {
    return 'its log entry lacks its body, its id or its promise';
  }
  if (!times.every((one) => Number.isSafeInteger(one))) return 'its log entry has no time or index';
  return [
    {
      logIndex: String(times[0]),
      integratedTime: String(times[1]),
      logId: { keyId: Buffer.from(logId, 'hex').toString('base64') },
      kindVersion: {
        kind: stringField(inside.value, 'kind') ?? '',
        version: stringField(inside.value, 'apiVersion') ?? '',
      },
      inclusionPromise: { signedEntryTimestamp: promise.toString('base64') },
      canonicalizedBody: body.toString('base64'),
    },
  ];
}

function timestampsOf(text: string | undefined): object[] | string {
  if (text === undefined || text === '') return [];
  const parsed = strictJson(Buffer.from(text), 'its timestamp');
  if (!parsed.ok) return parsed.reason;
  const bytes = fromBase64(field(parsed.value, 'SignedRFC3161Timestamp'));
  return bytes === null
    ? 'its timestamp is missing'
    : [{ signedTimestamp: bytes.toString('base64') }];
}

function bundleEvidence(layer: FoundLayer): Evidence {
  const parsed = strictJson(layer.bytes, 'the bundle');
  if (!parsed.ok) return refused('malformed', parsed.reason);
  const root = parsed.value;
  const mediaType = stringField(root, 'mediaType') ?? '';
  if (!bundleTypes.has(mediaType)) {
    return refused('unsupported', `bundles of the type ${shown(mediaType)} are not known`);
  }
  const material = field(root, 'verificationMaterial');
  const crowded = ['tlogEntries'].some((key) => tooMany(field(material, key)));
  const stamps = field(field(material, 'timestampVerificationData'), 'rfc3161Timestamps');
  if (crowded || tooMany(stamps)) {
    return refused(
      'limit',
      `the bundle has more than ${entriesOfBundle} log entries or timestamps`,
    );
  }
  if (!exactlyOne(root, ['messageSignature', 'dsseEnvelope'])) {
    return refused('malformed', 'the bundle must hold one message signature or one envelope');
  }
  if (!exactlyOne(material, ['publicKey', 'certificate', 'x509CertificateChain'])) {
    return refused('malformed', 'the bundle must hold one key or one certificate');
  }
  const bundle = bundleFromJSON(root);
  const content = contentOfBundle(root);
  if (typeof content === 'string') return refused('malformed', content);
  return { kind: 'signed', content, certificate: certificateOf(bundle), bundle };
}

function contentOfBundle(root: unknown): SignedContent | string {
  const inside = field(root, 'dsseEnvelope');
  if (inside !== undefined) return contentOfEnvelope(inside);
  const signature = fromBase64(field(field(root, 'messageSignature'), 'signature'));
  if (signature === null) return 'the signature of the bundle is no base64';
  return { kind: 'message', payload: null, signature };
}

function certificateOf({ verificationMaterial: { content } }: Bundle): Uint8Array | null {
  switch (content.$case) {
    case 'certificate':
      return content.certificate.rawBytes;
    case 'x509CertificateChain':
      return content.x509CertificateChain.certificates[0]?.rawBytes ?? null;
    case 'publicKey':
      return null;
  }
}

function exactlyOne(value: unknown, keys: readonly string[]): boolean {
  return keys.filter((key) => field(value, key) !== undefined).length === 1;
}

function tooMany(value: unknown): boolean {
  return asArray(value).length > entriesOfBundle;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

function refused(refusal: TrustRefusal, reason: string): Evidence {
  return { kind: 'refused', refusal, reason };
}
