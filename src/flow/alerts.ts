// Telling: an alert goes by its routes to the queues of its outputs. Nothing here waits for a receiver.
import { SeaworthyError } from '../base/error.ts';
import { field, parseJson, stringField } from '../base/json.ts';
import { type Pace, realPace } from '../base/retry.ts';
import {
  createFileSender,
  createHttpSender,
  createLineSender,
  createSmtpSender,
  createSyslogSender,
  NotifyQueue,
  type QueueFigures,
  readAuthorities,
  resolveSecret,
  type Sender,
} from '../host/notify/index.ts';
import type { Alert } from '../model/alert.ts';
import {
  type About,
  type AlertConfig,
  AlertRouter,
  alertmanagerJson,
  type Delivery,
  type EmailOutput,
  falcoJson,
  type HttpOutput,
  jiraJson,
  mailText,
  type Output,
  otlpJson,
  ownAlert,
  type S3Output,
  type SyslogOutput,
  slackJson,
  syslogMessage,
  teamsJson,
} from '../runtime/alert/index.ts';
import {
  type Archive,
  alertsOfObject,
  alertsWaiting,
  archiveSender,
  openArchive,
  type ReportDocument,
} from './archive.ts';

export interface AlertingOptions {
  readonly config: AlertConfig;
  readonly hostname: string;
  /** Of Seaworthy. */
  readonly version: string;
  /** Writes to standard output. */
  readonly write: (text: string) => void;
  /** An output could not deliver; one line without secrets. */
  readonly onProblem: (output: string, problem: string) => void;
  /** Where `${env:NAME}` is looked up; default: the process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly pace?: Pace;
}

export interface Alerting {
  /** News: goes out at once, or into the digest where an output has had enough. */
  tell(alert: Alert): void;
  /** Something that was told before: only counted in the next digest. */
  repeat(alert: Alert): void;
  /** Sends digests that are due; to be called about once a second. */
  tick(): void;
  /** Keeps a report where buckets are told to; never waits. */
  keep(document: ReportDocument): void;
  figures(): ReadonlyMap<string, QueueFigures>;
  /** Whether outputs have taken everything, save what they gather on purpose. */
  isSettled(): boolean;
  /** Sends what is gathered and ends; waits `graceMs` at most. */
  close(graceMs?: number): Promise<void>;
}

const closeMs = 5000;

/**
 * Opens all outputs. Receivers are spoken to when there is something to tell.
 *
 * @throws SeaworthyError `not-found`, `malformed` when a secret or an authority cannot be read
 */
export function startAlerting(options: AlertingOptions): Alerting {
  const { config, hostname, pace = realPace } = options;
  const router = new AlertRouter(config, hostname);
  const queues = new Map(
    config.outputs.map((output) => [output.name, queueOf(output, { ...options, pace })]),
  );
  const buckets = config.outputs.filter((output) => output.kind === 's3');
  const archive = openArchive(buckets, { ...options, pace }, options.onProblem);
  const deliver = (deliveries: readonly Delivery[]): void => {
    for (const { output, alert } of deliveries) queues.get(output)?.push(alert);
  };
  return {
    tell: (alert) => deliver(router.take(alert, pace.now())),
    repeat: (alert) => deliver(router.gather(alert, pace.now())),
    tick: () => deliver(router.due(pace.now())),
    keep: (document) => archive.keep(document),
    figures: () => figuresOf(queues, archive),
    isSettled: () => [...queues.values()].every((queue) => queue.isSettled),
    close: async (graceMs = closeMs) => {
      deliver(router.flush(pace.now()));
      const closing = [...queues.values()].map((queue) => queue.close(graceMs));
      await Promise.all([...closing, archive.close(graceMs)]);
    },
  };
}

function figuresOf(
  queues: ReadonlyMap<string, NotifyQueue<Alert>>,
  archive: Archive,
): ReadonlyMap<string, QueueFigures> {
  const kept = archive.figures();
  const none: QueueFigures = { delivered: 0, waiting: 0, lost: 0, failures: 0 };
  return new Map(
    [...queues].map(([name, queue]) => {
      const [one, other] = [queue.figures(), kept.get(name) ?? none];
      const sum = (key: keyof QueueFigures): number => one[key] + other[key];
      return [
        name,
        {
          delivered: sum('delivered'),
          waiting: sum('waiting'),
          lost: sum('lost'),
          failures: sum('failures'),
        },
      ];
    }),
  );
}

export interface TestResult {
  readonly output: string;
  readonly kind: Output['kind'];
  readonly delivered: boolean;
  /** Why not. */
  readonly problem: string | null;
}

/** Sends one test message to each output, whatever its routes, and tells what came of it. */
export async function testOutputs(
  options: Omit<AlertingOptions, 'onProblem'>,
): Promise<readonly TestResult[]> {
  const { config, hostname, pace = realPace } = options;
  const nowMs = pace.now();
  const alert = ownAlert({
    kind: 'test',
    id: 'test',
    timeNs: BigInt(nowMs) * 1_000_000n,
    time: new Date(nowMs).toISOString(),
    priority: 'Notice',
    rule: 'Test message',
    text: 'This is a test message of Seaworthy: alerts arrive here',
    hostname,
  });
  return Promise.all(
    config.outputs.map(async (output): Promise<TestResult> => {
      const { name, kind } = output;
      let problem: string | null = null;
      try {
        const onProblem = (_: string, what: string): void => void (problem = what);
        const queue = queueOf(output, {
          ...options,
          onProblem,
          pace,
          tries: 2,
          deadlineMs: 20_000,
        });
        queue.push(alert);
        await queue.close(30_000);
        if (problem === null && queue.figures().delivered === 0) problem = 'nothing was delivered';
      } catch (error) {
        if (!(error instanceof SeaworthyError)) throw error;
        problem = error.message;
      }
      return { output: name, kind, delivered: problem === null, problem };
    }),
  );
}

interface QueueContext extends AlertingOptions {
  readonly pace: Pace;
  readonly tries?: number;
  readonly deadlineMs?: number;
}

/** Receivers that take many at once. */
const batches: Partial<Record<Output['kind'], number>> = {
  otlp: 100,
  alertmanager: 100,
  file: 200,
  stdout: 200,
  syslog: 100,
  s3: alertsOfObject,
};

function queueOf(output: Output, context: QueueContext): NotifyQueue<Alert> {
  const { pace, tries, deadlineMs, onProblem } = context;
  return new NotifyQueue({
    sender: senderOf(output, context),
    pace,
    batch: batches[output.kind] ?? 1,
    ...(output.kind === 's3' ? gathered(output) : {}),
    onProblem: (problem) => onProblem(output.name, problem),
    ...(tries === undefined ? {} : { tries }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  });
}

function gathered({ gatherSeconds }: S3Output): { capacity: number; gatherMs: number } {
  return { capacity: alertsWaiting, gatherMs: gatherSeconds * 1000 };
}

function senderOf(output: Output, context: QueueContext): Sender<Alert> {
  const about = (lost: number): About => ({ lost, version: context.version });
  const line = (alert: Alert, lost: number): string => falcoJson(alert, about(lost));
  switch (output.kind) {
    case 'stdout':
      return createLineSender(context.write, line);
    case 'file':
      return createFileSender({ ...output, line });
    case 'syslog':
      return syslogSender(output, about);
    case 'email':
      return emailSender(output, context, about);
    case 's3':
      return archiveSender(output, context, about);
    case 'webhook':
    case 'slack':
    case 'teams':
    case 'otlp':
    case 'alertmanager':
    case 'jira':
      return httpSender(output, context, about);
  }
}

type AboutOf = (lost: number) => About;

/** What receivers take over UDP, and as one message otherwise. */
const datagramBytes = 2048;
const messageBytes = 16 * 1024;

function syslogSender(output: SyslogOutput, about: AboutOf): Sender<Alert> {
  const { protocol, format, facility } = output;
  const maximumBytes = protocol === 'udp' ? datagramBytes : messageBytes;
  return createSyslogSender<Alert>({ ...output, tls: tlsOf(output) }, (alert, lost) =>
    syslogMessage(alert, about(lost), { format, facility, maximumBytes }),
  );
}

function emailSender(output: EmailOutput, context: QueueContext, about: AboutOf): Sender<Alert> {
  const { environment, pace, hostname } = context;
  const secret = (text: string | null): string | null =>
    text === null ? null : resolveSecret(text, environment);
  const place = {
    ...output,
    username: secret(output.username),
    password: secret(output.password),
    tls: tlsOf(output),
    ownName: hostname.replaceAll(/[^\w.-]/g, '-').slice(0, 200) || 'localhost',
  };
  return createSmtpSender<Alert>(place, (alert, lost) => mailText(alert, about(lost)), pace);
}

/** Slack takes 40,000 characters, Teams 28 KB; the others have no bound that is told. */
const bodyBytes: Readonly<Record<HttpOutput['kind'], number>> = {
  slack: 64 * 1024,
  teams: 28 * 1024,
  webhook: 256 * 1024,
  jira: 256 * 1024,
  alertmanager: 4 * 1024 * 1024,
  otlp: 4 * 1024 * 1024,
};

function httpSender(output: HttpOutput, context: QueueContext, about: AboutOf): Sender<Alert> {
  const { environment, pace } = context;
  const headers = output.headers.map(([name, value]) => [name, resolveSecret(value, environment)]);
  return createHttpSender<Alert>({
    url: addressOf(output, resolveSecret(output.url, environment)),
    headers: Object.fromEntries(headers) as Record<string, string>,
    maximumBytes: bodyBytes[output.kind],
    tls: tlsOf(output),
    pace,
    body: (alerts, lost) => bodyOf(output, alerts, about(lost)),
    ...(output.kind === 'otlp' ? { flawOfAnswer: flawOfOtlp } : {}),
  });
}

const paths: Partial<Record<HttpOutput['kind'], string>> = {
  otlp: '/v1/logs',
  alertmanager: '/api/v2/alerts',
  jira: '/rest/api/2/issue',
};

/** An address without a path gets the one that its API has. The error tells no address: it is a secret. */
function addressOf({ name, kind }: HttpOutput, text: string): URL {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new SeaworthyError('malformed', `the url of the output ${name} is no address`, {
      advice: 'begin it with https:// or http://',
    });
  }
  const url = new URL(text);
  const path = paths[kind];
  if (path !== undefined && url.pathname === '/') url.pathname = path;
  return url;
}

function bodyOf(output: HttpOutput, alerts: readonly Alert[], about: About): string {
  const [alert] = alerts;
  if (alert === undefined) return '';
  switch (output.kind) {
    case 'webhook':
      return falcoJson(alert, about);
    case 'slack':
      return slackJson(alert, about);
    case 'teams':
      return teamsJson(alert, about);
    case 'otlp':
      return otlpJson(alerts, about);
    case 'alertmanager':
      return alertmanagerJson(alerts, about, output.firingSeconds * 1000);
    case 'jira':
      return jiraJson(alert, about, output);
  }
}

/** A 200 of a collector may say that it took only a part (OTLP specification, partial success). */
function flawOfOtlp(text: string): string | null {
  const parsed = parseJson(text);
  const partial = parsed.ok ? field(parsed.value, 'partialSuccess') : undefined;
  const said = field(partial, 'rejectedLogRecords');
  // A 64-bit number is a text in proto3 JSON; some write it as a number.
  const rejected = typeof said === 'string' || typeof said === 'number' ? String(said) : '0';
  if (rejected === '0') return null;
  return `rejected ${rejected.slice(0, 20)} of the records (${(stringField(partial, 'errorMessage') ?? '').slice(0, 200)})`;
}

function tlsOf(output: { readonly caFile: string | null; readonly verify: boolean }): {
  readonly authorities: readonly string[];
  readonly verify: boolean;
} {
  const { caFile, verify } = output;
  return { verify, authorities: caFile === null ? [] : readAuthorities(caFile) };
}
