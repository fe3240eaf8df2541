// The gate and images: looks at those that a policy has to know, and decides on images themselves.
import { SeaworthyError } from '../../base/error.ts';
import type { GateAnswer } from '../../flow/gate.ts';
import {
  collectImages,
  factsOf,
  type ImageLookup,
  imagesNamedIn,
  judgeLoneImage,
} from '../../flow/gate-images.ts';
import { type GatePolicy, usualImagePolicy } from '../../flow/gate-policy.ts';
import { laterAdvisories } from '../../flow/later-advisories.ts';
import { scanTarget } from '../../flow/scan.ts';
import { loadSuppressor } from '../../flow/suppress.ts';
import { parseTarget } from '../../flow/target.ts';
import type { TrustLookup } from '../../flow/trust/index.ts';
import type { ImageFacts } from '../../policy/image/index.ts';
import type { Policy } from '../../policy/index.ts';
import { type Composed, compose, databaseFile, registryOptions } from '../compose.ts';
import type { CommonOptions, RegistryFlags } from '../options.ts';
import { programName, version } from '../version.ts';

export interface ImageOptions extends CommonOptions, RegistryFlags {
  /** Policy of `verify`: whose signatures count. */
  readonly trust?: string;
}

export interface GateImages {
  readonly lookup: ImageLookup;
  close(): void;
}

/** Looks by scanning; what was scanned before is answered out of the store. */
export async function openImages(
  options: ImageOptions,
): Promise<GateImages & { readonly composed: Composed }> {
  const trusted = options.trust === undefined ? null : await signaturesBy(options, options.trust);
  const composed = compose(options, options, ['vuln']);
  const { services } = composed;
  const scanServices = {
    ...services,
    advisories: laterAdvisories(databaseFile(options)),
    suppressor: await loadSuppressor({ vex: [] }, services.now),
    toolVersion: version,
    program: programName(import.meta.url),
  };
  const request = {
    platform: options.platform ?? null,
    verifyDigests: false,
    offline: options.offline === true,
    onlyFixed: false,
    scanners: ['vuln'] as const,
    baseLayers: [],
  };
  return {
    composed,
    async lookup(reference) {
      const reports = await scanTarget(scanServices, parseTarget(reference), request);
      const [report] = reports;
      if (report === undefined) return null;
      if (reports.length > 1) {
        throw new SeaworthyError('usage', `${reference} holds ${reports.length} images`);
      }
      if (trusted === null) return factsOf(report, reference);
      const name = reference.replace(/^registry:/, '');
      return factsOf(report, reference, await trusted.signature(name));
    },
    close() {
      trusted?.close();
      composed.close();
    },
  };
}

/** Loaded only where somebody trusts: verification brings its libraries along. */
async function signaturesBy(options: ImageOptions, file: string): Promise<TrustLookup> {
  const { createTrustLookup } = await import('../../flow/trust/index.ts');
  const { policyOf, rootOf } = await import('./verify-run.ts');
  const asked = { ...options, format: 'json', key: [], attestation: [], timeout: 0 } as const;
  return createTrustLookup({
    policy: policyOf({ ...asked, policy: file }),
    root: await rootOf(asked),
    now: () => new Date(),
    registry: registryOptions(options),
  });
}

/** What a policy has to know of the images that manifests name. */
export async function knownImages(
  texts: readonly (string | null)[],
  options: ImageOptions,
): Promise<(reference: string) => ImageFacts | null> {
  const references = new Set(texts.flatMap((text) => (text === null ? [] : imagesNamedIn(text))));
  if (references.size === 0) return () => null;
  const images = await openImages(options);
  try {
    const { warn } = images.composed.services;
    return await collectImages(references, { lookup: images.lookup, warn });
  } finally {
    images.close();
  }
}

/** Decides on images that the user named. Throws where one cannot be looked at. */
export async function gateImages(
  references: readonly string[],
  { gate, policy, options, now }: ImageGate,
): Promise<GateAnswer[]> {
  const images = await openImages(options);
  try {
    const answers: GateAnswer[] = [];
    for (const reference of references) {
      const facts = await images.lookup(reference);
      const own = gate?.images ?? usualImagePolicy;
      const answer = judgeLoneImage(reference, facts, { policy, images: own, now });
      answers.push({ ...answer, file: reference, document: 0 });
    }
    return answers;
  } finally {
    images.close();
  }
}

interface ImageGate {
  readonly gate: GatePolicy | null;
  readonly policy: Policy;
  readonly options: ImageOptions;
  readonly now: Date;
}
