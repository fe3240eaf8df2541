// What a node tells its fleet beside its record: decisions of its gate and results of its audits. Where it
// stands lies in the position of the spool, so that a restart tells nothing twice and skips nothing.
import { asNumber, asRecord, field, keysOf, parseJson, stringField } from '../base/json.ts';
import { secretHash } from '../base/secret.ts';
import type { FleetAudit, FleetAuditAnswer, FleetRecord } from '../model/fleet.ts';
import { type GateDecision, gateDecisionOf } from '../model/gate-decision.ts';
import type { DecisionPlace, KeptAnswer, StoredAudit } from '../store/index.ts';
import type { AgentSource } from './agent.ts';

/** The data folder of a node, as far as the fleet is told of it. */
export interface HouseFiles {
  decisionsBehind(
    place: DecisionPlace | null,
  ): { readonly lines: readonly string[]; readonly place: DecisionPlace } | null;
  /** Changes when one of the files about audits does. */
  auditStamp(): string;
  /** All runs that are kept, oldest first. */
  audits(): readonly StoredAudit[];
  /** The last whole answers. */
  answers(): readonly KeptAnswer[];
}

interface HousePosition {
  readonly place: DecisionPlace | null;
  /** Of the day of the last decision: sums by decision. */
  readonly day: string;
  readonly counts: ReadonlyMap<string, number>;
  /** Time of the newest audit that was told; empty: none was. */
  readonly auditAt: string;
  /** Times of the whole answers that were told, by kind. */
  readonly answers: ReadonlyMap<string, string>;
}

/** Of the past before a node joined: a trend. */
const auditsAtFirst = 100;
const decisionsMost = 20;
/** Controls that one record of an audit names. */
const failedMost = 500;

/** A source that tells of gate and audits behind what another one tells. */
export function withHouse(source: AgentSource, files: HouseFiles): AgentSource {
  /** Files and position of when everything about audits was told. */
  let told: string | null = null;
  return {
    next(before) {
      // Agents of before had the position of the record alone.
      const isOwn = field(before, 'house') !== undefined;
      const recordBefore = isOwn ? field(before, 'record') : before;
      const found = source.next(recordBefore);
      const house = houseOf(isOwn ? field(before, 'house') : undefined);
      const records: FleetRecord[] = [...(found?.records ?? [])];
      const after = decided(files, house, records);
      const stamp = files.auditStamp();
      // What a full disk did not take is told again: then the position is still that of before.
      const position = stampOf(stamp, after) === told ? after : audited(files, after, records);
      told = stampOf(stamp, position);
      if (found === null && position === house) return null;
      const record = found?.position ?? recordBefore ?? null;
      return { records, position: { record, house: writtenHouse(position) } };
    },
  };
}

function stampOf(stamp: string, { auditAt, answers }: HousePosition): string {
  return JSON.stringify([stamp, auditAt, [...answers]]);
}

/** What the gate decided since: each decision that is no plain yes, and sums of all. */
function decided(files: HouseFiles, house: HousePosition, records: FleetRecord[]): HousePosition {
  const found = files.decisionsBehind(house.place);
  if (found === null) return house;
  let { day } = house;
  let counts = new Map(house.counts);
  const touched = new Map<string, ReadonlyMap<string, number>>();
  for (const line of found.lines) {
    const parsed = parseJson(line);
    const decision = parsed.ok ? gateDecisionOf(parsed.value) : null;
    if (decision === null) continue;
    const its = new Date(decision.time).toISOString().slice(0, 10);
    // A line of a day before belongs to the day that is counted: clocks are set, days are not reopened.
    if (its > day) {
      day = its;
      counts = new Map();
    }
    const word = decision.decision;
    if (counts.size < decisionsMost || counts.has(word)) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    touched.set(day, counts);
    if (isWorthTelling(decision)) records.push(decisionRecord(line, decision));
  }
  for (const [its, sums] of touched) {
    const told = [...sums].map(([decision, count]) => ({ decision, count }));
    records.push({ kind: 'decided', day: its, counts: told });
  }
  return { ...house, place: found.place, day, counts };
}

/** Thousands of requests a day are allowed; who looks for one looks on its node. */
function isWorthTelling({ decision, waived, problem }: GateDecision): boolean {
  return decision !== 'allow' || waived.length > 0 || problem !== null;
}

function decisionRecord(line: string, decision: GateDecision): FleetRecord {
  const id = secretHash(line).slice(0, 32);
  return { kind: 'decision', id, timeUs: Date.parse(decision.time) * 1000, decision };
}

/** Audits since, and the whole answers that are newer than those that were told. */
function audited(files: HouseFiles, house: HousePosition, records: FleetRecord[]): HousePosition {
  const fresh = files.audits().filter(({ at }) => at > house.auditAt && !isNoTime(at));
  for (const run of fresh.slice(-auditsAtFirst)) records.push(auditRecord(run));
  const answers = new Map(house.answers);
  for (const answer of files.answers()) {
    const { audit, generatedAt } = answer;
    if ((answers.get(audit) ?? '') >= generatedAt || isNoTime(generatedAt)) continue;
    answers.set(audit, generatedAt);
    records.push(answerRecord(answer));
  }
  if (fresh.length === 0 && answers.size === house.answers.size) {
    const isSame = [...answers].every(([audit, at]) => house.answers.get(audit) === at);
    if (isSame) return house;
  }
  const auditAt = fresh.reduce((last, { at }) => (at > last ? at : last), house.auditAt);
  return { ...house, auditAt, answers };
}

function isNoTime(text: string): boolean {
  return Number.isNaN(Date.parse(text));
}

function auditRecord({ at, target, score, failed }: StoredAudit): FleetAudit {
  // `docker:/run/docker.sock:SCOPE`: the first word is the kind.
  const audit = /^[\w.-]{1,64}(?=:)/.exec(target)?.[0] ?? 'audit';
  const share = Math.min(100, Math.max(0, Math.floor(score)));
  const atUs = Date.parse(at) * 1000;
  return { kind: 'audit', audit, target, atUs, score: share, failed: failed.slice(0, failedMost) };
}

function answerRecord(answer: KeptAnswer): FleetAuditAnswer {
  const { audit, target, generatedAt } = answer;
  const atUs = Date.parse(generatedAt) * 1000;
  return { kind: 'audit-answer', audit, target, atUs, answer: { ...answer } };
}

function houseOf(value: unknown): HousePosition {
  const place = field(value, 'place');
  const inode = asNumber(field(place, 'inode'));
  const offset = asNumber(field(place, 'offset'));
  return {
    place: inode === null || offset === null ? null : { inode, offset },
    day: stringField(value, 'day') ?? '',
    counts: numbersIn(field(value, 'counts')),
    auditAt: stringField(value, 'auditAt') ?? '',
    answers: textsIn(field(value, 'answers')),
  };
}

function writtenHouse({ place, day, counts, auditAt, answers }: HousePosition): object {
  return {
    place,
    day,
    counts: Object.fromEntries(counts),
    auditAt,
    answers: Object.fromEntries(answers),
  };
}

function numbersIn(value: unknown): Map<string, number> {
  const known = asRecord(value) ?? {};
  return new Map(keysOf(value).map((key) => [key, asNumber(known[key]) ?? 0]));
}

function textsIn(value: unknown): Map<string, string> {
  return new Map(keysOf(value).map((key) => [key, stringField(value, key) ?? '']));
}
