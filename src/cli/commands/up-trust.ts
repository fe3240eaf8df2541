// Signatures of images for `up`: the policy of `--trust-policy`, the digests that engines know, registries.
import { statSync } from 'node:fs';
import { SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import { findEngines } from '../../flow/engines.ts';
import { createTrustDesk } from '../../flow/image-trust.ts';
import type { TrustDesk } from '../../flow/image-trust-view.ts';
import type { LiveFeed } from '../../flow/live.ts';
import type { TrustSetting } from '../../flow/trust/index.ts';
import type { Catalogue } from '../../store/catalog/index.ts';
import { registryOptions } from '../compose.ts';
import type { UpRunOptions } from './up-options.ts';

export interface UpTrustOptions {
  readonly options: UpRunOptions;
  readonly catalogue: Catalogue;
  readonly live: LiveFeed;
  readonly now: () => Date;
  readonly warn: (line: string) => void;
}

/** Loads nothing before somebody asks. */
export function createUpTrust(parts: UpTrustOptions): TrustDesk {
  const { options, catalogue, live, now, warn } = parts;
  const isOffline = options.offline === true;
  return createTrustDesk({
    catalogue,
    setting: createSetting(options),
    digestsOf,
    open: async (reference) => {
      const { registrySource } = await import('../../flow/trust/index.ts');
      const signal = AbortSignal.timeout(limits.trustDeadlineMs);
      return registrySource(reference, { ...registryOptions(options), signal });
    },
    cannotAsk: isOffline ? 'It was started with --offline: no registry is asked' : null,
    onProgress: (progress) => live.tell('progress', { step: 'verify', ...progress }),
    onDone: (id) => live.tell('trust', { id }),
    now,
    warn,
  });
}

/** A policy that cannot be used is told before a link is. Rejects `not-found`, `malformed`. */
export async function checkTrust(options: UpRunOptions): Promise<void> {
  const { trustPolicy, trustedRoot } = options;
  if (trustPolicy !== undefined || trustedRoot !== undefined) await createSetting(options)();
}

/** As the files are now: read again when one of them changes. */
function createSetting(options: UpRunOptions): () => Promise<TrustSetting> {
  const { trustPolicy: file, trustedRoot, data } = options;
  const stampOf = (): string =>
    [file, trustedRoot]
      .map((one) => (one === undefined ? undefined : statSync(one, { throwIfNoEntry: false })))
      .map((found) => `${found?.ino} ${found?.size} ${found?.mtimeMs}`)
      .join('\n');
  let known: { readonly stamp: string; readonly setting: TrustSetting } | null = null;
  return async () => {
    const { policyOf, knownRootOf } = await import('./verify-run.ts');
    const stamp = stampOf();
    if (known?.stamp === stamp) return known.setting;
    const policy = file === undefined ? null : { file, policy: policyOf(demanding(options, file)) };
    const root = knownRootOf({ data, ...(trustedRoot === undefined ? {} : { trustedRoot }) });
    known = { stamp, setting: { policy, root } };
    return known.setting;
  };
}

/** The words of `verify --policy FILE`. */
function demanding({ data, progress }: UpRunOptions, policy: string) {
  return { data, progress, policy, key: [], attestation: [], format: 'json', timeout: 0 } as const;
}

/** Of the first engine that holds the image; null: none does. */
async function digestsOf(imageId: string): Promise<readonly string[] | null> {
  const { engines } = await findEngines();
  try {
    for (const engine of engines) {
      try {
        return (await engine.inspectImage(imageId)).repoDigests;
      } catch (error) {
        if (!(error instanceof SeaworthyError) || error.code !== 'not-found') throw error;
      }
    }
    return null;
  } finally {
    for (const engine of engines) engine.close();
  }
}
