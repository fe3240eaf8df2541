// `exposed` on a terminal: the answer as a sentence, what to do, then the runs.
import { counted } from '../../base/count-text.ts';
import type { ExposureAnswer, ExposureRow } from '../../model/timeline-view.ts';
import { createPaint, harmless, type Paint, shorten, spread, wrap } from '../paint/index.ts';
import { isUnstarted, lifeMs, minuteText, nameOf, type RecordView, spanText } from './words.ts';

const shownPackages = 6;

/** Ends in a line feed. */
export function exposureTable(answer: ExposureAnswer, view: RecordView): string {
  const paint = createPaint(view.columns, view.colour);
  const lines = [
    '',
    ...wrap(sentence(answer), paint.columns - 1).map((line) => ` ${paint.strong(line)}`),
    ...(answer.title === null
      ? []
      : wrap(harmless(answer.title), paint.columns - 4).map((line) => `   ${paint.faint(line)}`)),
    ...remarks(answer).flatMap((remark) =>
      wrap(remark, paint.columns - 4).map((line) => `   ${line}`),
    ),
    ...packageLines(answer, paint),
    ...rowLines(answer, view, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function sentence({ asked, total, rows, skipped }: ExposureAnswer): string {
  const what = harmless(asked);
  if (total.containers === 0) return `No container that was recorded ran ${what}.`;
  const { containers, running, used } = total;
  // A container has a row for each affected package of its image.
  const ids = new Set(rows.map(({ container }) => container.id));
  const reachable = rows.filter(({ reachableFrom }) => reachableFrom.length > 0);
  const facing = new Set(reachable.map(({ container }) => container.id)).size;
  const isAll = skipped === 0 && ids.size === containers;
  const parts = [
    `${counted(containers, 'container')} of ${counted(total.images, 'image')} ran ${what}`,
    `${running.toLocaleString('en')} still ${running === 1 ? 'does' : 'do'}`,
    `${used.toLocaleString('en')} used it`,
    `${facing}${isAll ? '' : ` of the ${ids.size} listed`} faced the network`,
  ];
  return `${parts.join(', ')}.`;
}

function remarks({ total, imagesUnknown, published, unknowns }: ExposureAnswer): string[] {
  return [
    ...(total.firstSeen === null || total.lastSeen === null
      ? []
      : [`First ${minuteText(total.firstSeen)}, last ${minuteText(total.lastSeen)} UTC.`]),
    ...(published === null ? [] : [`The advisory was published ${published.slice(0, 10)}.`]),
    ...(imagesUnknown === 0
      ? []
      : [
          `Not judged: ${counted(imagesUnknown, 'image')} that ran without a known inventory; scan it or let the recorder finish.`,
        ]),
    ...unknowns.map((unknown) => `Not known: ${harmless(unknown)}`),
  ];
}

function packageLines({ packages }: ExposureAnswer, paint: Paint): string[] {
  if (packages.length === 0) return [];
  const shown = packages.slice(0, shownPackages);
  const lines = shown.map(({ purl, fixedIn }) => {
    const fix = fixedIn[0] === undefined ? '' : `fixed in ${fixedIn[0]}`;
    return `   ${spread(harmless(purl), shorten(harmless(fix), 30), paint.columns - 3)}`;
  });
  const more = packages.length - shown.length;
  return [
    '',
    ` ${paint.strong('Packages')}`,
    ...lines.map((line) => line.trimEnd()),
    ...(more > 0 ? [`   ${paint.faint(`${more} more`)}`] : []),
  ];
}

function rowLines(answer: ExposureAnswer, view: RecordView, paint: Paint): string[] {
  const { rows, total, skipped } = answer;
  if (rows.length === 0) return [];
  const byContainer = Map.groupBy(rows, ({ container }) => container.id);
  const lines = ['', ` ${paint.strong('Containers, newest first')}`];
  for (const own of byContainer.values()) lines.push(...containerLines(own, view, paint));
  const shown = skipped + byContainer.size;
  if (shown < total.containers) {
    const rest = (total.containers - shown).toLocaleString('en');
    lines.push(`   ${paint.faint(`${rest} older ones: --skip ${shown}, --limit N`)}`);
  }
  return lines;
}

function containerLines(rows: readonly ExposureRow[], view: RecordView, paint: Paint): string[] {
  const [row] = rows;
  if (row === undefined) return [];
  const { container, running, reachableFrom } = row;
  const mark = running ? '●' : '○';
  const life = `${minuteText(row.firstSeen)} · ${isUnstarted(container) ? 'never started' : spanText(lifeMs(container, view.now))}`;
  const head = `   ${mark} ${harmless(nameOf(container))}`;
  const owner = [container.workload.team, container.workload.application].filter(
    (one) => one !== null,
  );
  const facts = [
    useOf(rows),
    ...(container.node === '' ? [] : [`on ${harmless(container.node)}`]),
    ...(owner.length === 0 ? [] : [harmless(owner.join('/'))]),
    ...(reachableFrom.length === 0 ? [] : [`reachable: ${harmless(reachableFrom.join(', '))}`]),
  ];
  const first = spread(head, life, paint.columns);
  return [
    running ? first : paint.faint(first),
    paint.faint(shorten(`     ${facts.join(' · ')}`, paint.columns)),
  ];
}

function useOf(rows: readonly ExposureRow[]): string {
  if (rows.some(({ inUse }) => inUse === true)) return 'used it';
  return rows.every(({ inUse }) => inUse === false) ? 'did not use it' : 'use not known';
}
