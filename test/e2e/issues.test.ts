// Secrets, misconfiguration and licences from the command line: layers, settings, folders, flags.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssueFinding, Report } from '../../src/model/report.ts';
import { buildImage, debianLayer, dockerArchive, ociFiles, writeFolder } from '../image-builder.ts';
import { sampleSecrets } from '../sample-secrets.ts';
import { checkedToken } from '../scrambled.ts';
import { type Ran, seaworthy } from './run.ts';

const token = checkedToken('ghp_', 'e2e');
const password = 'Tr0ub4dor-and-3';
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-issues-'));
  const image = buildImage(
    [
      [
        ...debianLayer({ base: '1' }),
        {
          name: 'var/lib/dpkg/info/base.list',
          content: '/.\n/usr\n/usr/bin\n/usr/bin/su\n/usr/lib/demo.pem\n',
        },
        { name: 'usr/bin/su', content: 'x', mode: 0o4755 },
        { name: 'usr/lib/demo.pem', content: `# demo ${token}\n` },
      ],
      [
        { name: 'root/.npmrc', content: `one\n//npm.acme.dev/:_authToken=${token}\n` },
        { name: 'app/config.yaml', content: `token: ${token}\n` },
        { name: 'app/keep.yaml', content: `token: ${token}\n` },
        { name: 'usr/local/bin/tool', content: 'x', mode: 0o4755 },
        { name: 'etc/shadow', content: 'bob::1:::::\n' },
      ],
      [
        { name: 'root/.wh..npmrc', content: '' },
        { name: 'app/config.yaml', content: 'token: $TOKEN\n' },
        { name: 'app/keep.yaml', content: `# again\ntoken: ${token}\n` },
        { name: 'etc/shadow', content: 'bob:!:1:::::\n' },
        {
          name: 'app/node_modules/served/package.json',
          content: '{"name":"served","version":"1.0.0","license":"AGPL-3.0-only"}',
        },
      ],
    ],
    {
      settings: {
        Env: [`DB_PASSWORD=${password}`, 'PATH=/bin'],
        Labels: { build: `by ${token}` },
        Cmd: ['serve', `--token=${token}`],
        User: '',
      },
      steps: ['COPY base', `RUN |1 DB_PASSWORD=${password} /bin/sh -c make`, 'RUN rm /root/.npmrc'],
    },
  );
  writeFileSync(join(folder, 'shop.tar'), dockerArchive(image));
  writeFolder(join(folder, 'layout'), ociFiles(image).files);
  mkdirSync(join(folder, 'project'));
  writeFileSync(join(folder, 'project', '.env'), `API_TOKEN=${password}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(data: string, words: readonly string[]): Promise<Ran> {
  return seaworthy(words, {
    cwd: folder,
    env: { SEAWORTHY_DATA: join(folder, data), DOCKER_HOST: 'unix:///nowhere/docker.sock' },
  });
}

async function report(data: string, words: readonly string[]): Promise<Report> {
  const { stdout, stderr } = await run(data, ['scan', '--format', 'json', ...words]);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

function issues({ findings }: Report): IssueFinding[] {
  return findings.filter(
    (one): one is IssueFinding =>
      one.kind === 'secret' || one.kind === 'misconfiguration' || one.kind === 'licence',
  );
}

describe('an image', () => {
  test.each(['shop.tar', 'layout'])(
    '%s: secrets of all layers and settings, each once',
    async (target) => {
      const answer = await report('data', [target]);
      const [, second, third] = answer.target.layers.map(({ diffId }) => diffId);
      const secrets = issues(answer).filter(({ kind }) => kind === 'secret');
      const at = (path: string) => secrets.filter(({ locations }) => locations[0]?.path === path);
      expect(at('root/.npmrc')).toMatchObject([
        {
          id: 'github-personal-token',
          locations: [{ path: 'root/.npmrc', layer: second, line: 2 }],
          evidence: { deletedInLayer: 3 },
        },
      ]);
      expect(at('root/.npmrc')[0]?.title).toContain('deleted in layer 3, still readable');
      expect(at('app/config.yaml')).toMatchObject([{ evidence: { replacedInLayer: 3 } }]);
      expect(at('app/keep.yaml')).toMatchObject([
        {
          locations: [
            { layer: third, line: 2 },
            { layer: second, line: 1 },
          ],
        },
      ]);
      expect(at('app/keep.yaml')[0]?.evidence).not.toHaveProperty('replacedInLayer');
      expect(at('usr/lib/demo.pem')).toEqual([]);
      expect(at('image-config').map(({ id, evidence }) => [id, evidence['where']])).toEqual([
        ['image-setting-credential', 'ENV DB_PASSWORD, history line 2'],
        ['github-personal-token', 'label build, CMD'],
      ]);
      expect(answer.summary.secrets).toBe(secrets.length);
    },
  );

  test('misconfiguration of what a container sees, not of what layers hide', async () => {
    const answer = await report('data', ['shop.tar']);
    const wrong = issues(answer).filter(({ kind }) => kind === 'misconfiguration');
    expect(wrong.map(({ id, locations }) => [id, locations[0]?.path])).toEqual([
      ['image-setuid-file', 'usr/local/bin/tool'],
      ['image-runs-as-root', 'image-config'],
    ]);
  });

  test('a second scan answers the same from memory', async () => {
    const { findings } = await report('data', ['shop.tar']);
    expect((await report('data', ['shop.tar'])).findings).toEqual(findings);
  });

  test('no value is in any output or in the store', async () => {
    const outputs = await Promise.all(
      ['table', 'json', 'sarif', 'cyclonedx', 'spdx'].map((format) =>
        run('data', [
          'scan',
          'shop.tar',
          '--format',
          format,
          '--scanners',
          'vuln,secret,misconfig,licence',
        ]),
      ),
    );
    const stored = readdirSync(join(folder, 'data'), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => readFileSync(join(folder, 'data', name), 'latin1'));
    const all = [...outputs.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...stored].join(
      '\n',
    );
    expect(all).not.toContain(token);
    expect(all).not.toContain(password);
    expect(all).toContain('github-personal-token');
  });

  test('without secrets asked for, build lines are still shown without them', async () => {
    const answer = await report('other', ['shop.tar', '--scanners', 'vuln']);
    expect(issues(answer)).toEqual([]);
    expect(JSON.stringify(answer)).not.toContain(password);
    expect(answer.target.layers[1]?.createdBy).toBe('RUN |1 DB_PASSWORD=*** /bin/sh -c make');
  });

  test('only licences, and only secrets', async () => {
    const [licence] = issues(await report('data', ['shop.tar', '--scanners', 'licence']));
    expect(licence).toMatchObject({
      kind: 'licence',
      id: 'licence-network-copyleft',
      evidence: { licence: 'AGPL-3.0-only', package: 'pkg:npm/served@1.0.0' },
    });
    const kinds = issues(await report('data', ['shop.tar', '--scanners', 'secret']));
    expect(new Set(kinds.map(({ kind }) => kind))).toEqual(new Set(['secret']));
  });

  test('an unknown scanner is a usage error that names the known ones', async () => {
    const { code, stderr } = await run('data', ['scan', 'shop.tar', '--scanners', 'secrets']);
    expect(code).toBe(2);
    expect(stderr).toContain('vuln, secret, misconfig, licence');
  });

  test('--fail-on counts secrets', async () => {
    const { code } = await run('data', [
      'scan',
      'shop.tar',
      '--scanners',
      'secret',
      '--fail-on',
      'critical',
    ]);
    expect(code).toBe(1);
  });
});

describe('a folder', () => {
  test('secrets, and no rules on images', async () => {
    const found = issues(await report('data', ['dir:project']));
    expect(found).toMatchObject([
      { id: 'environment-file', locations: [{ path: '.env', layer: null, line: 1 }] },
    ]);
  });
});

test('every sample secret in one image: found, and nowhere printed or stored', async () => {
  const samples = sampleSecrets().map((one, index) => ({
    ...one,
    path: `srv/${index}/${one.path}`,
  }));
  const image = buildImage([
    samples.map(({ path, text }) => ({ name: path, content: Buffer.from(text, 'latin1') })),
  ]);
  writeFileSync(join(folder, 'all.tar'), dockerArchive(image, 'gzip'));
  const { stdout } = await run('all', [
    'scan',
    'all.tar',
    '--scanners',
    'secret',
    '--format',
    'json',
  ]);
  const found = issues(JSON.parse(stdout));
  const stored = readFileSync(join(folder, 'all', 'store.db'), 'latin1');
  for (const { id, path, value } of samples) {
    expect(
      found.some((one) => one.id === id && one.locations[0]?.path === path),
      `${id} ${path}`,
    ).toBe(true);
    expect(stdout.includes(value), id).toBe(false);
    expect(stored.includes(value), id).toBe(false);
  }
});
