// Audits of this machine, or of the nodes of a fleet.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Audits } from '../data/answers.ts';
import { answerTo, ask, type Problem, refresh } from '../data/client.ts';
import { Empty, Failed, Loading, Shown } from '../parts/shown.tsx';
import { mayRespond, scope } from '../parts/status.ts';
import { Benchmark } from './audit-benchmark.tsx';
import { FleetAuditPage } from './audit-fleet.tsx';

export function AuditPage({ id }: { readonly id: string | null }): JSX.Element {
  const where = scope.value;
  if (where === 'unknown') return <Loading what="the audits" />;
  return where === 'fleet' ? <FleetAuditPage agent={id} /> : <OwnAudits />;
}

function OwnAudits(): JSX.Element {
  const answer = answerTo<Audits>('/audit').value;
  return (
    <>
      <h1>Audit</h1>
      <Shown answer={answer} what="the audits" retry={() => void refresh('/audit')}>
        {(audits) => (
          <>
            {mayRespond.value && <RunAgain />}
            {audits.latest.length === 0 && (
              <Empty title="Nothing has been audited yet.">
                <p>
                  {mayRespond.value ? 'Press the button, or run ' : 'Run '}
                  <code>seaworthy audit docker</code>.
                </p>
              </Empty>
            )}
            {audits.latest.map((one) => (
              <Benchmark key={`${one.audit} ${one.target}`} audit={one} history={audits.history} />
            ))}
          </>
        )}
      </Shown>
    </>
  );
}

function RunAgain(): JSX.Element {
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async (): Promise<void> => {
    setRunning(true);
    const answer = await ask('/audit/run', { method: 'POST' });
    setProblem(answer.kind === 'failed' ? answer.problem : null);
    await refresh('/audit');
    setRunning(false);
  };
  return (
    <>
      <button type="button" disabled={isRunning} onClick={() => void run()}>
        {isRunning ? 'Auditing …' : 'Audit now'}
      </button>
      {problem !== null && <Failed problem={problem} what="the audit" />}
    </>
  );
}
