// Distributions of apk packages that roll: one feed for all times, no end of life of a release.
import type { DistributionDefinition } from './definition.ts';
import { describe } from './definition.ts';

function rolling(id: string, osvEcosystem: string): DistributionDefinition {
  return {
    ids: [id],
    describe: (facts) =>
      describe(facts, { packageType: 'apk', purlNamespace: id, osvEcosystem, endOfLife: null }),
  };
}

export const wolfi = rolling('wolfi', 'Wolfi');
export const chainguard = rolling('chainguard', 'Chainguard');
export const minimos = rolling('minimos', 'MinimOS');
