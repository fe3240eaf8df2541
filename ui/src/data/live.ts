// What the server tells by itself. Events are gathered for a moment and applied together, so that a
// flood of them costs one drawing; the browser resumes a broken stream with the last id.
import { signal } from '@preact/signals';
import type { ContainerView, Progress } from './answers.ts';
import { addressOfQuestion, refreshAll } from './client.ts';
import { loadContainers, takeContainers } from './containers.ts';
import { counted, harmless } from './words.ts';

const gatherMs = 400;
/** Containers of one moment beyond which the list is asked for again. */
const gatheredMost = 2000;
/** Lists that a flood of events may make us ask for, at most so often. */
const restMs = 2000;

export type Connection = 'connecting' | 'live' | 'lost';

export const connection = signal<Connection>('connecting');
/** The long work that goes on; null: none. */
export const progress = signal<Progress | null>(null);
/** What a screen reader is told. */
export const announcement = signal('');

/** Between two sentences that a screen reader speaks. */
const quietMs = 5000;

let heard = 0;
let lastRule = '';
let announcedAt = Number.NEGATIVE_INFINITY;
let waiting: ContainerView[] = [];
const stale = new Set<string>();
const askedAt = new Map<string, number>();
let timer: ReturnType<typeof setTimeout> | null = null;

/** Questions whose answers an event makes old. */
const concerned: Readonly<Record<string, readonly string[]>> = {
  container: ['/harbour'],
  image: ['/images', '/harbour'],
  trust: ['/images/'],
  detection: ['/detections', '/harbour'],
  response: ['/responses', '/alerts', '/containers/'],
  audit: ['/audit'],
  lost: [],
};

/** Opens the stream; called once. */
export function followLive(): void {
  const stream = new EventSource(addressOfQuestion('/stream'));
  stream.addEventListener('open', () => {
    if (connection.value === 'lost') takeAnew();
    connection.value = 'live';
  });
  stream.addEventListener('error', () => {
    connection.value = 'lost';
  });
  for (const [kind, paths] of Object.entries(concerned)) {
    stream.addEventListener(kind, (event) => {
      if (kind === 'container') addContainer(event.data);
      for (const path of paths) stale.add(path);
      if (kind === 'detection') hear(event.data);
      if (kind === 'lost') takeAnew();
      timer ??= setTimeout(apply, gatherMs);
    });
  }
  stream.addEventListener('progress', (event) => {
    progress.value = progressOf(parsed(event.data));
  });
}

/** Something was missed: everything that is shown is asked for again. */
function takeAnew(): void {
  void loadContainers();
  refreshAll('/');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function addContainer(text: string): void {
  const view = parsed(text) as Partial<ContainerView> | null;
  if (typeof view?.id !== 'string' || waiting.length >= gatheredMost) return;
  waiting.push(view as ContainerView);
}

function hear(text: string): void {
  const told = parsed(text) as { readonly detection?: { readonly rule?: unknown } } | null;
  if (typeof told?.detection?.rule !== 'string') return;
  heard += 1;
  lastRule = harmless(told.detection.rule);
}

/** A flood of detections is one sentence, and the next comes when that one can have been heard. */
function announce(now: number): void {
  if (heard === 0 || now - announcedAt < quietMs) return;
  announcement.value =
    heard === 1 ? `Detected: ${lastRule}` : `${counted(heard, 'detection')}, the last: ${lastRule}`;
  announcedAt = now;
  heard = 0;
}

/** `{ step, name?, waiting, running, done }` of what is scanned or renewed; null when all is done. */
function progressOf(data: unknown): Progress | null {
  const told = (data ?? {}) as Readonly<Record<string, unknown>>;
  const count = (name: string): number => (typeof told[name] === 'number' ? told[name] : 0);
  const left = count('waiting') + count('running');
  const { step } = told;
  if (left === 0 || typeof step !== 'string') return null;
  // Who is limited to teams is not told what is worked on.
  const name = typeof told['name'] === 'string' ? harmless(told['name']).slice(0, 100) : 'an image';
  const work: Readonly<Record<string, string>> = {
    advisories: 'Renewing the advisories',
    audit: 'Auditing the engine',
    verify: `Asking for the signatures of ${name}`,
  };
  const what = (Object.hasOwn(work, step) ? work[step] : undefined) ?? `Scanning ${name}`;
  return { what, done: count('done'), total: count('done') + left };
}

function apply(): void {
  timer = null;
  takeContainers(waiting);
  waiting = [];
  const now = performance.now();
  announce(now);
  for (const path of stale) {
    if (now - (askedAt.get(path) ?? Number.NEGATIVE_INFINITY) < restMs) continue;
    askedAt.set(path, now);
    stale.delete(path);
    refreshAll(path);
  }
  if (stale.size > 0 || heard > 0) timer = setTimeout(apply, restMs);
}
