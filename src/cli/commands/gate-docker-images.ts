// What `gate docker` knows of images: out of scans and signatures, by the digest that the engine holds.

import { SeaworthyError } from '../../base/error.ts';
import { realPace } from '../../base/retry.ts';
import type { GuardImages } from '../../flow/gate-docker.ts';
import type { GatePolicy } from '../../flow/gate-policy.ts';
import { connectEngine, type DockerEngine } from '../../host/docker/index.ts';
import { createRegistry, parseReference } from '../../host/registry/index.ts';
import { imageMatcher } from '../../policy/docker-api/index.ts';
import type { ImageFacts } from '../../policy/image/index.ts';
import type { Policy } from '../../policy/index.ts';
import { registryOptions } from '../compose.ts';
import type { GateDockerOptions } from './gate-docker-options.ts';

export interface GuardImageSource {
  /** For a policy as it is now. */
  imagesFor(gate: GatePolicy, policy: Policy): GuardImages;
  close(): void;
}

interface SourceOptions {
  readonly options: GateDockerOptions;
  readonly deadlineMs: number;
  readonly upstream: string;
  readonly warn: (line: string) => void;
}

/** Opens what looks at images; loaded where a policy asks for them. */
export async function openGuardImages(source: SourceOptions): Promise<GuardImageSource> {
  const { options, deadlineMs, warn } = source;
  const { openImages } = await import('./gate-image-run.ts');
  const { judgeLoneImage } = await import('../../flow/gate-images.ts');
  const { needsImages } = await import('../../flow/gate-policy.ts');
  const { createVerdicts } = await import('../../flow/gate-verdicts.ts');
  const images = await openImages(options);
  const registry = createRegistry(registryOptions(options));
  const signatures = await openSignatures(options, deadlineMs);
  const held = localDigests(source.upstream);
  const verdicts = createVerdicts({
    nowMs: () => realPace.now(),
    look: async (reference) => {
      const facts = await images.lookup(`registry:${reference}`);
      if (facts === null || signatures === null) return facts;
      return { ...facts, signature: await signatures.signature(reference) };
    },
    resolve: async (reference) => {
      const digest = await held.digest(reference);
      if (digest !== null) return digest;
      if (options.offline === true) throw new SeaworthyError('network', 'its digest is not known');
      return (await registry.readManifest(parseReference(reference))).digest;
    },
    warn,
  });
  return {
    imagesFor(gate, policy) {
      const wanted = gate.images;
      const isExempt = imageMatcher(wanted?.exempt ?? []);
      const asks = needsImages(gate);
      const byName = {
        trusted: wanted?.wanted.trusted ?? [],
        pinned: wanted?.wanted.pinned ?? false,
      };
      return {
        known: async (reference): Promise<ImageFacts | null> =>
          asks && !isExempt(reference)
            ? (await verdicts.known([reference], deadlineMs))(reference)
            : null,
        judge: (reference, facts, isPull) => {
          if (wanted === null || isExempt(reference)) return null;
          const own = isPull ? { ...wanted, wanted: { ...noRequirements, ...byName } } : wanted;
          return judgeLoneImage(reference, facts, { policy, images: own, now: new Date() });
        },
      };
    },
    close() {
      images.close();
      registry.close();
      signatures?.close();
      held.close();
    },
  };
}

const noRequirements = {
  signed: false,
  maxSeverity: null,
  onlyFixed: false,
  noExploited: false,
  maxAgeDays: null,
  scanned: false,
  notRoot: false,
  supportedBase: false,
  sbom: false,
} as const;

async function openSignatures(options: GateDockerOptions, deadlineMs: number) {
  if (options.trustPolicy === undefined) return null;
  const { createTrustLookup } = await import('../../flow/trust/index.ts');
  const { policyOf, rootOf } = await import('./verify-run.ts');
  const { trustPolicy, trustedRoot, ...common } = options;
  const verifying = {
    ...common,
    key: [],
    attestation: [],
    format: 'json',
    timeout: deadlineMs / 1000,
    policy: trustPolicy,
    ...(trustedRoot === undefined ? {} : { trustedRoot }),
  } as const;
  return createTrustLookup({
    policy: policyOf(verifying),
    root: await rootOf(verifying),
    now: () => new Date(),
    registry: registryOptions(options),
    deadlineMs,
  });
}

/** What a tag means to the engine itself: the image that it would run. */
function localDigests(upstream: string) {
  let engine: Promise<DockerEngine> | null = null;
  const connected = (): Promise<DockerEngine> => {
    engine ??= connectEngine({ host: upstream }).catch((error: unknown) => {
      engine = null;
      throw error;
    });
    return engine;
  };
  return {
    async digest(reference: string): Promise<string | null> {
      try {
        const { repoDigests } = await (await connected()).inspectImage(reference);
        return repoDigests[0]?.split('@')[1] ?? null;
      } catch {
        // It is not there yet: then the registry says what will be pulled.
        return null;
      }
    },
    close() {
      void engine?.then((one) => one.close()).catch(() => undefined);
    },
  };
}
