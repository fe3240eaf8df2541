// The walk "scan an image": inventory, advisories, suppression, grade. Read it top to bottom.
import type { MatchEcosystems } from '../advisory/match/index.ts';
import { limits } from '../base/limits.ts';
import { traced } from '../base/trace.ts';
import type { Scanner } from '../inspect/scanner.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import {
  type DatabaseDescription,
  type Finding,
  type Inventory,
  type IssueFinding,
  isAboutPackage,
  type Report,
  type Suppressed,
} from '../model/report.ts';
import type { Unknown } from '../model/unknown.ts';
import { gradeOf, summaryOf } from '../report/index.ts';
import { fixActions } from './fix-first.ts';
import { takeInventories } from './inventory.ts';
import { licenceIssues, ruleIssues } from './issues.ts';
import { matched } from './matched.ts';
import type { InventoryRequest, Services } from './services.ts';
import type { Suppressor } from './suppress.ts';
import type { Target } from './target.ts';

export interface ScanServices extends Services {
  readonly advisories: AdvisorySource;
  readonly ecosystems: MatchEcosystems;
  readonly suppressor: Suppressor;
  readonly toolVersion: string;
  /** Names the very code that runs, or null where it may change any time; see matched.ts. */
  readonly program: string | null;
}

export interface ScanRequest extends InventoryRequest {
  /** Leave out findings without a fixed version. */
  readonly onlyFixed: boolean;
  /** What is looked for. */
  readonly scanners: readonly Scanner[];
  /** Findings of packages that these layers (diffIDs, bottom first) already bring are left out. */
  readonly baseLayers: readonly string[];
}

/** Scans a target: one report, or one for each image of an archive with several. */
export async function scanTarget(
  services: ScanServices,
  target: Target,
  request: ScanRequest,
): Promise<Report[]> {
  const attributes = { 'seaworthy.target.kind': target.kind, 'seaworthy.target': target.text };
  return traced('scan', { attributes }, async (span) => {
    const inventories = await traced('take inventory', {}, () =>
      takeInventories(services, target, request),
    );
    const reports = await traced('match advisories', {}, () =>
      Promise.resolve(inventories.map((inventory) => judge(services, inventory, request))),
    );
    span.set(
      'seaworthy.findings',
      reports.reduce((sum, { findings }) => sum + findings.length, 0),
    );
    return reports;
  });
}

/** An inventory against the advisories of today: works as well on one that was stored long ago. */
function judge(services: ScanServices, inventory: Inventory, request: ScanRequest): Report {
  const { findings: flaws, unknowns: unmatched } = request.scanners.includes('vuln')
    ? matched({ ...services, answers: services.store.answers }, inventory)
    : { findings: [], unknowns: [] };
  const found = [...flaws, ...issuesOf(inventory, request.scanners)];
  const asked = found.filter(
    (finding) => isAsked(finding, request) && !isOfBase(finding, inventory, request.baseLayers),
  );
  const { findings, suppressed } = services.suppressor.apply(asked, inventory);
  const unknowns = bounded([...inventory.unknowns, ...unmatched]);
  const flawsUnasked = !request.scanners.includes('vuln');
  return reportOf(services, inventory, { findings, suppressed, unknowns, flawsUnasked });
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

function isAsked(finding: Finding, request: ScanRequest): boolean {
  return !request.onlyFixed || !isAboutPackage(finding) || finding.fixedIn.length > 0;
}

/** Brought by one of the bottom layers that the base image shares. */
function isOfBase(finding: Finding, inventory: Inventory, baseLayers: readonly string[]): boolean {
  if (baseLayers.length === 0) return false;
  const { layers } = inventory.target;
  const shared = baseLayers.findIndex((diffId, index) => layers[index]?.diffId !== diffId);
  const count = shared === -1 ? baseLayers.length : shared;
  const inBase = new Set(layers.slice(0, count).map((layer) => layer.diffId));
  return (
    finding.locations.length > 0 &&
    finding.locations.every(({ layer }) => layer !== null && inBase.has(layer))
  );
}

function bounded(unknowns: readonly Unknown[]): readonly Unknown[] {
  if (unknowns.length <= limits.unknownsListed) return unknowns;
  const rest = unknowns.length - limits.unknownsListed;
  return [
    ...unknowns.slice(0, limits.unknownsListed),
    { path: '', layer: null, reason: `${rest} further unknowns are not listed` },
  ];
}

/** A package database is there that nobody could read, or a layer as a whole was not read. */
function isSystemUnread({ wanted }: ScanServices, unknowns: readonly Unknown[]): boolean {
  return unknowns.some(({ path }) => {
    if (path === '') return true;
    const catalogers = wanted.rules.match(path).map((target) => wanted.catalogers[target]);
    return catalogers.some((one) => one !== undefined && systemTypes.has(one.ecosystem));
  });
}

const systemTypes = new Set(['deb', 'apk', 'rpm', 'opkg']);

interface Judged {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
  readonly unknowns: readonly Unknown[];
  readonly flawsUnasked: boolean;
}

function reportOf(
  services: ScanServices,
  inventory: Inventory,
  { flawsUnasked, ...judged }: Judged,
): Report {
  const { packages, target } = inventory;
  const info = services.advisories.info();
  const now = services.now();
  const hasSystem = packages.some((one) => systemTypes.has(one.type));
  const feed = inventory.distribution?.osvEcosystem ?? null;
  const unassessed = feed === null || info.builtIn || !info.ecosystems.includes(feed);
  return {
    schemaVersion: 1,
    generatedAt: now.toISOString(),
    tool: { name: 'seaworthy', version: services.toolVersion },
    target,
    database: describeDatabase(services),
    packages,
    ...judged,
    grade: gradeOf({
      ...judged,
      endOfLife: target.os?.endOfLife ?? null,
      flawsUnasked,
      unassessedSystem: hasSystem ? unassessed : isSystemUnread(services, judged.unknowns),
      fixFirst: fixActions(judged.findings, inventory, {
        source: services.advisories,
        ecosystems: services.ecosystems,
        now,
      }),
      now,
    }),
    summary: summaryOf({ packages, ...judged }),
  };
}

/** An inventory in the form of a report, for the outputs that show packages only. */
export function inventoryReport(
  inventory: Inventory,
  about: { readonly now: Date; readonly version: string },
): Report {
  const { packages, target, unknowns } = inventory;
  const nothing = { findings: [], suppressed: [] };
  return {
    schemaVersion: 1,
    generatedAt: about.now.toISOString(),
    tool: { name: 'seaworthy', version: about.version },
    target,
    database: null,
    packages,
    ...nothing,
    unknowns,
    grade: gradeOf({
      ...nothing,
      unknowns,
      endOfLife: target.os?.endOfLife ?? null,
      unassessedSystem: true,
      fixFirst: [],
      now: about.now,
    }),
    summary: summaryOf({ packages, ...nothing, unknowns }),
  };
}

function describeDatabase({ advisories, now }: ScanServices): DatabaseDescription {
  const { builtAt, advisories: count, sources, builtIn } = advisories.info();
  const ageHours = Math.max(0, Math.round((now().getTime() - Date.parse(builtAt)) / 360_000) / 10);
  return { builtAt, ageHours, advisories: count, sources, builtIn };
}
