// The calm stream: a line when a container is born and one when it dies, a single one for those that
// live for a blink; detections below, with the chain that led there, repeats as a count.
import { counted } from '../../base/count-text.ts';
import { oneLine } from '../../base/error.ts';
import type { ContainerRun } from '../../model/container.ts';
import type { DetectionFacts } from '../../model/timeline.ts';
import type { ToldContainer, ToldDetection, WatchPrinter } from './printer.ts';

export interface PeopleStreamOptions {
  readonly write: (text: string) => void;
  readonly columns: number;
  readonly colour: boolean;
  readonly nowMs: () => number;
}

/** Who lives shorter gets one line. */
const blinkMs = 400;
const imageCharacters = 48;

interface Life {
  bornLine: string | null;
  bornAtMs: number;
  detections: number;
}

/** A printer for a terminal, or for people who read a file. */
export function peopleStream(options: PeopleStreamOptions): WatchPrinter {
  return new PeopleStream(options);
}

class PeopleStream implements WatchPrinter {
  private readonly options: PeopleStreamOptions;
  private readonly lives = new Map<string, Life>();
  /** Lines of births that are held back. */
  private waiting = 0;

  constructor(options: PeopleStreamOptions) {
    this.options = options;
  }

  container(told: ToldContainer): void {
    const { id } = told.run.identity;
    if (told.action === 'started') this.born(id, told);
    else if (told.action === 'ended') this.ended(id, told);
    else if (told.action === 'asked') this.asked(id, told);
    else if (told.action === 'oom') {
      this.show(id);
      this.line(told.atNs, `  ! ${labelOf(told.run)} ran out of memory`);
    }
  }

  detection(told: ToldDetection): void {
    const { facts, containerId, run, count, chain, timeNs } = told;
    if (containerId !== null) {
      this.show(containerId);
      const life = this.lives.get(containerId);
      if (life !== undefined) life.detections += 1;
    }
    if (count > 1 && !told.isRound) return;
    const who = run === null ? (containerId?.slice(0, 12) ?? 'host') : labelOf(run);
    const times = count > 1 ? ` · ${count} times by now` : '';
    this.line(timeNs, `  ${this.severity(facts.priority)} ${facts.rule} · ${who}${times}`);
    if (count > 1) return;
    if (chain !== '') this.below(chain);
    this.below(detailOf(facts));
  }

  event(): void {
    // Too many to read: they are in the record.
  }

  lost({ what, count, why, toNs }: Parameters<WatchPrinter['lost']>[0]): void {
    const amount = count === null ? 'an unknown number' : String(count);
    this.line(toNs, `  ? not seen: ${amount} of ${what} (${why})`);
  }

  get isWaiting(): boolean {
    return this.waiting > 0;
  }

  tick(): void {
    if (this.waiting === 0) return;
    const now = this.options.nowMs();
    for (const [id, life] of this.lives) {
      if (life.bornLine !== null && now - life.bornAtMs >= blinkMs) this.show(id);
    }
  }

  end(): void {
    for (const id of this.lives.keys()) this.show(id);
  }

  private born(id: string, { run, atNs, startedBy }: ToldContainer): void {
    const by = startedBy === null ? '' : ` · by ${startedBy.user ?? 'somebody'}`;
    const text = `● ${labelOf(run)} · ${imageOf(run)} · started${namingOf(run)}${by}`;
    this.forget(id);
    this.waiting += 1;
    this.lives.set(id, {
      bornLine: this.text(atNs, text),
      bornAtMs: this.options.nowMs(),
      detections: 0,
    });
  }

  /** Who asked for it is known a moment after its start: its line may still wait. */
  private asked(id: string, { startedBy }: ToldContainer): void {
    const life = this.lives.get(id);
    if (life === undefined || life.bornLine === null || startedBy === null) return;
    life.bornLine = `${life.bornLine.trimEnd()} · by ${startedBy.user ?? 'somebody'}\n`;
  }

  private ended(id: string, { run, atNs }: ToldContainer): void {
    const life = this.lives.get(id);
    this.forget(id);
    if (run.startedAtNs === null && run.naming === 'before-start') {
      this.line(atNs, `○ ${labelOf(run)} · ${imageOf(run)} · was never started`);
      return;
    }
    const lived = run.startedAtNs === null ? null : Number(atNs - run.startedAtNs) / 1e6;
    const span = lived === null ? '' : ` after ${spanText(Math.max(0, lived))}`;
    const code = run.exitCode === null ? 'exit code not known' : `exit ${run.exitCode}`;
    const found = life?.detections ?? 0;
    const detections = found === 0 ? '' : ` · ${counted(found, 'detection')}`;
    const isBlink = life !== undefined && life.bornLine !== null;
    const image = isBlink ? ` · ${imageOf(run)}` : '';
    const naming = isBlink ? namingOf(run) : '';
    this.line(atNs, `○ ${labelOf(run)}${image} · ended${span} · ${code}${naming}${detections}`);
  }

  /** The line of a birth, if it waits. */
  private show(id: string): void {
    const life = this.lives.get(id);
    if (life === undefined || life.bornLine === null) return;
    this.options.write(life.bornLine);
    life.bornLine = null;
    this.waiting -= 1;
  }

  private forget(id: string): void {
    const life = this.lives.get(id);
    if (life !== undefined && life.bornLine !== null) this.waiting -= 1;
    this.lives.delete(id);
  }

  private below(text: string): void {
    if (text !== '')
      this.options.write(`${cut(`             ${oneLine(text)}`, this.options.columns)}\n`);
  }

  private line(atNs: bigint, text: string): void {
    this.options.write(this.text(atNs, text));
  }

  private text(atNs: bigint, text: string): string {
    const clock = new Date(Number(atNs / 1_000_000n)).toTimeString().slice(0, 8);
    return `${clock} ${text}\n`;
  }

  private severity(priority: string): string {
    const [letter, colour] = marks.get(priority.toLowerCase()) ?? ['·', ''];
    const word = `${letter} ${priority}`;
    return this.options.colour && colour !== '' ? `${colour}${word}\u001b[0m` : word;
  }
}

const marks: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['emergency', ['!', '\u001b[1;31m']],
  ['alert', ['!', '\u001b[1;31m']],
  ['critical', ['!', '\u001b[31m']],
  ['error', ['!', '\u001b[31m']],
  ['warning', ['!', '\u001b[33m']],
  ['notice', ['·', '']],
  ['informational', ['·', '']],
  ['debug', ['·', '']],
]);

function labelOf({ identity }: ContainerRun): string {
  return oneLine(identity.name ?? identity.id.slice(0, 12)).slice(0, 64);
}

function imageOf({ identity }: ContainerRun): string {
  const { reference, id } = identity.image;
  return oneLine(reference ?? id?.slice(0, 19) ?? 'image not known').slice(0, imageCharacters);
}

function namingOf({ naming }: ContainerRun): string {
  switch (naming) {
    case 'before-start':
      return '';
    case 'late':
      return ' · named late';
    case 'after-start':
      return ' · named after its start';
    case 'never':
      return ' · gone before it could be named';
  }
}

/** The output of the rule, without the time and priority that stand before it. */
function detailOf({ output, priority }: DetectionFacts): string {
  const head = output.indexOf(` ${priority} `);
  const text = head === -1 ? output : output.slice(head + priority.length + 2);
  const bar = text.indexOf(' | ');
  return bar === -1 ? text : text.slice(0, bar);
}

function spanText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(1, columns - 1))}…`;
}
