// The first page: how safe the containers are, what to do about it, and all of them on one axis.

import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type {
  ContainerView,
  Coverage,
  DetectionRow,
  Harbour,
  HarbourAction,
  Page,
} from '../data/answers.ts';
import { type Answer, answerTo, refresh } from '../data/client.ts';
import { fleet, loadContainers } from '../data/containers.ts';
import { rested } from '../data/rested.ts';
import { arrows, counted, grouped, harmless, nounOf } from '../data/words.ts';
import { Choice, SearchField } from '../parts/controls.tsx';
import { GradeMark, Time } from '../parts/marks.tsx';
import { nowMs } from '../parts/now.ts';
import { Coded, Empty, Failed, HowTo, Loading, Shown, sentence } from '../parts/shown.tsx';
import { Trend } from '../parts/trend.tsx';
import { addressOf, replaceQuery, route } from '../routing.ts';
import { axisOfChoice, gradeOrder, teamsOf } from './harbour-lanes.ts';
import { HarbourMap, HarbourTable } from './harbour-map.tsx';
import { GradeStrip } from './harbour-strip.tsx';

export function HarbourPage(): JSX.Element {
  const answer = answerTo<Harbour>('/harbour').value;
  return (
    <>
      <Shown answer={answer} what="the answer" retry={() => void refresh('/harbour')}>
        {(harbour) => (
          <>
            <Remembered asOf={harbour.asOf ?? null} />
            <Head harbour={harbour} />
            <Actions actions={harbour.actions} />
          </>
        )}
      </Shown>
      <Containers />
      {answer.kind === 'ready' && <CoverageList coverage={answer.value.coverage} />}
    </>
  );
}

const askAgainMs = 1000;
const askAgainMostMs = 30_000;

/** What runs is not read yet: told as such, and asked again until it is. */
function Remembered({ asOf }: { readonly asOf: string | null }): JSX.Element | null {
  const wasRemembered = useRef(false);
  useEffect(() => {
    // It is read: the containers are not what they were either.
    if (asOf === null && wasRemembered.current) void loadContainers();
    wasRemembered.current = asOf !== null;
    if (asOf === null) return;
    let timer: ReturnType<typeof setTimeout>;
    const ask = (waitMs: number): void => {
      timer = setTimeout(() => {
        void refresh('/harbour');
        ask(Math.min(askAgainMostMs, waitMs * 2));
      }, waitMs);
    };
    ask(askAgainMs);
    return () => clearTimeout(timer);
  }, [asOf]);
  if (asOf === null) return null;
  return (
    <p class="state is-remembered" role="status">
      As it was <Time at={asOf} />. What runs now is not read yet.
    </p>
  );
}

function Head({ harbour }: { readonly harbour: Harbour }): JSX.Element {
  const points = useMemo(
    () => harbour.trend.map(({ day, score }) => ({ at: day, score })),
    [harbour.trend],
  );
  const { counts } = harbour;
  const count = (key: string): number => counts[key] ?? 0;
  const facts: readonly (readonly [number, string, string?])[] = [
    [count('containersAlive'), 'alive'],
    [count('containersDead'), 'ended'],
    [count('images'), nounOf(count('images'), 'image'), addressOf('images')],
    [
      count('detections24h'),
      `${nounOf(count('detections24h'), 'detection')} in 24 h`,
      addressOf('detections'),
    ],
    ...(count('unknowns') === 0
      ? []
      : [[count('unknowns'), `${nounOf(count('unknowns'), 'place')} not judged`] as const]),
  ];
  return (
    <section class={points.length < 2 ? '' : 'head'}>
      <div>
        <h1 class="answer">
          <GradeMark letter={harbour.grade?.letter ?? null} isLarge />
          <span>{harmless(harbour.answer)}</span>
        </h1>
        <p class="counts">
          {facts.map(([number, word, address]) => (
            <span key={word}>
              <b>{grouped(number)}</b> {address === undefined ? word : <a href={address}>{word}</a>}
            </span>
          ))}
          {points.length < 2 && harbour.grade !== null && (
            <span>
              score <b>{harbour.grade.score}</b> of 100, its line begins tomorrow
            </span>
          )}
        </p>
      </div>
      {points.length > 1 && <Trend points={points} title="Score of 100 over 30 days" />}
    </section>
  );
}

function Actions({ actions }: { readonly actions: readonly HarbourAction[] }): JSX.Element | null {
  if (actions.length === 0) return null;
  return (
    <section>
      <h2>Do this first</h2>
      <ol class="actions">
        {actions.map(({ action, removes, exploited, where, image, imageIds }) => (
          <li key={`${action} ${image}`}>
            <span class="what">{arrows(action)}</span>
            <span class="removes">
              removes {counted(removes, 'finding')}
              {exploited > 0 && <b class="alarm"> · {exploited} exploited</b>}
            </span>
            <small class="where">
              {image && <a href={imageAddress(image, imageIds ?? [])}>{harmless(image)}</a>}
              {where && ` · ${harmless(where)}`}
            </small>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The image that needs it, or those that have its name. */
function imageAddress(name: string, ids: readonly string[]): string {
  const [only] = ids;
  if (only !== undefined && ids.length === 1) return addressOf('images', only);
  return addressOf('images', null, { find: ids.length > 1 ? null : name });
}

const spans = [
  ['15m', '15 min'],
  ['1h', '1 h'],
  ['6h', '6 h'],
  ['24h', '24 h'],
  ['7d', '7 d'],
  ['30d', '30 d'],
  ['all', 'All time'],
] as const;

function Containers(): JSX.Element {
  const { state, problem, isCut, byId } = fleet.value;
  const { query } = route.value;
  const find = query.get('find') ?? '';
  const life = query.get('life') ?? 'all';
  const view = query.get('view') ?? 'map';
  const all = useMemo(() => newestFirst([...byId.values()]), [byId]);
  const grade = query.get('grade') ?? '';
  const chosen = useMemo(
    () => all.filter((one) => isWanted(one, { find, life, grade })),
    [all, find, life, grade],
  );
  const teams = useMemo(() => teamsOf(chosen), [chosen]);
  const notes = useNotes();
  if (state === 'failed' && all.length === 0 && problem !== null) {
    return <Failed problem={problem} what="the containers" retry={() => void loadContainers()} />;
  }
  if (state === 'loading' && all.length === 0) return <Loading what="the containers" />;
  if (all.length === 0) return <NoContainers />;
  const axis = axisOfChoice(query.get('span') ?? '', all, nowMs.value);
  return (
    <section aria-labelledby="containers-title">
      <h2 id="containers-title">Containers</h2>
      <GradeStrip
        containers={all}
        chosen={grade}
        onChosen={(next) => replaceQuery({ grade: next })}
      />
      <ContainerTools {...{ find, life, view }} span={axis.choice} />
      <p class="faint" role="status">
        {counted(chosen.length, 'container')}
        {state === 'loading' && ', more are coming'}
        {isCut && '; older ones are not held by this page: `seaworthy containers` lists them'}
      </p>
      {chosen.length === 0 && <Empty title="No container fits this search." />}
      {view === 'table' ? (
        <HarbourTable containers={chosen} nowMs={nowMs.value} />
      ) : (
        chosen.length > 0 && <HarbourMap teams={teams} view={{ axis, nowMs: nowMs.value, notes }} />
      )}
      <p class="legend">
        Filled: alive. Outlined: ended. Letter: grade of its image, ? where it is not known yet.
      </p>
    </section>
  );
}

/** What narrows the containers, and how they are shown. */
function ContainerTools({
  find,
  life,
  view,
  span,
}: {
  readonly find: string;
  readonly life: string;
  readonly view: string;
  readonly span: string;
}): JSX.Element {
  return (
    <div class="tools">
      <SearchField
        label="Search containers"
        placeholder="name, image, team"
        value={find}
        onValue={(value) => replaceQuery({ find: value })}
      />
      <Choice
        label="Alive or ended"
        words={[
          ['all', 'All'],
          ['alive', 'Alive'],
          ['ended', 'Ended'],
        ]}
        value={life}
        onValue={(value) => replaceQuery({ life: value === 'all' ? null : value })}
      />
      <Choice
        label="Time that is shown"
        words={spans}
        value={span}
        onValue={(value) => replaceQuery({ span: value })}
      />
      <Choice
        label="Form"
        words={[
          ['map', 'Map'],
          ['table', 'Table'],
        ]}
        value={view}
        onValue={(value) => replaceQuery({ view: value === 'map' ? null : value })}
      />
    </div>
  );
}

function NoContainers(): JSX.Element {
  return (
    <Empty title="No container has been seen yet.">
      <p>
        Start one and it appears here within a second: <code>docker run --rm debian:12 true</code>
      </p>
    </Empty>
  );
}

function newestFirst(containers: ContainerView[]): readonly ContainerView[] {
  const at = ({ startedAt, firstSeen }: ContainerView): string => startedAt ?? firstSeen;
  return containers.sort((a, b) => (at(a) > at(b) ? -1 : 1));
}

interface Wanted {
  readonly find: string;
  readonly life: string;
  readonly grade: string;
}

function isWanted(container: ContainerView, { find, life, grade }: Wanted): boolean {
  if (grade !== '' && (container.grade ?? gradeOrder.unknown) !== grade) return false;
  if (life !== 'all' && container.running !== (life === 'alive')) return false;
  if (find === '') return true;
  const { name, id, image, workload } = container;
  const text = [name, id, image.reference, image.id, ...Object.values(workload)].join('\n');
  return text.toLowerCase().includes(find.toLowerCase());
}

/** What hovering tells may come after what is seen at once: the answer is long. */
const notYet: Answer<Page<DetectionRow>> = { kind: 'loading' };

/** A detection is what to know of a container before all else. */
function useNotes(): ReadonlyMap<string, string> {
  const [isAsked, setAsked] = useState(false);
  useEffect(() => {
    let isHere = true;
    void rested().then(() => {
      if (isHere) setAsked(true);
    });
    return () => {
      isHere = false;
    };
  }, []);
  const answer = isAsked ? answerTo<Page<DetectionRow>>('/detections?limit=200').value : notYet;
  return useMemo(() => {
    const notes = new Map<string, string>();
    for (const { group } of answer.kind === 'ready' ? answer.value.items : []) {
      if (group.container === null || notes.has(group.container.id)) continue;
      notes.set(group.container.id, `detected: ${harmless(group.rule)}`);
    }
    return notes;
  }, [answer]);
}

function CoverageList({
  coverage,
}: {
  readonly coverage: readonly Coverage[];
}): JSX.Element | null {
  const missing = coverage.filter(({ state }) => state !== 'on');
  const seen = coverage.filter(({ state }) => state === 'on');
  return (
    <>
      {missing.length > 0 && (
        <section>
          <h2>What this page does not know</h2>
          <CoverageFacts coverage={missing} />
        </section>
      )}
      {seen.length > 0 && (
        <details class="group">
          <summary>
            <b>What it looks at</b>{' '}
            <span class="faint">{seen.map(({ what }) => harmless(what)).join(', ')}</span>
          </summary>
          <CoverageFacts coverage={seen} />
        </details>
      )}
    </>
  );
}

function CoverageFacts({ coverage }: { readonly coverage: readonly Coverage[] }): JSX.Element {
  return (
    <dl class="facts">
      {coverage.map(({ what, state, why, howToSwitchOn }) => (
        <div key={what}>
          <dt>
            {harmless(what)}
            {state === 'on' ? '' : `: ${state}`}
          </dt>
          <dd>
            {why && <Coded text={sentence(why)} />}{' '}
            {howToSwitchOn && <HowTo text={howToSwitchOn} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}
