// Trusted roots: the certificate authorities, transparency logs and timestamp authorities that
// keyless signatures are judged by (sigstore protobuf-specs, trustroot.v1). Read strictly, and by us:
// entries without a start of validity are left out before the library can take them for eternal.
import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { messageOf, SeaworthyError } from '../base/error.ts';
import { asArray, field, stringField } from '../base/json.ts';
import { dateOf, fromBase64, strictJson } from './document.ts';
import { keyProblem } from './key.ts';

export interface Validity {
  readonly start: Date;
  /** Absent: still in use. */
  readonly end: Date | undefined;
}

export interface TrustedLog {
  readonly baseUrl: string;
  readonly logId: Buffer;
  readonly publicKey: KeyObject;
  readonly validFor: Validity;
}

export interface TrustedAuthority {
  readonly uri: string;
  /** DER, leaf or lowest intermediate first. */
  readonly certificates: readonly Buffer[];
  readonly validFor: Validity;
}

export interface TrustedRoot {
  /** For people: `built in`, a file's name. */
  readonly name: string;
  /** `sha256:` of its text: part of the key of cached verdicts. */
  readonly hash: string;
  readonly logs: readonly TrustedLog[];
  readonly certificateLogs: readonly TrustedLog[];
  readonly authorities: readonly TrustedAuthority[];
  readonly timestampAuthorities: readonly TrustedAuthority[];
  /** Entries that were left out, and why. */
  readonly remarks: readonly string[];
}

/** Entries of one list: the public instance has two to four. */
const entriesOfRoot = 100;
const certificatesOfChain = 10;

const mediaTypes: ReadonlySet<string> = new Set([
  'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  'application/vnd.dev.sigstore.trustedroot.v0.1+json',
  'application/vnd.dev.sigstore.trustedroot.v0.2+json',
]);

/**
 * Reads a trusted root (JSON). Throws `SeaworthyError` `malformed` when it is none, or when nothing
 * in it can be used.
 */
export function readTrustedRoot(bytes: Uint8Array, name: string): TrustedRoot {
  const parsed = strictJson(bytes, name);
  if (!parsed.ok) throw new SeaworthyError('malformed', parsed.reason);
  const root = parsed.value;
  const mediaType = stringField(root, 'mediaType') ?? '';
  if (!mediaTypes.has(mediaType)) {
    const shown = JSON.stringify(mediaType.slice(0, 100));
    throw new SeaworthyError(
      'malformed',
      `${name} is no trusted root (its mediaType is ${shown})`,
      {
        advice: 'give a trusted_root.json of Sigstore',
      },
    );
  }
  const remarks: string[] = [];
  const read = <T>(key: string, one: (value: unknown) => T): T[] =>
    readList(field(root, key), { key, one, remarks, name });
  const result: TrustedRoot = {
    name,
    hash: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    logs: read('tlogs', logOf),
    certificateLogs: read('ctlogs', logOf),
    authorities: read('certificateAuthorities', authorityOf),
    timestampAuthorities: read('timestampAuthorities', authorityOf),
    remarks,
  };
  if (result.authorities.length + result.logs.length + result.timestampAuthorities.length === 0) {
    const why = remarks[0] === undefined ? '' : ` (${remarks[0]})`;
    throw new SeaworthyError('malformed', `${name} holds nothing that can be trusted${why}`);
  }
  return result;
}

interface Reading<T> {
  readonly key: string;
  readonly one: (value: unknown) => T;
  readonly remarks: string[];
  readonly name: string;
}

function readList<T>(value: unknown, { key, one, remarks, name }: Reading<T>): T[] {
  const list = asArray(value);
  if (list.length > entriesOfRoot) {
    throw new SeaworthyError(
      'limit',
      `${name} lists ${list.length} ${key}, more than any honest root`,
    );
  }
  return list.flatMap((entry, index) => {
    try {
      return [one(entry)];
    } catch (error) {
      remarks.push(`${key}[${index}] of ${name} is left out: ${messageOf(error)}`);
      return [];
    }
  });
}

function logOf(value: unknown): TrustedLog {
  const key = field(value, 'publicKey');
  // Without a start, @sigstore/verify takes the key as valid since 1970.
  const validFor = validityOf(field(key, 'validFor'));
  const raw = fromBase64(stringField(key, 'rawBytes'));
  const id = stringField(field(value, 'checkpointKeyId') ?? field(value, 'logId'), 'keyId');
  const logId = fromBase64(id);
  if (raw === null || logId === null) throw new Error('its key or its id is missing');
  const isPkcs1 = (stringField(key, 'keyDetails') ?? '').startsWith('PKCS1_');
  const publicKey = createPublicKey({ key: raw, format: 'der', type: isPkcs1 ? 'pkcs1' : 'spki' });
  const problem = keyProblem(publicKey);
  if (problem !== null) throw new Error(`its key ${problem}`);
  return { baseUrl: stringField(value, 'baseUrl') ?? '', logId, publicKey, validFor };
}

function authorityOf(value: unknown): TrustedAuthority {
  const validFor = validityOf(field(value, 'validFor'));
  const listed = asArray(field(field(value, 'certChain'), 'certificates'));
  if (listed.length === 0 || listed.length > certificatesOfChain) {
    throw new Error(`its chain has ${listed.length} certificates`);
  }
  const certificates = listed.map((one) => {
    const bytes = fromBase64(stringField(one, 'rawBytes'));
    if (bytes === null) throw new Error('a certificate of it is missing');
    const problem = keyProblem(new X509Certificate(bytes).publicKey);
    if (problem !== null) throw new Error(`a key of its chain ${problem}`);
    return bytes;
  });
  return { uri: stringField(value, 'uri') ?? '', certificates, validFor };
}

function validityOf(value: unknown): Validity {
  const start = dateOf(field(value, 'start'));
  if (start === null) throw new Error('it says not since when it is valid');
  const told = field(value, 'end');
  const end = told === undefined || told === null ? undefined : dateOf(told);
  if (end === null) throw new Error('its end of validity is no date');
  return { start, end };
}

/** Does the time lie within the validity? */
export function isValidAt({ start, end }: Validity, time: Date): boolean {
  return start <= time && (end === undefined || time <= end);
}
