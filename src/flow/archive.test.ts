// Alerts and reports in a bucket: gathered, packed, named, tried again; and what the file of outputs says.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../test/naming-lab.ts';
import { refuse, startStore, type TestStore } from '../../test/s3-server.ts';
import { sampleAlert } from '../../test/sample-alerts.ts';
import { sampleReport } from '../../test/sample-report.ts';
import { type Pace, realPace } from '../base/retry.ts';
import { readAlertConfig } from '../runtime/alert/index.ts';
import { type Alerting, startAlerting, testOutputs } from './alerts.ts';
import type { AuditAnswer } from './audit.ts';
import { auditDocument, fleetDocument, scanDocuments } from './report-documents.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const secret = 'very-secret-key';
const environment = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: secret };
/** Waits of tries pass at once, those of gathering do not. */
const hurried: Pace = {
  ...realPace,
  sleep: (delayMs, signal) => realPace.sleep(delayMs >= 10_000 ? delayMs : 1, signal),
};

let store: TestStore;
let alerting: Alerting | null = null;
let problems: string[] = [];
beforeEach(async () => {
  problems = [];
  store = await startStore({ id: 'AKIDEXAMPLE', secret });
});
afterEach(async () => {
  await alerting?.close(0);
  alerting = null;
  await store.close();
});

function configOf(more = ''): ReturnType<typeof readAlertConfig> {
  return readAlertConfig(
    'alerts.yaml',
    `apiVersion: seaworthy.dev/v1
kind: Alerts
outputs:
  - { name: archive, type: s3, endpoint: "${store.url}", bucket: evidence, prefix: fleet/a${more} }
`,
  );
}

function start(more = ''): Alerting {
  alerting = startAlerting({
    config: configOf(more),
    hostname: 'node/1',
    version: '1',
    write: () => undefined,
    onProblem: (_, problem) => problems.push(problem),
    environment,
    pace: hurried,
  });
  return alerting;
}

const keys = (): readonly string[] => [...store.objects.keys()];

describe('alerts', () => {
  test('of a while are one object of packed lines, named by time, host and content', async () => {
    const told = start();
    for (const rule of ['one', 'two', 'three']) told.tell(sampleAlert({ rule }));
    await until(() => told.isSettled());
    await told.close(30_000);
    expect(keys()).toEqual([
      expect.stringMatching(
        /^\/evidence\/fleet\/a\/alerts\/2026\/01\/02\/205401Z-node-1-[0-9a-f]{12}\.jsonl\.gz$/,
      ),
    ]);
    const [object] = [...store.objects.values()];
    expect(object?.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
    });
    const rules = object?.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).rule);
    expect(rules).toEqual(['one', 'two', 'three']);
    expect(told.figures().get('archive')).toMatchObject({ delivered: 3, waiting: 0, lost: 0 });
  });

  test('of which there are enough do not wait', async () => {
    const told = start(', gatherSeconds: 3600');
    for (let count = 0; count < 1000; count += 1) told.tell(sampleAlert());
    await until(() => told.figures().get('archive')?.delivered === 1000);
    expect(keys()).toHaveLength(1);
  });

  test('that are tried again are written once', async () => {
    let left = 2;
    store.answer = (_, response) => {
      if (left-- === 0) store.answer = null;
      if (left < 0) return false;
      refuse(response, 503, 'SlowDown');
      return true;
    };
    const told = start();
    told.tell(sampleAlert());
    await told.close(30_000);
    expect(store.requests).toHaveLength(3);
    expect(new Set(store.requests.map(({ url }) => url)).size).toBe(1);
    expect(keys()).toHaveLength(1);
    expect(problems).toEqual([]);
  });

  test('that cannot be written are counted, and the next object says so', async () => {
    store.answer = (_, response) => {
      store.answer = null;
      refuse(response, 403, 'AccessDenied');
      return true;
    };
    const told = start(', gatherSeconds: 1');
    told.tell(sampleAlert());
    await until(() => problems.length === 1);
    expect(problems[0]).toContain('these credentials may not write there');
    expect(problems.join()).not.toContain(secret);
    told.tell(sampleAlert());
    await told.close(30_000);
    const [object] = [...store.objects.values()];
    expect(JSON.parse(object?.text ?? '').output_fields).toMatchObject({ 'seaworthy.lost': 1 });
  });

  test('are tested by an object of their own', async () => {
    const options = { config: configOf(), hostname: 'h', version: '1', write: () => undefined };
    const [result] = await testOutputs({ ...options, environment, pace: hurried });
    expect(result).toEqual({ output: 'archive', kind: 's3', delivered: true, problem: null });
    expect(keys()[0]).toMatch(/^\/evidence\/fleet\/a\/test\//);
    const wrong = { ...environment, AWS_SECRET_ACCESS_KEY: 'wrong' };
    const [refused] = await testOutputs({ ...options, environment: wrong, pace: hurried });
    expect(refused).toMatchObject({ delivered: false });
    expect(refused?.problem).toContain('the secret key is not the one of this access key');
  });

  test('of keys in files are signed with what is there now', async () => {
    const file = join(folder, 'key');
    writeFileSync(file, 'old\n');
    const told = start(
      `, accessKeyId: AKIDEXAMPLE, secretAccessKey: "file:${file}", gatherSeconds: 1`,
    );
    writeFileSync(file, `${secret}\n`);
    told.tell(sampleAlert());
    await until(() => keys().length === 1);
    expect(problems).toEqual([]);
  });
});

const at = '2026-11-22T07:55:01.123Z';
const answer = { audit: 'docker', target: 'unix:///x', generatedAt: at } as AuditAnswer;

describe('reports', () => {
  test('of a scan, its inventory and audits are objects of their kind', async () => {
    const report = sampleReport();
    const id = `sha256:${'ab'.repeat(32)}`;
    const told = start();
    for (const one of scanDocuments({ id, name: 'shop/api:1.2', generatedAt: at }, () => report)) {
      told.keep(one);
    }
    told.keep(auditDocument(answer, 'node-1'));
    await told.close(30_000);
    const found = new Map([...store.objects].map(([key, one]) => [key.slice(18), one]));
    expect([...found.keys()].toSorted()).toEqual([
      expect.stringMatching(/^audit\/2026\/11\/22\/075501Z-docker-node-1-[0-9a-f]{12}\.json\.gz$/),
      'sbom/2026/11/22/075501Z-shop-api-1.2-abababababab.cdx.json.gz',
      'scan/2026/11/22/075501Z-shop-api-1.2-abababababab.json.gz',
    ]);
    const scan = found.get('scan/2026/11/22/075501Z-shop-api-1.2-abababababab.json.gz');
    expect(JSON.parse(scan?.text ?? '').findings).toHaveLength(report.findings.length);
    const sbom = found.get('sbom/2026/11/22/075501Z-shop-api-1.2-abababababab.cdx.json.gz');
    expect(JSON.parse(sbom?.text ?? '')).toMatchObject({ bomFormat: 'CycloneDX' });
    expect(sbom?.headers['content-type']).toBe('application/vnd.cyclonedx+json');
    expect(told.figures().get('archive')).toMatchObject({ delivered: 3 });
  });

  test('are chosen by the output; one that is gone is no object', async () => {
    const told = start(', reports: [sbom], sbomFormat: spdx');
    const name = '../../<img>/..';
    for (const one of scanDocuments({ id: 'x', name, generatedAt: at }, sampleReport))
      told.keep(one);
    for (const one of scanDocuments({ id: 'y', name, generatedAt: at }, () => null)) told.keep(one);
    told.keep(auditDocument(answer, 'node-1'));
    await told.close(30_000);
    expect(keys()).toEqual([
      expect.stringMatching(/\/sbom\/2026\/11\/22\/075501Z-img-\.\.-[0-9a-f]{12}\.spdx\.json\.gz$/),
    ]);
    expect(problems).toEqual([]);
  });

  test('of a fleet hold packages and flaws', async () => {
    const told = start(', reports: scan');
    const image = { imageId: 'sha256:1', reference: 'a:1', digest: null };
    const match = {
      findings: [{ advisory: 'CVE-1', purl: 'pkg:npm/x@1', severity: 'high' as const }],
      generatedAt: at,
      advisoriesBuiltAt: at,
    };
    const inventory = { kind: 'inventory' as const, ...image, distribution: null, packages: [] };
    told.keep(fleetDocument(image, match, () => Promise.resolve(inventory)));
    await told.close(30_000);
    const [object] = [...store.objects.values()];
    expect(JSON.parse(object?.text ?? '')).toMatchObject({
      findings: match.findings,
      image: { id: 'sha256:1' },
    });
  });
});

test.each([
  ['no bucket', ''],
  ['a bucket that is a path', 'bucket: a/../b'],
  ['a region that is none', 'bucket: abc, region: "us east"'],
  ['an endpoint with a password', 'bucket: abc, endpoint: "https://me:pw@host"'],
  ['half of the keys', 'bucket: abc, accessKeyId: A'],
  ['a prefix that climbs', 'bucket: abc, prefix: a/../b'],
  ['a report of no kind', 'bucket: abc, reports: [secrets]'],
  ['a key that nobody knows', 'bucket: abc, url: x'],
])('%s is refused with its line', (_, keysOf) => {
  const text = `apiVersion: seaworthy.dev/v1\nkind: Alerts\noutputs:\n  - { type: s3, ${keysOf} }\n`;
  expect(() => readAlertConfig('alerts.yaml', text)).toThrow(/^alerts\.yaml:4: /);
});

test('credentials that are missing are told at the start', () => {
  expect(() =>
    startAlerting({
      config: configOf(),
      hostname: 'h',
      version: '1',
      write: () => undefined,
      onProblem: () => undefined,
      environment: {},
    }),
  ).toThrow('the environment has no AWS_ACCESS_KEY_ID');
});
