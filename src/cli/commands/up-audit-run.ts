// The audit of `up` itself: the engine by the CIS benchmark, with what the record knows of it.
import { dockerControls } from '../../audit/index.ts';
import { type AuditAnswer, auditFacts } from '../../flow/audit.ts';
import { collectDocker, dockerSummary } from '../../flow/audit-docker.ts';
import { openRecordIfThere } from '../../flow/audit-docker-execs.ts';
import { connectEngine } from '../../host/docker/index.ts';
import { openMachine } from '../../host/machine/index.ts';
import { noWaivers, type WaiverBook } from '../../policy/index.ts';
import { keepAudit, readAudits } from '../../store/index.ts';
import { version } from '../version.ts';

/** Audits and keeps the score. Throws `SeaworthyError` where no engine can be asked. */
export async function auditNow(data: string, waivers: WaiverBook | null): Promise<AuditAnswer> {
  const engine = await connectEngine();
  const record = openRecordIfThere(data);
  const now = new Date();
  try {
    const root = '/';
    const { facts, unknowns, leftOut } = await collectDocker({
      engine,
      machine: openMachine(root),
      root,
      environment: process.env,
      containers: null,
      record,
      now,
    });
    const { answer, run } = auditFacts({
      audit: 'docker',
      target: engine.address,
      controls: dockerControls,
      facts,
      summary: dockerSummary(facts),
      unknowns,
      leftOut,
      waivers: waivers ?? noWaivers,
      earlier: readAudits(data),
      now,
      toolVersion: version,
      scope: '',
    });
    keepAudit(data, run);
    return answer;
  } finally {
    engine.close();
    if (!('problem' in record)) record.close();
  }
}
