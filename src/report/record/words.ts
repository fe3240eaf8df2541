// Words for times, lives and processes that all views of the record share.
import { counted } from '../../base/count-text.ts';
import type {
  ContainerView,
  ProcessView,
  ProgramView,
  TimelineView,
} from '../../model/timeline-view.ts';

export interface RecordView {
  readonly columns: number;
  readonly colour: boolean;
  readonly now: Date;
}

/** `1.3 s`, `4 min`, `2 h 5 min`, `3 d`; never negative. */
export function spanText(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d`;
}

/** Time after the start as `+120 ms`, `+5.1 s`, `+1:05.1`, `+2:03:04`, `+3 d 04:05`. */
export function offsetText(milliseconds: number): string {
  const sign = milliseconds < 0 ? '-' : '+';
  const ms = Math.abs(milliseconds);
  if (ms < 60_000) return sign + spanText(ms);
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60)
    return `${sign}${minutes}:${((ms % 60_000) / 1000).toFixed(1).padStart(4, '0')}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${sign}${hours}:${two(minutes % 60)}:${two((ms % 60_000) / 1000)}`;
  return `${sign}${Math.floor(hours / 24)} d ${two(hours % 24)}:${two(minutes % 60)}`;
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

/** How long it lived, or has lived until now. */
export function lifeMs(container: ContainerView, now: Date): number {
  const from = Date.parse(container.startedAt ?? container.createdAt ?? container.firstSeen);
  const to = container.running
    ? now.getTime()
    : Date.parse(container.endedAt ?? container.lastSeen);
  return Math.max(0, to - from);
}

/** Its engine prepared it and its own program was not seen to run: it could not be started. */
export function isUnstarted({ startedAt, namedBeforeStart }: ContainerView): boolean {
  return startedAt === null && namedBeforeStart;
}

/** `ran for 1.3 s and ended with 7`: what follows its name in a sentence. */
export function stateText(container: ContainerView, now: Date): string {
  const { running, exitCode } = container;
  const life = spanText(lifeMs(container, now));
  if (isUnstarted(container)) return running ? 'has not started yet' : 'was never started';
  if (running) return `has run for ${life}`;
  return `ran for ${life}${exitCode === null ? '' : ` and ended with ${exitCode}`}`;
}

/** `2026-01-02 03:04:05`, UTC. */
export function minuteText(time: string): string {
  return time.slice(0, 19).replace('T', ' ');
}

/** What it is called: its name, else the start of its id. */
export function nameOf({ name, id }: ContainerView): string {
  return name ?? id.slice(0, 12);
}

/** The image as it was written, else what is known of it. */
export function imageOf({ image }: ContainerView): string {
  return image.reference ?? image.digest ?? image.id ?? 'image not known';
}

export function commandOf({ path, arguments: words }: ProgramView): string {
  const [, ...rest] = words;
  const program = path ?? words[0] ?? 'program not known';
  return [program, ...rest].join(' ');
}

/** `exit 137`, `signal 9`, or how long nobody saw it end. */
export function endOf({ endedAt, exitCode, signal }: ProcessView): string {
  if (endedAt === null) return 'end not seen';
  if (signal !== null && signal !== 0) return `signal ${signal}`;
  return exitCode === null ? 'ended' : `exit ${exitCode}`;
}

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `67.1 MB of memory, 0.5 processors, 100 processes`; null: nobody told. */
export function limitsText({ limits }: TimelineView): string | null {
  if (limits === undefined) return null;
  const { memoryBytes, cpus, processes } = limits;
  const parts = [
    ...(memoryBytes === null ? [] : [`${bytesText(memoryBytes)} of memory`]),
    ...(cpus === null ? [] : [`${Number(cpus.toFixed(3))} processors`]),
    ...(processes === null ? [] : [`${processes} processes`]),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** `3 detections`, `nothing was detected`, and that only a part was looked at. */
export function alarmText(timeline: TimelineView): string {
  const count = detectionCount(timeline);
  const found = count === 0 ? 'nothing was detected' : counted(count, 'detection');
  return timeline.isNarrowed === true ? `${found} in what was asked for` : found;
}

/** Detections of a timeline, folded ones included. */
function detectionCount({ detections }: TimelineView): number {
  return detections.reduce((sum, { count }) => sum + count, 0);
}
