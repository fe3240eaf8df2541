// What the API of `up` works with: stores of the data folder, advisories of now, coverage of the rest.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../../base/json.ts';
import { realPace } from '../../base/retry.ts';
import type { Remembered } from '../../flow/harbour.ts';
import type { TrustDesk } from '../../flow/image-trust-view.ts';
import { machineEvidence } from '../../flow/machine-evidence.ts';
import { type AnsweringDesk, machineResponses } from '../../flow/response-desk.ts';
import type { Coverage } from '../../flow/runtime-source.ts';
import type { Up } from '../../flow/up.ts';
import type { AdvisorySource } from '../../model/advisory.ts';
import { gateDecisionOf } from '../../model/gate-decision.ts';
import type { WaiverBook } from '../../policy/index.ts';
import { type AuditDesk, type GateDecisions, pagesOfMachine } from '../../server/api/index.ts';
import type { openChangeLog, Tokens } from '../../server/http/index.ts';
import type { Catalogue } from '../../store/catalog/index.ts';
import { decisionFile, lastDecisions, openResponseLog } from '../../store/index.ts';
import { openRecord, type RecordReader } from '../../store/record/index.ts';
import { programName, version } from '../version.ts';

/** Decisions of the gate that a page lists, newest first. */
const decisionsTold = 1000;
const oldHours = 72;

export interface RecordDesk {
  readonly get: () => RecordReader | null;
  readonly close: () => void;
}

/** The record, opened as soon as there is one and kept open. */
export function recordOf(folder: string): RecordDesk {
  let record: RecordReader | null = null;
  return {
    get() {
      if (record === null && existsSync(join(folder, 'record.db'))) {
        try {
          record = openRecord(folder);
        } catch {
          // It is being made: the next question finds it.
        }
      }
      return record;
    },
    close: () => record?.close(),
  };
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Program and advisories of now: other ones judge anew. */
export function basisOf(db: string): string {
  const advisories = changedAt(db);
  return `${programName(import.meta.url) ?? version} ${advisories === 0 ? 'built-in' : advisories}`;
}

export interface AdvisoryDesk {
  /** Those of now: opened again when there are newer ones. Rejects with `SeaworthyError` `database`. */
  readonly get: () => Promise<AdvisorySource>;
  /** What they are; null: they were not opened yet. */
  readonly info: () => ReturnType<AdvisorySource['info']> | null;
  readonly close: () => void;
}

/** The advisories of a file; what reads them is loaded with the first question. */
export function advisoriesOf(db: string): AdvisoryDesk {
  let open: ((file: string) => AdvisorySource) | null = null;
  let source: AdvisorySource | null = null;
  let stamp = -1;
  const current = (opened: (file: string) => AdvisorySource): AdvisorySource => {
    const changed = changedAt(db);
    if (source === null || changed !== stamp) {
      source?.close();
      source = opened(db);
      stamp = changed;
    }
    return source;
  };
  return {
    async get() {
      open ??= (await import('../../flow/advisories.ts')).openAdvisories;
      return current(open);
    },
    info: () => (open === null ? null : current(open).info()),
    close: () => source?.close(),
  };
}

export interface MachineParts {
  readonly data: string;
  readonly record: RecordDesk;
  readonly answering: AnsweringDesk | null;
  readonly catalogue: Catalogue;
  readonly trust: TrustDesk;
  readonly advisories: AdvisoryDesk;
  readonly audits: AuditDesk;
  readonly waivers: () => WaiverBook | null;
  readonly tokens: Tokens;
  readonly changes: ReturnType<typeof openChangeLog>;
  readonly coverage: () => readonly Coverage[];
  readonly remembered: () => Remembered | null;
  readonly status: Up['status'];
  readonly now: () => Date;
}

/** What the API works with. */
export function machineServices(parts: MachineParts) {
  const { data, catalogue, record, advisories, answering, coverage, remembered } = parts;
  const { status, audits, waivers, tokens, changes, now } = parts;
  const responses = openResponseLog(data);
  return {
    evidence: machineEvidence({
      catalogue,
      record: record.get,
      advisories: advisories.get,
      coverage,
      remembered,
      now,
    }),
    responses: machineResponses({
      answering: () => answering ?? { alerts: null, policy: null, responder: null },
      responses: () => responses.read(),
      record: record.get,
    }),
    trust: parts.trust,
    pages: pagesOfMachine,
    scope: 'machine' as const,
    status,
    record: record.get,
    audits,
    gate: () => gateDecisions(data),
    gateHint: () => coverage().find(({ what }) => what === 'gate')?.howToSwitchOn ?? null,
    waivers,
    changes: (limit: number) => changes.newest(limit),
    tokens,
    now,
    toolVersion: version,
  };
}

/** The last decisions, newest first; null: the gate never recorded here. */
function gateDecisions(data: string): GateDecisions {
  const lines = lastDecisions(data, decisionsTold);
  if (lines === null) return null;
  return lines
    .flatMap((line) => {
      const parsed = parseJson(line);
      return (parsed.ok ? gateDecisionOf(parsed.value) : null) ?? [];
    })
    .toReversed();
}

export interface HouseCoverage {
  readonly data: string;
  readonly advisories: AdvisoryDesk;
  readonly audits: AuditDesk;
  readonly offline: boolean;
}

/** What stands beside the runtime: advisories, gate, audit. */
export function houseCoverage(house: HouseCoverage): readonly Coverage[] {
  return [advisoryCoverage(house), gateCoverage(house), auditCoverage(house)];
}

function advisoryCoverage({ advisories, offline }: HouseCoverage): Coverage {
  const what = 'advisories';
  const info = advisories.info();
  if (info === null) {
    return { what, state: 'limited', why: 'they are being opened', howToSwitchOn: null };
  }
  const { builtIn, builtAt, advisories: count } = info;
  const update = offline
    ? 'copy an advisories.db into the data folder, or start it without --offline'
    : 'seaworthy db update';
  if (builtIn) {
    const why = `only the ${count} built-in flaws that mattered most are known`;
    return { what, state: 'limited', why, howToSwitchOn: update };
  }
  const hours = Math.round((realPace.now() - Date.parse(builtAt)) / 3_600_000);
  const why = `${count} advisories, ${hours} hours old`;
  const isOld = hours > oldHours;
  return { what, state: isOld ? 'limited' : 'on', why, howToSwitchOn: isOld ? update : null };
}

function gateCoverage({ data }: HouseCoverage): Coverage {
  const what = 'gate';
  if (existsSync(decisionFile(data))) {
    return { what, state: 'on', why: 'decisions are recorded here', howToSwitchOn: null };
  }
  return {
    what,
    state: 'off',
    why: 'nothing is stopped before it runs',
    howToSwitchOn: `seaworthy gate serve --record ${decisionFile(data)}`,
  };
}

function auditCoverage({ audits }: HouseCoverage): Coverage {
  const [last] = audits.latest();
  if (last === undefined) {
    const why = 'the engine was not audited yet';
    return { what: 'audit', state: 'off', why, howToSwitchOn: 'seaworthy audit docker' };
  }
  const why = `CIS Docker: ${last.score} of 100, ${last.generatedAt.slice(0, 10)}`;
  return { what: 'audit', state: 'on', why, howToSwitchOn: null };
}

/** Figures of who is told and of what is done, summed over all outputs. */
export function answeringGauges(
  answering: AnsweringDesk | null,
): readonly (readonly [string, number])[] {
  const outputs = answering?.alerts?.outputs() ?? [];
  const sum = (name: 'delivered' | 'waiting' | 'lost' | 'failures'): number =>
    outputs.reduce((total, output) => total + output[name], 0);
  const responses = answering?.responder?.figures();
  return [
    ['alert_outputs', outputs.length],
    ['alerts_delivered', sum('delivered')],
    ['alerts_waiting', sum('waiting')],
    ['alerts_lost', sum('lost')],
    ['alert_failures', sum('failures')],
    ['responses_waiting', responses?.waiting ?? 0],
    ['responses_done', responses?.done ?? 0],
    ['responses_failed', responses?.failed ?? 0],
    ['responses_dropped', responses?.dropped ?? 0],
  ];
}
