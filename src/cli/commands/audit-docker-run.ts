// What `audit docker` does; loaded only when it is called.
import { dockerControls } from '../../audit/index.ts';
import { auditFacts } from '../../flow/audit.ts';
import { collectDocker, dockerSummary } from '../../flow/audit-docker.ts';
import { openRecordIfThere } from '../../flow/audit-docker-execs.ts';
import { connectEngine } from '../../host/docker/index.ts';
import { openMachine } from '../../host/machine/index.ts';
import { readAudits } from '../../store/index.ts';
import { version } from '../version.ts';
import { writeResult } from '../write.ts';
import type { AuditDockerOptions } from './audit-options.ts';
import {
  auditExitCode,
  auditText,
  auditWaivers,
  chosenControls,
  keepRun,
  tellWaivers,
} from './audit-output.ts';

/** Audits one engine and writes the answer; returns the exit code. */
export async function runAuditDocker(options: AuditDockerOptions): Promise<number> {
  const now = new Date();
  const controls = chosenControls(dockerControls, options.only);
  const waivers = auditWaivers(options.waivers, now);
  const engine = await connectEngine(engineOf(options.host));
  const record = openRecordIfThere(options.data);
  try {
    const root = options.root.length > 1 ? options.root.replace(/\/+$/, '') : options.root;
    const machine = openMachine(root);
    const { facts, unknowns, leftOut } = await collectDocker({
      engine,
      machine,
      root,
      environment: process.env,
      containers: options.containers ?? null,
      record,
      now,
    });
    const { answer, run } = auditFacts({
      audit: 'docker',
      target: engine.address,
      controls,
      facts,
      summary: dockerSummary(facts),
      unknowns,
      leftOut,
      waivers,
      earlier: readAudits(options.data),
      now,
      toolVersion: version,
      scope: [...(options.only ?? []), ...(options.containers ?? [])].toSorted().join(','),
    });
    await writeResult(auditText(answer, options), options.output);
    if (options.quiet !== true) tellWaivers(waivers);
    const isWhole = options.only === undefined && options.containers === undefined;
    keepRun({ answer, run, isWhole }, options);
    return auditExitCode(answer, options);
  } finally {
    engine.close();
    if (!('problem' in record)) record.close();
  }
}

function engineOf(host: string | undefined) {
  if (host === undefined) return {};
  return host.startsWith('/') ? { socketPath: host } : { host };
}
