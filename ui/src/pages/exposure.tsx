// One question: who ran this flaw or package, when, dead or alive?

import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Exposure, ExposureRow } from '../data/answers.ts';
import { answerTo, refresh } from '../data/client.ts';
import { counted, grouped, harmless, lifeOf, packageText, shortId, timeMs } from '../data/words.ts';
import { type Axis, placeOf } from '../parts/axis.ts';
import { Parts, SearchField } from '../parts/controls.tsx';
import { ContainerLink, ImageLink, Time } from '../parts/marks.tsx';
import { nowMs } from '../parts/now.ts';
import { Scale } from '../parts/scale.tsx';
import { Shown } from '../parts/shown.tsx';
import { replaceQuery, route } from '../routing.ts';
import { type ContainerLife, type LifeGroup, livesOf } from './exposure-lives.ts';

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
  const groups = useMemo(() => livesOf(items), [items]);
  const isOnePackage = new Set(groups.map(({ packages }) => packages.join())).size === 1;
  const axis = axisOf(items, published, now);
  return (
    <section aria-live="polite">
      <h2 class="answer">{harmless(sentence)}</h2>
      {title && <p>{harmless(title)}</p>}
      {isOnePackage && <p>{packagesText(groups[0]?.packages ?? [])}</p>}
      {published !== null && (
        <p class="faint">
          Published <Time at={exposure.published ?? null} />
          {items.length > 0 &&
            (published >= axis.fromMs ? ', the dotted line below.' : ', long before these lives.')}
        </p>
      )}
      {items.length > 0 && (
        <>
          <div class="lane of-scale">
            <span />
            <Scale axis={axis} />
          </div>
          <Parts items={groups} size={40} noun="image">
            {(shown) =>
              shown.map((group) => (
                <ImageLives key={group.key} {...{ group, axis, published, now, isOnePackage }} />
              ))
            }
          </Parts>
          {exposure.total.containers > items.length && (
            <p class="faint">
              The newest {grouped(items.length)} of {grouped(exposure.total.containers)} are listed;
              the sentence counts all.
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

interface OnAxis {
  readonly axis: Axis;
  readonly published: number | null;
  readonly now: number;
  /** All of them held the same packages: told once, above. */
  readonly isOnePackage: boolean;
}

/** Lives that are drawn on the lane of one image. */
const drawnMost = 400;
/** So few containers of an image have lanes of their own. */
const singlyMost = 4;

function ImageLives({ group, ...at }: OnAxis & { readonly group: LifeGroup }): JSX.Element {
  const { image, lives } = group;
  const running = lives.filter(({ row }) => row.running).length;
  const used = lives.filter(({ row }) => row.inUse === true).length;
  if (lives.length <= singlyMost) {
    return (
      <ul class="lives">
        {lives.map((life) => (
          <Life key={life.row.container.id} life={life} {...at} />
        ))}
      </ul>
    );
  }
  const facts = [
    counted(lives.length, 'container'),
    running > 0 ? `${running} still run` : 'all have ended',
    ...(used > 0 ? [`${used} used it`] : []),
    ...(at.isOnePackage ? [] : [packagesText(group.packages)]),
  ];
  return (
    <details class="lives">
      <summary class="lane">
        <span class="lane-name">{harmless(image.reference ?? shortId(image.id ?? ''))}</span>
        <span>
          <Track lives={lives.slice(0, drawnMost)} {...at} />
          <small>{facts.join(' · ')}</small>
        </span>
      </summary>
      <Parts items={lives} size={50} noun="container">
        {(shown) => (
          <ul>
            {shown.map((life) => (
              <Life key={life.row.container.id} life={life} {...at} />
            ))}
          </ul>
        )}
      </Parts>
    </details>
  );
}

function Track({
  lives,
  axis,
  published,
  now,
}: OnAxis & { readonly lives: readonly ContainerLife[] }): JSX.Element {
  return (
    <span class="track is-low" aria-hidden="true">
      {lives.map(({ row }) => {
        const { fromMs, toMs } = lifeOf(row.container, now);
        const left = placeOf(fromMs, axis);
        const width = Math.min(Math.max(0.4, placeOf(toMs, axis) - left), 100 - left);
        return (
          <i
            key={row.container.id}
            class={`life${row.running ? '' : ' is-dead'}`}
            style={{ left: `${left}%`, width: `${width}%` }}
          />
        );
      })}
      {published !== null && published >= axis.fromMs && (
        <i class="published" style={{ left: `${placeOf(published, axis)}%` }} />
      )}
    </span>
  );
}

function Life({ life, ...at }: OnAxis & { readonly life: ContainerLife }): JSX.Element {
  const { row, packages } = life;
  const { container, inUse, reachableFrom } = row;
  const use = inUse === null ? 'use not known' : inUse ? 'used it' : 'did not use it';
  return (
    <li class="lane">
      <span class="lane-name">
        <ContainerLink id={container.id} name={container.name} />
      </span>
      <div>
        <Track lives={[life]} {...at} />
        <small>
          {row.running ? 'still runs' : 'ended'} · {use}
          {reachableFrom.length > 0 &&
            ` · reachable: ${harmless(reachableFrom.slice(0, 5).join(', '))}`}{' '}
          · <ImageLink id={container.image.id} reference={container.image.reference} />
          {!at.isOnePackage && ` · ${packagesText(packages)}`} ·{' '}
          {row.running ? (
            <>
              since <Time at={row.firstSeen} />
            </>
          ) : (
            <>
              <Time at={row.firstSeen} /> to <Time at={row.lastSeen} />
            </>
          )}
        </small>
      </div>
    </li>
  );
}

function packagesText(purls: readonly string[]): string {
  const more = purls.length - 3;
  const first = purls.slice(0, 3).map(packageText).map(harmless).join(', ');
  return more > 0 ? `${first} and ${more} more` : first;
}
