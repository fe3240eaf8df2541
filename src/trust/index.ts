// The door of the trust wing: what signatures and attestations prove, and what a policy makes of it.
export {
  annotationNames,
  bundleType,
  envelopeType,
  type FoundLayer,
  inTotoType,
  isSignatureLayer,
  notationType,
  simpleSigningType,
} from './evidence.ts';
export { normalName } from './image-name.ts';
export { judgeTrust, signerWords, type TrustReason, type TrustVerdict } from './judge.ts';
export { fingerprintOf, readPublicKey, type TrustedKey, trustedKey } from './key.ts';
export {
  type Authority,
  readTrustPolicy,
  type TextTest,
  type TrustPolicy,
  type TrustRule,
  textTest,
} from './policy.ts';
export {
  bundleOf,
  type Envelope,
  envelopeOf,
  generateKey,
  type KeyPair,
  readSigningKey,
  type SigningKey,
  signatureClaim,
  simplePayload,
  statementOf,
} from './signing.ts';
export { predicateNames, predicateTypes, signPredicateType } from './statement.ts';
export { readTrustedRoot, type TrustedRoot } from './trusted-root.ts';
export {
  type Anchors,
  type ImageSubject,
  preAuthentication,
  type Verified,
  verifyLayer,
} from './verify.ts';
