// Audits for `up`: one after its start, others when somebody asks; the last answer is kept on disk.
import { SeaworthyError } from '../../base/error.ts';
import type { AuditAnswer } from '../../flow/audit.ts';
import type { WaiverBook } from '../../policy/index.ts';
import type { AuditDesk } from '../../server/api/index.ts';
import { auditStamp, keepAuditAnswer, readAuditAnswers, readAudits } from '../../store/index.ts';

export interface AuditDeskOptions {
  readonly data: string;
  /** As they are now. */
  readonly waivers: () => WaiverBook | null;
  readonly onAnswer: (answer: AuditAnswer) => Promise<void>;
}

export function createAuditDesk({ data, waivers, onAnswer }: AuditDeskOptions): AuditDesk {
  let known: { readonly stamp: string; readonly answers: readonly AuditAnswer[] } | null = null;
  let running: Promise<AuditAnswer> | null = null;
  return {
    // Audits of the command line lie in the same folder.
    latest() {
      const stamp = auditStamp(data);
      if (known?.stamp !== stamp) {
        known = { stamp, answers: readAuditAnswers(data) as readonly AuditAnswer[] };
      }
      return known.answers;
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
        const problem = keepAuditAnswer(data, 'docker', answer);
        if (problem !== null) {
          throw new SeaworthyError('unreadable', `the audit is not kept: ${problem}`);
        }
        await onAnswer(answer);
        return answer;
      } finally {
        running = null;
      }
    },
  };
}
