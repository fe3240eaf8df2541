// What was detected, one entry for each cause: what happened, by whom, how sure, what to do.
import type { JSX } from 'preact';
import type { DetectionRow, Page } from '../data/answers.ts';
import { answerTo, refresh } from '../data/client.ts';
import {
  counted,
  grouped,
  harmless,
  sentenceOfOutput,
  shellWord,
  weightOfPriority,
} from '../data/words.ts';
import { Choice, CopyButton, Parts, SearchField } from '../parts/controls.tsx';
import { ContainerLink, LessonLink, Time, WeightMark } from '../parts/marks.tsx';
import { nowMs } from '../parts/now.ts';
import { Empty, Shown } from '../parts/shown.tsx';
import { addressOf, replaceQuery, route } from '../routing.ts';
import { Evidence } from './container-parts.tsx';
import { DetectionAxis } from './detection-axis.tsx';
import { type DetectionPlace, isHeavy, placesOf, rulesOf } from './detection-places.ts';

const path = '/detections?limit=200';

export function DetectionsPage(): JSX.Element {
  const answer = answerTo<Page<DetectionRow>>(path).value;
  return (
    <>
      <h1>Detections</h1>
      <Shown answer={answer} what="the detections" retry={() => void refresh(path)}>
        {(page) => (page.items.length === 0 ? <Nothing /> : <Found page={page} />)}
      </Shown>
    </>
  );
}

function Nothing(): JSX.Element {
  return (
    <Empty title="Nothing has been detected.">
      <p>
        The <a href="#/">harbour</a> tells whether the sensor is on. To see what a detection looks
        like, open a shell in a container: <code>docker exec -it NAME sh</code>
      </p>
    </Empty>
  );
}

function Found({ page }: { readonly page: Page<DetectionRow> }): JSX.Element {
  const { query } = route.value;
  const find = query.get('find') ?? '';
  const least = query.get('least') ?? 'all';
  const chosen = page.items.filter(
    (row) => fits(row, find.toLowerCase()) && isHeavy(row.group.priority, least),
  );
  const places = placesOf(chosen);
  const grave = page.items.filter(({ group }) => isHeavy(group.priority, 'high')).length;
  return (
    <>
      <p>
        {counted(page.items.length, 'cause')} in {counted(placesOf(page.items).length, 'place')}
        {grave > 0 ? `; look at ${grave} of them now, the worst is on top.` : '; none is grave.'}
      </p>
      <div class="tools">
        <SearchField
          label="Search detections"
          placeholder="rule, container, command"
          value={find}
          onValue={(value) => replaceQuery({ find: value })}
        />
        <Choice
          label="Priority"
          words={[
            ['all', 'All'],
            ['medium', 'Warning and above'],
            ['high', 'Error and above'],
          ]}
          value={least}
          onValue={(value) => replaceQuery({ least: value === 'all' ? null : value })}
        />
      </div>
      {chosen.length === 0 && <Empty title="No detection fits this search." />}
      {chosen.length > 1 && <DetectionAxis places={places} nowMs={nowMs.value} />}
      <Parts items={places} size={20} noun="container">
        {(shown) => shown.map((place) => <PlaceSection key={place.key} place={place} />)}
      </Parts>
      {page.next !== null && (
        <p class="faint">
          Older ones are in the record: <code>seaworthy timeline CONTAINER</code>
        </p>
      )}
    </>
  );
}

function PlaceSection({ place }: { readonly place: DetectionPlace }): JSX.Element {
  const { container, rows, isSpread } = place;
  return (
    <section class="place">
      <h2>
        {container === null ? (
          'On the host'
        ) : isSpread ? (
          `Containers of ${harmless(container.image ?? 'several images')}`
        ) : (
          <ContainerLink id={container.id} name={container.name} />
        )}{' '}
        <small>
          {container?.image && !isSpread && `${harmless(container.image)} · `}
          {counted(rows.length, 'cause')}
        </small>
      </h2>
      <Parts items={rulesOf(rows)} size={30} noun="rule">
        {(shown) => shown.map((own) => <Rule key={own[0]?.id} rows={own} />)}
      </Parts>
    </section>
  );
}

function fits({ group, latest }: DetectionRow, find: string): boolean {
  const { rule, container, chain } = group;
  const words = [rule, latest.output, container?.name, container?.image, ...chain];
  return words.join('\n').toLowerCase().includes(find);
}

/** The causes of one rule: the worst one, the others behind it. */
function Rule({ rows }: { readonly rows: readonly DetectionRow[] }): JSX.Element {
  const [first, ...rest] = rows;
  return (
    <>
      {first !== undefined && <Cause row={first} />}
      {rest.length > 0 && (
        <details class="alike">
          <summary>{counted(rest.length, 'more cause')} of this rule</summary>
          <Parts items={rest} size={30} noun="cause">
            {(shown) => shown.map((row) => <Cause key={row.id} row={row} />)}
          </Parts>
        </details>
      )}
    </>
  );
}

function Cause({ row }: { readonly row: DetectionRow }): JSX.Element {
  const { group, latest } = row;
  const weight = weightOfPriority(group.priority);
  const isOpen = route.value.query.get('open') === row.id;
  return (
    <details class={`detection is-${weight}`} open={isOpen}>
      <summary>
        <span class="line">
          <WeightMark weight={weight} word={group.priority} />
          <b>{harmless(group.rule)}</b>
          {group.count > 1 && <span>×{grouped(group.count)}</span>}
          {(group.places?.nodes ?? 0) > 1 && (
            <span>on {counted(group.places?.nodes ?? 0, 'node')}</span>
          )}
          <small>
            <Time at={group.lastAt} />
          </small>
        </span>
        <span class="said">{sentenceOfOutput(latest.output)}</span>
      </summary>
      {group.chain.length > 0 && <Chain chain={group.chain} />}
      <p>
        {group.count > 1 ? (
          <>
            {grouped(group.count)} times from <Time at={group.firstAt} /> to{' '}
            <Time at={group.lastAt} />.
          </>
        ) : (
          <>
            Once, <Time at={group.lastAt} />.
          </>
        )}{' '}
        <Places group={group} />
        {group.attack.map(({ id, name }) => (
          <span key={id} class="faint">
            ATT&CK {harmless(id)} {harmless(name)}.{' '}
          </span>
        ))}
        <LessonLink id={group.lesson} />
      </p>
      <Exception row={row} />
      <details class="evidence">
        <summary>
          <h3 class="inline">Evidence</h3>
        </summary>
        <Evidence detection={latest} />
      </details>
    </details>
  );
}

/** Of a fleet: one cause in many containers. */
function Places({ group: { places, container } }: Pick<DetectionRow, 'group'>): JSX.Element | null {
  const { containers = 0, nodes = 0 } = places ?? {};
  if (containers < 2) return null;
  return (
    <span>
      In {counted(containers, 'container')} on {counted(nodes, 'node')}
      {container !== null && (
        <>
          , the last <ContainerLink id={container.id} name={container.name} />
        </>
      )}
      .{' '}
    </span>
  );
}

/** The processes from the outermost in, the last one is what was detected. */
function Chain({ chain }: { readonly chain: readonly string[] }): JSX.Element {
  const shown = chain.slice(-30);
  return (
    <ol class="chain" aria-label="How it came about">
      {shown.map((one, index) => (
        <li key={`${index} ${one}`}>
          <code>{harmless(one)}</code>
        </li>
      ))}
    </ol>
  );
}

function Exception({ row }: { readonly row: DetectionRow }): JSX.Element {
  const { exception, container } = row.group;
  return (
    <>
      <h3>Was this you?</h3>
      {exception === null ? (
        <p>
          There is no ready exception for it. Write one: <code>seaworthy rules explain</code> shows
          the rule and its fields.
        </p>
      ) : (
        <>
          <p>Then this keeps it quiet for the same cause and for nothing else:</p>
          <pre>
            <code>{harmless(exception)}</code>
          </pre>
          <p class="tools">
            <CopyButton text={exception} label="Copy the exception" />
            <span class="faint">
              Keep it in a file of yours, and give that to <code>--exceptions</code> of{' '}
              <code>up</code> or <code>watch</code>.
            </span>
          </p>
        </>
      )}
      {container !== null && (
        <p>
          If not: keep the evidence first (
          <a href={addressOf('containers', container.id)}>its timeline</a>
          ), then stop it: <code>docker pause {shellWord(container.name ?? container.id)}</code>
        </p>
      )}
    </>
  );
}
