// The gate and images: looks at those that a policy has to know, and decides on images themselves.
import { SeaworthyError } from '../../base/error.ts';
import { openAdvisories } from '../../flow/advisories.ts';
import type { GateAnswer } from '../../flow/gate.ts';
import {
  collectImages,
  factsOf,
  type ImageLookup,
  imagesNamedIn,
  judgeLoneImage,
} from '../../flow/gate-images.ts';
import { type GatePolicy, usualImagePolicy } from '../../flow/gate-policy.ts';
import { scanTarget } from '../../flow/scan.ts';
import { loadSuppressor } from '../../flow/suppress.ts';
import { parseTarget } from '../../flow/target.ts';
import type { ImageFacts } from '../../policy/image/index.ts';
import type { Policy } from '../../policy/index.ts';
import { type Composed, compose, databaseFile, matchEcosystems } from '../compose.ts';
import type { CommonOptions, RegistryFlags } from '../options.ts';
import { programName, version } from '../version.ts';

export interface ImageOptions extends CommonOptions, RegistryFlags {}

export interface GateImages {
  readonly lookup: ImageLookup;
  close(): void;
}

/** Looks by scanning; what was scanned before is answered out of the store. */
export function openImages(options: ImageOptions): GateImages & { readonly composed: Composed } {
  const composed = compose(options, options, ['vuln']);
  const { services } = composed;
  const scanServices = {
    ...services,
    advisories: openAdvisories(databaseFile(options), services.now),
    ecosystems: matchEcosystems,
    suppressor: loadSuppressor({ vex: [] }, services.now),
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
      return factsOf(report, reference);
    },
    close: () => composed.close(),
  };
}

/** What a policy has to know of the images that manifests name. */
export async function knownImages(
  texts: readonly (string | null)[],
  options: ImageOptions,
): Promise<(reference: string) => ImageFacts | null> {
  const references = new Set(texts.flatMap((text) => (text === null ? [] : imagesNamedIn(text))));
  if (references.size === 0) return () => null;
  const images = openImages(options);
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
  const images = openImages(options);
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
