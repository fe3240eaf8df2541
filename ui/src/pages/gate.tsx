// What the gate decided, and how to switch it on where none decides.
import type { JSX } from 'preact';
import type { Decision, Gate, Waiver, Waivers } from '../data/answers.ts';
import { answerTo, refresh } from '../data/client.ts';
import { counted, grouped, harmless } from '../data/words.ts';
import { Heads, Parts, Scrolled, SearchField } from '../parts/controls.tsx';
import { Time } from '../parts/marks.tsx';
import { Empty, HowTo, Shown } from '../parts/shown.tsx';
import { scope } from '../parts/status.ts';
import { addressOf, replaceQuery, route } from '../routing.ts';

export function GatePage(): JSX.Element {
  const answer = answerTo<Gate>('/gate').value;
  const isFleet = scope.value === 'fleet';
  return (
    <>
      <h1>Gate</h1>
      <Shown answer={answer} what="the decisions" retry={() => void refresh('/gate')}>
        {(gate) => (
          <>
            {scope.value === 'machine' && <WaiverList />}
            {gate.state === 'off' ? (
              <Off gate={gate} />
            ) : (
              <>
                <Sums gate={gate} />
                <Decisions gate={gate} />
              </>
            )}
            {isFleet && <p class="faint">Waivers lie in files of the nodes, and are told there.</p>}
          </>
        )}
      </Shown>
    </>
  );
}

function Off({ gate: { howToSwitchOn, nodes } }: { readonly gate: Gate }): JSX.Element {
  const title = nodes === undefined ? 'No gate decides here.' : 'No node has told of a gate.';
  return (
    <Empty title={title}>
      <p>
        <HowTo
          text={
            howToSwitchOn ??
            'Run `seaworthy gate docker` beside an engine, or `seaworthy gate serve` for a cluster.'
          }
        />
      </p>
      <p>
        Without one, a pipeline can ask: <code>seaworthy gate check FILE</code>
      </p>
    </Empty>
  );
}

function pastOf(decision: string): string {
  const words: Readonly<Record<string, string>> = {
    allow: 'allowed',
    deny: 'denied',
    warn: 'warned about',
  };
  return (Object.hasOwn(words, decision) ? words[decision] : undefined) ?? harmless(decision);
}

/** Of a fleet: how often its gates decided, what was simply allowed too. */
function Sums({ gate: { sums, nodes } }: { readonly gate: Gate }): JSX.Element | null {
  if (sums === undefined || nodes === undefined) return null;
  const byDecision = Map.groupBy(sums, ({ decision }) => decision);
  const told = [...byDecision].map(
    ([decision, own]) =>
      `${grouped(own.reduce((sum, { count }) => sum + count, 0))} ${pastOf(decision)}`,
  );
  return (
    <p class="answer">
      {grouped(nodes.withGate)} of {counted(nodes.all, 'node')}{' '}
      {nodes.withGate === 1 ? 'has' : 'have'} a gate
      {told.length > 0 && `; in 30 days ${told.join(', ')}`}.
    </p>
  );
}

function Decisions({ gate }: { readonly gate: Gate }): JSX.Element {
  const { decisions, sums, next } = gate;
  const isFleet = sums !== undefined;
  const find = (route.value.query.get('find') ?? '').toLowerCase();
  const denied = decisions.filter(({ decision }) => decision === 'deny').length;
  const reasons = reasonsOf(decisions);
  const chosen = decisions.filter((one) => textOf(one).toLowerCase().includes(find));
  if (decisions.length === 0) {
    const title = isFleet
      ? 'Nothing was denied, and no waiver was needed.'
      : 'The gate is on and has not been asked yet.';
    return <Empty title={title} />;
  }
  return (
    <>
      <p>
        {isFleet && 'The newest that were no plain yes: '}
        {counted(decisions.length, 'decision')}, {denied} denied
        {reasons.length > 0 && ', most often because of '}
        {reasons.map(([reason, count], index) => (
          <span key={reason}>
            {index > 0 && ', '}
            <a href={addressOf('gate', null, { find: reason })}>{harmless(reason)}</a> (
            {grouped(count)})
          </span>
        ))}
        .
      </p>
      <div class="tools">
        <SearchField
          label="Search decisions"
          placeholder="name, user, control"
          value={route.value.query.get('find') ?? ''}
          onValue={(value) => replaceQuery({ find: value })}
        />
      </div>
      <DecisionTable {...{ chosen, isFleet }} />
      {typeof next === 'string' && <p class="faint">Older ones are asked for with the API.</p>}
    </>
  );
}

function DecisionTable({
  chosen,
  isFleet,
}: {
  readonly chosen: readonly Decision[];
  readonly isFleet: boolean;
}): JSX.Element {
  return (
    <Scrolled label="Decisions">
      <Parts items={chosen} noun="decision">
        {(shown) => (
          <table class="rows">
            <Heads
              words={[
                'When',
                ...(isFleet ? ['Node'] : []),
                'Decision',
                'What',
                'Who',
                'Because of',
              ]}
            />
            <tbody>
              {shown.map((one, index) => (
                <tr key={`${one.time} ${index}`}>
                  <td>
                    <Time at={one.time} />
                  </td>
                  {isFleet && <td>{harmless(one.node ?? '')}</td>}
                  <td>
                    <b>{one.decision === 'deny' ? '✕ deny' : harmless(one.decision)}</b>
                    {one.isDryRun && <small> dry run</small>}
                    {!one.isEnforced && <small> only recorded</small>}
                  </td>
                  <td>{subjectOf(one)}</td>
                  <td>{harmless(one.user || 'not known')}</td>
                  <td>{reasonOf(one)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Parts>
    </Scrolled>
  );
}

/** The controls that denied most. */
function reasonsOf(decisions: readonly Decision[]): readonly (readonly [string, number])[] {
  const all = decisions
    .filter(({ decision }) => decision === 'deny')
    .flatMap(({ controls }) => controls);
  const counts = [...Map.groupBy(all, (one) => one)].map(
    ([reason, own]) => [reason, own.length] as const,
  );
  return counts.sort((a, b) => b[1] - a[1]).slice(0, 3);
}

function textOf(one: Decision): string {
  return [
    one.decision,
    one.name,
    one.namespace,
    one.user,
    one.kind,
    one.node,
    reasonText(one),
    ...one.images,
  ].join(' ');
}

function reasonText({ controls, problem, waived, message }: Decision): string {
  const words = [problem, ...controls, ...waived.map((one) => `${one} (waived)`)].filter(Boolean);
  return words.length === 0 ? message : words.join(', ');
}

function reasonOf(one: Decision): string {
  return harmless(reasonText(one)) || '–';
}

function subjectOf(one: Decision): JSX.Element {
  const place = one.namespace ? `${one.namespace}/${one.name}` : one.name;
  return (
    <span>
      {harmless([one.operation.toLowerCase(), one.kind, place].filter(Boolean).join(' '))}{' '}
      {one.images.slice(0, 10).map((image) => (
        <small key={image}>
          <a href={addressOf('images', null, { find: image })}>{harmless(image)}</a>{' '}
        </small>
      ))}
    </span>
  );
}

/** Expired ones on top: they no longer protect anybody. */
function WaiverList(): JSX.Element | null {
  const answer = answerTo<Waivers>('/waivers').value;
  if (answer.kind !== 'ready' || answer.value.items.length === 0) return null;
  const { items } = answer.value;
  const rank = ({ expired, daysLeft, stale }: Waiver): number =>
    expired ? -1 : stale ? 0 : 1 + (daysLeft ?? Number.MAX_SAFE_INTEGER);
  const sorted = items.toSorted((a, b) => rank(a) - rank(b));
  const over = items.filter(({ expired }) => expired).length;
  const idle = items.filter(({ stale, expired }) => stale && !expired).length;
  return (
    <section aria-labelledby="waivers-title">
      <h2 id="waivers-title">Waivers</h2>
      <p>
        {counted(items.length, 'waiver')}
        {over > 0 && `; ${over} expired`}
        {idle > 0 && `; ${idle} covered nothing that was recorded: take them away`}.
      </p>
      <Scrolled label="Waivers">
        <Parts items={sorted} noun="waiver">
          {(shown) => (
            <table>
              <Heads words={['Until', 'Controls', 'Why', 'Owner', 'Used', 'Stands in']} />
              <tbody>
                {shown.map((one, index) => (
                  <tr key={`${one.file} ${one.line} ${index}`}>
                    <td>{untilText(one)}</td>
                    <td>{harmless(one.controls.join(', '))}</td>
                    <td>{harmless(one.reason)}</td>
                    <td>{harmless(one.owner)}</td>
                    <td>
                      {one.stale ? 'never' : counted(one.uses, 'time')}
                      {one.lastUsedAt !== null && (
                        <small>
                          {' '}
                          last <Time at={one.lastUsedAt} />
                        </small>
                      )}
                    </td>
                    <td>
                      <code>
                        {harmless(one.line === null ? one.file : `${one.file}:${one.line}`)}
                      </code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Parts>
      </Scrolled>
    </section>
  );
}

function untilText({ expires, expired, daysLeft }: Waiver): JSX.Element {
  if (expires === null) return <span>for good</span>;
  if (expired) return <b class="alarm">✕ expired on {harmless(expires)}</b>;
  return (
    <span>
      {harmless(expires)}
      {daysLeft !== null && <small> {counted(daysLeft, 'day')} left</small>}
    </span>
  );
}
