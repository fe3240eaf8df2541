// One question: who ran this flaw or package, when, dead or alive?

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Exposure, ExposureRow } from '../data/answers.ts';
import { answerTo, refresh } from '../data/client.ts';
import { harmless, lifeOf, timeMs } from '../data/words.ts';
import { type Axis, placeOf } from '../parts/axis.ts';
import { Parts, SearchField } from '../parts/controls.tsx';
import { ContainerLink, ImageLink, Time } from '../parts/marks.tsx';
import { nowMs } from '../parts/now.ts';
import { Scale } from '../parts/scale.tsx';
import { Shown } from '../parts/shown.tsx';
import { replaceQuery, route } from '../routing.ts';

const examples = ['CVE-2021-44228', 'CVE-2024-3094', 'pkg:npm/lodash', 'pkg:deb/debian/openssl'];

export function ExposurePage(): JSX.Element {
  const asked = route.value.query.get('question') ?? '';
  const [typed, setTyped] = useState(asked);
  const [seen, setSeen] = useState(asked);
  // A link from another page changes the question under the field.
  if (seen !== asked) {
    setSeen(asked);
    setTyped(asked);
  }
  return (
    <>
      <h1>Who was exposed?</h1>
      <form
        class="tools"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          replaceQuery({ question: typed.trim() });
        }}
      >
        <SearchField
          label="An advisory or a package"
          placeholder="CVE-2021-44228 or pkg:npm/lodash@<4.17.21"
          value={typed}
          onValue={setTyped}
        />
        <button type="submit">Ask</button>
      </form>
      {asked === '' ? <Examples /> : <AnswerTo asked={asked} />}
    </>
  );
}

function Examples(): JSX.Element {
  return (
    <p>
      For example{' '}
      {examples.map((one) => (
        <span key={one}>
          <a href={`#/exposure?question=${encodeURIComponent(one)}`}>{one}</a>{' '}
        </span>
      ))}
      . The answer counts every container that was recorded, also those that are gone.
    </p>
  );
}

function AnswerTo({ asked }: { readonly asked: string }): JSX.Element {
  const path = `/exposed?question=${encodeURIComponent(asked)}`;
  const answer = answerTo<Exposure>(path).value;
  return (
    <Shown answer={answer} what="the answer" retry={() => void refresh(path)}>
      {(exposure) => <Told exposure={exposure} />}
    </Shown>
  );
}

function Told({ exposure }: { readonly exposure: Exposure }): JSX.Element {
  const { sentence, title, items } = exposure;
  const published = timeMs(exposure.published);
  const now = nowMs.value;
  const axis = axisOf(items, published, now);
  return (
    <section aria-live="polite">
      <h2 class="answer">{harmless(sentence)}</h2>
      {title && <p>{harmless(title)}</p>}
      {published !== null && (
        <p class="faint">
          Published <Time at={exposure.published ?? null} />, the dotted line below.
        </p>
      )}
      {items.length > 0 && (
        <>
          <div class="lane of-scale">
            <span />
            <Scale axis={axis} />
          </div>
          <Parts items={items} noun="containers">
            {(shown) => (
              <ul class="lives">
                {shown.map((row, index) => (
                  <Life
                    key={`${row.container.id} ${row.package.purl} ${index}`}
                    {...{ row, axis, published, now }}
                  />
                ))}
              </ul>
            )}
          </Parts>
          {exposure.total.containers > items.length && (
            <p class="faint">
              The newest {items.length.toLocaleString()} of{' '}
              {exposure.total.containers.toLocaleString()} are listed; the sentence counts all.
            </p>
          )}
        </>
      )}
    </section>
  );
}

function axisOf(items: readonly ExposureRow[], published: number | null, now: number): Axis {
  const starts = items.map(({ container }) => lifeOf(container, now).fromMs);
  const earliest = starts.reduce((least, one) => Math.min(least, one), now - 60_000);
  // A publication of years ago would press all lives into the last pixel.
  const isNear = published !== null && published > earliest - 3 * (now - earliest);
  const fromMs = isNear ? Math.min(earliest, published) : earliest;
  return { fromMs: fromMs - (now - fromMs) * 0.02, toMs: now };
}

function Life({
  row,
  axis,
  published,
  now,
}: {
  readonly row: ExposureRow;
  readonly axis: Axis;
  readonly published: number | null;
  readonly now: number;
}): JSX.Element {
  const { container, inUse, reachableFrom } = row;
  const { fromMs, toMs } = lifeOf(container, now);
  const left = placeOf(fromMs, axis);
  const width = Math.max(0.6, placeOf(toMs, axis) - left);
  const use = inUse === null ? 'use not known' : inUse ? 'used it' : 'did not use it';
  return (
    <li class="lane">
      <span class="lane-name">
        <ContainerLink id={container.id} name={container.name} />
      </span>
      <div>
        <div class="track is-low" aria-hidden="true">
          <i
            class={`life${row.running ? '' : ' is-dead'}`}
            style={{ left: `${left}%`, width: `${Math.min(width, 100 - left)}%` }}
          />
          {published !== null && published >= axis.fromMs && (
            <i class="published" style={{ left: `${placeOf(published, axis)}%` }} />
          )}
        </div>
        <small>
          {row.running ? 'still runs' : 'ended'} · {use}
          {reachableFrom.length > 0 &&
            ` · reachable: ${harmless(reachableFrom.slice(0, 5).join(', '))}`}{' '}
          · <ImageLink id={container.image.id} reference={container.image.reference} /> ·{' '}
          {harmless(row.package.purl)} · <Time at={row.firstSeen} /> to <Time at={row.lastSeen} />
        </small>
      </div>
    </li>
  );
}
