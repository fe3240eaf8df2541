// What to do first: findings grouped by the one action that removes them, the action that takes away
// the most risk on top.
import { type MatchEcosystems, smallestFixForAll } from '../advisory/match/index.ts';
import { counted } from '../base/count-text.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import { isUnsupported } from '../model/distribution.ts';
import type { Package } from '../model/package.ts';
import {
  type Finding,
  type FixAction,
  type Inventory,
  type IssueFinding,
  isAboutPackage,
  type VulnerabilityFinding,
} from '../model/report.ts';
import { issueActions } from './fix-issues.ts';

const osTypes = new Set(['deb', 'apk', 'rpm', 'opkg']);

export interface FixOptions {
  readonly source: AdvisorySource;
  readonly ecosystems: MatchEcosystems;
  readonly now: Date;
}

interface Weighed {
  readonly action: FixAction;
  readonly risk: number;
}

/** The actions in order of the risk that they remove; findings without a fix are in none. */
export function fixActions(
  findings: readonly Finding[],
  inventory: Inventory,
  options: FixOptions,
): FixAction[] {
  const vulnerabilities = findings.filter((finding) => isAboutPackage(finding));
  const byPurl = new Map(inventory.packages.map((one) => [one.purl, one]));
  const groups = Map.groupBy(vulnerabilities, (finding) =>
    groupKey(finding, byPurl.get(finding.package.purl)),
  );
  const weighed: Weighed[] = [];
  for (const [key, group] of groups) {
    const found = byPurl.get(group[0]?.package.purl ?? '');
    const one = actionFor(key, group, { found, inventory, options });
    if (one !== null) weighed.push(one);
  }
  for (const { action, urgencies } of issueActions(findings.filter(isIssue))) {
    weighed.push({ action, risk: riskOf(urgencies) });
  }
  weighed.sort((a, b) => b.risk - a.risk || (a.action.action < b.action.action ? -1 : 1));
  return weighed.map(({ action }) => action);
}

/** One action for all OS packages of a layer group, one for each program file, one for each package. */
function groupKey(finding: VulnerabilityFinding, found: Package | undefined): string {
  if (finding.kind === 'malware') return `malware ${finding.package.purl}`;
  if (found === undefined) return `package ${finding.package.purl}`;
  if (osTypes.has(found.type)) return 'os';
  if (found.type === 'golang' && found.evidence === 'installed') {
    return `program ${found.locations[0]?.path ?? found.purl}`;
  }
  return `package ${found.purl}`;
}

interface ActionContext {
  readonly found: Package | undefined;
  readonly inventory: Inventory;
  readonly options: FixOptions;
}

function actionFor(
  key: string,
  group: readonly VulnerabilityFinding[],
  context: ActionContext,
): Weighed | null {
  if (key === 'os') return osAction(group, context);
  if (key.startsWith('malware ')) return malwareAction(group);
  if (key.startsWith('program ')) return programAction(group, key.slice('program '.length));
  return packageAction(group, context);
}

function osAction(
  group: readonly VulnerabilityFinding[],
  { inventory, options }: ActionContext,
): Weighed | null {
  const fixable = group.filter((finding) => finding.fixedIn.length > 0);
  if (fixable.length === 0) return null;
  const { distribution, target } = inventory;
  const names = new Set(fixable.map((finding) => finding.package.name)).size;
  const release =
    distribution === null ? 'the distribution' : `${distribution.id} ${distribution.versionId}`;
  const isImage = target.layers.length > 0;
  const updates = `${names} package${names === 1 ? '' : 's'}`;
  const end = distribution?.endOfLife ?? null;
  // Fixes of a release that nobody maintains any more are the last ones: rebuilding on it helps once.
  const isOver = end !== null && isUnsupported(end, options.now);
  const verb = isImage ? 'rebuild on' : 'upgrade to';
  const current = isImage
    ? `rebuild on ${release} of today (updates ${updates})`
    : `update ${updates} of ${release}`;
  const action = isOver
    ? `${verb} a supported release: ${release} has had no fixes since ${end.slice(0, 7)}`
    : current;
  return weigh(fixable, action, layerWords(fixable, inventory));
}

/** `layers 1-2`: which layers bring what the action replaces. */
function layerWords(group: readonly VulnerabilityFinding[], { target }: Inventory): string {
  const order = new Map(target.layers.map((layer, index) => [layer.diffId, index + 1]));
  const numbers = group.flatMap((finding) =>
    finding.locations.flatMap(({ layer }) => (layer === null ? [] : (order.get(layer) ?? []))),
  );
  const sorted = [...new Set(numbers)].toSorted((a, b) => a - b);
  if (sorted.length === 0) return 'system packages';
  const first = sorted[0] as number;
  const last = sorted.at(-1) as number;
  if (first === last) return `layer ${first}`;
  const gapless = last - first + 1 === sorted.length;
  return gapless ? `layers ${first}-${last}` : `layers ${sorted.join(', ')}`;
}

function malwareAction(group: readonly VulnerabilityFinding[]): Weighed {
  const { name, version } = (group[0] as VulnerabilityFinding).package;
  return weigh(
    group,
    `remove ${name} ${version}: it is malware; rotate what it could read`,
    placeOf(group),
  );
}

/** A Go program carries its modules inside: only a rebuild changes any of them. */
function programAction(group: readonly VulnerabilityFinding[], path: string): Weighed | null {
  const fixable = group.filter((finding) => finding.fixedIn.length > 0);
  if (fixable.length === 0) return null;
  const modules = new Set(fixable.map((finding) => finding.package.name));
  const toolchain = modules.delete('stdlib');
  const parts = [
    ...(toolchain ? ['a current Go'] : []),
    ...(modules.size > 0 ? [counted(modules.size, 'updated module')] : []),
  ];
  const name = path.slice(path.lastIndexOf('/') + 1);
  return weigh(fixable, `rebuild or update ${name} with ${parts.join(' and ')}`, path);
}

function packageAction(
  group: readonly VulnerabilityFinding[],
  context: ActionContext,
): Weighed | null {
  const choice = smallestFixForAll(group, context.options);
  if (choice === null) return null;
  const cleared = new Set(choice.clears);
  const removed = group.filter((finding) => cleared.has(finding.id));
  if (removed.length === 0) return null;
  const { name, version } = (group[0] as VulnerabilityFinding).package;
  const type = context.found?.type ?? 'package';
  return weigh(removed, `${type}: ${name} ${version} -> ${choice.version}`, placeOf(group));
}

function placeOf(group: readonly VulnerabilityFinding[]): string {
  const paths = [...new Set(group.flatMap((finding) => finding.locations.map(({ path }) => path)))];
  const [first = ''] = paths;
  return paths.length > 1 ? `${first} and ${paths.length - 1} more` : first;
}

function weigh(group: readonly VulnerabilityFinding[], action: string, where: string): Weighed {
  const worst = group.toSorted((a, b) => b.priority - a.priority);
  return {
    action: {
      action,
      removes: group.length,
      exploited: group.filter((finding) => finding.kev).length,
      where,
      ids: worst.map((finding) => finding.id),
    },
    risk: riskOf(group.map(({ priority }) => priority)),
  };
}

/** Priority is an order, not a quantity: its square keeps one exploited flaw above many small ones. */
function riskOf(priorities: readonly number[]): number {
  return priorities.reduce((sum, priority) => sum + priority ** 2, 0);
}

function isIssue(finding: Finding): finding is IssueFinding {
  return !isAboutPackage(finding);
}
