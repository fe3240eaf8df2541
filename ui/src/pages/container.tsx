// One container, alive or dead: who it was, what it did on one axis, what it used.

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { TimelineView } from '../data/answers.ts';
import { addressOfQuestion, answerTo, refresh } from '../data/client.ts';
import { counted, grouped, harmless, lifeOf, shortId, spanText } from '../data/words.ts';
import type { Axis } from '../parts/axis.ts';
import { SearchField } from '../parts/controls.tsx';
import { GradeMark, ImageLink, Time } from '../parts/marks.tsx';
import { nowMs } from '../parts/now.ts';
import { Shown } from '../parts/shown.tsx';
import { replaceQuery, route } from '../routing.ts';
import { Actions } from './container-actions.tsx';
import { ContainerAxis } from './container-axis.tsx';
import { type Moment, momentsOf, processRows, wholeAxis } from './container-events.ts';
import {
  DetectionList,
  FileTable,
  FlowTable,
  MomentList,
  PackageList,
  ResponseList,
} from './container-parts.tsx';
import { ProcessTree } from './container-tree.tsx';
import { ownerText } from './harbour-map.tsx';

const weights = ['critical', 'high', 'medium'] as const;

/** How often a container that runs is asked for again. */
const renewMs = 10_000;

export function ContainerPage({ id }: { readonly id: string }): JSX.Element {
  const path = `/containers/${encodeURIComponent(id)}/timeline`;
  const answer = answerTo<TimelineView>(path).value;
  const isRunning = answer.kind === 'ready' && answer.value.container.running;
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => void refresh(path), renewMs);
    return () => clearInterval(timer);
  }, [path, isRunning]);
  return (
    <Shown answer={answer} isPage what="this container" retry={() => void refresh(path)}>
      {(timeline) => <Told timeline={timeline} path={path} />}
    </Shown>
  );
}

function Told({
  timeline,
  path,
}: {
  readonly timeline: TimelineView;
  readonly path: string;
}): JSX.Element {
  const { container } = timeline;
  const find = (route.value.query.get('find') ?? '').toLowerCase();
  const allRows = useMemo(() => processRows(timeline.processes), [timeline]);
  const all = useMemo(() => momentsOf(timeline, allRows), [timeline, allRows]);
  const rows = find === '' ? allRows : allRows.filter(({ text }) => has(text, find));
  const moments = find === '' ? all : all.filter(({ text }) => has(text, find));
  const whole = wholeAxis(all, lifeOf(container, nowMs.value));
  const [zoomed, setZoomed] = useState<Axis | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const axis = zoomed ?? whole;
  const cursorMs = cursor ?? worstOf(all)?.ms ?? whole.toMs;
  return (
    <>
      <Identity timeline={timeline} />
      <Export timeline={timeline} path={path} />
      <Losses timeline={timeline} />
      <section aria-labelledby="did-title">
        <h2 id="did-title">What it did</h2>
        <div class="tools">
          <SearchField
            label="Search what it did"
            placeholder="word of a command, path, address"
            value={route.value.query.get('find') ?? ''}
            onValue={(value) => replaceQuery({ find: value })}
          />
          <span class="faint" role="status">
            {counted(moments.length, 'moment')}
            {find !== '' && ` of ${grouped(all.length)}`}
          </span>
        </div>
        <ContainerAxis
          {...{ moments, axis, whole, cursorMs }}
          hasRaw={timeline.rawOn === null}
          onAxis={setZoomed}
          onCursor={setCursor}
        />
        <MomentList moments={moments} cursorMs={cursorMs} onCursor={setCursor} />
      </section>
      <Actions id={container.id} isRunning={container.running} />
      <DetectionList detections={timeline.detections} find={find} />
      <ResponseList responses={timeline.responses} />
      {timeline.rawOn === null && (
        <>
          <ProcessTree {...{ rows, axis, cursorMs }} onCursor={setCursor} />
          <FileTable files={timeline.files} find={find} />
        </>
      )}
      <FlowTable flows={timeline.flows} find={find} />
      <PackageList timeline={timeline} find={find} />
    </>
  );
}

/** What can be taken away; raw events only where they are kept. */
function Export({
  timeline,
  path,
}: {
  readonly timeline: TimelineView;
  readonly path: string;
}): JSX.Element {
  const { container } = timeline;
  return (
    <p class="tools">
      <span>Export:</span>
      <a class="button" href={addressOfQuestion(path)} download={`${shortId(container.id)}.json`}>
        JSON
      </a>
      {timeline.rawOn === null && (
        <a
          class="button"
          href={addressOfQuestion(path.replace(/timeline$/, 'capture'))}
          download={`${shortId(container.id)}.scap`}
          title="For sysdig, Falco and Stratoshark"
        >
          .scap
        </a>
      )}
      <span class="faint">
        {timeline.rawOn === null ? (
          'One page to send: '
        ) : (
          <>Its processes and files are kept on {harmless(timeline.rawOn)}; there: </>
        )}
        <code>seaworthy timeline {shortId(container.id)} --format html</code>
      </span>
    </p>
  );
}

/** The first of the worst detections. */
function worstOf(moments: readonly Moment[]): Moment | undefined {
  const found = moments.filter(({ lane }) => lane === 'detection');
  return weights.flatMap((weight) => found.filter((one) => one.weight === weight))[0] ?? found[0];
}

function has(text: string, find: string): boolean {
  return text.toLowerCase().includes(find);
}

function Identity({ timeline }: { readonly timeline: TimelineView }): JSX.Element {
  const { container, startedBy, detections, command, ports } = timeline;
  const { fromMs, toMs } = lifeOf(container, nowMs.value);
  const life = spanText(toMs - fromMs);
  const name = harmless(container.name ?? shortId(container.id));
  const code = container.exitCode === null ? '' : ` and ended with exit code ${container.exitCode}`;
  const state = container.running ? `has been running for ${life}` : `ran for ${life}${code}`;
  const found = detections.reduce((sum, { count }) => sum + count, 0);
  const alarm = found === 0 ? 'nothing was detected' : counted(found, 'detection');
  const starter = [startedBy?.user, startedBy?.command].filter(Boolean).join(': ');
  return (
    <header>
      <h1 class="answer">
        <GradeMark letter={container.grade} isLarge />
        <span>
          {name} {state}: {alarm}.
        </span>
      </h1>
      <dl class="facts is-identity">
        <Fact name="Image">
          <ImageLink id={container.image.id} reference={container.image.reference} />
        </Fact>
        <Fact name="Belongs to">{ownerText(container)}</Fact>
        <Fact name="Started">
          <Time at={container.startedAt ?? container.firstSeen} />
          {starter !== '' && ` by ${harmless(starter)}`}
        </Fact>
        {container.endedAt !== null && (
          <Fact name="Ended">
            <Time at={container.endedAt} />
            {endWords(container.exitCode)}
          </Fact>
        )}
        {command !== null && (
          <Fact name="Command">
            <code>{harmless(command.join(' '))}</code>
          </Fact>
        )}
        {ports.length > 0 && <Fact name="Ports">{harmless(ports.join(', '))}</Fact>}
        <Fact name="Node">{harmless(container.node)}</Fact>
        <Fact name="Container id">
          <code>{harmless(container.id)}</code>
        </Fact>
        {!container.namedBeforeStart && <Fact name="Named">after it had begun</Fact>}
      </dl>
    </header>
  );
}

/** Exit codes above 128 tell a signal (POSIX shells; engines follow them). */
function endWords(code: number | null): string {
  if (code === 137) return ', killed: by somebody, or because memory ran out';
  if (code === 143) return ', asked to end';
  return code !== null && code > 128 && code < 193 ? `, by signal ${code - 128}` : '';
}

function Fact({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** So few gaps are told without asking. */
const lossesOpened = 2;

function Losses({ timeline }: { readonly timeline: TimelineView }): JSX.Element | null {
  const { losses, truncated } = timeline;
  if (losses.length === 0 && !truncated) return null;
  return (
    <details class="state" open={losses.length <= lossesOpened}>
      <summary>
        <h2 class="inline">Not in this record</h2>{' '}
        <span class="faint">
          {truncated && 'more than is shown'}
          {truncated && losses.length > 0 && ', '}
          {losses.length > 0 && counted(losses.length, 'gap')}
        </span>
      </summary>
      <ul>
        {truncated && <li>More was recorded than is shown here.</li>}
        {losses.slice(0, 50).map(({ what, count, from, to, why }) => (
          <li key={`${what} ${from} ${to}`}>
            <Time at={from} /> to <Time at={to} />: {count !== null && `${count} × `}
            {harmless(`${what}: ${why}`)}
          </li>
        ))}
      </ul>
    </details>
  );
}
