// Matching, remembered: the same packages asked about in the same advisories by the same program have
// the same answer. An unchanged image is so not matched again with every scan of it.
import { createHash } from 'node:crypto';
import { type MatchEcosystems, type MatchResult, matchPackages } from '../advisory/match/index.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import type { Inventory } from '../model/report.ts';
import type { Remembered } from '../store/index.ts';

export interface Matching {
  readonly advisories: AdvisorySource;
  readonly ecosystems: MatchEcosystems;
  readonly answers: Remembered;
  /** Changes with every change of the code; null while it may change any time: nothing is kept. */
  readonly program: string | null;
}

export type Matched = Pick<MatchResult, 'findings' | 'unknowns'>;

/** Beyond these, writing down the question takes as long as asking it. */
const mostPackages = 5000;
const mostFindings = 5000;

/** The findings of an inventory by the advisories of today. */
export function matched(services: Matching, inventory: Inventory): Matched {
  const { packages, distribution, target } = inventory;
  // The machine's own root runs its kernel; a container runs the host's.
  const kernel = target.kind === 'rootfs' && target.name === '/' ? 'match' : 'skip';
  const { advisories: source, ecosystems, answers, program } = services;
  const ask = (): Matched => matchPackages({ packages, distribution, source, ecosystems, kernel });
  if (program === null || packages.length > mostPackages) return ask();
  const question = JSON.stringify([program, source.info(), kernel, distribution, packages]);
  const key = createHash('sha256').update(question).digest('hex');
  const known = answers.get(key);
  if (known !== null) return JSON.parse(Buffer.from(known).toString('utf8')) as Matched;
  const { findings, unknowns } = ask();
  if (findings.length <= mostFindings) {
    answers.put(key, Buffer.from(JSON.stringify({ findings, unknowns })));
  }
  return { findings, unknowns };
}
