// BellSoft Alpaquita Linux: numbered long term releases and a rolling one, `stream`.
import type { DistributionDefinition } from './definition.ts';
import { describe, majorOf } from './definition.ts';

export const alpaquita: DistributionDefinition = {
  ids: ['alpaquita'],
  describe: (facts) =>
    describe(facts, {
      packageType: 'apk',
      purlNamespace: 'alpaquita',
      osvEcosystem: `Alpaquita:${majorOf(facts.versionId) ?? 'stream'}`,
      endOfLife: null,
    }),
};
