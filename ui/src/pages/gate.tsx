// What the gate decided, and how to switch it on where none decides.
import type { JSX } from 'preact';
import type { Decision, Gate, Waiver, Waivers } from '../data/answers.ts';
import { answerTo, refresh } from '../data/client.ts';
import { counted, grouped, harmless } from '../data/words.ts';
import { Heads, Parts, Scrolled, SearchField } from '../parts/controls.tsx';
import { Time } from '../parts/marks.tsx';
import { Coded, Empty, HowTo, Shown } from '../parts/shown.tsx';
import { addressOf, replaceQuery, route } from '../routing.ts';

export function GatePage(): JSX.Element {
  const answer = answerTo<Gate>('/gate').value;
  return (
    <>
      <h1>Gate</h1>
      <Shown answer={answer} what="the decisions" retry={() => void refresh('/gate')}>
        {(gate) => (
          <>
            <WaiverList />
            {gate.state === 'off' ? (
              <Off gate={gate} />
            ) : (
              <Decisions decisions={gate.decisions ?? []} />
            )}
          </>
        )}
      </Shown>
    </>
  );
}

function Off({ gate }: { readonly gate: Gate }): JSX.Element {
  return (
    <Empty title="No gate decides here.">
      {gate.why && (
        <p>
          <Coded text={gate.why} />
        </p>
      )}
      <p>
        <HowTo
          text={
            gate.howToSwitchOn ??
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

function Decisions({ decisions }: { readonly decisions: readonly Decision[] }): JSX.Element {
  const find = (route.value.query.get('find') ?? '').toLowerCase();
  const denied = decisions.filter(({ decision }) => decision === 'deny').length;
  const reasons = reasonsOf(decisions);
  const chosen = decisions.filter((one) => textOf(one).toLowerCase().includes(find));
  if (decisions.length === 0) return <Empty title="The gate is on and has not been asked yet." />;
  return (
    <>
      <p>
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
      <Scrolled label="Decisions">
        <Parts items={chosen} noun="decision">
          {(shown) => (
            <table class="rows">
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">Decision</th>
                  <th scope="col">What</th>
                  <th scope="col">Who</th>
                  <th scope="col">Because of</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((one, index) => (
                  <tr key={`${one.time} ${index}`}>
                    <td>
                      <Time at={one.time} />
                    </td>
                    <td>
                      <b>{one.decision === 'deny' ? '✕ deny' : harmless(one.decision)}</b>
                      {one.isDryRun === true && <small> dry run</small>}
                    </td>
                    <td>{subjectOf(one)}</td>
                    <td>{harmless(one.user ?? 'not known')}</td>
                    <td>{reasonOf(one)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Parts>
      </Scrolled>
    </>
  );
}

/** The controls that denied most. */
function reasonsOf(decisions: readonly Decision[]): readonly (readonly [string, number])[] {
  const all = decisions
    .filter(({ decision }) => decision === 'deny')
    .flatMap(({ controls }) => (typeof controls === 'string' ? controls.split(/, ?/) : controls))
    .filter((one) => one !== undefined && one !== '');
  const counts = [...Map.groupBy(all, (one) => one ?? '')].map(
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
    reasonText(one),
    ...(one.images ?? []),
  ].join(' ');
}

function reasonText({ controls, problem }: Decision): string {
  return [problem, ...(typeof controls === 'string' ? [controls] : (controls ?? []))]
    .filter(Boolean)
    .join(', ');
}

function reasonOf(one: Decision): string {
  return harmless(reasonText(one)) || '–';
}

function subjectOf(one: Decision): JSX.Element {
  const place = one.namespace ? `${one.namespace}/${one.name ?? ''}` : (one.name ?? '');
  return (
    <span>
      {harmless([one.operation?.toLowerCase(), one.kind, place].filter(Boolean).join(' '))}{' '}
      {one.images?.slice(0, 10).map((image) => (
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
