// Judgements, remembered: the same inventory judged by the same program with the same advisories means
// the same. An unchanged image is so not matched again with every scan of it.
import type { Scanner } from '../inspect/scanner.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import { isUnsupported } from '../model/distribution.ts';
import type { Remembered } from '../store/index.ts';
import type { Judgement } from './judgement.ts';
import type { Taken } from './taken.ts';

/** Advisories that are opened when somebody asks them. */
export interface Advisories {
  /** Tells this database, in this state, from any other. */
  readonly identity: string;
  /** Throws `SeaworthyError` for a file that cannot be used. */
  open(): Promise<AdvisorySource>;
  close(): void;
}

export interface JudgedBy {
  readonly advisories: Advisories;
  readonly answers: Remembered;
  /** Changes with every change of the code; null while it may change any time: nothing is kept. */
  readonly program: string | null;
  /** Names what the inventory was taken with. */
  readonly revision: string;
  readonly scanners: readonly Scanner[];
  readonly now: Date;
}

/** Beyond these, reading the answer takes as long as asking again. */
const mostFindings = 5000;

/** What an inventory means by the advisories of today. */
export async function judged(by: JudgedBy, taken: Taken): Promise<Judgement> {
  const question = questionOf(by, taken);
  const known = question === null ? null : by.answers.get(question);
  if (known !== null) return JSON.parse(new TextDecoder().decode(known)) as Judgement;
  const { judge } = await import('./judgement.ts');
  const { scanners, now } = by;
  const source = await by.advisories.open();
  const judgement = judge(taken.inventory, { source, scanners, now });
  if (question !== null && judgement.findings.length <= mostFindings) {
    by.answers.put(question, new TextEncoder().encode(JSON.stringify(judgement)));
  }
  return judgement;
}

/** All that the answer depends on, the end of support among it; null where that cannot be told. */
function questionOf(by: JudgedBy, { inventory, key }: Taken): string | null {
  const { advisories, program, revision, scanners, now } = by;
  if (program === null || key === null) return null;
  const depends = [program, advisories.identity, key, revision, [...scanners].toSorted()];
  return `judged ${JSON.stringify([...depends, isUnsupported(inventory.distribution?.endOfLife, now)])}`;
}
