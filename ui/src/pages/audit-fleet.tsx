// Audits of a fleet: the worst nodes first, what is broken on most of them, and one node as a whole.
import type { JSX } from 'preact';
import type { AuditAnswer, FleetAudits } from '../data/answers.ts';
import { answerTo, refresh } from '../data/client.ts';
import { counted, grouped, harmless } from '../data/words.ts';
import { Heads, Parts, Scrolled, SearchField } from '../parts/controls.tsx';
import { Time } from '../parts/marks.tsx';
import { Empty, HowTo, Shown } from '../parts/shown.tsx';
import { Trend } from '../parts/trend.tsx';
import { addressOf, replaceQuery, route } from '../routing.ts';
import { Benchmark } from './audit-benchmark.tsx';

export function FleetAuditPage({ agent }: { readonly agent: string | null }): JSX.Element {
  const answer = answerTo<FleetAudits>('/audit').value;
  return (
    <>
      <h1>Audit</h1>
      <Shown answer={answer} what="the audits" retry={() => void refresh('/audit')}>
        {(audits) =>
          agent === null ? <AllNodes audits={audits} /> : <OneNode {...{ audits, agent }} />
        }
      </Shown>
    </>
  );
}

function AllNodes({ audits }: { readonly audits: FleetAudits }): JSX.Element {
  const { nodes, state, howToSwitchOn, controls, history } = audits;
  if (state === 'off') {
    return (
      <Empty title="No node has told of an audit.">
        {howToSwitchOn !== null && (
          <p>
            <HowTo text={howToSwitchOn} />
          </p>
        )}
      </Empty>
    );
  }
  const [worst] = audits.audits;
  const kinds = [...new Set(history.map(({ audit }) => audit))];
  return (
    <>
      <p class="answer">
        {grouped(nodes.audited)} of {counted(nodes.all, 'node')} audited
        {worst !== undefined && `; the worst is ${harmless(worst.node)} with ${worst.score} of 100`}
        .
      </p>
      {kinds.map((kind) => (
        <Trend
          key={kind}
          points={history.filter(({ audit }) => audit === kind)}
          title={`${harmless(kind)}: mean score of the nodes of a day`}
        />
      ))}
      {controls.length > 0 && <Broken controls={controls} nodes={nodes.audited} />}
      <Nodes audits={audits.audits} />
    </>
  );
}

function Broken({
  controls,
  nodes,
}: {
  readonly controls: FleetAudits['controls'];
  readonly nodes: number;
}): JSX.Element {
  return (
    <section aria-labelledby="broken-title">
      <h2 id="broken-title">Broken on most nodes</h2>
      <Parts items={controls} size={10} noun="control">
        {(shown) => (
          <ol>
            {shown.map(({ audit, control, nodes: count }) => (
              <li key={`${audit} ${control}`}>
                <a href={addressOf('audit', null, { find: control })}>
                  {harmless(audit)} {harmless(control)}
                </a>{' '}
                on {grouped(count)} of {counted(nodes, 'node')}
              </li>
            ))}
          </ol>
        )}
      </Parts>
    </section>
  );
}

function Nodes({ audits }: { readonly audits: FleetAudits['audits'] }): JSX.Element {
  const find = route.value.query.get('find') ?? '';
  const low = find.toLowerCase();
  // A control is meant as a whole: 5.1 is not 5.10.
  const chosen = audits.filter(
    ({ node, target, failed }) =>
      `${node} ${target}`.toLowerCase().includes(low) || failed.includes(find),
  );
  return (
    <section aria-labelledby="nodes-title">
      <h2 id="nodes-title">Nodes, the worst first</h2>
      <div class="tools">
        <SearchField
          label="Search nodes"
          placeholder="node, control"
          value={find}
          onValue={(value) => replaceQuery({ find: value })}
        />
      </div>
      {chosen.length === 0 && <p>No node fits this search.</p>}
      {chosen.length > 0 && (
        <Scrolled label="Nodes">
          <Parts items={chosen} noun="node">
            {(shown) => (
              <table class="rows">
                <Heads words={['Node', 'Audit', 'Score', 'Broken', 'When']} />
                <tbody>
                  {shown.map(({ agent, node, audit, target, score, failed, at }) => (
                    <tr key={`${agent} ${target}`}>
                      <td>
                        <a href={addressOf('audit', agent, { audit })}>{harmless(node)}</a>
                      </td>
                      <td>{harmless(audit)}</td>
                      <td>{score} of 100</td>
                      <td>{counted(failed.length, 'control')}</td>
                      <td>
                        <Time at={at} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </Parts>
        </Scrolled>
      )}
    </section>
  );
}

function OneNode({
  audits,
  agent,
}: {
  readonly audits: FleetAudits;
  readonly agent: string;
}): JSX.Element {
  const kind = route.value.query.get('audit') ?? 'docker';
  const path = `/audit/${encodeURIComponent(agent)}/${encodeURIComponent(kind)}`;
  const answer = answerTo<AuditAnswer>(path).value;
  const own = audits.audits.filter((one) => one.agent === agent);
  const known = own.find(({ audit }) => audit === kind);
  return (
    <>
      <p>
        <a href={addressOf('audit')}>All nodes</a>
        {own
          .filter(({ audit }) => audit !== kind)
          .map(({ audit }) => (
            <span key={audit}>
              {' · '}
              <a href={addressOf('audit', agent, { audit })}>{harmless(audit)}</a>
            </span>
          ))}
      </p>
      {known !== undefined && <p class="answer">{harmless(known.node)}</p>}
      {answer.kind === 'failed' && known !== undefined ? (
        <p>
          {known.score} of 100. This node told its score and not the whole answer. Broken:{' '}
          {known.failed.map(harmless).join(', ') || 'nothing'}.
        </p>
      ) : (
        <Shown answer={answer} what="this audit" retry={() => void refresh(path)}>
          {(audit) => <Benchmark audit={audit} history={[]} />}
        </Shown>
      )}
    </>
  );
}
