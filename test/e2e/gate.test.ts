// `gate check` as a pipeline meets it: exit codes, streams, folders, what is told and what is not.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishedSchema } from '../json-schema.ts';
import { noSharedData } from '../shared-data.ts';
import { type Ran, seaworthy } from './run.ts';

const privileged = `apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
        - name: web
          image: web:1
          securityContext:
            privileged: true
`;
const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\n';
const modest =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: a:1}]}\n';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-gate-'));
  mkdirSync(join(folder, 'k8s/deep'), { recursive: true });
  writeFileSync(join(folder, 'shop.yaml'), privileged);
  writeFileSync(join(folder, 'modest.yaml'), modest);
  writeFileSync(join(folder, 'several.yaml'), `${modest}---\n${service}---\n${privileged}`);
  writeFileSync(join(folder, 'broken.yaml'), `${modest}---\na: [\n---\n${service}`);
  writeFileSync(join(folder, 'empty.yaml'), '---\n');
  writeFileSync(join(folder, 'k8s/deep/shop.yml'), privileged);
  writeFileSync(join(folder, 'k8s/service.json'), '{"apiVersion":"v1","kind":"Service"}');
  writeFileSync(join(folder, 'k8s/values.yaml'), 'replicas: 1\n');
  writeFileSync(join(folder, 'k8s/notes.txt'), 'a: [');
  writeFileSync(join(folder, 'k8s/latin.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9, 0x0a]));
  symlinkSync('nowhere.yaml', join(folder, 'k8s/lost.yaml'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function check(words: readonly string[], input?: string): Promise<Ran> {
  const options = input === undefined ? { cwd: folder } : { cwd: folder, input };
  return seaworthy(['gate', 'check', ...words], options);
}

async function json(words: readonly string[], input?: string) {
  const { stdout, stderr } = await check([...words, '--format', 'json'], input);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('the verdict', () => {
  test('denied: exit 1, the line at fault and its fix, 80 columns', async () => {
    const { code, stdout, stderr } = await check(['shop.yaml', '--profile', 'baseline']);
    expect(stderr).toBe('');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^\nDENY {2}1 of 1 object must not run/);
    expect(stdout).toContain(
      '    11 -             privileged: true\n       +             privileged: false',
    );
    expect(stdout).toContain('seaworthy learn host-access');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('warned and allowed: exit 0', async () => {
    const warned = await check(['modest.yaml']);
    expect(warned.code).toBe(0);
    expect(warned.stdout).toMatch(/^\nWARN {2}1 of 1 object may run, with a warning/);
    const allowed = await check(['modest.yaml', '--profile', 'baseline']);
    expect(allowed.code).toBe(0);
    expect(allowed.stdout).toMatch(/^\nALLOW {2}1 object may run/);
  });

  test('one object is one answer of the contract', async () => {
    const answer = await json(['shop.yaml', '--profile', 'baseline']);
    expect(answer).toMatchObject({
      decision: 'deny',
      file: 'shop.yaml',
      document: 0,
      subject: { kind: 'Deployment', name: 'shop' },
      policy: { profiles: ['baseline'], kubernetesVersion: '1.37' },
    });
    expect(answer.reasons).toHaveLength(1);
    expect(answer.reasons[0]).toMatchObject({
      control: 'privileged',
      severity: 'critical',
      path: 'spec.template.spec.containers[0].securityContext.privileged',
      value: true,
      line: 11,
      lesson: 'host-access',
    });
  });

  test('several documents are an array with their indices', async () => {
    const answers = await json(['several.yaml', '--profile', 'baseline']);
    expect(
      answers.map((one: { document: number; decision: string }) => [one.document, one.decision]),
    ).toEqual([
      [0, 'allow'],
      [1, 'allow'],
      [2, 'deny'],
    ]);
  });

  test('standard input and named files together', async () => {
    const answers = await json(['-', 'modest.yaml', '--profile', 'baseline'], service);
    expect(answers.map(({ file }: { file: string }) => file)).toEqual(['-', 'modest.yaml']);
  });

  test('the version of Kubernetes counts', async () => {
    const pod = `${modest.trimEnd().replace('image: a:1', 'image: a, livenessProbe: {httpGet: {host: x}}')}\n`;
    const decided = async (version: string): Promise<string> =>
      (await json(['-', '--profile', 'baseline', '--kubernetes-version', version], pod)).decision;
    expect(await decided('1.33')).toBe('allow');
    expect(await decided('v1.34.2')).toBe('deny');
  });
});

describe('nothing is skipped silently', () => {
  test('a folder: all that it holds is told', async () => {
    const answers = await json(['k8s', '--profile', 'baseline']);
    const told = answers.map((one: Record<string, unknown>) => [
      one['file'],
      one['decision'],
      one['passedOver'],
    ]);
    expect(told).toEqual([
      ['k8s/latin.yaml', 'deny', null],
      ['k8s/lost.yaml', 'deny', null],
      ['k8s/service.json', 'allow', 'Service makes no containers'],
      ['k8s/values.yaml', 'allow', 'no object of Kubernetes: apiVersion and kind are missing'],
      ['k8s/deep/shop.yml', 'deny', null],
    ]);
  });

  test('a broken document is denied, the others are judged', async () => {
    const { code, stdout } = await check(['broken.yaml', '--profile', 'baseline']);
    expect(code).toBe(1);
    expect(stdout).toContain('not judged: line');
    const lenient = await check(['broken.yaml', '--profile', 'baseline', '--on-unknown', 'warn']);
    expect(lenient.code).toBe(0);
  });

  test.each([
    [['empty.yaml'], undefined],
    [['-'], ''],
  ])('%j: no manifest is no permission', async (words, input) => {
    const { code, stderr, stdout } = await check(words, input);
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/holds no manifest; check that/);
  });

  test('a named file without an object of Kubernetes is denied', async () => {
    expect((await check(['-'], 'a: 1\n')).code).toBe(1);
  });
});

describe('waivers', () => {
  test('waive, and are told when they expired', async () => {
    const lines = (expires: string): string =>
      `waivers:\n  - {control: privileged, workload: Deployment/shop, reason: r, owner: o, expires: ${expires}}\n`;
    writeFileSync(join(folder, 'w.yaml'), lines('2999-01-01'));
    const waived = await check(['shop.yaml', '--profile', 'baseline', '--waivers', 'w.yaml']);
    expect(waived).toMatchObject({ code: 0, stderr: '' });
    expect(waived.stdout).toContain('Waived: 1 fault');
    writeFileSync(join(folder, 'w.yaml'), lines('2020-01-01'));
    const expired = await check(['shop.yaml', '--profile', 'baseline', '--waivers', 'w.yaml']);
    expect(expired.code).toBe(1);
    expect(expired.stderr).toContain('expired on 2020-01-01 and waives nothing');
  });

  test('that are not understood stop the gate', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'waivers:\n  - {control: a}\n');
    const { code, stderr } = await check(['shop.yaml', '--waivers', 'bad.yaml']);
    expect(code).toBe(3);
    expect(stderr).toBe('seaworthy: bad.yaml:2: a waiver needs reason\n');
  });
});

describe('wrong usage and unreachable input', () => {
  test.each([
    [['nowhere.yaml'], 3, 'nowhere.yaml is not there'],
    [['shop.yaml', '--waivers', 'nowhere'], 3, 'nowhere cannot be read'],
    [['shop.yaml', '--profile', 'loose'], 2, 'Allowed are recommended, baseline'],
    [['shop.yaml', '--kubernetes-version', 'two'], 2, 'two is not a version of Kubernetes'],
    [['shop.yaml', '--format', 'xml'], 2, 'Allowed choices are table, json, sarif'],
    [[], 2, "missing required argument 'manifest'"],
  ])('%j', async (words, code, message) => {
    const ran = await check(words);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(message);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
  });
});

const sarifSchema = publishedSchema('sarif-2.1.0.schema.json');

test.skipIf(sarifSchema === null)(`SARIF is valid (else: ${noSharedData})`, async () => {
  const { stdout } = await check(['several.yaml', '--profile', 'baseline', '--format', 'sarif']);
  const log = JSON.parse(stdout);
  expect(sarifSchema?.(log)).toEqual([]);
  const [result] = log.runs[0].results;
  expect(result.ruleId).toBe('privileged');
  const { artifactLocation, region } = result.locations[0].physicalLocation;
  expect(artifactLocation.uri).toBe('several.yaml');
  expect(region.startLine).toBe(20);
});
