// What `db` does; loaded only when it is called.

import { databaseStatus, type PresentDatabase } from '../../advisory/database/index.ts';
import { counted, grouped } from '../../base/count-text.ts';
import { oneLine, SeaworthyError } from '../../base/error.ts';
import {
  type AdvisoryServices,
  buildAdvisories,
  updateAdvisories,
} from '../../flow/advisory-update.ts';
import { databaseFile, registryOptions } from '../compose.ts';
import { exitCodes } from '../exit-codes.ts';
import { createProgress } from '../progress.ts';
import { writeResult } from '../write.ts';
import type { DbOptions } from './db-options.ts';

function servicesOf(options: DbOptions): AdvisoryServices & { clear(): void } {
  const progress = createProgress(options.progress && options.quiet !== true);
  return {
    file: databaseFile(options),
    registry: registryOptions(options),
    now: () => new Date(),
    progress: (event) => progress.report(event),
    clear: () => progress.clear(),
  };
}

export async function runUpdate(options: DbOptions): Promise<number> {
  const services = servicesOf(options);
  const result = await updateAdvisories(services, {
    from: options.from,
    public: options.public,
    offline: options.offline === true,
    ...(options.ecosystem.length > 0 ? { ecosystems: options.ecosystem } : {}),
  });
  services.clear();
  if (options.quiet !== true) {
    for (const { name, message } of result.problems) {
      process.stderr.write(`seaworthy: ${oneLine(`${name}: ${message}`)}\n`);
    }
  }
  const { outcome, advisories, ageHours } = result;
  const words = {
    built: 'Built',
    updated: 'Updated',
    current: 'Already current',
    kept: options.offline === true ? 'Kept as it is' : 'Kept as it was: no source could be read',
  }[outcome];
  const line = `${words}: ${counted(advisories, 'advisory')}, ${hours(ageHours)} old.\n`;
  const json = `${JSON.stringify({ file: services.file, ...result }, null, 2)}\n`;
  await writeResult(options.format === 'json' ? json : line, options.output);
  return exitCodes.satisfied;
}

export async function runBuild(options: DbOptions): Promise<number> {
  const services = servicesOf(options);
  const { kev, epss } = options;
  const result = await buildAdvisories(services, {
    from: options.from,
    cve: options.cve,
    ...(kev === undefined ? {} : { kev }),
    ...(epss === undefined ? {} : { epss }),
    ...(options.ecosystem.length > 0 ? { ecosystems: options.ecosystem } : {}),
  });
  services.clear();
  const skipped =
    result.bad === 0 ? '' : `; ${result.bad} bad records skipped (db status names them)`;
  const line = `Built ${result.file}: ${grouped(result.records)} records${skipped}.\n`;
  await writeResult(
    options.format === 'json' ? `${JSON.stringify(result, null, 2)}\n` : line,
    options.output,
  );
  return exitCodes.satisfied;
}

export async function runStatus(options: DbOptions): Promise<number> {
  const file = databaseFile(options);
  const status = databaseStatus(file, () => new Date());
  if (status.kind === 'unusable') {
    throw new SeaworthyError('database', status.reason, {
      advice: status.advice ?? 'run `seaworthy db update`',
    });
  }
  if (options.format === 'json') {
    await writeResult(`${JSON.stringify(status, null, 2)}\n`, options.output);
  } else if (status.kind === 'absent') {
    const line = `No database at ${file}: scans ask the built-in set. Run \`seaworthy db update\`.\n`;
    await writeResult(line, options.output);
  } else await writeResult(describe(status), options.output);
  return exitCodes.satisfied;
}

function describe(status: PresentDatabase): string {
  const { info, exploited, exploitScores, cveFacts, badRecords } = status;
  const rows = info.sources.map(({ name, advisories, licence, skipped }) => {
    const bad = skipped > 0 ? `  ${skipped} skipped` : '';
    return `  ${name.padEnd(16)} ${grouped(advisories).padStart(9)}  ${licence ?? ''}${bad}`;
  });
  const bad = badRecords
    .slice(0, 10)
    .map(({ source, place, reason }) => `  ${source} ${place}: ${reason}`);
  return [
    status.file,
    `  ${counted(info.advisories, 'advisory')}, ${hours(status.ageHours)} old, ${(status.bytes / 1e6).toFixed(1)} MB`,
    `  ${grouped(exploited)} exploited (KEV), ${grouped(exploitScores)} EPSS scores, ${grouped(cveFacts)} CVE facts`,
    '',
    ...rows,
    ...(bad.length > 0 ? ['', 'Bad records, skipped:', ...bad] : []),
    '',
  ].join('\n');
}

function hours(value: number): string {
  return value < 48 ? `${Math.round(value)} h` : `${Math.round(value / 24)} days`;
}
