// What a gate asks: is this image signed by whom the policy trusts? Always an answer, within a deadline;
// what comes later is remembered for the next time.
import { messageOf } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import { createRegistry, type RegistryOptions } from '../../host/registry/index.ts';
import { signerWords } from '../../model/trust.ts';
import type { SignatureState } from '../../policy/image/index.ts';
import { sourceOf } from './registry-source.ts';
import { createTrustVerifier, type TrustAnswer, type TrustVerifierOptions } from './verifier.ts';

export interface TrustLookupOptions extends TrustVerifierOptions {
  readonly registry: RegistryOptions;
  /** Milliseconds; default `limits.trustDeadlineMs`. A webhook has less. */
  readonly deadlineMs?: number;
}

export interface TrustLookup {
  /** Never rejects: what went wrong is `unknown` with its reason. */
  signature(reference: string): Promise<SignatureState>;
  close(): void;
}

/** One client, one cache and one flight for each digest, for the life of a gate. */
export function createTrustLookup(options: TrustLookupOptions): TrustLookup {
  const { deadlineMs = limits.trustDeadlineMs } = options;
  const registry = createRegistry(options.registry);
  const verifier = createTrustVerifier(options);
  return {
    signature: async (reference) => {
      try {
        const verifying = verifier.verify(sourceOf(reference, registry));
        return signatureState(await inTime(verifying, deadlineMs));
      } catch (error) {
        return { kind: 'unknown', reason: messageOf(error) };
      }
    },
    close: () => registry.close(),
  };
}

/** What the answer says to the controls of images. */
function signatureState({ facts, verdict }: TrustAnswer): SignatureState {
  const { reasons, trusted, proved } = verdict;
  const [first] = reasons;
  if (first === undefined) {
    const signers = [...new Set(trusted.map(({ signer }) => signerWords(signer)))];
    return { kind: 'verified', by: signers.length > 0 ? signers : proved };
  }
  if (first.code === 'unsigned' && facts.signatures.length === 0) return { kind: 'unsigned' };
  return { kind: 'refused', reason: reasons.map(({ message }) => message).join('; ') };
}

/** Whoever waits is told in time; the work goes on and fills the memory. */
function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const signal = AbortSignal.timeout(ms);
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`it could not be verified within ${ms / 1000} s`));
    signal.addEventListener('abort', late, { once: true });
    const end = () => signal.removeEventListener('abort', late);
    work.then(resolve, reject).finally(end);
  });
}
