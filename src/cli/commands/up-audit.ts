// Audits for `up`: one after its start, others when somebody asks; the last answer is kept on disk.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeaworthyError } from '../../base/error.ts';
import { parseJson, stringField } from '../../base/json.ts';
import type { AuditAnswer } from '../../flow/audit.ts';
import type { WaiverBook } from '../../policy/index.ts';
import type { AuditDesk } from '../../server/api/index.ts';
import { readAudits } from '../../store/index.ts';

const answerCharacters = 64 * 1024 * 1024;

export interface AuditDeskOptions {
  readonly data: string;
  /** As they are now. */
  readonly waivers: () => WaiverBook | null;
  readonly onAnswer: (answer: AuditAnswer) => Promise<void>;
}

export function createAuditDesk({ data, waivers, onAnswer }: AuditDeskOptions): AuditDesk {
  const file = join(data, 'audit-docker.json');
  let read: { readonly answer: AuditAnswer | null } | null = null;
  const last = (): AuditAnswer | null => (read ??= { answer: readAnswer(file) }).answer;
  let running: Promise<AuditAnswer> | null = null;
  return {
    latest() {
      const answer = last();
      return answer === null ? [] : [answer];
    },
    history: () => readAudits(data),
    async run() {
      if (running !== null) {
        throw new SeaworthyError('busy', 'an audit runs already', {
          advice: 'wait for the event `audit` of the stream',
        });
      }
      running = import('./up-audit-run.ts').then(({ auditNow }) => auditNow(data, waivers()));
      try {
        const answer = await running;
        read = { answer };
        writeFileSync(`${file}.part`, JSON.stringify(answer), { mode: 0o600 });
        renameSync(`${file}.part`, file);
        await onAnswer(answer);
        return answer;
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
