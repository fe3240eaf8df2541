// What a file of alerts may hold, as data: the reader takes its keys, bounds and words from here, and
// docs/schema/alerts-1.schema.json is made of it, so that an editor knows what the program knows.
import { reportKinds, sbomFormats } from './archive-words.ts';
import { syslogFormats } from './format/syslog.ts';

export interface Range {
  readonly least: number;
  readonly most: number;
  readonly usual: number;
}

export type KeyShape =
  | { readonly kind: 'text'; readonly required?: true; readonly pattern?: string }
  | { readonly kind: 'number'; readonly range: Range }
  /** Null: it depends on other keys. */
  | { readonly kind: 'flag'; readonly usual: boolean | null }
  | { readonly kind: 'word'; readonly words: readonly string[]; readonly usual: string | null }
  /** A list of texts, or one text. */
  | {
      readonly kind: 'texts';
      readonly most: number;
      readonly required?: true;
      readonly words?: readonly string[];
    }
  /** Names with texts. */
  | { readonly kind: 'headers'; readonly most: number };

export type Shape = Readonly<Record<string, KeyShape>>;

const text = { kind: 'text' } as const;
const wanted = { kind: 'text', required: true } as const;
const number = (least: number, most: number, usual: number) =>
  ({ kind: 'number', range: { least, most, usual } }) as const;

/** What is no reference must be an address; what is one is looked at when it is known. */
const addressPattern = String.raw`^(?:\$\{env:|file:|https?://\S+$)`;
const tls = { caFile: text, verify: { kind: 'flag', usual: true } } as const;
const http = {
  ...tls,
  url: { kind: 'text', required: true, pattern: addressPattern },
  headers: { kind: 'headers', most: 32 },
} as const;

export const digestShape = {
  seconds: number(1, 86_400, 300),
  atOnce: number(1, 10_000, 20),
} as const;

/** One object holds many alerts: there is nobody to drown. */
export const archiveAtOnce = 10_000;

/** The keys of each type of output, besides `name`, `type` and `atOnce`. */
export const outputShapes = {
  webhook: http,
  slack: http,
  teams: http,
  otlp: http,
  alertmanager: { ...http, firingSeconds: number(60, 604_800, 900) },
  jira: { ...http, project: wanted, issueType: text },
  syslog: {
    ...tls,
    address: {
      kind: 'text',
      required: true,
      pattern: String.raw`^(?:unix|udp|tcp|tls):(?://)?.`,
    },
    format: { kind: 'word', words: syslogFormats, usual: 'rfc5424' },
    facility: number(0, 23, 10),
  },
  email: {
    ...tls,
    host: wanted,
    port: number(1, 65_535, 587),
    security: { kind: 'word', words: ['starttls', 'tls', 'none'], usual: 'starttls' },
    username: text,
    password: text,
    from: wanted,
    to: { kind: 'texts', most: 100, required: true },
  },
  file: {
    path: wanted,
    rotateBytes: number(4096, 1e12, 100 * 1024 * 1024),
    keep: number(0, 1000, 5),
  },
  s3: {
    ...tls,
    bucket: {
      kind: 'text',
      required: true,
      pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{1,61}[A-Za-z0-9]$',
    },
    region: { kind: 'text', pattern: '^[a-z0-9-]{1,40}$' },
    endpoint: { kind: 'text', pattern: String.raw`^https?://[^\s@]+$` },
    pathStyle: { kind: 'flag', usual: null },
    prefix: text,
    accessKeyId: text,
    secretAccessKey: text,
    sessionToken: text,
    encryption: { kind: 'word', words: ['AES256', 'aws:kms'], usual: null },
    kmsKeyId: { kind: 'text', pattern: '^[A-Za-z0-9_:/-]{1,2048}$' },
    storageClass: { kind: 'text', pattern: '^[A-Z_]{1,40}$' },
    gatherSeconds: number(1, 3600, 60),
    reports: { kind: 'texts', most: reportKinds.length, words: reportKinds },
    sbomFormat: { kind: 'word', words: sbomFormats, usual: 'cyclonedx' },
  },
  stdout: {},
} as const satisfies Readonly<Record<string, Shape>>;

export type OutputKind = keyof typeof outputShapes;
export const outputKinds = Object.keys(outputShapes) as readonly OutputKind[];

/** Of the keys that every output has. */
const commonKeys = ['name', 'type', 'atOnce'] as const;

/** All keys of an output of this type. */
export function keysOfOutput(kind: OutputKind): readonly string[] {
  return [...commonKeys, ...Object.keys(outputShapes[kind])];
}

export const fileKeys = ['apiVersion', 'kind', 'metadata', 'outputs', 'routes', 'digest'] as const;
export const routeKeys = ['match', 'to', 'stop'] as const;
export const outputsAtMost = 64;
export const routesAtMost = 1000;
/** Texts of one list. */
export const textsAtMost = 1000;
/** Characters of one text. */
export const textLength = 4096;
