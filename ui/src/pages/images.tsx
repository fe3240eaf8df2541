// All images that were seen: what they are, how safe, how often they ran.

import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ImageRow, Page } from '../data/answers.ts';
import { type Answer, answerTo, ask, refresh } from '../data/client.ts';
import { bytesText, counted, grouped, harmless, shortId } from '../data/words.ts';
import { Parts, Scrolled, SearchField } from '../parts/controls.tsx';
import { GradeMark, ImageLink, Time } from '../parts/marks.tsx';
import { Coded, Empty, Shown } from '../parts/shown.tsx';
import { addressOf, replaceQuery, route } from '../routing.ts';

const pageSize = 500;

export function ImagesPage(): JSX.Element {
  const first = `/images?limit=${pageSize}`;
  const answer = answerTo<Page<ImageRow>>(first).value;
  return (
    <>
      <h1>Images</h1>
      <Shown answer={answer} what="the images" retry={() => void refresh(first)}>
        {(page) => (page.items.length === 0 ? <NoImages /> : <ImageList first={page} />)}
      </Shown>
    </>
  );
}

function NoImages(): JSX.Element {
  return (
    <Empty title="No image has been seen yet.">
      <p>
        Images of the engines of this machine are scanned by themselves. One that lies elsewhere:{' '}
        <code>seaworthy scan registry:NAME</code>
      </p>
    </Empty>
  );
}

function ImageList({ first }: { readonly first: Page<ImageRow> }): JSX.Element {
  const [more, setMore] = useState<Page<ImageRow> | null>(null);
  const find = route.value.query.get('find') ?? '';
  const next = more === null ? first.next : more.next;
  const items = useMemo(() => worstFirst([...first.items, ...(more?.items ?? [])]), [first, more]);
  const chosen = items.filter((one) => isWanted(one, find.toLowerCase()));
  const load = async (): Promise<void> => {
    if (next === null) return;
    const path = `/images?limit=${pageSize}&cursor=${encodeURIComponent(next)}`;
    const answer: Answer<Page<ImageRow>> = await ask(path);
    if (answer.kind !== 'ready') return;
    const { value } = answer;
    setMore({ items: [...(more?.items ?? []), ...value.items], next: value.next });
  };
  return (
    <>
      <p>{sentenceOf(items, next !== null)}</p>
      <div class="tools">
        <SearchField
          label="Search images"
          placeholder="name, digest, system"
          value={find}
          onValue={(value) => replaceQuery({ find: value })}
        />
      </div>
      {chosen.length === 0 && <Empty title="No image fits this search." />}
      <Scrolled label="Images">
        <Parts items={chosen} noun="image">
          {(shown) => <ImageTable images={shown} />}
        </Parts>
      </Scrolled>
      {next !== null && (
        <p class="more">
          <button type="button" onClick={() => void load()}>
            Load older images
          </button>
        </p>
      )}
    </>
  );
}

function sentenceOf(images: readonly ImageRow[], isMore: boolean): string {
  const bad = images.filter(({ grade, alive }) => alive > 0 && /[DEF]/.test(grade?.letter ?? ''));
  const waiting = images.filter(({ state }) => state !== 'scanned').length;
  const count = `${counted(images.length, 'image')}${isMore ? ' so far' : ''}`;
  const judged = waiting === 0 ? '' : `; ${waiting} not judged yet`;
  return bad.length === 0
    ? `${count}; none that runs has a grade below C${judged}.`
    : `${count}; ${bad.length} that ${bad.length === 1 ? 'runs has' : 'run have'} a grade below C${judged}.`;
}

function worstFirst(images: ImageRow[]): readonly ImageRow[] {
  const rank = ({ grade, alive }: ImageRow): number =>
    (alive > 0 ? 1000 : 0) + (grade === null ? 200 : 100 - grade.score);
  return images.sort((a, b) => rank(b) - rank(a));
}

function isWanted({ reference, id, digest, os }: ImageRow, find: string): boolean {
  return [reference, id, digest, systemName(os)].join('\n').toLowerCase().includes(find);
}

function systemName(os: ImageRow['os']): string {
  if (os === null) return 'no system known';
  return harmless(typeof os === 'string' ? os : os.name);
}

function ImageTable({ images }: { readonly images: readonly ImageRow[] }): JSX.Element {
  return (
    <table class="rows">
      <caption class="unseen">Images, those that run and are worst first</caption>
      <thead>
        <tr>
          <th scope="col">Grade</th>
          <th scope="col">Image</th>
          <th scope="col">Flaws</th>
          <th scope="col" class="is-wide">
            System
          </th>
          <th scope="col" class="number is-wide">
            Packages
          </th>
          <th scope="col" class="number is-wide">
            Size
          </th>
          <th scope="col">Ran</th>
          <th scope="col" class="is-wide">
            Scanned
          </th>
        </tr>
      </thead>
      <tbody>
        {images.map((image) => (
          <ImageLine key={image.id} image={image} />
        ))}
      </tbody>
    </table>
  );
}

function ImageLine({ image }: { readonly image: ImageRow }): JSX.Element {
  const { id, reference, grade, os, packages, size, runs, alive, scannedAt } = image;
  return (
    <tr>
      <td>
        <GradeMark letter={grade?.letter ?? null} />
      </td>
      <td>
        <ImageLink id={id} reference={reference} /> <small>{shortId(id)}</small>
      </td>
      <td>
        <Flaws image={image} />
      </td>
      <td class="is-wide">{systemName(os)}</td>
      <td class="number is-wide">{packages === null ? '–' : grouped(packages)}</td>
      <td class="number is-wide">{size === null ? '–' : bytesText(size)}</td>
      <td>
        <a href={addressOf('', null, { find: reference ?? id, view: 'table' })}>
          {counted(runs, 'time')}
        </a>
        {alive > 0 && `, ${alive} alive`}
      </td>
      <td class="is-wide">{scannedAt === null ? 'not yet' : <Time at={scannedAt} />}</td>
    </tr>
  );
}

function Flaws({ image }: { readonly image: ImageRow }): JSX.Element {
  const { state, why, summary } = image;
  if (summary === null) {
    const words = {
      scanning: 'being scanned',
      waiting: 'waits',
      failed: 'not judged',
      scanned: '',
    };
    return (
      <span class="faint">
        {words[state]}{' '}
        {why !== null && (
          <small class="why" title={harmless(why)}>
            <Coded text={why} />
          </small>
        )}
      </span>
    );
  }
  const { vulnerabilities: flaws, exploited, secrets } = summary;
  const counts = (['critical', 'high', 'medium', 'low'] as const).filter((one) => flaws[one] > 0);
  if (counts.length === 0 && secrets === 0) return <span>none known</span>;
  return (
    <span>
      {exploited > 0 && <b class="alarm">{exploited} exploited · </b>}
      {counts.map((one) => `${flaws[one]} ${one}`).join(' · ')}
      {secrets > 0 && ` · ${counted(secrets, 'secret')}`}
    </span>
  );
}
