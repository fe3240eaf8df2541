// What an inventory means by the advisories of today: what is wrong, what could not be judged, what to
// do first. Loaded only where that is not known yet.
import { matchPackages } from '../advisory/match/index.ts';
import type { Scanner } from '../inspect/scanner.ts';
import type { AdvisorySource, DatabaseInfo } from '../model/advisory.ts';
import type { Finding, FixAction, Inventory, IssueFinding } from '../model/report.ts';
import type { Unknown } from '../model/unknown.ts';
import { matchEcosystems as ecosystems } from './ecosystems.ts';
import { fixActions } from './fix-first.ts';
import { licenceIssues, ruleIssues } from './issues.ts';

export interface Judgement {
  readonly findings: readonly Finding[];
  /** What matching could not decide. */
  readonly unknowns: readonly Unknown[];
  /** All actions, the one that removes the most risk first. */
  readonly actions: readonly FixAction[];
  /** The advisories that were asked. */
  readonly database: DatabaseInfo;
}

export interface Judging {
  readonly source: AdvisorySource;
  readonly scanners: readonly Scanner[];
  readonly now: Date;
}

/** Everything that is asked for, before any waiver. */
export function judge(inventory: Inventory, judging: Judging): Judgement {
  const { source, scanners } = judging;
  const { findings: flaws, unknowns } = scanners.includes('vuln')
    ? flawsOf(inventory, source)
    : { findings: [], unknowns: [] };
  const findings = [...flaws, ...issuesOf(inventory, scanners)];
  const actions = actionsOf(findings, inventory, judging);
  return { findings, unknowns, actions, database: source.info() };
}

/** What to do about these findings of an inventory. */
export function actionsOf(
  findings: readonly Finding[],
  inventory: Inventory,
  { source, now }: Pick<Judging, 'source' | 'now'>,
): readonly FixAction[] {
  return fixActions(findings, inventory, { source, ecosystems, now });
}

function flawsOf(
  inventory: Inventory,
  source: AdvisorySource,
): Pick<Judgement, 'findings' | 'unknowns'> {
  const { packages, distribution, target } = inventory;
  // The machine's own root runs its kernel; a container runs the host's.
  const kernel = target.kind === 'rootfs' && target.name === '/' ? 'match' : 'skip';
  return matchPackages({ packages, distribution, source, ecosystems, kernel });
}

/** Secrets, misconfiguration and licences, as far as asked for and as they make sense here. */
function issuesOf(inventory: Inventory, asked: readonly Scanner[]): readonly IssueFinding[] {
  const { kind, name } = inventory.target;
  // A project is not run as it lies there, and a machine is not an image.
  const isImage = kind !== 'dir' && !(kind === 'rootfs' && name === '/');
  const secrets = asked.includes('secret');
  const wrong = asked.includes('misconfig') && isImage;
  const kept = (inventory.issues ?? []).filter((issue) =>
    issue.kind === 'secret' ? secrets : wrong,
  );
  return [
    ...kept,
    ...(wrong ? ruleIssues(inventory) : []),
    ...(asked.includes('licence') ? licenceIssues(inventory) : []),
  ];
}
