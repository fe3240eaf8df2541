// `timeline` on a terminal: who started it, processes as a tree on a time axis, and what they did.
import { counted } from '../../base/count-text.ts';
import type {
  FileView,
  FlowView,
  LossView,
  ProcessView,
  TimelineView,
} from '../../model/timeline-view.ts';
import { createPaint, harmless, type Paint, shorten, spread, wrap } from '../paint/index.ts';
import {
  alarmText,
  bytesText,
  commandOf,
  endOf,
  imageOf,
  lifeMs,
  limitsText,
  minuteText,
  nameOf,
  offsetText,
  type RecordView,
  stateText,
} from './words.ts';

/** Lines of each part; JSON and the page have all. */
const shownProcesses = 200;
const shownItems = 20;
const axisColumns = 16;
const offsetColumns = 10;

interface Axis {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Ends in a line feed. */
export function timelineTable(timeline: TimelineView, view: RecordView): string {
  const paint = createPaint(view.columns, view.colour);
  const axis = axisOf(timeline, view.now);
  const lines = [
    '',
    ...headline(timeline, view, paint),
    ...losses(timeline.losses, paint),
    ...detections(timeline, axis, paint),
    ...responses(timeline, axis, paint),
    ...processes(timeline, axis, paint),
    ...files(timeline.files, paint),
    ...packages(timeline, paint),
    ...flows(timeline.flows, paint),
    '',
    ` ${paint.faint('All of it: --format json, or --format html --output timeline.html')}`,
  ];
  return `${lines.join('\n')}\n`;
}

function axisOf({ container }: TimelineView, now: Date): Axis {
  const fromMs = Date.parse(container.startedAt ?? container.firstSeen);
  return { fromMs, toMs: fromMs + Math.max(1, lifeMs(container, now)) };
}

function headline(timeline: TimelineView, { now }: RecordView, paint: Paint): string[] {
  const { container, startedBy } = timeline;
  const alarm = alarmText(timeline);
  const limits = limitsText(timeline);
  const sentence = `${harmless(nameOf(container))} ${stateText(container, now)}: ${alarm}.`;
  const who = [startedBy?.user, startedBy?.command].filter(
    (one) => one !== null && one !== undefined,
  );
  const facts = [
    `image ${harmless(imageOf(container))}`,
    `id ${container.id.slice(0, 12)}`,
    `${container.startedAt === null ? 'seen since' : 'started'} ${minuteText(container.startedAt ?? container.firstSeen)} UTC`,
    ...(container.node === '' ? [] : [`on ${harmless(container.node)}`]),
    ...(who.length === 0 ? [] : [`by ${harmless(who.join(': '))}`]),
    ...(timeline.command === null ? [] : [`command ${harmless(timeline.command.join(' '))}`]),
    ...(limits === null ? [] : [`limits ${limits}`]),
    ...(container.namedBeforeStart ? [] : ['named only after it had begun']),
    ...(timeline.namesakes === 0
      ? []
      : [`${counted(timeline.namesakes, 'older run')} of this name: see containers --name`]),
  ];
  return [
    ...wrap(sentence, paint.columns - 1).map((line) => ` ${paint.strong(line)}`),
    ...facts.flatMap((fact) =>
      wrap(fact, paint.columns - 4).map((line) => `   ${paint.faint(line)}`),
    ),
  ];
}

function losses(found: readonly LossView[], paint: Paint): string[] {
  if (found.length === 0) return [];
  const shown = found.slice(0, 5);
  const more = found.length - shown.length;
  return [
    '',
    ` ${paint.strong('Not in this record')}`,
    ...shown.flatMap(({ what, count, from, to, why }) => {
      const much = count === null ? what : `${count} × ${what}`;
      const text = `${minuteText(from)} to ${minuteText(to).slice(11)}: ${harmless(`${much}: ${why}`)}`;
      return wrap(text, paint.columns - 4).map((line) => `   ${line}`);
    }),
    ...(more > 0 ? [`   ${paint.faint(`${more} more`)}`] : []),
  ];
}

function detections(
  { detections: found, container }: TimelineView,
  axis: Axis,
  paint: Paint,
): string[] {
  if (found.length === 0) return [];
  const byRule = Map.groupBy(found, ({ rule }) => rule);
  const lines = ['', ` ${paint.strong('Detected')}`];
  for (const [rule, own] of byRule) {
    const [first] = own;
    if (first === undefined) continue;
    const total = own.reduce((sum, { count }) => sum + count, 0);
    const times = total === 1 ? '' : ` ×${total}`;
    const head = `${offset(first.time, axis)} ${shorten(harmless(first.priority), 13).padEnd(8)} ${harmless(rule)}${times}`;
    lines.push(`   ${shorten(head, paint.columns - 4)}`);
    for (const line of wrap(harmless(first.output), paint.columns - 16).slice(0, 2)) {
      lines.push(`             ${paint.faint(line)}`);
    }
  }
  if (found.some(({ output_fields: fields }) => 'seaworthy.exception' in fields)) {
    const name = shellWord(harmless(nameOf(container)));
    const text = `Was this you? seaworthy timeline ${name} --format exceptions writes the rules that keep it quiet.`;
    lines.push(...wrap(text, paint.columns - 4).map((line) => `   ${paint.faint(line)}`));
  }
  return lines;
}

/** Names are a stranger's: what is no plain word is quoted. */
function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function responses({ responses: done }: TimelineView, axis: Axis, paint: Paint): string[] {
  if (done.length === 0) return [];
  const lines = ['', ` ${paint.strong('Done about it')}`];
  for (const { at, action, state, result, because, undo, count } of done.slice(0, shownItems)) {
    const times = count === 1 ? '' : ` ×${count}`;
    lines.push(
      `   ${shorten(`${offset(at, axis)} ${harmless(`${action} (${state})`)}${times}`, paint.columns - 4)}`,
    );
    const why = because === null ? '' : ` · because of ${because}`;
    const way = undo === null ? [] : [`take it back: ${undo}`];
    for (const text of [`${result}${why}`, ...way]) {
      const wrapped = wrap(harmless(text), paint.columns - 16).slice(0, 2);
      lines.push(...wrapped.map((line) => `             ${paint.faint(line)}`));
    }
  }
  const more = done.length - shownItems;
  return more > 0 ? [...lines, `   ${paint.faint(`${more} more`)}`] : lines;
}

function processes(timeline: TimelineView, axis: Axis, paint: Paint): string[] {
  const { processes: roots } = timeline;
  if (roots.length === 0) {
    const where = timeline.isNarrowed === true ? ' in what was asked for' : '';
    return ['', ` ${paint.faint(`No process was recorded${where}.`)}`];
  }
  const lines: string[] = ['', ` ${paint.strong('Processes')}`];
  let left = shownProcesses;
  let hidden = 0;
  const add = (shown: ProcessView, head: string, branch: string): void => {
    if (left === 0) hidden += 1;
    else {
      left -= 1;
      lines.push(...processLines(shown, { head: head + branch, axis, paint }));
    }
    const inner = head + (branch === '' ? '' : branch === '└ ' ? '  ' : '│ ');
    for (const [index, child] of shown.children.entries()) {
      add(child, inner, index === shown.children.length - 1 ? '└ ' : '├ ');
    }
  };
  for (const root of roots) add(root, '', '');
  if (hidden > 0) lines.push(`   ${paint.faint(`${hidden} more`)}`);
  return lines;
}

interface ProcessPlace {
  readonly head: string;
  readonly axis: Axis;
  readonly paint: Paint;
}

function processLines(shown: ProcessView, { head, axis, paint }: ProcessPlace): string[] {
  const width = paint.columns - 3 - offsetColumns - axisColumns - 2;
  const [first, ...later] = shown.programs;
  const tree = shorten(head, Math.floor(width / 2));
  const words = first === undefined ? '(fork)' : harmless(commandOf(first));
  const end = endOf(shown);
  const strange = first === undefined ? '' : strangeness(first);
  const quiet = [strange, end === 'exit 0' ? '' : end].filter((one) => one !== '').join(', ');
  const line = spread(`${tree}${words}`, quiet, width);
  const lines = [`   ${offset(shown.startedAt, axis)} ${bar(shown, axis)} ${line.trimEnd()}`];
  for (const program of later) {
    const text = `${' '.repeat(tree.length)}→ ${harmless(commandOf(program))}`;
    const gap = ' '.repeat(axisColumns);
    lines.push(
      `   ${offset(program.at, axis)} ${gap} ${spread(text, strangeness(program), width).trimEnd()}`,
    );
  }
  return lines;
}

function strangeness(program: {
  readonly fromOwnLayer: boolean | null;
  readonly fromMemory: boolean | null;
}): string {
  if (program.fromMemory === true) return 'from memory';
  return program.fromOwnLayer === true ? 'not from the image' : '';
}

/** When after the start of the container, right-aligned. */
function offset(time: string, { fromMs }: Axis): string {
  const ms = Date.parse(time) - fromMs;
  return offsetText(ms).padStart(offsetColumns);
}

/** Its life as a part of the container's. */
function bar(shown: ProcessView, { fromMs, toMs }: Axis): string {
  const scale = axisColumns / (toMs - fromMs);
  const place = (time: string): number =>
    Math.min(axisColumns - 1, Math.max(0, Math.floor((Date.parse(time) - fromMs) * scale)));
  const from = place(shown.startedAt);
  const to = shown.endedAt === null ? axisColumns - 1 : place(shown.endedAt);
  const length = Math.max(1, to - from + 1);
  return '·'.repeat(from) + '━'.repeat(length) + '·'.repeat(axisColumns - from - length);
}

function files(found: readonly FileView[], paint: Paint): string[] {
  const wanted = found.filter(({ action }) => action !== 'opened-executable');
  const lines = wanted.map(({ path, action, to, count }) => {
    const times = count === 1 ? '' : ` ×${count}`;
    const target = to === null ? '' : ` → ${to}`;
    return `${action.padEnd(12)} ${harmless(`${path}${target}`)}${times}`;
  });
  return section('Files', lines, paint);
}

function packages({ packages: used }: TimelineView, paint: Paint): string[] {
  return section(
    'Packages it used',
    (used ?? []).map(({ purl }) => harmless(purl)),
    paint,
  );
}

function flows(found: readonly FlowView[], paint: Paint): string[] {
  const lines = found.map((flow) => {
    const { direction, port, remote, name } = flow;
    const protocol = harmless(flow.protocol);
    const who = harmless(name === null ? remote : `${name} (${remote})`);
    const where =
      direction === 'in'
        ? `in  ${protocol} :${port} from ${who}`
        : `out ${protocol} ${who}:${port}`;
    const bytes = `${bytesText(flow.bytesSent)} out, ${bytesText(flow.bytesReceived)} in`;
    return spread(where, `${counted(flow.flows, 'flow')} · ${bytes}`, paint.columns - 4);
  });
  return section('Network', lines, paint);
}

function section(title: string, items: readonly string[], paint: Paint): string[] {
  if (items.length === 0) return [];
  const lines = items.slice(0, shownItems).map((item) => `   ${shorten(item, paint.columns - 3)}`);
  const more = items.length - lines.length;
  return [
    '',
    ` ${paint.strong(title)}`,
    ...lines,
    ...(more > 0 ? [`   ${paint.faint(`${more} more`)}`] : []),
  ];
}
