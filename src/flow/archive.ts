// Alerts and reports as objects in buckets: what they are called, what is in them, and a queue for each
// bucket, so that nobody waits for a store.
import { createHash } from 'node:crypto';
import type { Pace } from '../base/retry.ts';
import {
  createObjectSender,
  NotifyQueue,
  type QueueFigures,
  readAuthorities,
  resolveOptionalSecret,
  resolveSecret,
  type Sender,
} from '../host/notify/index.ts';
import { type AwsCredentials, type Bucket, openBucket } from '../host/object-store/index.ts';
import type { Alert } from '../model/alert.ts';
import { type About, falcoJson, type ReportKind, type S3Output } from '../runtime/alert/index.ts';

/** Something to be kept. */
export interface ReportDocument {
  readonly kind: ReportKind;
  /** Tells it from others of its time: an image's id, the name of an audit. */
  readonly id: string;
  /** For people who read keys: the image's reference, the host. */
  readonly name: string;
  /** RFC 3339, UTC: when it was true. */
  readonly generatedAt: string;
  /** Made when it is sent. Null: by then there is none any more. */
  readonly content: (sbomFormat: S3Output['sbomFormat']) => Promise<ReportContent | null>;
}

export interface ReportContent {
  readonly text: string;
  readonly mediaType: string;
  /** `json`, `cdx.json`, `spdx.json` */
  readonly extension: string;
}

export interface ArchiveContext {
  readonly hostname: string;
  readonly pace: Pace;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Alerts of one object, and how many may wait for it: an alert has some kilobytes. */
export const alertsOfObject = 1000;
export const alertsWaiting = 5000;
/** What a report is made of is read when it is its turn: few bytes wait for each. */
const reportsWaiting = 500;
/** A large report over a slow line, with all tries. */
const reportMs = 300_000;

/** A sender of alerts as objects of JSON lines, Falco's shape. */
export function archiveSender(
  output: S3Output,
  context: ArchiveContext,
  about: (lost: number) => About,
): Sender<Alert> {
  const { hostname } = context;
  return createObjectSender<Alert>(bucketOf(output, context), (alerts, lost) => {
    const [first] = alerts;
    if (first === undefined) return null;
    const lines = alerts.map((alert, index) => falcoJson(alert, about(index === 0 ? lost : 0)));
    const text = `${lines.join('\n')}\n`;
    const folder = first.kind === 'test' ? 'test' : 'alerts';
    const named = { folder, at: first.time, name: hostname, id: hashOf(text), extension: 'jsonl' };
    return { key: keyOf(output, named), text, mediaType: 'application/x-ndjson' };
  });
}

export interface Archive {
  /** Takes it for every bucket that keeps such reports. */
  keep(document: ReportDocument): void;
  /** By the name of the output. */
  figures(): ReadonlyMap<string, QueueFigures>;
  close(graceMs: number): Promise<void>;
}

/**
 * Opens the buckets for reports.
 *
 * @throws SeaworthyError `not-found`, `malformed` when an authority cannot be read
 */
export function openArchive(
  outputs: readonly S3Output[],
  context: ArchiveContext,
  onProblem: (output: string, problem: string) => void,
): Archive {
  const kept = outputs.filter(({ reports }) => reports.length > 0);
  const queues = kept.map((output) => ({
    output,
    queue: new NotifyQueue<ReportDocument>({
      sender: reportSender(output, context),
      pace: context.pace,
      capacity: reportsWaiting,
      deadlineMs: reportMs,
      onProblem: (problem) => onProblem(output.name, problem),
    }),
  }));
  return {
    keep(document) {
      for (const { output, queue } of queues) {
        if (output.reports.includes(document.kind)) queue.push(document);
      }
    },
    figures: () => new Map(queues.map(({ output, queue }) => [output.name, queue.figures()])),
    close: async (graceMs) => {
      await Promise.all(queues.map(({ queue }) => queue.close(graceMs)));
    },
  };
}

function reportSender(output: S3Output, context: ArchiveContext): Sender<ReportDocument> {
  return createObjectSender<ReportDocument>(bucketOf(output, context), async ([document]) => {
    const content = (await document?.content(output.sbomFormat)) ?? null;
    if (document === undefined || content === null) return null;
    const { kind, name, id, generatedAt } = document;
    const { extension, text, mediaType } = content;
    const named = { folder: kind, at: generatedAt, name, id: shortOf(id), extension };
    return { key: keyOf(output, named), text, mediaType };
  });
}

interface Named {
  readonly folder: string;
  readonly at: string;
  readonly name: string;
  readonly id: string;
  readonly extension: string;
}

/** `PREFIX scan/2026/11/22/075501Z-shop-api-1.2-99c2a3178003.json.gz` */
function keyOf({ prefix }: S3Output, { folder, at, name, id, extension }: Named): string {
  const [day = '', clock = ''] = new Date(at).toISOString().split('T');
  const moment = clock.slice(0, 8).replaceAll(':', '');
  const plain = name.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^[.-]+|-+$/g, '');
  const words = [`${moment}Z`, plain.slice(0, 100), id].filter((word) => word !== '');
  return `${prefix}${folder}/${day.replaceAll('-', '/')}/${words.join('-')}.${extension}.gz`;
}

/** The beginning of a digest; of other names a hash, as they may hold anything. */
function shortOf(id: string): string {
  return /^(?:sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/.exec(id)?.[1] ?? hashOf(id);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function bucketOf(output: S3Output, context: ArchiveContext): Bucket {
  const { bucket, region, pathStyle, caFile, verify } = output;
  const secret = (text: string): string => resolveSecret(text, context.environment);
  const credentials = (): AwsCredentials => ({
    accessKeyId: secret(output.accessKeyId),
    secretAccessKey: secret(output.secretAccessKey),
    sessionToken:
      output.sessionToken === null
        ? null
        : resolveOptionalSecret(output.sessionToken, context.environment),
  });
  // What is missing is told at the start.
  credentials();
  return openBucket({
    endpoint: new URL(output.endpoint ?? amazon(region)),
    region,
    bucket,
    pathStyle,
    headers: headersOf(output),
    tls: { verify, authorities: caFile === null ? [] : readAuthorities(caFile) },
    pace: context.pace,
    credentials,
  });
}

function amazon(region: string): string {
  return `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function headersOf({ encryption, kmsKeyId, storageClass }: S3Output): Record<string, string> {
  return {
    ...(encryption === null ? {} : { 'x-amz-server-side-encryption': encryption }),
    ...(kmsKeyId === null ? {} : { 'x-amz-server-side-encryption-aws-kms-key-id': kmsKeyId }),
    ...(storageClass === null ? {} : { 'x-amz-storage-class': storageClass }),
  };
}
