// The walk "scan an image": inventory, advisories, suppression, grade. Read it top to bottom.
import { limits } from '../base/limits.ts';
import { traced } from '../base/trace.ts';
import type { Scanner } from '../inspect/scanner.ts';
import type { DatabaseInfo } from '../model/advisory.ts';
import {
  type DatabaseDescription,
  type Finding,
  type FixAction,
  type Inventory,
  isAboutPackage,
  type Report,
  type Suppressed,
} from '../model/report.ts';
import type { Unknown } from '../model/unknown.ts';
import { gradeOf, summaryOf } from '../report/index.ts';
import { takeInventories } from './inventory.ts';
import { type Advisories, judged } from './judged.ts';
import type { InventoryRequest, Services } from './services.ts';
import type { Suppressor } from './suppressor.ts';
import type { Taken } from './taken.ts';
import type { Target } from './target.ts';

export interface ScanServices extends Services {
  readonly advisories: Advisories;
  readonly suppressor: Suppressor;
  readonly toolVersion: string;
  /** Names the very code that runs, or null where it may change any time; see judged.ts. */
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
    const taken = await traced('take inventory', {}, () =>
      takeInventories(withAdvisories(services), target, request),
    );
    const reports = await traced('match advisories', {}, async () => {
      const all: Report[] = [];
      for (const one of taken) all.push(await report(services, one, request));
      return all;
    });
    span.set(
      'seaworthy.findings',
      reports.reduce((sum, { findings }) => sum + findings.length, 0),
    );
    return reports;
  });
}

/** A database that cannot be used is told before anything is read, not after. */
function withAdvisories(services: ScanServices): Services {
  return {
    ...services,
    async reading() {
      await services.advisories.open();
      return services.reading();
    },
  };
}

/** An inventory against the advisories of today: works as well on one that was stored long ago. */
async function report(services: ScanServices, taken: Taken, request: ScanRequest): Promise<Report> {
  const { store, now } = services;
  const { scanners } = request;
  const { inventory } = taken;
  const by = { ...services, answers: store.answers, scanners, now: now() };
  const judgement = await judged(by, taken);
  const asked = judgement.findings.filter(
    (finding) => isAsked(finding, request) && !isOfBase(finding, inventory, request.baseLayers),
  );
  const { findings, suppressed } = services.suppressor.apply(asked, inventory);
  const isWhole = findings.length === judgement.findings.length;
  const fixFirst = isWhole ? judgement.actions : await actionsFor(services, inventory, findings);
  const unknowns = bounded([...inventory.unknowns, ...judgement.unknowns]);
  const flawsUnasked = !scanners.includes('vuln');
  return reportOf(services, inventory, {
    findings,
    suppressed,
    unknowns,
    flawsUnasked,
    fixFirst,
    database: judgement.database,
  });
}

/** Waivers change what is to be done first. */
async function actionsFor(
  { advisories, now }: ScanServices,
  inventory: Inventory,
  findings: readonly Finding[],
): Promise<readonly FixAction[]> {
  const { actionsOf } = await import('./judgement.ts');
  return actionsOf(findings, inventory, { source: await advisories.open(), now: now() });
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
async function isSystemUnread(
  services: ScanServices,
  unknowns: readonly Unknown[],
): Promise<boolean> {
  if (unknowns.length === 0) return false;
  const { wanted } = await services.reading();
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
  readonly fixFirst: readonly FixAction[];
  readonly database: DatabaseInfo;
}

async function reportOf(
  services: ScanServices,
  inventory: Inventory,
  { flawsUnasked, fixFirst, database: info, ...told }: Judged,
): Promise<Report> {
  const { packages, target } = inventory;
  const now = services.now();
  const hasSystem = packages.some((one) => systemTypes.has(one.type));
  const feed = inventory.distribution?.osvEcosystem ?? null;
  const unassessed = feed === null || info.builtIn || !info.ecosystems.includes(feed);
  return {
    schemaVersion: 1,
    generatedAt: now.toISOString(),
    tool: { name: 'seaworthy', version: services.toolVersion },
    target,
    database: describeDatabase(info, now),
    packages,
    ...told,
    grade: gradeOf({
      ...told,
      endOfLife: target.os?.endOfLife ?? null,
      flawsUnasked,
      unassessedSystem: hasSystem ? unassessed : await isSystemUnread(services, told.unknowns),
      fixFirst,
      now,
    }),
    summary: summaryOf({ packages, ...told }),
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

function describeDatabase(info: DatabaseInfo, now: Date): DatabaseDescription {
  const { builtAt, advisories: count, sources, builtIn } = info;
  const ageHours = Math.max(0, Math.round((now.getTime() - Date.parse(builtAt)) / 360_000) / 10);
  return { builtAt, ageHours, advisories: count, sources, builtIn };
}
