// What `up` has at once: everything of the data folder, opened, and what pages are answered with. Whatever
// they ask for later is loaded later.
import { hostname } from 'node:os';
import type { AuditAnswer } from '../../flow/audit.ts';
import type { HarbourSources, Remembered } from '../../flow/harbour.ts';
import type { TrustDesk } from '../../flow/image-trust-view.ts';
import type { LiveFeed } from '../../flow/live.ts';
import type { Coverage } from '../../flow/runtime-source.ts';
import type { Up, UpStatus } from '../../flow/up.ts';
import type { WaiverBook } from '../../policy/index.ts';
import { openChangeLog, openTokens, type Tokens } from '../../server/http/index.ts';
import { type Catalogue, openCatalogue } from '../../store/catalog/index.ts';
import { databaseFile } from '../compose.ts';
import { createAuditDesk } from './up-audit.ts';
import type { UpRunOptions } from './up-options.ts';
import {
  advisoriesOf,
  basisOf,
  houseCoverage,
  machineServices,
  type RecordDesk,
} from './up-services.ts';
import type { Answering } from './watch-response.ts';

export interface DeskParts {
  readonly live: LiveFeed;
  readonly record: RecordDesk;
  readonly answering: Answering | null;
  readonly now: () => Date;
  readonly warn: (line: string) => void;
}

export interface UpDesk extends DeskParts {
  readonly tokens: Tokens;
  readonly catalogue: Catalogue;
  readonly changes: ReturnType<typeof openChangeLog>;
  readonly audits: ReturnType<typeof createAuditDesk>;
  readonly services: ReturnType<typeof machineServices>;
  readonly advisories: ReturnType<typeof advisoriesOf>;
  /** What images are judged with now. */
  readonly basis: () => string;
  /** Coverage of what lies outside of the runtime. */
  readonly outside: () => readonly Coverage[];
  readonly status: () => UpStatus;
  readonly harbourSources: () => HarbourSources & { readonly scans: UpStatus };
  /** Null until everything was begun. */
  up: Up | null;
  /** Called when it closes, before the stores do. */
  onClose(end: () => void): void;
  close(): void;
}

/** Throws `SeaworthyError` for a folder or file that cannot be used. */
export async function openDesk(options: UpRunOptions, parts: DeskParts): Promise<UpDesk> {
  const { data } = options;
  const { record, answering, now } = parts;
  const db = databaseFile(options);
  const tokens = openTokens(data, now);
  const catalogue = openCatalogue(data);
  const advisories = advisoriesOf(db);
  const waivers = await waiversOf(options, now);
  const audits = createAuditDesk({ data, waivers, onAnswer: tellerOf(parts) });
  const house = { data, advisories, audits, offline: options.offline === true };
  const outside = (): readonly Coverage[] => houseCoverage(house);
  const state: { up: Up | null } = { up: null };
  const coverage = () => state.up?.coverage() ?? [...notRead, ...outside()];
  const remembered = rememberedOf(record, () => state.up?.isSettled() === true);
  const status = () => state.up?.status() ?? { waiting: 0, running: 0, done: 0 };
  const changes = openChangeLog(data);
  const trust = trustOf(options, { ...parts, catalogue });
  const opened = { data, record, answering, catalogue, advisories, audits, waivers, tokens, trust };
  const services = machineServices({ ...opened, changes, coverage, remembered, status, now });
  const ends: (() => void)[] = [];
  return {
    ...parts,
    tokens,
    catalogue,
    changes,
    audits,
    services,
    advisories,
    outside,
    status,
    basis: () => basisOf(db),
    get up() {
      return state.up;
    },
    set up(up: Up | null) {
      state.up = up;
    },
    harbourSources: () => ({
      catalogue,
      record: record.get(),
      coverage: coverage(),
      remembered: remembered(),
      now: now(),
      teams: null,
      scans: status(),
    }),
    onClose: (end) => ends.push(end),
    close() {
      for (const end of ends) end();
      record.close();
      advisories.close();
      catalogue.close();
    },
  };
}

/** Said while the runtime is not begun: neither that it is on nor that it is off is known. */
const notRead: readonly Coverage[] = [
  { what: 'sensor', state: 'limited', why: 'it is being started', howToSwitchOn: null },
  { what: 'engine', state: 'limited', why: 'engines are being looked for', howToSwitchOn: null },
];

/** What the record knew before this process began to write it. */
function rememberedOf(record: RecordDesk, isSettled: () => boolean): () => Remembered | null {
  const before: Remembered = { untilNs: record.get()?.recordedUntilNs() ?? null };
  return () => (isSettled() ? null : before);
}

async function waiversOf(options: UpRunOptions, now: () => Date): Promise<() => WaiverBook | null> {
  const { waivers: file } = options;
  if (file === undefined) return () => null;
  return (await import('./up-waivers.ts')).openWaivers(file, now);
}

/** Told to pages that are open, and kept where a file of alerts says so. */
function tellerOf({ live, answering }: DeskParts): (answer: AuditAnswer) => Promise<void> {
  return async (answer) => {
    live.tell('audit', answer);
    const alerting = answering?.alerts?.alerting;
    if (alerting === undefined) return;
    const { auditDocument } = await import('../../flow/report-documents.ts');
    alerting.keep(auditDocument(answer, hostname()));
  };
}

/** Loaded when somebody asks who signed an image. */
function trustOf(
  options: UpRunOptions,
  parts: DeskParts & { readonly catalogue: Catalogue },
): TrustDesk {
  let loading: Promise<TrustDesk> | null = null;
  const desk = (): Promise<TrustDesk> => {
    loading ??= import('./up-trust.ts').then((one) => one.createUpTrust({ options, ...parts }));
    return loading;
  };
  return {
    view: async (image) => (await desk()).view(image),
    ask: async (image) => (await desk()).ask(image),
  };
}
