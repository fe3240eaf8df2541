// The signer's certificate: may it sign code at all, and whom does it name (Fulcio's certificate
// specification: issuer, identity and build in extensions 1.3.6.1.4.1.57264.1.*).
import { X509Certificate } from 'node:crypto';
import type { CertificateSigner } from '../model/trust.ts';
import { keyProblem } from './key.ts';

/** One extension: the raw value of its OCTET STRING. */
export interface Extension {
  readonly oid: string;
  readonly value: Uint8Array;
}

const codeSigning = '1.3.6.1.5.5.7.3.3';
/** Longest identity that is matched against patterns. */
const identityLength = 2048;

/** Why a certificate may not have signed an image, as the end of a sentence; null when it may. */
export function certificateProblem(der: Uint8Array): string | null {
  try {
    return problemOf(new X509Certificate(der));
  } catch {
    // Node reads the key when it is asked for.
    return 'cannot be read';
  }
}

function problemOf(certificate: X509Certificate): string | null {
  if (certificate.ca) return 'is one of an authority, which signs certificates, not images';
  const uses: readonly string[] | undefined = certificate.keyUsage;
  if (uses === undefined || !uses.includes(codeSigning)) return 'is not meant for signing code';
  const problem = keyProblem(certificate.publicKey);
  return problem === null ? null : `has a key that ${problem}`;
}

const arc = '1.3.6.1.4.1.57264.1.';

/** Who the certificate names; null when issuer or identity is missing or absurd. */
export function signerOf(
  subject: string | undefined,
  extensions: readonly Extension[],
): CertificateSigner | null {
  const values = new Map(extensions.map(({ oid, value }) => [oid, value] as const));
  const told = (number: number): string | null => {
    const value = values.get(`${arc}${number}`);
    return value === undefined ? null : number >= 8 ? derText(value) : plain(value);
  };
  const issuer = told(8) ?? told(1);
  if (issuer === null || issuer === '' || subject === undefined || subject === '') return null;
  if (subject.length > identityLength || issuer.length > identityLength) return null;
  return {
    kind: 'certificate',
    issuer,
    subject,
    sourceRepository: told(12) ?? told(5),
    sourceRef: told(14) ?? told(6),
    sourceDigest: told(13) ?? told(3),
    buildSigner: told(9),
    trigger: told(20) ?? told(2),
  };
}

function plain(value: Uint8Array): string | null {
  return value.length > identityLength ? null : Buffer.from(value).toString('utf8');
}

/** A DER UTF8String (tag 12); null for anything else. */
function derText(value: Uint8Array): string | null {
  const [tag, first = 0, second = 0, third = 0] = value;
  if (tag !== 0x0c) return null;
  const [start, length] =
    first < 0x80
      ? [2, first]
      : first === 0x81
        ? [3, second]
        : first === 0x82
          ? [4, second * 256 + third]
          : [0, -1];
  if (length < 0 || start + length !== value.length) return null;
  return plain(value.subarray(start));
}
