// The recorder: takes records, commits them in groups, and moves closed stories into chunks. Killed at
// any moment it loses what it took in the last 100 ms, and its next start says so.
import { assert, messageOf } from '../../base/error.ts';
import type { LossRecord, RawRecord, RuntimeRecord } from '../../model/timeline.ts';
import { Journal } from './journal.ts';
import { hostId, type LiveRun } from './live-run.ts';
import { LiveRuns } from './live-runs.ts';
import { Losses } from './losses.ts';
import { isDamage, openForRecording, recordFile, setAside } from './open.ts';
import type {
  NextTick,
  RecordClock,
  RecordWriter,
  RetentionPolicy,
  WriterStatus,
} from './record-store.ts';
import { forgetForRoom, forgetSome } from './retention.ts';
import { Room } from './room.ts';
import { microseconds } from './run-row.ts';
import { dropBatches, sealRun } from './seal.ts';
import { beginSession, endSession, recover } from './session.ts';
import { Statements } from './statements.ts';

const millisecond = 1_000_000n;
/** Records wait no longer for others to be committed with; the promise is 200 ms. */
const groupNs = 100n * millisecond;
/** Without records the file still tells that somebody watches. */
const heartbeatNs = 500n * millisecond;
/** Half of what a commit may wait; at rest it sleeps until the next sign of life. */
const busyTick: NextTick = { waitMs: 50, isIdle: false };
const idleTick: NextTick = { waitMs: 500, isIdle: true };
/** Text in memory, committed or not; beyond it raw records are refused and counted. */
const queueBytes = 24 * 1024 * 1024;
/** Lifecycles, detections and losses may still come when raw records are refused. */
const reserveBytes = 8 * 1024 * 1024;
const sealBytes = 64 * 1024;
const sealAgeNs = 15_000n * millisecond;
/** An ended run waits for its last flows before its chunk is made. */
const endedGraceNs = 1000n * millisecond;
/** All lines in memory that wait for more of their run: beyond it the largest are sealed. */
const openBytes = 8 * 1024 * 1024;
/** Text that one tick compresses: some milliseconds. */
const sealStepBytes = 1024 * 1024;
const forgetEveryNs = 2000n * millisecond;
/** A clock that moves more than this against the other was set. */
const jumpNs = 1000n * millisecond;
/** A clock set forward by more than this would make everything too old. */
const distrustNs = 3_600_000n * millisecond;

export interface RecorderOptions {
  readonly folder: string;
  readonly clock: RecordClock;
  readonly retention: RetentionPolicy;
  /** One line for a person: what was set aside, why nothing can be written. */
  readonly warn: (line: string) => void;
}

/**
 * Opens the record for writing; one recorder at a time. Throws `SeaworthyError` `unreadable` when it
 * cannot be written at all; `busy` when another process records there.
 */
export function openRecorder(options: RecorderOptions): RecordWriter {
  return new Recorder(options);
}

class Recorder implements RecordWriter {
  readonly #options: RecorderOptions;
  #statements: Statements;
  #runs: LiveRuns;
  #journal: Journal;
  #session: number;
  readonly #losses = new Losses();
  readonly #room: Room;
  #accepted = 0;
  #committed = 0;
  #lost = 0;
  #fault: string | null = null;
  #lastCommitNs: bigint;
  /** When the first of those was taken that are not committed. */
  #waitingSinceNs: bigint | null = null;
  #lastForgetNs: bigint;
  /** Wall minus monotonic time: changes when a clock is set. */
  #offsetNs: bigint;
  #trustsClock = true;
  #closed = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { clock, folder, warn, retention } = options;
    this.#room = new Room(recordFile(folder), folder, retention.freeBytes);
    const opened = openForRecording(folder);
    this.#statements = new Statements(opened.database);
    this.#runs = new LiveRuns(this.#statements);
    this.#lastCommitNs = clock.monotonicNs();
    this.#lastForgetNs = this.#lastCommitNs;
    this.#offsetNs = clock.wallNs() - this.#lastCommitNs;
    const nowNs = clock.wallNs();
    if (opened.setAside !== null) {
      const { file, why } = opened.setAside;
      warn(`the record could not be used (${why}); it lies in ${file}, a new one was begun`);
      this.#losses.tell(lossOf('all', nowNs, `an older record was set aside as ${file}: ${why}`));
    }
    const { nextOrder, gap } = recover(this.#statements, this.#runs, {
      nowNs,
      monotonicNs: this.#lastCommitNs,
    });
    this.#journal = new Journal(nextOrder);
    // At once: killed before its first commit this session would take the word of the gap with it.
    this.#session = this.#statements.transaction(() => {
      writeLoss(this.#statements, this.#runs, gap);
      return beginSession(this.#statements, nowNs);
    });
    this.#room.keep();
  }

  append(record: RuntimeRecord): boolean {
    assert(!this.#closed, 'the recorder is closed');
    if (!this.#takes(record)) return false;
    this.#accepted += 1;
    if (record.kind === 'container') this.#runs.update(record);
    else if (record.kind === 'detection') {
      this.#journal.addDetection(this.#runOf(record.containerId, record.timeNs), record);
    } else if (record.kind === 'loss') this.#losses.tell(record);
    else this.#addLine(record);
    const nowNs = this.#options.clock.monotonicNs();
    this.#waitingSinceNs ??= nowNs;
    if (nowNs - this.#waitingSinceNs >= groupNs) this.#commit();
    return true;
  }

  #addLine(record: RawRecord): void {
    // What happens on the host is a story too.
    const live = this.#runs.of(record.containerId ?? hostId, record.timeNs);
    live.touchedNs = this.#lastCommitNs;
    this.#journal.addLine(live, record);
  }

  #runOf(containerId: string | null, timeNs: bigint): LiveRun | null {
    return containerId === null ? null : this.#runs.of(containerId, timeNs);
  }

  #takes(record: RuntimeRecord): boolean {
    const held = this.#journal.bytes + this.#runs.openBytes;
    const isRaw = isRawRecord(record);
    if (held < (isRaw ? queueBytes : queueBytes + reserveBytes)) return true;
    this.#losses.refuse(record, this.#fault ?? 'more came than could be written');
    this.#lost += 1;
    return false;
  }

  tick(): NextTick {
    if (this.#closed) return idleTick;
    const nowNs = this.#options.clock.monotonicNs();
    const sinceNs = nowNs - this.#lastCommitNs;
    if (sinceNs >= heartbeatNs || (this.#hasWork && sinceNs >= groupNs / 2n)) this.#commit();
    if (this.#fault !== null) return busyTick;
    let sealed = 0;
    this.#guarded(() => {
      sealed = this.#seal(nowNs);
    });
    if (nowNs - this.#lastForgetNs >= forgetEveryNs) this.#forget(nowNs);
    // A step seals some of the runs: the next one looks for more.
    return this.#hasWork || sealed > 0 ? busyTick : idleTick;
  }

  get #hasWork(): boolean {
    return !this.#journal.isEmpty || this.#runs.hasDirty || this.#losses.hasAny;
  }

  #commit(): void {
    const { clock } = this.#options;
    const nowNs = clock.monotonicNs();
    const wallNs = clock.wallNs();
    this.#watchClock(nowNs, wallNs);
    // Tried at this pace also while it fails.
    this.#lastCommitNs = nowNs;
    this.#waitingSinceNs = null;
    const told = this.#losses.take(wallNs);
    const done = this.#guarded(() =>
      this.#statements.transaction(() => {
        this.#runs.writeDirty();
        this.#journal.write(this.#statements, this.#runs);
        for (const loss of told) writeLoss(this.#statements, this.#runs, loss);
        this.#statements
          .of('UPDATE session SET heartbeat_us = ? WHERE id = ?')
          .run(microseconds(wallNs), this.#session);
      }),
    );
    if (!done) {
      this.#runs.rolledBack();
      this.#losses.giveBack(told);
      return;
    }
    this.#runs.committed();
    this.#committed += this.#journal.committed(this.#runs, nowNs);
  }

  /** Which of both clocks was set nobody knows; the order of records does not depend on them. */
  #watchClock(monotonicNs: bigint, wallNs: bigint): void {
    const offset = wallNs - monotonicNs;
    const moved = offset - this.#offsetNs;
    this.#offsetNs = offset;
    if (moved <= jumpNs && moved >= -jumpNs) return;
    if (moved > distrustNs) this.#trustsClock = false;
    const seconds = Number(moved / 1_000_000n) / 1000;
    const direction = moved > 0n ? 'forward' : 'back';
    this.#losses.tell({
      kind: 'loss',
      what: 'clock',
      count: 0,
      containerId: null,
      timeNs: wallNs,
      fromNs: moved > 0n ? wallNs - moved : wallNs,
      toNs: moved > 0n ? wallNs : wallNs - moved,
      why: `the clock was set ${direction} by ${Math.abs(seconds)} s: the order of records is right, their times are not comparable across this moment`,
    });
  }

  /** @returns how many runs were sealed */
  #seal(nowNs: bigint): number {
    const due = this.#runs.dueForSealing({
      nowNs,
      ageNs: sealAgeNs,
      bytes: sealBytes,
      endedNs: endedGraceNs,
      openBytes,
      stepBytes: sealStepBytes,
    });
    if (due.length > 0) this.#sealAll(due);
    this.#runs.forgetEnded(nowNs);
    return due.length;
  }

  #sealAll(due: readonly LiveRun[]): void {
    const sets = due.map(({ useSet }) => useSet);
    try {
      this.#statements.transaction(() => {
        for (const live of due) sealRun(this.#statements, live);
        dropBatches(this.#statements, this.#runs.firstOpenOrder(due));
      });
    } catch (error) {
      for (const [index, live] of due.entries()) live.useSet = sets[index] ?? null;
      throw error;
    }
    this.#runs.sealed(due);
  }

  #forget(nowNs: bigint): void {
    const policy = this.#options.retention;
    const nowUs = this.#trustsClock ? microseconds(this.#options.clock.wallNs()) : null;
    const tight = this.#room.isTight;
    if (!tight) this.#room.keep();
    this.#guarded(() => {
      // What is left waits for the next tick.
      if (!forgetSome(this.#statements, { policy, nowUs, tight })) this.#lastForgetNs = nowNs;
    });
  }

  endUnseen(aliveIds: ReadonlySet<string>): number {
    const nowNs = this.#options.clock.wallNs();
    const ended = this.#runs.endUnseen(aliveIds, nowNs);
    this.#commit();
    return ended;
  }

  status(): WriterStatus {
    return {
      accepted: this.#accepted,
      committed: this.#committed,
      lost: this.#lost,
      queuedBytes: this.#journal.bytes,
      fault: this.#fault,
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#commit();
    this.#guarded(() => {
      this.#sealAll(this.#runs.open());
      endSession(this.#statements, this.#session, this.#options.clock.wallNs());
    });
    this.#closed = true;
    this.#statements.database.close();
  }

  /** False when it could not be done: it is tried again, and said once. */
  #guarded(work: () => void): boolean {
    try {
      work();
      this.#fault = null;
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  #failed(error: unknown): void {
    const why = faultOf(error);
    // A reader that indexes an image holds the file for a moment: the next tick tries again.
    if (this.#fault !== why && !isBusy(error))
      this.#options.warn(`nothing can be recorded: ${why}`);
    this.#fault = why;
    if (isDamage(error)) this.#beginAnew(why);
    else if (isFull(error)) this.#makeRoom();
  }

  /** The file is damaged: what is still in memory goes into a new one. */
  #beginAnew(why: string): void {
    const { folder, clock, warn } = this.#options;
    const nowNs = clock.wallNs();
    try {
      this.#statements.database.close();
      const aside = setAside(recordFile(folder));
      const { database } = openForRecording(folder);
      this.#statements = new Statements(database);
      this.#runs.moveTo(this.#statements);
      this.#journal.moved();
      this.#session = beginSession(this.#statements, nowNs);
      warn(`the record was damaged; it lies in ${aside}, a new one was begun`);
      this.#losses.tell(lossOf('all', nowNs, `the record was set aside as ${aside}: ${why}`));
    } catch (error) {
      this.#fault = messageOf(error);
    }
  }

  /** With the reserve the log can be worked off; then what is forgotten makes room for what comes. */
  #makeRoom(): void {
    const { database } = this.#statements;
    this.#room.giveUp();
    try {
      database.exec('PRAGMA wal_checkpoint(RESTART)');
      forgetForRoom(this.#statements, this.#options.retention.freeBytes);
      database.exec('PRAGMA wal_checkpoint(RESTART)');
    } catch {
      // Nothing could be freed: the next commit tries again.
    }
  }
}

function isRawRecord(record: RuntimeRecord): record is RawRecord {
  return record.kind !== 'container' && record.kind !== 'detection' && record.kind !== 'loss';
}

function lossOf(what: string, timeNs: bigint, why: string): LossRecord {
  return {
    kind: 'loss',
    what,
    count: null,
    containerId: null,
    timeNs,
    fromNs: 0n,
    toNs: timeNs,
    why,
  };
}

function writeLoss(statements: Statements, runs: LiveRuns, loss: LossRecord): void {
  const run = loss.containerId === null ? null : runs.of(loss.containerId, loss.timeNs);
  if (run !== null && run.row === null) runs.write(run);
  statements
    .of('INSERT INTO loss (run, what, count, from_us, to_us, why) VALUES (?, ?, ?, ?, ?, ?)')
    .run(
      run?.row ?? null,
      loss.what,
      loss.count,
      microseconds(loss.fromNs),
      microseconds(loss.toNs),
      loss.why.slice(0, 1000),
    );
}

function isBusy(error: unknown): boolean {
  // SQLITE_BUSY and SQLITE_LOCKED.
  const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  return code === 5 || code === 6;
}

function isFull(error: unknown): boolean {
  const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  // SQLITE_FULL, and SQLITE_IOERR of a log that cannot grow.
  return code === 13 || code === 10;
}

function faultOf(error: unknown): string {
  const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  if (code === 13) return 'the disk is full';
  if (code === 19) return 'another process records here';
  return messageOf(error);
}
