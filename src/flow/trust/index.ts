// The door of trust walks: verify an image, sign one.
export { createVerdictCache, type VerdictCache } from './cache.ts';
export { lookAtSignatures, type TrustSetting, withoutLook } from './image-trust.ts';
export { type LayoutOptions, layoutSource } from './layout-source.ts';
export { createTrustLookup, type TrustLookup, type TrustLookupOptions } from './lookup.ts';
export { registrySource } from './registry-source.ts';
export { type PushShape, type SignedImage, signImage } from './sign.ts';
export type { Resolved, TrustSource } from './source.ts';
export {
  createTrustVerifier,
  type TrustAnswer,
  type TrustVerifier,
  type TrustVerifierOptions,
} from './verifier.ts';
