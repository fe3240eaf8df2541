// The schema of the file of alerts against the reader: the examples of the documentation fit both, and what
// is changed into something wrong fits neither.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { ownSchema } from '../../../test/json-schema.ts';
import { outputKinds, outputShapes, readAlertConfig, type Shape } from './index.ts';

const page = readFileSync(
  fileURLToPath(new URL('../../../docs/alerts.md', import.meta.url)),
  'utf8',
);
const validate = ownSchema('alerts-1.schema.json');
const head = { apiVersion: 'seaworthy.dev/v1', kind: 'Alerts' };

/** Whether the reader takes it, and whether the schema does. */
function verdicts(value: unknown): readonly [reader: boolean, schema: boolean] {
  let isRead = true;
  try {
    readAlertConfig('alerts.yaml', stringify(value));
  } catch {
    isRead = false;
  }
  return [isRead, validate(JSON.parse(JSON.stringify(value)) as unknown).length === 0];
}

test('the examples of the page', () => {
  const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(
    ([, text = '']) => parse(text) as object,
  );
  const whole = blocks.filter((one) => 'outputs' in one);
  expect(whole.length).toBeGreaterThan(1);
  for (const one of whole)
    expect([one, verdicts({ ...head, ...one })]).toEqual([one, [true, true]]);
});

/** The least that an output of each type needs. */
const least: Readonly<Record<string, object>> = {
  webhook: { url: 'https://siem.example/in' },
  slack: { url: '${env:SLACK}' },
  teams: { url: 'file:/run/secrets/teams' },
  otlp: { url: 'https://otlp.example' },
  alertmanager: { url: 'http://127.0.0.1:9093' },
  jira: { url: 'https://jira.example', project: 'SEC' },
  syslog: { address: 'tls://siem.example:6514' },
  email: { host: 'mail.example', from: 'a@example.org', to: 'b@example.org' },
  file: { path: '/var/log/alerts.jsonl' },
  s3: { bucket: 'evidence' },
  stdout: {},
};

describe.each(outputKinds)('%s', (kind) => {
  const shape: Shape = outputShapes[kind];
  const good = { type: kind, ...least[kind] };
  const fileOf = (output: object): object => ({ ...head, outputs: [output] });

  test('the least that it needs, and every key that it must have', () => {
    expect(verdicts(fileOf(good))).toEqual([true, true]);
    for (const [key, one] of Object.entries(shape)) {
      const { [key]: _, ...without } = good as Record<string, unknown>;
      const isFine = !('required' in one);
      expect([key, verdicts(fileOf(without))]).toEqual([key, [isFine, isFine]]);
    }
  });

  test('bounds, words and types: both agree', () => {
    const wrong: Record<string, unknown>[] = [{ stranger: 1 }, { atOnce: 0 }, { name: 7 }];
    const right: Record<string, unknown>[] = [{ atOnce: 10_000 }, { name: 'mine' }];
    for (const [key, one] of Object.entries(shape)) {
      if (one.kind === 'number') {
        wrong.push({ [key]: one.range.least - 1 }, { [key]: one.range.most + 1 }, { [key]: 1.5 });
        right.push({ [key]: one.range.least }, { [key]: one.range.most }, { [key]: null });
      } else if (one.kind === 'flag') {
        wrong.push({ [key]: 'yes' });
        right.push({ [key]: false });
      } else if (one.kind === 'word') {
        wrong.push({ [key]: 'no such word' });
        right.push(...one.words.map((word) => ({ [key]: word })));
      } else if (one.kind === 'text') {
        wrong.push({ [key]: 7 }, { [key]: 'x'.repeat(5000) });
        if (one.pattern !== undefined) wrong.push({ [key]: '%%%' });
      }
    }
    for (const change of wrong) {
      expect([change, verdicts(fileOf({ ...good, ...change }))]).toEqual([change, [false, false]]);
    }
    for (const change of right) {
      expect([change, verdicts(fileOf({ ...good, ...change }))]).toEqual([change, [true, true]]);
    }
  });
});

test.each([
  [{ outputs: [] }, false],
  [{ outputs: [{ type: 'carrier-pigeon' }] }, false],
  [{ outputs: [{ type: 'stdout' }], digest: { seconds: 0 } }, false],
  [{ outputs: [{ type: 'stdout' }], digest: { seconds: 60, atOnce: 5 } }, true],
  [
    { outputs: [{ type: 'stdout' }], routes: [{ match: { priority: 'eRRor' }, to: 'stdout' }] },
    true,
  ],
  [
    { outputs: [{ type: 'stdout' }], routes: [{ match: { priority: 'loud' }, to: 'stdout' }] },
    false,
  ],
  [{ outputs: [{ type: 'stdout' }], routes: [{ match: { rules: [] }, to: 'stdout' }] }, false],
  [
    {
      outputs: [{ type: 'stdout' }],
      routes: [{ match: { tags: ['a*'] }, to: ['stdout'], stop: true }],
    },
    true,
  ],
  [{ outputs: [{ type: 'stdout' }], routes: [{ where: {} }] }, false],
])('%j', (file, isFine) => {
  expect(verdicts({ ...head, ...file })).toEqual([isFine, isFine]);
});
