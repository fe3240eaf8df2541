// The door of the trust wing: what signatures and attestations prove, and what a policy makes of it.

export { normalName } from '../model/repository-name.ts';
export { demandedPolicy, type PolicyDemand } from './demand.ts';
export {
  annotationNames,
  bundleType,
  envelopeType,
  type FoundLayer,
  inTotoType,
  isSignatureLayer,
  simpleSigningType,
} from './evidence.ts';
export { judgeTrust, type TrustReason, type TrustVerdict } from './judge.ts';
export { readPublicKey, type TrustedKey, trustedKey } from './key.ts';
export {
  readTrustPolicy,
  type TrustPolicy,
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
export { isOfType, predicateTypes } from './statement.ts';
export { readTrustedRoot, type TrustedRoot } from './trusted-root.ts';
export {
  type Anchors,
  type ImageSubject,
  preAuthentication,
  type Verified,
  verifyLayer,
} from './verify.ts';
