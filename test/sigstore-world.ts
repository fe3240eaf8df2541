// A whole Sigstore in the process: Fulcio with its certificate log, Rekor (entries of version 1 and 2)
// and a timestamp authority, with a trusted root over them, and signers that use them as cosign does.
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from 'node:crypto';
import { initializeCA, initializeCTLog, initializeTLog, initializeTSA } from '@sigstore/mock';
import { bundleType, preAuthentication } from '../src/trust/index.ts';
import { present } from './present.ts';

export interface Identity {
  readonly subject: string;
  readonly issuer: string;
}

export const worker: Identity = {
  subject: 'https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main',
  issuer: 'https://token.actions.githubusercontent.com',
};

export interface EntryDocument {
  logIndex: string;
  logId: { keyId: string };
  kindVersion: { kind: string; version: string };
  integratedTime: string;
  inclusionPromise?: { signedEntryTimestamp: string };
  inclusionProof: {
    logIndex: string;
    rootHash: string;
    treeSize: string;
    hashes: string[];
    checkpoint: { envelope: string };
  };
  canonicalizedBody: string;
}

/** A bundle as JSON, for tests that change it. */
export interface BundleDocument {
  mediaType?: string;
  verificationMaterial: {
    certificate: { rawBytes: string };
    publicKey?: { hint: string };
    tlogEntries: EntryDocument[];
    timestampVerificationData: { rfc3161Timestamps: { signedTimestamp: string }[] };
  };
  messageSignature?: { messageDigest: { algorithm: string; digest: string }; signature: string };
  dsseEnvelope?: { payload: string; payloadType: string; signatures: { sig: string }[] };
}

interface LogDocument {
  publicKey: { validFor?: { start?: string; end?: string } };
}

/** A trusted root as JSON. */
export interface RootDocument {
  mediaType: string;
  tlogs: LogDocument[];
  ctlogs: LogDocument[];
  certificateAuthorities: object[];
  timestampAuthorities: object[];
}

/** What Rekor answers about a new entry. */
interface Recorded {
  readonly body: string;
  readonly integratedTime: number;
  readonly logIndex: number;
  readonly logID: string;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: { readonly rootHash: string; readonly checkpoint: string };
  };
}

export interface SigstoreWorld {
  /** The trusted root as a document; tests change it and write it out. */
  readonly root: RootDocument;
  /** A message signature: a bundle, and the same as cosign's annotations. */
  signMessage(bytes: Uint8Array, options?: SignOptions): Promise<SignedMessage>;
  /** A signature with a key of one's own that Rekor recorded, as cosign's annotations. */
  signWithKey(bytes: Uint8Array, privateKey: KeyObject): Promise<Record<string, string>>;
  /** An envelope with a statement, in a bundle. */
  attest(statement: object, options?: SignOptions): Promise<BundleDocument>;
}

export interface SignOptions {
  readonly identity?: Identity;
  /** How Rekor records it; version 2 has no promise, so that a timestamp is needed. */
  readonly log?: 'v1' | 'v2' | 'none';
  readonly timestamp?: boolean;
  /** What the entry of an envelope is: Rekor 2 records a hash of the pre-authentication encoding. */
  readonly entry?: 'dsse' | 'hashedrekord';
}

export interface SignedMessage {
  readonly bundle: BundleDocument;
  readonly annotations: Record<string, string>;
}

const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const rekor = 'https://rekor.sigstore.test';

function nextSecond(): Date {
  return new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000);
}

function ecKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/**
 * Certificates live ten minutes from `clock` on. The usual one is the next full second: authorities of
 * the mock begin now, and its timestamps have fractions that the library does not read.
 */
export async function sigstoreWorld(clock = nextSecond()): Promise<SigstoreWorld> {
  const ctlog = await initializeCTLog(ecKeys(), clock);
  const ca = await initializeCA(ecKeys(), ctlog, clock);
  const tlog = await initializeTLog(rekor, ecKeys(), clock);
  const tsa = await initializeTSA(ecKeys(), clock);
  const past = { start: new Date(Date.now() - 86_400_000).toISOString() };
  const log = (key: Buffer, id: Uint8Array, baseUrl: string) => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(key), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor: past },
    logId: { keyId: base64(id) },
  });
  const chain = (...certificates: { buffer: ArrayBufferLike }[]) => ({
    subject: { organization: 'test', commonName: 'test' },
    uri: 'https://sigstore.test',
    certChain: {
      certificates: certificates.map((one) => ({
        rawBytes: base64(new Uint8Array(one as unknown as ArrayBuffer)),
      })),
    },
    validFor: past,
  });
  const root = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [log(tlog.publicKey, digest(tlog.publicKey), rekor)],
    certificateAuthorities: [chain(ca.rootCertificate)],
    ctlogs: [
      log(
        ctlog.publicKey,
        new Uint8Array(ctlog.logID as unknown as ArrayBuffer),
        'https://ct.test',
      ),
    ],
    timestampAuthorities: [chain(tsa.intCertificate, tsa.rootCertificate)],
  };

  async function material(signed: Signed, options: SignOptions): Promise<Material> {
    const { log: version = 'v1', timestamp = version === 'v2' } = options;
    const entries: EntryDocument[] = [];
    let annotation: string | null = null;
    if (version !== 'none') {
      const body = entryBody(signed, options);
      const logged: unknown = await tlog.log(body);
      const entry = present(Object.values(logged as Record<string, Recorded>)[0]);
      const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
      const { kind, apiVersion } = body;
      entries.push({
        logIndex: String(entry.logIndex),
        logId: { keyId: Buffer.from(entry.logID, 'hex').toString('base64') },
        kindVersion: { kind, version: apiVersion },
        integratedTime: version === 'v1' ? String(entry.integratedTime) : '0',
        ...(version === 'v1' ? { inclusionPromise: { signedEntryTimestamp } } : {}),
        inclusionProof: {
          logIndex: '0',
          rootHash: Buffer.from(proof.rootHash, 'hex').toString('base64'),
          treeSize: '1',
          hashes: [],
          checkpoint: { envelope: proof.checkpoint },
        },
        canonicalizedBody: entry.body,
      });
      const { body: text, integratedTime, logIndex, logID } = entry;
      const payload = { body: text, integratedTime, logIndex, logID };
      annotation = JSON.stringify({ SignedEntryTimestamp: signedEntryTimestamp, Payload: payload });
    }
    const stamp = timestamp
      ? await tsa.timestamp({
          artifactHash: digest(signed.signature),
          hashAlgorithmOID: '2.16.840.1.101.3.4.2.1',
          nonce: 4711,
          policyOID: '1.3.6.1.4.1.57264.2',
          certReq: false,
        })
      : null;
    const stamped = stamp === null ? null : base64(new Uint8Array(stamp as unknown as ArrayBuffer));
    return { entries, annotation, stamped };
  }

  async function signer(identity: Identity) {
    const { publicKey, privateKey } = ecKeys();
    const der = new Uint8Array(
      (await ca.issueCertificate({
        publicKey: publicKey.export({ format: 'der', type: 'spki' }) as never,
        subjectAltName: identity.subject,
        extensions: [
          { oid: '1.3.6.1.4.1.57264.1.1', value: identity.issuer, legacy: true },
          { oid: '1.3.6.1.4.1.57264.1.8', value: identity.issuer },
          { oid: '1.3.6.1.4.1.57264.1.12', value: 'https://github.com/acme/shop' },
          { oid: '1.3.6.1.4.1.57264.1.14', value: 'refs/heads/main' },
        ],
      })) as unknown as ArrayBuffer,
    );
    return { der, privateKey, pem: new X509Certificate(der).toString() };
  }

  return {
    root,
    signMessage: async (bytes, options = {}) => {
      const { der, privateKey, pem } = await signer(options.identity ?? worker);
      const signature = sign('sha256', bytes, privateKey);
      const found = await material({ kind: 'message', bytes, signature, pem, der }, options);
      const messageDigest = { algorithm: 'SHA2_256', digest: base64(digest(bytes)) };
      const messageSignature = { messageDigest, signature: base64(signature) };
      return {
        bundle: bundleOf(der, found, { messageSignature }),
        annotations: {
          'dev.cosignproject.cosign/signature': base64(signature),
          'dev.sigstore.cosign/certificate': pem,
          ...(found.annotation === null ? {} : { 'dev.sigstore.cosign/bundle': found.annotation }),
          ...(found.stamped === null
            ? {}
            : {
                'dev.sigstore.cosign/rfc3161timestamp': JSON.stringify({
                  SignedRFC3161Timestamp: found.stamped,
                }),
              }),
        },
      };
    },
    signWithKey: async (bytes, privateKey) => {
      const signature = sign('sha256', bytes, privateKey);
      const pem = createPublicKey(privateKey).export({ format: 'pem', type: 'spki' });
      const signed = { kind: 'message', bytes, signature, pem, der: Buffer.alloc(0) } as const;
      const { annotation } = await material(signed, {});
      return {
        'dev.cosignproject.cosign/signature': base64(signature),
        'dev.sigstore.cosign/bundle': present(annotation),
      };
    },
    attest: async (statement, options = {}) => {
      const { der, privateKey, pem } = await signer(options.identity ?? worker);
      const payload = Buffer.from(JSON.stringify(statement));
      const payloadType = 'application/vnd.in-toto+json';
      const bytes = preAuthentication({ payloadType, payload });
      const signature = sign('sha256', bytes, privateKey);
      const kind = options.entry === 'hashedrekord' ? 'message' : 'envelope';
      const found = await material({ kind, bytes, payload, signature, pem, der }, options);
      return bundleOf(der, found, {
        dsseEnvelope: {
          payload: base64(payload),
          payloadType,
          signatures: [{ sig: base64(signature) }],
        },
      });
    },
  };
}

interface Material {
  readonly entries: EntryDocument[];
  readonly annotation: string | null;
  readonly stamped: string | null;
}

interface Signed {
  readonly kind: 'message' | 'envelope';
  /** What the key signed. */
  readonly bytes: Uint8Array;
  readonly payload?: Uint8Array;
  readonly signature: Uint8Array;
  readonly pem: string;
  readonly der: Uint8Array;
}

/** A Rekor entry's body as the log would record it. */
function entryBody(signed: Signed, options: SignOptions): { kind: string; apiVersion: string } {
  const content = base64(signed.signature);
  const pem = base64(Buffer.from(signed.pem));
  const verifier = {
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    x509Certificate: { rawBytes: base64(signed.der) },
  };
  const isSecond = options.log === 'v2';
  const hash = digest(signed.kind === 'message' ? signed.bytes : (signed.payload ?? signed.bytes));
  const kind = signed.kind === 'message' ? 'hashedrekord' : 'dsse';
  const first =
    kind === 'hashedrekord'
      ? {
          data: { hash: { algorithm: 'sha256', value: hash.toString('hex') } },
          signature: { content, publicKey: { content: pem } },
        }
      : {
          payloadHash: { algorithm: 'sha256', value: hash.toString('hex') },
          signatures: [{ signature: content, verifier: pem }],
        };
  const second =
    kind === 'hashedrekord'
      ? {
          hashedRekordV002: {
            data: { algorithm: 'SHA2_256', digest: base64(hash) },
            signature: { content, verifier },
          },
        }
      : {
          dsseV002: {
            payloadHash: { algorithm: 'SHA2_256', digest: base64(hash) },
            signatures: [{ content, verifier }],
          },
        };
  const body = { kind, apiVersion: isSecond ? '0.0.2' : '0.0.1', spec: isSecond ? second : first };
  return body;
}

function bundleOf(der: Uint8Array, found: Material, content: object): BundleDocument {
  return {
    mediaType: bundleType,
    verificationMaterial: {
      certificate: { rawBytes: base64(der) },
      tlogEntries: found.entries,
      timestampVerificationData: {
        rfc3161Timestamps: found.stamped === null ? [] : [{ signedTimestamp: found.stamped }],
      },
    },
    ...content,
  };
}
