// What follows a detection: it is told to whom it concerns, and where a policy allows it something is done
// to its container. Decided, written down, done, written down, told; and taken back when somebody asks.
import { messageOf, SeaworthyError } from '../base/error.ts';
import { type Pace, realPace } from '../base/retry.ts';
import { type Actor, type Denied, isGone } from '../host/response/index.ts';
import type { Alert } from '../model/alert.ts';
import type { ResponseRecord, ResponseTarget } from '../model/response.ts';
import type { RuntimeRecord } from '../model/timeline.ts';
import { alertOf, ownAlert } from '../runtime/alert/index.ts';
import type { Told } from '../runtime/detect/index.ts';
import { ResponseDecider, type ResponsePolicy } from '../runtime/response/index.ts';
import { type Detection, timeTexts } from '../runtime/rules/index.ts';
import type { ResponseLog } from '../store/index.ts';
import type { Alerting } from './alerts.ts';
import { type ManualRequest, manualRecord, meaningOf, standingOf } from './respond-manual.ts';
import {
  type Decided,
  decidedRecord,
  type RecordContext,
  sentenceOf,
  undoRecord,
} from './respond-record.ts';
import {
  containerOf,
  idOf,
  type Seen,
  sightOf,
  type ToldFacts,
  targetOf,
} from './respond-sight.ts';
import { deniedFields, deniedText, responseFields, responseText } from './respond-words.ts';

export interface ResponderOptions {
  readonly hostname: string;
  /** Who is told; null: nobody. */
  readonly alerting: Alerting | null;
  /** What may be done; null: nothing. */
  readonly response: ResponseSide | null;
  /** Takes what was done into the record of a container. */
  readonly record?: (record: RuntimeRecord) => void;
  /** Something went wrong with answering itself; one line. */
  readonly warn?: (line: string) => void;
  readonly pace?: Pace;
}

export interface ResponseSide {
  readonly config: ResponsePolicy;
  readonly log: ResponseLog;
  /** Made with what `onDenied` and `onProblem` of the responder take. */
  readonly actor: (events: ActorEvents) => Actor;
}

export interface ActorEvents {
  readonly onDenied: (denied: Denied) => void;
  readonly onProblem: (problem: string) => void;
}

export interface ResponderFigures {
  /** Actions that wait to be done. */
  readonly waiting: number;
  /** Dropped because too many waited. */
  readonly dropped: number;
  readonly done: number;
  readonly failed: number;
}

export interface Responder {
  /**
   * A detection, or what the grouper says of one (`Told`): told and answered. Never waits and never
   * throws; call it for each.
   */
  take(detection: Told | Detection | ToldFacts, seen: Seen): void;
  /**
   * What a person asks for, after what is begun; its record says what came of it (`refused`, `failed`
   * too). Throws `SeaworthyError`: `denied` where no policy allows it by hand, `not-found` where
   * there is nothing to take back.
   */
  byHand(request: ManualRequest): Promise<ResponseRecord>;
  /** Sends digests, takes back what `respond undo` asks for; to be called about once a second. */
  tick(): void;
  figures(): ResponderFigures;
  /** Waits for what is begun. Pauses and cut networks stay; denials end with us. */
  close(): Promise<void>;
}

const waitingAtMost = 200;

/** Starts to tell and to answer; takes up the denials of a former run that were not taken back. */
export function createResponder(options: ResponderOptions): Responder {
  return new AlertResponder(options);
}

class AlertResponder implements Responder {
  private readonly options: ResponderOptions;
  private readonly pace: Pace;
  private readonly decider: ResponseDecider | null;
  private readonly actor: Actor | null;
  private waiting = 0;
  private dropped = 0;
  private done = 0;
  private failed = 0;
  private number = 0;
  private running: Promise<void> = Promise.resolve();
  private seenStamp = '';
  /** What was told of each action, so that the log does not tell it once more. */
  private readonly told = new Set<string>();
  private readonly begunMs: number;
  /** By the whole id of the container: what its refused programs are told with. */
  private readonly denials = new Map<string, ResponseRecord>();

  constructor(options: ResponderOptions) {
    const { response, pace = realPace } = options;
    this.options = options;
    this.pace = pace;
    this.begunMs = pace.now();
    this.decider = response === null ? null : new ResponseDecider(response.config);
    this.actor =
      response === null
        ? null
        : response.actor({
            onDenied: (denied) => this.tellDenied(denied),
            onProblem: (problem) => this.warn(`deny-drift: ${problem}`),
          });
    if (response !== null) this.queue(() => this.resume(response));
  }

  take(given: Told | Detection | ToldFacts, seen: Seen): void {
    try {
      const { facts, id, chain, count, isRepeat } = sightOf(given, seen);
      const alert = alertOf(facts, {
        id,
        chain,
        count,
        timeNs: seen.timeNs,
        ...(seen.workload === undefined ? {} : { workload: seen.workload }),
        ...(seen.container === null ? {} : { container: containerOf(seen.container) }),
      });
      this.tell(alert, isRepeat);
      if (seen.container !== null) this.answer(alert, targetOf(seen.container));
    } catch (error) {
      // Answering must not end the watching.
      this.warn(messageOf(error));
    }
  }

  tick(): void {
    this.options.alerting?.tick();
    const { response } = this.options;
    if (response === null) return;
    const stamp = response.log.stamp();
    if (stamp === this.seenStamp) return;
    this.seenStamp = stamp;
    for (const record of response.log.read()) {
      if (record.undoRequestedAt === null) continue;
      if (record.undoneAt === null) this.queue(() => this.takeBack(record));
      else this.undoneElsewhere(record, record.undoneAt);
    }
  }

  /** `respond undo` did it itself: the timeline of the container tells of it too. */
  private undoneElsewhere(record: ResponseRecord, undoneAt: string): void {
    const { id, action, container } = record;
    this.decider?.undone(container.id, action, Date.parse(undoneAt));
    if (Date.parse(undoneAt) < this.begunMs || this.told.has(`${id} ${undoneAt}`)) return;
    this.tellDone(record);
  }

  async byHand(request: ManualRequest): Promise<ResponseRecord> {
    const { response } = this.options;
    const { kind, action } = meaningOf(request.action);
    if (response === null || !response.config.manual.includes(action)) {
      throw new SeaworthyError('denied', `${action} by hand is not switched on here`, {
        advice: `write \`manual: { actions: [${action}] }\` into the file of --response`,
      });
    }
    if (this.waiting >= waitingAtMost) {
      throw new SeaworthyError('busy', 'too many actions wait', { advice: 'try again later' });
    }
    return new Promise((resolve, reject) => {
      this.queue(async () => {
        try {
          const isAct = kind === 'act';
          resolve(await (isAct ? this.actByHand(request, response) : this.undoByHand(request)));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  private async actByHand(request: ManualRequest, response: ResponseSide): Promise<ResponseRecord> {
    const { action } = meaningOf(request.action);
    const context = this.contextOf(response);
    const record = manualRecord(request, action, context);
    const refusal = this.decider?.refusalByHand(action, request.target, context.nowMs) ?? null;
    if (refusal !== null) {
      return this.finish({ ...record, state: 'refused', result: `refused: ${refusal}` });
    }
    return this.act(record);
  }

  private async undoByHand({ action, target, by }: ManualRequest): Promise<ResponseRecord> {
    const records = this.options.response?.log.read() ?? [];
    const standing = standingOf(records, meaningOf(action).action, target.id);
    const requested = new Date(this.pace.now()).toISOString();
    return this.giveBack({ ...standing, undoRequestedAt: requested }, by);
  }

  figures(): ResponderFigures {
    const { waiting, dropped, done, failed } = this;
    return { waiting, dropped, done, failed };
  }

  async close(): Promise<void> {
    await this.running;
    await this.actor?.close();
    await this.options.alerting?.close();
  }

  private warn(line: string): void {
    this.options.warn?.(line);
  }

  private tell(alert: Alert, isRepeat: boolean): void {
    if (isRepeat) this.options.alerting?.repeat(alert);
    else this.options.alerting?.tell(alert);
  }

  private answer(alert: Alert, target: ResponseTarget): void {
    const decisions = this.decider?.decide(alert, target, this.pace.now()) ?? [];
    for (const decision of decisions) {
      if (this.waiting >= waitingAtMost) {
        this.dropped += 1;
        this.decider?.failed(target.id, decision.action);
        continue;
      }
      this.queue(() => this.carryOut({ decision, alert, target }));
    }
  }

  /** One thing after the other: actions on one container must not overtake one another. */
  private queue(work: () => Promise<void>): void {
    this.waiting += 1;
    this.running = this.running
      .then(work)
      .catch((error: unknown) => this.warn(messageOf(error)))
      .finally(() => {
        this.waiting -= 1;
      });
  }

  private async carryOut({ decision, alert, target }: Decided): Promise<void> {
    const { response } = this.options;
    if (response === null || this.actor === null) return;
    const context = this.contextOf(response);
    const begun = decidedRecord({ decision, alert, target }, context);
    if (decision.verdict !== 'act') {
      const isDry = decision.verdict === 'dry-run';
      const result = isDry
        ? 'only tried: the rule does not enforce'
        : `refused: ${decision.reason}`;
      this.finish({ ...begun, state: isDry ? 'dry-run' : 'refused', result });
      return;
    }
    await this.act(begun);
  }

  private async act(begun: ResponseRecord): Promise<ResponseRecord> {
    const { action, container } = begun;
    const { response } = this.options;
    if (response === null || this.actor === null) return begun;
    // Nothing is done that is not on the disk before.
    response.log.write(begun);
    try {
      const { result, undo } = await this.actor.act(action, container.id);
      this.done += 1;
      return this.finish({ ...begun, state: 'done', result, undo });
    } catch (error) {
      if (!(error instanceof SeaworthyError)) throw error;
      this.failed += 1;
      if (!isGone(error)) this.decider?.failed(container.id, action);
      return this.finish({ ...begun, state: 'failed', result: sentenceOf(error) });
    }
  }

  private contextOf({ config }: ResponseSide): RecordContext {
    this.number += 1;
    const chance = `${this.number} ${this.pace.random()}`;
    return { nowMs: this.pace.now(), chance, file: config.file };
  }

  /** Writes down and tells what came of it. */
  private finish(record: ResponseRecord): ResponseRecord {
    this.options.response?.log.write(record);
    this.tellDone(record);
    return record;
  }

  private tellDone(record: ResponseRecord): void {
    const text = responseText(record);
    const isGrave = record.state === 'done' || record.state === 'failed';
    const { id, action, container, undoneAt } = record;
    if (record.undo?.kind === 'lift-deny') this.denials.set(container.id, record);
    this.told.add(`${id} ${undoneAt}`);
    this.say({
      id,
      rule: `Response: ${action}`,
      text,
      container,
      isGrave,
      fields: responseFields(record),
      // Each happens once.
      cause: null,
    });
  }

  private say(given: {
    readonly id: string;
    readonly rule: string;
    readonly text: string;
    readonly container: ResponseRecord['container'];
    readonly isGrave: boolean;
    readonly fields: Alert['fields'];
    readonly cause: string | null;
  }): void {
    const nowMs = this.pace.now();
    const timeNs = BigInt(nowMs) * 1_000_000n;
    const own = ownAlert({
      kind: 'response',
      id: given.id,
      timeNs,
      time: timeTexts(timeNs).full,
      priority: given.isGrave ? 'Warning' : 'Notice',
      rule: given.rule,
      text: given.text,
      hostname: this.options.hostname,
    });
    const alert: Alert = { ...own, container: given.container, fields: given.fields };
    this.options.alerting?.tell(alert);
    const { hostname, output, priority, rule, source, tags, time, fields } = alert;
    this.options.record?.({
      kind: 'detection',
      timeNs,
      containerId: given.container.id,
      cause: given.cause,
      detection: { hostname, output, priority, rule, source, tags, time, output_fields: fields },
    });
  }

  private tellDenied({ containerId, path, drift, pid }: Denied): void {
    const action = this.denials.get(containerId);
    const id = idOf([containerId, path, drift]);
    this.say({
      id,
      rule: 'Response: program refused',
      text: deniedText({ path, drift, pid }, action),
      container: action?.container ?? { id: containerId, name: null, image: null },
      isGrave: true,
      fields: deniedFields({ path, drift, pid }, action),
      // One that tries again and again is counted.
      cause: id,
    });
  }

  private async takeBack(record: ResponseRecord): Promise<void> {
    const { response } = this.options;
    const current = response?.log.read().find(({ id }) => id === record.id);
    if (response === null || current === undefined || current.undoneAt !== null) return;
    if (current.undo !== null && this.actor !== null) await this.giveBack(current, null);
  }

  /** @param by who asked over the API; null: over the log */
  private async giveBack(record: ResponseRecord, by: string | null): Promise<ResponseRecord> {
    if (this.actor === null) return record;
    const { action, container } = record;
    this.decider?.undone(container.id, action, this.pace.now());
    const undone = await undoRecord(record, this.actor, new Date(this.pace.now()));
    const result = by === null ? undone.result : `${undone.result} (${by} asked for it)`;
    return this.finish({ ...undone, result });
  }

  /** Denials end with the process that answers the kernel: those that still hold are made anew. */
  private async resume({ log }: ResponseSide): Promise<void> {
    if (this.actor === null) return;
    for (const record of log.read()) {
      const isOurs = record.state === 'done' && record.undo?.kind === 'lift-deny';
      if (!isOurs || record.undoneAt !== null) continue;
      try {
        await this.actor.act('deny-drift', record.container.id);
        this.denials.set(record.container.id, record);
      } catch (error) {
        const at = new Date(this.pace.now()).toISOString();
        const result = `it ended with the watching: ${sentenceOf(error)}`;
        log.write({ ...record, state: 'undone', undoneAt: at, result });
      }
    }
  }
}
