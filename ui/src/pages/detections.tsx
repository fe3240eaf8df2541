// What was detected, one entry for each cause: what happened, by whom, how sure, what to do.
import type { JSX } from 'preact';
import type { DetectionRow, Page } from '../data/answers.ts';
import { answerTo, refresh } from '../data/client.ts';
import { harmless, plural, weightOfPriority } from '../data/words.ts';
import { Choice, CopyButton, Parts, SearchField } from '../parts/controls.tsx';
import { ContainerLink, LessonLink, Time, WeightMark } from '../parts/marks.tsx';
import { Empty, Shown } from '../parts/shown.tsx';
import { replaceQuery, route } from '../routing.ts';
import { Evidence } from './container-parts.tsx';

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
  const grave = page.items.filter(({ group }) => isHeavy(group.priority, 'high')).length;
  return (
    <>
      <p>
        {plural(page.items.length, 'cause')}
        {grave > 0 ? `; look at ${grave} of them now.` : '; none is grave.'}
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
      <Parts items={chosen} size={50} noun="causes">
        {(shown) => shown.map((row) => <Cause key={row.id} row={row} />)}
      </Parts>
      {page.next !== null && (
        <p class="faint">
          Older ones are in the record: <code>seaworthy timeline CONTAINER</code>
        </p>
      )}
    </>
  );
}

function isHeavy(priority: string, least: string): boolean {
  const order = ['low', 'medium', 'high', 'critical'];
  return least === 'all' || order.indexOf(weightOfPriority(priority)) >= order.indexOf(least);
}

function fits({ group, latest }: DetectionRow, find: string): boolean {
  const { rule, container, chain } = group;
  const words = [rule, latest.output, container?.name, container?.image, ...chain];
  return words.join('\n').toLowerCase().includes(find);
}

function Cause({ row }: { readonly row: DetectionRow }): JSX.Element {
  const { group, latest } = row;
  const weight = weightOfPriority(group.priority);
  const isOpen = route.value.query.get('open') === row.id;
  return (
    <details class={`detection is-${weight}`} open={isOpen}>
      <summary>
        <WeightMark weight={weight} word={group.priority} /> <b>{harmless(group.rule)}</b>
        {group.count > 1 && ` ×${group.count.toLocaleString()}`}
        {group.container !== null && (
          <>
            {' in '}
            <ContainerLink id={group.container.id} name={group.container.name} />
          </>
        )}
        <small>
          {' '}
          last <Time at={group.lastAt} />
        </small>
        <p>{harmless(latest.output)}</p>
      </summary>
      {group.chain.length > 0 && (
        <p>
          How it came about: <code>{group.chain.slice(0, 30).map(harmless).join(' → ')}</code>
        </p>
      )}
      <p>
        First <Time at={group.firstAt} />, last <Time at={group.lastAt} />
        {group.container?.image && `, image ${harmless(group.container.image)}`}.
      </p>
      <p>
        <LessonLink id={group.lesson} />{' '}
        {group.attack.map(({ id, name }) => (
          <span key={id} class="faint">
            ATT&CK {harmless(id)} {harmless(name)}{' '}
          </span>
        ))}
      </p>
      <Exception row={row} />
      <h3>Evidence</h3>
      <Evidence detection={latest} />
    </details>
  );
}

function Exception({ row }: { readonly row: DetectionRow }): JSX.Element {
  const { exception, container } = row.group;
  return (
    <>
      <h3>Was this you?</h3>
      {exception === null ? (
        <p>This rule has no place for an exception; write one of your own beside it.</p>
      ) : (
        <>
          <p>
            Then this keeps it quiet for the same cause and for nothing else. Put it into a file of
            rules:
          </p>
          <pre>
            <code>{harmless(exception)}</code>
          </pre>
          <CopyButton text={exception} label="Copy the exception" />
        </>
      )}
      {container !== null && (
        <p>
          If not: keep the evidence first (<a href={`#/containers/${container.id}`}>its timeline</a>
          ), then stop it: <code>docker pause {harmless(container.name ?? container.id)}</code>
        </p>
      )}
    </>
  );
}
