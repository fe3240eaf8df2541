// Syslog messages: RFC 5424, and ArcSight's CEF version 0 as the text of one.
import type { Alert } from '../../../model/alert.ts';
import { syslogSeverity } from '../alert-of.ts';
import { falcoJson } from './falco.ts';
import { type About, cut, cutBytes, digestLines, lostNote, plain } from './telling.ts';

export const syslogFormats = ['rfc5424', 'cef', 'json'] as const;
export type SyslogFormat = (typeof syslogFormats)[number];

/** Reserved for documentation (RFC 5612): Seaworthy has no number of its own. */
const enterprise = '32473';
const applicationName = 'seaworthy';

export interface SyslogOptions {
  readonly format: SyslogFormat;
  /** 0 to 23; 10 is authpriv. */
  readonly facility: number;
  /** Longest message; RFC 5426 wants receivers to take 2048 over UDP. */
  readonly maximumBytes: number;
}

/** One message without its frame, RFC 5424 section 6. */
export function syslogMessage(alert: Alert, about: About, options: SyslogOptions): string {
  const { format, facility, maximumBytes } = options;
  const header = [
    `<${facility * 8 + syslogSeverity(alert.priority)}>1`,
    timestamp(alert.time),
    asciiWord(alert.hostname, 255),
    applicationName,
    '-',
    asciiWord(alert.kind, 32),
  ].join(' ');
  const data = format === 'rfc5424' ? structuredData(alert, about) : '-';
  const text =
    format === 'cef'
      ? cef(alert, about)
      : format === 'json'
        ? falcoJson(alert, about)
        : textOf(alert, about);
  // The mark says that the text is UTF-8 (section 6.4); CEF and JSON readers want to see their own start.
  const mark = format === 'rfc5424' ? '\ufeff' : '';
  return cutBytes(`${header} ${data} ${mark}${text}`, maximumBytes);
}

function textOf(alert: Alert, { lost }: About): string {
  const parts = [alert.output, ...digestLines(alert)];
  return [...parts, ...(lost > 0 ? [lostNote(lost)] : [])].map(plain).join('; ');
}

/** Six digits of a second at most (section 6.2.3). */
function timestamp(time: string): string {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(time);
  if (found === null) return '-';
  const fraction = found[2]?.slice(0, 6);
  return `${found[1] ?? ''}${fraction === undefined ? '' : `.${fraction}`}Z`;
}

/** Printable ASCII without blanks; `-` for nothing. */
function asciiWord(text: string, length: number): string {
  const word = text.replaceAll(/[^\x21-\x7e]+/g, '_').slice(0, length);
  return word === '' ? '-' : word;
}

function structuredData(alert: Alert, { lost }: About): string {
  const { container } = alert;
  const parameters: (readonly [string, string | null])[] = [
    ['rule', alert.rule],
    ['priority', alert.priority],
    ['cause', alert.id],
    ['container', container?.id ?? null],
    ['name', container?.name ?? null],
    ['image', container?.image ?? null],
    ['namespace', alert.namespace],
    ['team', alert.workload.team],
    ['tags', alert.tags.join(',')],
    ['count', String(alert.count)],
    ['lost', lost > 0 ? String(lost) : null],
  ];
  const told = parameters.flatMap(([name, value]) =>
    value === null || value === '' ? [] : [`${name}="${escapeParameter(cut(plain(value), 500))}"`],
  );
  return `[seaworthy@${enterprise} ${told.join(' ')}]`;
}

/** Section 6.3.3: quote, backslash and closing bracket. */
function escapeParameter(text: string): string {
  return text.replaceAll(/["\\\]]/g, String.raw`\$&`);
}

/** CEF counts upwards, 0 to 10. */
const cefSeverities = [10, 9, 8, 7, 5, 4, 2, 0];

/** `CEF:0|vendor|product|version|signature|name|severity|extension`. */
export function cef(alert: Alert, { lost, version }: About): string {
  const header = ['Seaworthy', 'Seaworthy', version, alert.rule, alert.rule]
    .map((text) => plain(text).replaceAll(/[\\|]/g, String.raw`\$&`))
    .join('|');
  const { container, fields } = alert;
  const field = (name: string): string | null => {
    const value = Object.hasOwn(fields, name) ? fields[name] : null;
    return value === null || value === undefined ? null : String(value);
  };
  const extension: (readonly [string, string | null])[] = [
    ['rt', String(alert.timeNs / 1_000_000n)],
    ['dvchost', alert.hostname],
    ['externalId', alert.id],
    ['cat', alert.kind],
    ['cnt', String(alert.count)],
    ['suser', field('user.name')],
    ['sproc', field('proc.name')],
    ['filePath', field('fd.name')],
    ...labelled(1, 'containerId', container?.id ?? null),
    ...labelled(2, 'containerName', container?.name ?? null),
    ...labelled(3, 'image', container?.image ?? null),
    ...labelled(4, 'namespace', alert.namespace),
    ...labelled(5, 'tags', alert.tags.join(',')),
    ...labelled(6, 'chain', alert.chain),
    ['msg', textOf(alert, { lost, version })],
  ];
  const told = extension.flatMap(([key, value]) =>
    value === null || value === '' ? [] : [`${key}=${escapeExtension(cut(plain(value), 1023))}`],
  );
  return `CEF:0|${header}|${cefSeverities[syslogSeverity(alert.priority)] ?? 5}|${told.join(' ')}`;
}

function labelled(
  number: number,
  label: string,
  value: string | null,
): readonly (readonly [string, string | null])[] {
  if (value === null || value === '') return [];
  return [
    [`cs${number}Label`, label],
    [`cs${number}`, value],
  ];
}

function escapeExtension(text: string): string {
  return text.replaceAll(/[\\=]/g, String.raw`\$&`);
}
