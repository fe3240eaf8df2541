// What `scan` does; loaded only when it is called.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, oneLine, SeaworthyError } from '../../base/error.ts';
import { takeInventories } from '../../flow/inventory.ts';
import { laterAdvisories } from '../../flow/later-advisories.ts';
import { type ScanRequest, type ScanServices, scanTarget } from '../../flow/scan.ts';
import { loadSuppressor } from '../../flow/suppress.ts';
import { parseTarget } from '../../flow/target.ts';
import { usualScanners } from '../../inspect/scanner.ts';
import { isAboutPackage, type Report } from '../../model/report.ts';
import { type Severity, severityRank } from '../../model/severity.ts';
import { outputs } from '../../report/index.ts';
import { type Composed, compose, databaseFile } from '../compose.ts';
import { exitCodes } from '../exit-codes.ts';
import { viewOf } from '../stdout.ts';
import { programName, version } from '../version.ts';
import { writeResult } from '../write.ts';
import type { FailLevel, ScanOptions } from './scan-options.ts';

/** A first run must answer soon, network or not. */
const hurriedTries = 1;

/** Scans all targets and writes one result; returns the exit code. */
export async function runScan(words: readonly string[], options: ScanOptions): Promise<number> {
  const startedAt = performance.now();
  const composed = compose(options, options, options.scanners);
  const { services, progress } = composed;
  try {
    if (options.update === true) await tryUpdate(composed, options);
    const advisories = laterAdvisories(databaseFile(options));
    const suppressor = await loadSuppressor(options, services.now);
    const scanServices: ScanServices = {
      ...services,
      advisories,
      suppressor,
      toolVersion: version,
      program: programName(import.meta.url),
    };
    const request = await requestOf(scanServices, options);
    const { reports: scanned, failures } = await scanAll(scanServices, words, request);
    const reports = await withRecord(composed, options, scanned);
    progress.clear();
    for (const line of suppressor.remarks()) services.warn(line);
    if (reports.length > 0) await write(reports, options, startedAt);
    for (const failure of failures) process.stderr.write(`seaworthy: ${oneLine(failure)}\n`);
    if (failures.length > 0) return exitCodes.failed;
    return violates(reports, options.failOn) ? exitCodes.violated : exitCodes.satisfied;
  } finally {
    composed.close();
  }
}

/** Loaded only where something was ever recorded: most machines only scan. */
async function withRecord(
  { services }: Composed,
  { data }: ScanOptions,
  reports: readonly Report[],
): Promise<readonly Report[]> {
  if (!existsSync(join(data, 'record.db'))) return reports;
  const { withUse } = await import('../../flow/in-use.ts');
  return withUse(services, data, reports);
}

async function tryUpdate({ services }: Composed, options: ScanOptions): Promise<void> {
  const { updateAdvisories } = await import('../../flow/advisory-update.ts');
  const file = databaseFile(options);
  try {
    await updateAdvisories(
      { ...services, file },
      { from: [], public: true, offline: options.offline === true, tries: hurriedTries },
    );
  } catch (error) {
    if (!(error instanceof SeaworthyError)) throw error;
    services.warn(`the advisories could not be updated (${messageOf(error)})`);
  }
}

async function requestOf(services: ScanServices, options: ScanOptions): Promise<ScanRequest> {
  const request = {
    platform: options.platform ?? null,
    verifyDigests: options.verifyDigests === true,
    offline: options.offline === true,
    onlyFixed: options.onlyFixed === true,
    scanners: options.scanners,
    searchesMachine: options.scanners !== usualScanners,
    baseLayers: [],
  };
  if (options.excludeBase === undefined) return request;
  const [base] = await takeInventories(services, parseTarget(options.excludeBase), request);
  return {
    ...request,
    baseLayers: base?.inventory.target.layers.map((layer) => layer.diffId) ?? [],
  };
}

/** One bad target of several does not hide the answers about the others. */
async function scanAll(
  services: ScanServices,
  words: readonly string[],
  request: ScanRequest,
): Promise<{ reports: Report[]; failures: string[] }> {
  const targets = words.length > 0 ? words : await everythingHere(services);
  const reports: Report[] = [];
  const failures: string[] = [];
  for (const word of targets) {
    try {
      reports.push(...(await scanTarget(services, parseTarget(word), request)));
    } catch (error) {
      if (!(error instanceof SeaworthyError) || targets.length === 1) throw error;
      failures.push(`${messageOf(error)}${error.advice === undefined ? '' : `; ${error.advice}`}`);
    }
  }
  return { reports, failures };
}

async function everythingHere(services: ScanServices): Promise<string[]> {
  const { localImages } = await import('../../flow/remote.ts');
  const engine = await services.engine();
  if (engine !== null) {
    const images = await localImages(engine);
    if (images.length > 0) return images.map((image) => `docker:${image}`);
    services.warn('the local engine holds no image: this machine itself is scanned');
  } else services.warn('no container engine was found: this machine itself is scanned');
  return ['rootfs:/'];
}

async function write(
  reports: readonly Report[],
  options: ScanOptions,
  startedAt: number,
): Promise<void> {
  const text = outputs[options.format].pieces(reports, {
    ...viewOf(options.output),
    show: options.show ?? null,
    elapsedSeconds: (performance.now() - startedAt) / 1000,
  });
  await writeResult(text, options.output);
}

/** Malware violates every level; `kev` means known to be exploited. */
function violates(reports: readonly Report[], level: FailLevel | undefined): boolean {
  if (level === undefined) return false;
  return reports.some(({ findings }) =>
    findings.some((finding) => {
      if (finding.kind === 'malware') return true;
      if (level === 'kev') return isAboutPackage(finding) && finding.kev;
      return isAtLeast(finding.severity, level);
    }),
  );
}

function isAtLeast(severity: Severity, level: Severity): boolean {
  return severityRank(severity) <= severityRank(level);
}
