// Audits for `up`: one after its start, others when somebody asks; the last answer is kept on disk.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dockerControls } from '../../audit/index.ts';
import { SeaworthyError } from '../../base/error.ts';
import { parseJson, stringField } from '../../base/json.ts';
import { type AuditAnswer, auditFacts } from '../../flow/audit.ts';
import { collectDocker, dockerSummary } from '../../flow/audit-docker.ts';
import { openRecordIfThere } from '../../flow/audit-docker-execs.ts';
import { connectEngine } from '../../host/docker/index.ts';
import { openMachine } from '../../host/machine/index.ts';
import type { WaiverBook } from '../../policy/index.ts';
import type { AuditDesk } from '../../server/api/index.ts';
import { keepAudit, readAudits } from '../../store/index.ts';
import { version } from '../version.ts';

const answerCharacters = 64 * 1024 * 1024;

export interface AuditDeskOptions {
  readonly data: string;
  /** As they are now. */
  readonly waivers: () => WaiverBook;
  readonly onAnswer: (answer: AuditAnswer) => void;
}

export function createAuditDesk({ data, waivers, onAnswer }: AuditDeskOptions): AuditDesk {
  const file = join(data, 'audit-docker.json');
  let last = readAnswer(file);
  let running: Promise<AuditAnswer> | null = null;
  return {
    latest: () => (last === null ? [] : [last]),
    history: () => readAudits(data),
    async run() {
      if (running !== null) {
        throw new SeaworthyError('busy', 'an audit runs already', {
          advice: 'wait for the event `audit` of the stream',
        });
      }
      running = auditNow(data, waivers());
      try {
        last = await running;
        writeFileSync(`${file}.part`, JSON.stringify(last), { mode: 0o600 });
        renameSync(`${file}.part`, file);
        onAnswer(last);
        return last;
      } finally {
        running = null;
      }
    },
  };
}

/** What an older run left, as it was written by us. */
function readAnswer(file: string): AuditAnswer | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return null;
  }
  const parsed = parseJson(text, { maximumLength: answerCharacters });
  const isAnswer = parsed.ok && stringField(parsed.value, 'generatedAt') !== null;
  return isAnswer ? (parsed.value as AuditAnswer) : null;
}

async function auditNow(data: string, waivers: WaiverBook): Promise<AuditAnswer> {
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
      waivers,
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
