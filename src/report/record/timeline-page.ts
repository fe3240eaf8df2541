// `timeline` as one page that needs nothing else: no script, no network, light and dark, fit to print.
// Everything that comes from a container is escaped; nothing of it ever becomes markup.
import { counted } from '../../base/count-text.ts';
import type {
  DetectionView,
  FileView,
  FlowView,
  LossView,
  ProcessView,
  ResponseView,
  TimelineView,
} from '../../model/timeline-view.ts';
import { harmless } from '../paint/index.ts';
import { pageStyle } from './page-style.ts';
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
  spanText,
  stateText,
} from './words.ts';

/** Processes and rows of the page; a browser lays out no more in reasonable time. */
const mostProcesses = 5000;
const mostRows = 2000;
/** Steps to the right; deeper processes stand below one another. */
const deepestIndent = 20;

interface Axis {
  readonly fromMs: number;
  readonly lifeMs: number;
}

/** The whole document, UTF-8. */
export function timelinePage(timeline: TimelineView, now: Date): string {
  const { container } = timeline;
  const axis = axisOf(timeline, now);
  const title = `${nameOf(container)}: what it did`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
${header(timeline, now)}
${lossSection(timeline.losses)}
${overview(timeline, axis)}
${detectionSection(timeline.detections, axis)}
${responseSection(timeline.responses, axis)}
${processSection(timeline.processes, axis)}
${packageSection(timeline)}
${fileSection(timeline.files, axis)}
${flowSection(timeline.flows, axis)}
<footer>Made by Seaworthy at ${escaped(now.toISOString())}. Times are UTC. ${counted(timeline.events, 'record')}${timeline.truncated ? ', more were recorded than are shown' : ''}.</footer>
</main>
</body>
</html>
`;
}

/** Text as content or attribute of HTML; what turns or hides text is shown as a mark. */
function escaped(text: string): string {
  return harmless(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function axisOf({ container }: TimelineView, now: Date): Axis {
  const fromMs = Date.parse(container.startedAt ?? container.firstSeen);
  return { fromMs, lifeMs: Math.max(1, lifeMs(container, now)) };
}

function header(timeline: TimelineView, now: Date): string {
  const { container, startedBy } = timeline;
  const state = stateText(container, now);
  const alarm = alarmText(timeline);
  const owner = Object.entries(container.workload)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');
  const facts: (readonly [string, string | null])[] = [
    ['Image', imageOf(container)],
    ['Image id', container.image.id],
    ['Container id', container.id],
    [
      container.startedAt === null ? 'Seen since' : 'Started',
      `${minuteText(container.startedAt ?? container.firstSeen)} UTC`,
    ],
    ['Ended', container.endedAt === null ? null : `${minuteText(container.endedAt)} UTC`],
    ['Node', container.node || null],
    ['Belongs to', owner || null],
    ['Started by', [startedBy?.user, startedBy?.command].filter(Boolean).join(': ') || null],
    ['Command', timeline.command?.join(' ') ?? null],
    ['Ports', timeline.ports.join(', ') || null],
    ['Limits', limitsText(timeline)],
    ['Named', container.namedBeforeStart ? 'before its first instruction' : 'after it had begun'],
  ];
  const rows = facts
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value ?? '')}</dd>`);
  return `<header><h1>${escaped(nameOf(container))} ${escaped(state)}: ${alarm}.</h1>
<dl>${rows.join('')}</dl></header>`;
}

function lossSection(losses: readonly LossView[]): string {
  const items = losses.slice(0, mostRows).map(({ what, count, from, to, why }) => {
    const much = count === null ? what : `${count} × ${what}`;
    return `<li><time>${minuteText(from)}</time> to <time>${minuteText(to)}</time>: ${escaped(`${much}: ${why}`)}</li>`;
  });
  return section('Not in this record', items.length, `<ul>${items.join('')}</ul>`, 'losses');
}

/** Four lanes on one axis: where in its life something happened. */
function overview(timeline: TimelineView, axis: Axis): string {
  const starts: string[] = [];
  each(timeline.processes, ({ startedAt }) => starts.push(startedAt));
  const lanes: readonly (readonly [string, readonly string[]])[] = [
    ['process', starts],
    ['file', timeline.files.map(({ firstAt }) => firstAt)],
    ['network', timeline.flows.map(({ firstAt }) => firstAt)],
    ['detection', timeline.detections.map(({ time }) => time)],
  ];
  const rows = lanes.map(([name, times]) => {
    const places = new Set(times.map((time) => placeOf(time, axis).toFixed(1)));
    const marks = [...places].map((place) => `<i style="left:${place}%"></i>`).join('');
    return `<div class="lane of-${name}"><span>${name} ${times.length}</span><div>${marks}</div></div>`;
  });
  const span = `<div class="scale"><span>0</span><span>${spanText(axis.lifeMs)}</span></div>`;
  return `<section class="axis" aria-label="Overview on the time axis">${rows.join('')}${span}</section>`;
}

function each(processes: readonly ProcessView[], visit: (shown: ProcessView) => void): void {
  for (const shown of processes) {
    visit(shown);
    each(shown.children, visit);
  }
}

/** Percent of the container's life. */
function placeOf(time: string, { fromMs, lifeMs: life }: Axis): number {
  return Math.min(100, Math.max(0, ((Date.parse(time) - fromMs) / life) * 100));
}

function offset(time: string, { fromMs }: Axis): string {
  const ms = Date.parse(time) - fromMs;
  const text = offsetText(ms);
  return `<time datetime="${escaped(time)}" title="${escaped(time)}">${text}</time>`;
}

function detectionSection(detections: readonly DetectionView[], axis: Axis): string {
  const groups = [...Map.groupBy(detections, ({ rule }) => rule)].slice(0, mostRows);
  const items = groups.map(([rule, own]) => {
    const first = own[0] as DetectionView;
    const total = own.reduce((sum, { count }) => sum + count, 0);
    const times = total === 1 ? '' : ` ×${total}`;
    const { 'seaworthy.exception': exception, ...others } = first.output_fields;
    const silence =
      typeof exception === 'string'
        ? `<p>Was this you? This rules file keeps it quiet:</p><pre>${escaped(exception)}</pre>`
        : '';
    const fields = Object.entries(others).map(
      ([name, value]) =>
        `<tr><th>${escaped(name)}</th><td>${escaped(value === null ? 'not known' : String(value))}</td></tr>`,
    );
    return `<details class="detection ${severityOf(first.priority)}"><summary>${offset(first.time, axis)} <b>${escaped(first.priority)}</b> ${escaped(rule)}${times}<p>${escaped(first.output)}</p></summary><table>${fields.join('')}</table>${silence}</details>`;
  });
  return section('Detected', items.length, items.join(''), 'detections');
}

function responseSection(responses: readonly ResponseView[], axis: Axis): string {
  const items = responses.slice(0, mostRows).map(({ at, action, state, result, ...one }) => {
    const times = one.count === 1 ? '' : ` ×${one.count}`;
    const why = one.because === null ? '' : `, because of ${escaped(one.because)}`;
    const way = one.undo === null ? '' : `<p>Take it back: <code>${escaped(one.undo)}</code></p>`;
    return `<li>${offset(at, axis)} <b>${escaped(action)}</b> (${escaped(state)})${times}: ${escaped(result)}${why}${way}</li>`;
  });
  return section('Done about it', items.length, `<ul>${items.join('')}</ul>`, 'responses');
}

function severityOf(priority: string): string {
  const high = ['Emergency', 'Alert', 'Critical', 'Error'];
  return high.includes(priority) ? 'high' : priority === 'Warning' ? 'medium' : 'low';
}

/** Rows of one grid, so that all bars stand on one axis; the depth is told by `aria-level`. */
function processSection(roots: readonly ProcessView[], axis: Axis): string {
  const rows: string[] = [];
  const add = (processes: readonly ProcessView[], level: number): void => {
    for (const shown of processes) {
      if (rows.length >= mostProcesses) return;
      rows.push(processLine(shown, { axis, level }));
      add(shown.children, level + 1);
    }
  };
  add(roots, 1);
  const more =
    rows.length < mostProcesses ? '' : `<p>Only the first ${mostProcesses} are shown.</p>`;
  const tree = `<div role="tree" aria-label="Processes">${rows.join('')}</div>`;
  return section('Processes', roots.length, tree + more, 'processes');
}

function processLine(
  shown: ProcessView,
  { axis, level }: { readonly axis: Axis; readonly level: number },
): string {
  const indent = Math.min(level - 1, deepestIndent) * 1.25;
  const from = placeOf(shown.startedAt, axis);
  const to = shown.endedAt === null ? 100 : placeOf(shown.endedAt, axis);
  const bar = `<span class="bar"><i style="left:${from.toFixed(1)}%;width:${Math.max(1, to - from).toFixed(1)}%"></i></span>`;
  const programs = shown.programs.map((program) => {
    const strange =
      program.fromMemory === true
        ? ' <em>from memory</em>'
        : program.fromOwnLayer === true
          ? ' <em>not from the image</em>'
          : '';
    return `<code>${escaped(commandOf(program))}</code>${strange}`;
  });
  const words = programs.length === 0 ? '<code>(fork)</code>' : programs.join(' → ');
  const user = shown.user.name ?? shown.user.id;
  const facts = [`pid ${shown.pid}`, ...(user === null ? [] : [String(user)]), endOf(shown)];
  return `<div class="process" role="treeitem" aria-level="${level}">${offset(shown.startedAt, axis)}${bar}<span style="padding-left:${indent}rem">${words} <small>${escaped(facts.join(' · '))}</small></span></div>`;
}

function packageSection({ packages }: TimelineView): string {
  const used = (packages ?? []).slice(0, mostRows);
  const rows = used.map(
    ({ purl, files }) =>
      `<tr><td><code>${escaped(purl)}</code></td><td>${escaped(files.join(', '))}</td></tr>`,
  );
  const table = `<table><tr><th>Package</th><th>Files that ran</th></tr>${rows.join('')}</table>`;
  return section('Packages it used', rows.length, table, 'packages');
}

function fileSection(files: readonly FileView[], axis: Axis): string {
  const rows = files.slice(0, mostRows).map(({ path, action, to, count, firstAt }) => {
    const target = to === null ? '' : ` → ${to}`;
    return `<tr><td>${offset(firstAt, axis)}</td><td>${escaped(action)}</td><td><code>${escaped(path + target)}</code></td><td>${count}</td></tr>`;
  });
  const head = '<tr><th>When</th><th>What</th><th>File</th><th>Times</th></tr>';
  return section('Files', files.length, `<table>${head}${rows.join('')}</table>`, 'files');
}

function flowSection(flows: readonly FlowView[], axis: Axis): string {
  const rows = flows.slice(0, mostRows).map((flow) => {
    const who = flow.name === null ? flow.remote : `${flow.name} (${flow.remote})`;
    const cells = [
      offset(flow.firstAt, axis),
      flow.direction === 'in' ? 'from' : 'to',
      `<code>${escaped(who)}</code>`,
      escaped(`${flow.protocol} ${flow.port}`),
      String(flow.flows),
      bytesText(flow.bytesSent),
      bytesText(flow.bytesReceived),
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  const head =
    '<tr><th>First</th><th></th><th>Peer</th><th>Port</th><th>Flows</th><th>Sent</th><th>Received</th></tr>';
  return section('Network', flows.length, `<table>${head}${rows.join('')}</table>`, 'network');
}

function section(title: string, count: number, body: string, id: string): string {
  return count === 0 ? '' : `<section id="${id}"><h2>${title}</h2>${body}</section>`;
}
