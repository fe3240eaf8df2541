// What `audit exposure` does; loaded only when it is called.
import { exposureControls, metadataHost, metadataPort } from '../../audit/index.ts';
import { SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import { auditFacts } from '../../flow/audit.ts';
import {
  collectExposure,
  type ExposureTarget,
  parseExposureTarget,
  portsTold,
} from '../../flow/audit-exposure.ts';
import { connectEngine, type DockerEngine } from '../../host/docker/index.ts';
import { resolveHost } from '../../host/exposure/index.ts';
import { openMachine } from '../../host/machine/index.ts';
import { readAudits } from '../../store/index.ts';
import { version } from '../version.ts';
import { writeResult } from '../write.ts';
import type { AuditExposureOptions } from './audit-options.ts';
import {
  auditExitCode,
  auditText,
  auditWaivers,
  chosenControls,
  keepRun,
  tellWaivers,
} from './audit-output.ts';

/** Asks the named hosts what they offer to strangers; returns the exit code. */
export async function runAuditExposure(
  names: readonly string[],
  options: AuditExposureOptions,
): Promise<number> {
  const now = new Date();
  const controls = chosenControls(exposureControls, options.only);
  const waivers = auditWaivers(options.waivers, now);
  const targets = [...names.map(parseExposureTarget), ...metadataTargets(options)];
  if (targets.length === 0) {
    throw new SeaworthyError('usage', 'no host is named', {
      advice: 'name hosts such as 127.0.0.1, or give --metadata',
    });
  }
  const engine = await localEngine(names.map((name) => parseExposureTarget(name).host));
  try {
    const { facts, summary, unknowns } = await collectExposure({
      targets,
      ownsThem: options.iOwnTheseHosts === true,
      hasConsent: options.consent === true,
      machine: openMachine('/'),
      engine,
      limits: { deadlineMs: limits.exposureProbeMs, bodyBytes: limits.exposureAnswerBytes },
      now,
    });
    const { answer, run } = auditFacts({
      audit: 'exposure',
      target: [...new Set([...names, ...metadataTargets(options).map(() => 'metadata')])]
        .toSorted()
        .join(' '),
      controls,
      facts,
      summary,
      unknowns,
      leftOut: [],
      waivers,
      earlier: readAudits(options.data),
      now,
      toolVersion: version,
      scope: [...(options.only ?? []), options.consent === true ? 'consent' : '']
        .toSorted()
        .join(','),
    });
    await writeResult(auditText(answer, options), options.output);
    if (options.quiet !== true) {
      process.stderr.write(`seaworthy: ${portsTold(facts.ports)}\n`);
      tellWaivers(waivers);
    }
    const isWhole = options.only === undefined;
    keepRun({ answer, run, isWhole }, options);
    return auditExitCode(answer, options);
  } finally {
    engine?.close();
  }
}

function metadataTargets(options: AuditExposureOptions): readonly ExposureTarget[] {
  const { metadata = false, metadataAt } = options;
  if (!metadata && metadataAt === undefined) return [];
  const { host, port } = parseExposureTarget(metadataAt ?? metadataHost);
  return [{ host, port: port ?? metadataPort, isMetadata: true }];
}

/** The engine of this machine, where this machine is among the named ones. */
async function localEngine(hosts: readonly string[]): Promise<DockerEngine | null> {
  for (const host of new Set(hosts)) {
    if (!(await resolveHost(host)).isThisMachine) continue;
    try {
      const engine = await connectEngine();
      if (engine.local) return engine;
      engine.close();
    } catch {
      // No engine, or none that we may ask: the control says that it was not asked.
    }
    return null;
  }
  return null;
}
