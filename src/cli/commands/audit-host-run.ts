// What `audit host` does; loaded only when it is called.
import { hostname } from 'node:os';
import { hostControls } from '../../audit/index.ts';
import { oneLine } from '../../base/error.ts';
import { openAdvisories } from '../../flow/advisories.ts';
import { auditFacts } from '../../flow/audit.ts';
import { collectHost } from '../../flow/audit-host.ts';
import { connectEngine, type DockerEngine } from '../../host/docker/index.ts';
import { openMachine } from '../../host/machine/index.ts';
import { readAudits } from '../../store/index.ts';
import { databaseFile } from '../compose.ts';
import { version } from '../version.ts';
import { writeResult } from '../write.ts';
import type { AuditHostOptions } from './audit-options.ts';
import {
  auditExitCode,
  auditText,
  auditWaivers,
  chosenControls,
  keepRun,
  tellWaivers,
} from './audit-output.ts';

/** Audits this machine, or the one whose files lie below `--root`; returns the exit code. */
export async function runAuditHost(options: AuditHostOptions): Promise<number> {
  const now = new Date();
  const controls = chosenControls(hostControls, options.only);
  const waivers = auditWaivers(options.waivers, now);
  const root = options.root.length > 1 ? options.root.replace(/\/+$/, '') : options.root;
  const advisories = openAdvisories(databaseFile(options));
  const found = await localEngine(options, root);
  try {
    const machine = openMachine(root);
    const { facts, summary, unknowns } = await collectHost({
      machine,
      engine: found.engine,
      advisories,
      now,
    });
    const target = root === '/' ? hostname() : root;
    const { answer, run } = auditFacts({
      audit: 'host',
      target,
      controls,
      facts,
      summary,
      unknowns: [...found.unknowns, ...unknowns],
      leftOut: [],
      waivers,
      earlier: readAudits(options.data),
      now,
      toolVersion: version,
      scope: (options.only ?? []).toSorted().join(','),
    });
    await writeResult(auditText(answer, options), options.output);
    if (options.quiet !== true) tellWaivers(waivers);
    const isWhole = options.only === undefined;
    keepRun({ answer, run, isWhole }, options);
    return auditExitCode(answer, options);
  } finally {
    found.engine?.close();
    advisories.close();
  }
}

interface FoundEngine {
  readonly engine: DockerEngine | null;
  readonly unknowns: readonly { path: string; layer: null; reason: string }[];
}

/** The engine of this machine; one on another machine says nothing about it. */
async function localEngine({ host }: AuditHostOptions, root: string): Promise<FoundEngine> {
  const address = host ?? (root === '/' ? undefined : `${root}/run/docker.sock`);
  try {
    const chosen =
      address === undefined
        ? {}
        : address.startsWith('/')
          ? { socketPath: address }
          : { host: address };
    const engine = await connectEngine(chosen);
    if (engine.local) return { engine, unknowns: [] };
    engine.close();
    const reason = 'this engine is on another machine and was not asked';
    return { engine: null, unknowns: [{ path: engine.address, layer: null, reason }] };
  } catch (error) {
    // A host without Docker is a host as well; the controls that ask it say so.
    const reason = oneLine(error instanceof Error ? error.message : String(error));
    return { engine: null, unknowns: [{ path: 'engine', layer: null, reason }] };
  }
}
