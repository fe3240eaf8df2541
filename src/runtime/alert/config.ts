// The file of outputs and routes (`kind: Alerts`): who is told what.
import { entriesOf } from '../../base/json.ts';
import { type S3Settings, s3At } from './config-s3.ts';
import type { SyslogFormat } from './format/syslog.ts';
import {
  flagAt,
  flaw,
  itemsAt,
  numberAt,
  type OwnDocument,
  type Path,
  readOwnDocument,
  selectorAt,
  textAt,
  textsAt,
  valueAt,
  wantedText,
  wantKeys,
  wordAt,
} from './reading.ts';
import { type Selector, selectorKeys } from './selector.ts';
import {
  archiveAtOnce,
  digestShape,
  fileKeys,
  keysOfOutput,
  outputKinds,
  outputShapes,
  outputsAtMost,
  routeKeys,
  routesAtMost,
} from './shape.ts';

/** Texts that may be written as `${env:NAME}` or `file:PATH`; resolved when the output is made. */
export type SecretText = string;

interface OutputBase {
  readonly name: string;
  /** Messages at once in one interval of the digest; the rest comes as one digest. */
  readonly atOnce: number;
}

export interface HttpOutput extends OutputBase {
  readonly kind: 'webhook' | 'slack' | 'teams' | 'otlp' | 'alertmanager' | 'jira';
  readonly url: SecretText;
  readonly headers: readonly (readonly [string, SecretText])[];
  readonly caFile: string | null;
  readonly verify: boolean;
  /** Of Jira. */
  readonly project: string;
  readonly issueType: string;
  /** Of Alertmanager. */
  readonly firingSeconds: number;
}

export interface SyslogOutput extends OutputBase {
  readonly kind: 'syslog';
  readonly protocol: 'unix' | 'udp' | 'tcp' | 'tls';
  /** Host, or the path of a socket. */
  readonly host: string;
  readonly port: number;
  readonly format: SyslogFormat;
  readonly facility: number;
  readonly caFile: string | null;
  readonly verify: boolean;
}

export interface EmailOutput extends OutputBase {
  readonly kind: 'email';
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'none';
  readonly username: SecretText | null;
  readonly password: SecretText | null;
  readonly from: string;
  readonly to: readonly string[];
  readonly caFile: string | null;
  readonly verify: boolean;
}

export interface FileOutput extends OutputBase {
  readonly kind: 'file';
  readonly path: string;
  readonly rotateBytes: number;
  /** Files that are kept besides the one that is written. */
  readonly keep: number;
}

export interface StdoutOutput extends OutputBase {
  readonly kind: 'stdout';
}

/** A bucket: alerts that are gathered, and reports. */
export interface S3Output extends OutputBase, S3Settings {}

export type Output = HttpOutput | SyslogOutput | EmailOutput | FileOutput | S3Output | StdoutOutput;

export interface Route {
  readonly selector: Selector;
  /** Names of outputs. */
  readonly to: readonly string[];
  /** What this route takes is not shown to the next ones. */
  readonly stop: boolean;
}

export interface AlertConfig {
  readonly outputs: readonly Output[];
  readonly routes: readonly Route[];
  readonly digestSeconds: number;
}

/** Reads the file. Throws `SeaworthyError` `malformed` with file and line. */
export function readAlertConfig(file: string, text: string): AlertConfig {
  const document = readOwnDocument(file, text, 'Alerts');
  wantKeys(document, [], fileKeys);
  wantKeys(document, ['digest'], Object.keys(digestShape));
  const atOnce = numberAt(document, ['digest', 'atOnce'], digestShape.atOnce.range);
  const outputs = itemsAt(document, ['outputs'], outputsAtMost).map((path) =>
    outputAt(document, path, atOnce),
  );
  if (outputs.length === 0) throw flaw(document, ['outputs'], 'there is no output');
  const names = new Set<string>();
  for (const [index, { name }] of outputs.entries()) {
    if (names.has(name)) throw flaw(document, ['outputs', index], `a second output ${name}`);
    names.add(name);
  }
  const routes = itemsAt(document, ['routes'], routesAtMost).map((path) =>
    routeAt(document, path, names),
  );
  return {
    outputs,
    // Without routes everybody hears everything.
    routes:
      routes.length > 0
        ? routes
        : [{ selector: { priority: null, lists: new Map() }, to: [...names], stop: true }],
    digestSeconds: numberAt(document, ['digest', 'seconds'], digestShape.seconds.range),
  };
}

function routeAt(document: OwnDocument, path: Path, names: ReadonlySet<string>): Route {
  wantKeys(document, path, routeKeys);
  wantKeys(document, [...path, 'match'], selectorKeys);
  const to = textsAt(document, [...path, 'to']);
  for (const [index, name] of to.entries()) {
    if (!names.has(name)) {
      throw flaw(document, [...path, 'to', index], `there is no output ${JSON.stringify(name)}`);
    }
  }
  return {
    selector: selectorAt(document, [...path, 'match']),
    to,
    stop: flagAt(document, [...path, 'stop'], false),
  };
}

function outputAt(document: OwnDocument, path: Path, usualAtOnce: number): Output {
  const at = (key: string): Path => [...path, key];
  const kind = wordAt(document, at('type'), { words: outputKinds, usual: null });
  const name = textAt(document, at('name')) ?? kind;
  const usual = kind === 's3' ? archiveAtOnce : usualAtOnce;
  const atOnceRange = { ...digestShape.atOnce.range, usual };
  const base = { name, atOnce: numberAt(document, at('atOnce'), atOnceRange) };
  wantKeys(document, path, keysOfOutput(kind));
  switch (kind) {
    case 'stdout':
      return { ...base, kind };
    case 'file': {
      const { rotateBytes, keep } = outputShapes.file;
      return {
        ...base,
        kind,
        path: wantedText(document, at('path')),
        rotateBytes: numberAt(document, at('rotateBytes'), rotateBytes.range),
        keep: numberAt(document, at('keep'), keep.range),
      };
    }
    case 'syslog':
      return { ...base, ...syslogAt(document, path) };
    case 'email':
      return { ...base, ...emailAt(document, path) };
    case 's3':
      return { ...base, ...s3At(document, path) };
    case 'webhook':
    case 'slack':
    case 'teams':
    case 'otlp':
    case 'alertmanager':
    case 'jira':
      return { ...base, ...httpAt(document, path, kind) };
  }
}

function httpAt(
  document: OwnDocument,
  path: Path,
  kind: HttpOutput['kind'],
): Omit<HttpOutput, keyof OutputBase> {
  const at = (key: string): Path => [...path, key];
  const headers = entriesOf(valueAt(document, at('headers'))).map(([header, value]) => {
    const isSound = /^[\w-]{1,100}$/.test(header) && typeof value === 'string';
    if (isSound && value.length <= 8192) return [header, value] as const;
    throw flaw(document, [...at('headers'), header], 'headers must be names with texts');
  });
  if (headers.length > outputShapes.webhook.headers.most)
    throw flaw(document, at('headers'), 'too many headers');
  const url = wantedText(document, at('url'));
  if (!new RegExp(outputShapes.webhook.url.pattern).test(url)) {
    throw flaw(document, at('url'), 'url must begin with https:// or http://');
  }
  return {
    kind,
    url,
    headers,
    caFile: textAt(document, at('caFile')),
    verify: flagAt(document, at('verify'), true),
    project: kind === 'jira' ? wantedText(document, at('project')) : '',
    issueType: kind === 'jira' ? (textAt(document, at('issueType')) ?? 'Task') : '',
    firingSeconds: numberAt(
      document,
      at('firingSeconds'),
      outputShapes.alertmanager.firingSeconds.range,
    ),
  };
}

const syslogPorts = { unix: 0, udp: 514, tcp: 601, tls: 6514 } as const;

function syslogAt(document: OwnDocument, path: Path): Omit<SyslogOutput, keyof OutputBase> {
  const at = (key: string): Path => [...path, key];
  const shape = outputShapes.syslog;
  const address = wantedText(document, at('address'));
  const found = /^(unix|udp|tcp|tls):(?:\/\/)?(.{1,4000})$/.exec(address);
  const protocol = found?.[1] as SyslogOutput['protocol'] | undefined;
  const place = found?.[2] ?? '';
  const wrong =
    'address must be unix:/dev/log, udp://host:port, tcp://host:port or tls://host:port';
  if (protocol === undefined) throw flaw(document, at('address'), wrong);
  const network = /^(\[[\da-f:.]{2,45}\]|[\w.-]{1,253})(?::(\d{1,5}))?$/i.exec(place);
  if (protocol === 'unix' ? !place.startsWith('/') : network === null) {
    throw flaw(document, at('address'), wrong);
  }
  const port = Number(network?.[2] ?? syslogPorts[protocol]);
  if (port > 65_535) throw flaw(document, at('address'), 'there is no such port');
  return {
    kind: 'syslog',
    protocol,
    host: protocol === 'unix' ? place : (network?.[1] ?? '').replaceAll(/[[\]]/g, ''),
    port,
    format: wordAt(document, at('format'), shape.format),
    facility: numberAt(document, at('facility'), shape.facility.range),
    caFile: textAt(document, at('caFile')),
    verify: flagAt(document, at('verify'), true),
  };
}

/** One address without a display name: what goes into SMTP's commands. */
const mailAddress = /^[^\s<>,;:"\\@()[\]]{1,64}@[\w.-]{1,253}$/;

function emailAt(document: OwnDocument, path: Path): Omit<EmailOutput, keyof OutputBase> {
  const at = (key: string): Path => [...path, key];
  const shape = outputShapes.email;
  const security = wordAt(document, at('security'), shape.security);
  const to = textsAt(document, at('to'));
  if (to.length === 0 || to.length > shape.to.most)
    throw flaw(document, at('to'), 'to needs 1 to 100 addresses');
  const from = wantedText(document, at('from'));
  for (const address of [from, ...to]) {
    if (!mailAddress.test(address)) {
      const what = `${JSON.stringify(address)} is not a plain address (name@host)`;
      throw flaw(document, at(address === from ? 'from' : 'to'), what);
    }
  }
  const usual = security === 'tls' ? 465 : security === 'starttls' ? 587 : 25;
  const password = textAt(document, at('password'));
  if (password !== null && security === 'none') {
    throw flaw(document, at('security'), 'a password needs security starttls or tls');
  }
  return {
    kind: 'email',
    host: wantedText(document, at('host')),
    port: numberAt(document, at('port'), { ...shape.port.range, usual }),
    security,
    username: textAt(document, at('username')),
    password,
    from,
    to,
    caFile: textAt(document, at('caFile')),
    verify: flagAt(document, at('verify'), true),
  };
}
