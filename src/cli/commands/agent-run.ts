// What `agent` does: identity, spool, record and server put together until it is told to end.
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { messageOf, oneLine, SeaworthyError } from '../../base/error.ts';
import { makeFolder } from '../../base/folder.ts';
import type { TlsOptions } from '../../base/http.ts';
import { asArray, field, parseJson, stringField } from '../../base/json.ts';
import { realPace } from '../../base/retry.ts';
import { runAgent } from '../../flow/agent.ts';
import { followForAnswers, type OwnRecords, withOwnRecords } from '../../flow/agent-answer.ts';
import { withHouse } from '../../flow/agent-house.ts';
import {
  type AgentIdentity,
  enrolAgent,
  type OpenAgentLink,
  openAgentLink,
} from '../../flow/agent-link.ts';
import { followOrders, type RememberedOrder } from '../../flow/agent-orders.ts';
import { recordSource } from '../../flow/agent-record.ts';
import { knownInventory } from '../../flow/known-inventory.ts';
import type { Responder } from '../../flow/respond.ts';
import { openSpool } from '../../host/spool/index.ts';
import { usualScanners } from '../../inspect/scanner.ts';
import type { RuntimeRecord } from '../../model/timeline.ts';
import type { ResponsePolicy } from '../../runtime/response/index.ts';
import {
  auditStamp,
  decisionsBehind,
  openResponseLog,
  readAuditAnswers,
  readAudits,
} from '../../store/index.ts';
import { openRecord, type RecordReader } from '../../store/record/index.ts';
import { compose } from '../compose.ts';
import { exitCodes } from '../exit-codes.ts';
import { version } from '../version.ts';
import type { AgentCommandOptions } from './agent-options.ts';
import { fileOption, stampOf } from './fleet-options.ts';

const rotateMs = 24 * 3_600_000;
const mib = 1024 * 1024;

/** Runs until SIGTERM or Ctrl-C; returns the exit code. */
export async function runAgentCommand(options: AgentCommandOptions): Promise<number> {
  const warn = (line: string): void => {
    if (options.quiet !== true) process.stderr.write(`seaworthy: ${oneLine(line)}\n`);
  };
  const server = serverOf(options);
  const folder = join(options.data, 'agent');
  makeFolder(folder);
  const end = new AbortController();
  process.once('SIGTERM', () => end.abort());
  process.once('SIGINT', () => end.abort());
  const node = options.node ?? hostname();
  const file = join(folder, 'identity.json');
  const keep = (identity: AgentIdentity): void => writeDurably(file, JSON.stringify(identity));
  const renewed = renewedTls(options, warn);
  const own = { server, tls: tlsOf(options), node, keep, nowMs: () => realPace.now(), renewed };
  const identity = options.cert === undefined ? await identityOf(options, file, own) : null;
  const link = openAgentLink({ ...own, identity });
  const composed = compose({ ...options, progress: false }, {}, usualScanners);
  const { services } = composed;
  const spool = openSpool({ folder: join(folder, 'spool'), mostBytes: spoolBytes(options) });
  warn(`node ${node} tells ${server.host}; ${spool.status().waiting} records wait`);
  const { data } = options;
  const record = recordSource({
    open: () => recordOrNull(data),
    nowNs: () => BigInt(realPace.now()) * 1_000_000n,
    inventory: (imageId) => knownInventory(services, imageId),
  });
  const records = withOwnRecords(
    withHouse(record, {
      decisionsBehind: (place) => decisionsBehind(data, place),
      auditStamp: () => auditStamp(data),
      audits: () => readAudits(data),
      answers: () => readAuditAnswers(data),
    }),
  );
  const { source } = records;
  const { signal } = end;
  try {
    await Promise.all([
      runAgent({ spool, source, link, pace: realPace, signal, version, warn }),
      rotating(link, signal, warn),
      answering(options, { records, folder, link, signal, warn }),
    ]);
  } finally {
    end.abort();
    link.close();
    composed.close();
  }
  return exitCodes.satisfied;
}

function serverOf({ server, plainHttp }: AgentCommandOptions): URL {
  const url = URL.canParse(server) ? new URL(server) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new SeaworthyError('usage', `--server ${server} is no https address`);
  }
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol === 'http:' && !isHere && plainHttp !== true) {
    throw new SeaworthyError('usage', `${server} has no TLS: its token would be readable`, {
      advice: 'use https, or --plain-http where the network itself is encrypted',
    });
  }
  return url;
}

function tlsOf({ ca, cert, key }: AgentCommandOptions): TlsOptions {
  if ((cert === undefined) !== (key === undefined)) {
    throw new SeaworthyError('usage', '--cert and --key belong together');
  }
  return {
    ...(ca === undefined ? {} : { authorities: [fileOption('--ca', ca)] }),
    ...(cert === undefined ? {} : { certificate: fileOption('--cert', cert) }),
    ...(key === undefined ? {} : { key: fileOption('--key', key) }),
  };
}

/** Looks at the files at each request: a certificate that lives an hour needs no restart. */
function renewedTls(
  options: AgentCommandOptions,
  warn: (line: string) => void,
): () => TlsOptions | null {
  const files = [options.ca, options.cert, options.key].filter((file) => file !== undefined);
  let stamp = stampOf(files);
  return () => {
    try {
      const changed = stampOf(files);
      if (changed === stamp) return null;
      stamp = changed;
      const tls = tlsOf(options);
      const { authorities = [], certificate, key } = tls;
      // Throws of what is broken, and of a certificate whose key was not written yet.
      const own = certificate === undefined || key === undefined ? {} : { cert: certificate, key };
      createSecureContext({ ca: [...authorities], ...own });
      warn('certificates were read again');
      return tls;
    } catch (error) {
      warn(`the certificates stay as they were: ${messageOf(error)}`);
      return null;
    }
  };
}

function spoolBytes({ spoolSize }: AgentCommandOptions): number {
  const size = Number(spoolSize);
  if (Number.isInteger(size) && size >= 8 && size <= 1_000_000) return size * mib;
  throw new SeaworthyError('usage', `--spool-size ${spoolSize} is no number of MiB from 8 on`);
}

/** What was kept, or a new enrolment. */
async function identityOf(
  options: AgentCommandOptions,
  file: string,
  own: Omit<Parameters<typeof enrolAgent>[0], 'token'>,
): Promise<AgentIdentity> {
  const known = existsSync(file) ? readIdentity(file) : null;
  if (known !== null) return known;
  const given =
    options.tokenFile === undefined
      ? (options.token ?? process.env['SEAWORTHY_TOKEN'])
      : fileOption('--token-file', options.tokenFile).trim();
  if (given === undefined || given === '') {
    throw new SeaworthyError('usage', 'this node is not enrolled yet', {
      advice: 'give a token of `seaworthy server enrol` with --token-file or SEAWORTHY_TOKEN',
    });
  }
  return enrolAgent({ ...own, token: given });
}

function readIdentity(file: string): AgentIdentity | null {
  const parsed = parseJson(readFileSync(file, 'utf8'));
  if (!parsed.ok) return null;
  const server = stringField(parsed.value, 'server');
  const agent = stringField(parsed.value, 'agent');
  const secret = stringField(parsed.value, 'secret');
  if (server === null || agent === null || secret === null) return null;
  return { server, agent, secret, next: stringField(parsed.value, 'next') };
}

/** A crash leaves the old file or the new one: a secret that the server knows is never lost. */
function writeDurably(file: string, text: string): void {
  const descriptor = openSync(`${file}.new`, 'w', 0o600);
  writeSync(descriptor, text);
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(`${file}.new`, file);
}

function recordOrNull(folder: string): RecordReader | null {
  try {
    return openRecord(folder);
  } catch (error) {
    if (error instanceof SeaworthyError && error.code === 'not-found') return null;
    throw error;
  }
}

const lookMs = 1000;

/** Tells of detections and answers them where a file says so; without one nothing of it is loaded. */
async function answering(
  { data, alerts, response }: AgentCommandOptions,
  {
    records,
    folder,
    link,
    signal,
    warn,
  }: {
    readonly records: OwnRecords;
    readonly folder: string;
    readonly link: OpenAgentLink;
    readonly signal: AbortSignal;
    readonly warn: (line: string) => void;
  },
): Promise<void> {
  if (alerts === undefined && response === undefined) return;
  const { openAnswering } = await import('./watch-response.ts');
  const files = {
    ...(alerts === undefined ? {} : { alerts }),
    ...(response === undefined ? {} : { response }),
  };
  const record = (one: RuntimeRecord): void => records.add(one);
  const answers = await openAnswering({ data, ...files }, { warn, record });
  const responder = answers?.responder;
  if (responder === undefined) return;
  const file = join(folder, 'answered.json');
  const follower = followForAnswers({
    open: () => recordOrNull(data),
    take: (detection, seen) => responder.take(detection, seen),
    position: positionIn(file),
    keep: (position) => writeDurably(file, JSON.stringify({ detection: position })),
  });
  const ordered =
    answers?.policy == null
      ? Promise.resolve()
      : ordering({ data, folder, link, responder, policy: answers.policy, signal, warn });
  while (!signal.aborted) {
    try {
      while (follower.look() > 0);
      responder.tick();
    } catch (error) {
      warn(`detections cannot be answered: ${messageOf(error)}`);
    }
    await realPace.sleep(lookMs, signal).catch(() => undefined);
  }
  await ordered;
  await responder.close();
}

/** Does what people of the fleet ask for, where the policy of this node allows it by hand. */
async function ordering({
  data,
  folder,
  link,
  responder,
  policy,
  signal,
  warn,
}: {
  readonly data: string;
  readonly folder: string;
  readonly link: OpenAgentLink;
  readonly responder: Responder;
  readonly policy: ResponsePolicy;
  readonly signal: AbortSignal;
  readonly warn: (line: string) => void;
}): Promise<void> {
  if (policy.manual.length === 0) return;
  const file = join(folder, 'orders.json');
  const log = openResponseLog(data);
  const record: { reader: RecordReader | null } = { reader: null };
  await followOrders({
    link,
    responder,
    byHand: policy.manual,
    policyFile: policy.file,
    record: () => (record.reader ??= recordOrNull(data)),
    logged: (id) => log.read().find((one) => one.id === id) ?? null,
    remembered: ordersIn(file),
    keep: (orders) => writeDurably(file, JSON.stringify({ orders })),
    pace: realPace,
    signal,
    warn,
  });
}

/** What was done before a restart; a spoilt file is of nothing: its orders are over by then. */
function ordersIn(file: string): readonly RememberedOrder[] {
  const parsed = existsSync(file) ? parseJson(readFileSync(file, 'utf8')) : null;
  const known = parsed?.ok === true ? asArray(field(parsed.value, 'orders')) : [];
  return known.flatMap((one) => {
    const id = stringField(one, 'id');
    return id === null ? [] : [{ id, answer: field(one, 'answer') as RememberedOrder['answer'] }];
  });
}

/** Null: it never answered, or the file is spoilt. */
function positionIn(file: string): number | null {
  const parsed = existsSync(file) ? parseJson(readFileSync(file, 'utf8')) : null;
  const value = parsed?.ok === true ? field(parsed.value, 'detection') : null;
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

async function rotating(
  link: OpenAgentLink,
  signal: AbortSignal,
  warn: (line: string) => void,
): Promise<void> {
  while (!signal.aborted) {
    // Nodes of one rollout must not all rotate at once.
    const waitMs = rotateMs * (0.75 + realPace.random() / 2);
    await realPace.sleep(waitMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await link.rotate(signal);
    } catch (error) {
      warn(`the secret was not rotated: ${messageOf(error)}`);
    }
  }
}
