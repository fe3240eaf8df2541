// The shapes of messages, and what a stranger's words can do in them: nothing.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostileName, sampleAlert, sampleDetection } from '../../../../test/sample-alerts.ts';
import type { Alert } from '../../../model/alert.ts';
import {
  alertmanagerJson,
  falcoJson,
  jiraJson,
  mailText,
  otlpJson,
  slackJson,
  syslogMessage,
  teamsJson,
} from '../index.ts';
import { cef, syslogFormats } from './syslog.ts';

const about = { lost: 0, version: '1.0.0' };
const syslog = { format: 'rfc5424', facility: 10, maximumBytes: 8192 } as const;

const hostile: Alert = sampleAlert(
  { rule: hostileName, output: hostileName, tags: [hostileName], hostname: hostileName },
  {
    container: { id: hostileName, name: hostileName, image: hostileName },
    chain: hostileName,
    id: hostileName,
  },
);

describe('Falco', () => {
  test('the line has its fields, types and digits', () => {
    const line = falcoJson(sampleAlert(), about);
    expect(line).toContain('"evt.time":1767387241123456789');
    const parsed = JSON.parse(line) as Record<string, unknown>;
    const { hostname, priority, rule, source, time } = sampleDetection;
    expect(parsed).toMatchObject({ hostname, priority, rule, source, time });
    expect(parsed['tags']).toEqual(['T1059', 'container', 'shell']);
    expect(parsed['output_fields']).toMatchObject({
      'proc.tty': 34816,
      'container.id': '3ad7b26ded6d',
      'seaworthy.cause': 'c0ffee123456',
    });
    expect(line).not.toContain('seaworthy.lost');
    expect(falcoJson(sampleAlert(), { ...about, lost: 7 })).toContain('"seaworthy.lost":7');
  });
});

describe('syslog', () => {
  test('RFC 5424: priority, time of six digits, structured data, mark of UTF-8', () => {
    expect(syslogMessage(sampleAlert(), about, syslog)).toBe(
      '<84>1 2026-01-02T20:54:01.123456Z node-1 seaworthy - detection ' +
        '[seaworthy@32473 rule="Terminal shell in container" priority="Warning" ' +
        'cause="c0ffee123456" container="3ad7b26ded6d" name="api" image="shop/api" ' +
        'namespace="shop" tags="container,T1059,shell" count="1"] ' +
        '\ufeff20:54:01.123456789: Warning Shell in container (user=root command=bash)',
    );
  });

  test('CEF: header, extension', () => {
    expect(cef(sampleAlert(), about)).toMatch(
      /^CEF:0\|Seaworthy\|Seaworthy\|1\.0\.0\|Terminal shell in container\|[^|]*\|5\|rt=1767387241123 dvchost=node-1 /,
    );
  });

  test('hostile names stay within their place', () => {
    const [head = '', rest = ''] = syslogMessage(hostile, about, syslog).split(
      ' [seaworthy@32473 ',
    );
    expect(head.split(' ')).toHaveLength(6);
    // Every quote, backslash and bracket of a value is escaped: the first bare bracket ends the data.
    expect(rest).toMatch(/^(?:[a-z]+="(?:[^"\\\]]|\\["\\\]])*" ?)+\] \ufeff/);
    const text = cef(hostile, about);
    const header = text.slice(0, text.indexOf(' dvchost='));
    expect(header.match(/(?<!\\)\|/g)).toHaveLength(7);
    expect(text).not.toMatch(/[\r\n]/);
  });

  test('any text gives one line within the bound, never half a character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 3000 }),
        fc.constantFrom(...syslogFormats),
        fc.integer({ min: 200, max: 2048 }),
        (text, format, maximumBytes) => {
          const alert = sampleAlert({ output: text, rule: text });
          const message = syslogMessage(alert, about, { ...syslog, format, maximumBytes });
          const bytes = Buffer.from(message);
          expect(bytes.length).toBeLessThanOrEqual(maximumBytes);
          expect(message).not.toMatch(/[\r\n]/);
          expect(message.isWellFormed()).toBe(true);
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });
});

/** Everything that stands as a text in a document. */
function texts(value: unknown, key = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[key, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => texts(one, name));
}

describe('chat', () => {
  test('Slack reads no markup but in the notification, where it is escaped', () => {
    const message = JSON.parse(slackJson(hostile, { ...about, lost: 3 })) as {
      readonly text: string;
      readonly blocks: readonly { readonly text?: object }[];
    };
    expect(message.text).not.toMatch(/[<>]/);
    const kinds = texts(message.blocks).filter(([key]) => key === 'type');
    expect(new Set(kinds.map(([, kind]) => kind))).toEqual(
      new Set(['header', 'section', 'plain_text', 'context']),
    );
    expect(JSON.stringify(message)).toContain('3 alerts were lost');
  });

  test('Teams gets runs of text alone, which know no markdown', () => {
    const card = JSON.parse(teamsJson(hostile, about)) as Record<string, unknown>;
    const kinds = texts(card).filter(([key]) => key === 'type');
    expect(new Set(kinds.map(([, kind]) => kind))).toEqual(
      new Set(['message', 'AdaptiveCard', 'RichTextBlock', 'TextRun']),
    );
  });

  test.each([
    ['Slack', slackJson, 40_000],
    ['Teams', teamsJson, 28 * 1024],
  ])('%s takes the largest message', (_, format, bytes) => {
    const long = '\u{1F600}'.repeat(20_000);
    const rows = Array.from({ length: 30 }, () => ({
      priority: 'Critical' as const,
      rule: long,
      count: 3,
      causes: 2,
      containers: [long, long],
    }));
    const text = format(sampleAlert({ output: long, rule: long, tags: [long] }, { rows }), about);
    expect(Buffer.byteLength(text)).toBeLessThan(bytes);
    expect(text.isWellFormed()).toBe(true);
  });
});

test('e-mail: neither subject nor text has a control in it', () => {
  const { subject, text } = mailText(hostile, about);
  expect(subject).not.toMatch(/\p{Cc}/u);
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
  expect(text).not.toMatch(/^Bcc:/m);
});

test('Jira: the text stays within its quiet block', () => {
  const { fields } = JSON.parse(jiraJson(hostile, about, { project: 'SEC', issueType: 'Bug' })) as {
    readonly fields: { readonly description: string; readonly summary: string };
  };
  expect(fields).toMatchObject({ project: { key: 'SEC' }, issuetype: { name: 'Bug' } });
  expect(fields.description.split('{noformat}')).toHaveLength(3);
  expect(fields.summary).not.toMatch(/[\r\n]/);
});

test('OTLP: 64-bit numbers as texts, severities of the data model', () => {
  const request = JSON.parse(otlpJson([sampleAlert(), hostile], about)) as object;
  expect(request).toMatchObject({
    resourceLogs: [
      {
        resource: {
          attributes: [{ key: 'service.name', value: { stringValue: 'seaworthy' } }, {}, {}],
        },
        scopeLogs: [
          {
            logRecords: [
              {
                timeUnixNano: '1767387241123456789',
                severityNumber: 13,
                severityText: 'Warning',
                body: { stringValue: sampleDetection.output },
              },
            ],
          },
        ],
      },
      {},
    ],
  });
  expect(JSON.stringify(request)).toContain(
    '{"key":"falco.proc.tty","value":{"intValue":"34816"}}',
  );
});

test('Alertmanager: labels tell the cause and nothing that changes', () => {
  const first = sampleAlert({}, { count: 1 });
  const later = { ...first, count: 100, time: '2026-01-02T21:00:00Z', timeNs: first.timeNs + 1n };
  const labels = (alert: Alert): unknown =>
    (JSON.parse(alertmanagerJson([alert], about, 900_000)) as readonly { labels: object }[])[0]
      ?.labels;
  expect(labels(first)).toEqual(labels(later));
  expect(labels(first)).toMatchObject({
    alertname: 'Terminal shell in container',
    severity: 'warning',
    container: 'api',
    cause: 'c0ffee123456',
  });
  expect(alertmanagerJson([first], about, 900_000)).toContain(
    '"endsAt":"2026-01-02T21:09:01.123Z"',
  );
});
