// Images and containers of a real engine, and images of a real registry.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage, debianLayer, dockerArchive, ociFiles, writeFolder } from '../image-builder.ts';
import {
  hasRegistry,
  hasSkopeo,
  hasTool,
  type RegistryProcess,
  startRegistry,
} from '../registry-process.ts';
import { hasTinyProgram, tinyProgram } from '../tiny-program.ts';
import { seaworthy } from './run.ts';

const docker = '/usr/bin/docker';
const hasEngine = hasTool(docker, 'version') && hasTinyProgram;
const tag = `seaworthy-e2e:${process.pid}`;
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-engine-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const image = buildImage([
  [...debianLayer({ bash: '5.2.15-2' }), { name: 'pause', mode: 0o755, content: tinyProgram() }],
  [
    {
      name: 'app/node_modules/lodash/package.json',
      content: '{"name":"lodash","version":"4.17.4"}',
    },
  ],
]);

async function scan(...words: string[]) {
  const ran = await seaworthy([
    'scan',
    '--format',
    'json',
    '--data',
    join(folder, 'data'),
    ...words,
  ]);
  expect(ran.stderr).toBe('');
  return JSON.parse(ran.stdout);
}

describe.skipIf(!hasEngine)(
  `a real engine${hasEngine ? '' : ' (no Docker engine answers)'}`,
  () => {
    beforeAll(() => {
      writeFileSync(join(folder, 'image.tar'), dockerArchive(image, 'plain', [tag]));
      execFileSync(docker, ['load', '-q', '-i', join(folder, 'image.tar')]);
    });
    afterAll(() => {
      execFileSync(docker, ['rmi', '-f', tag], { stdio: 'ignore' });
    });

    test('an image by its reference, with and without the scheme, and again from memory', async () => {
      for (const target of [tag, `docker:${tag}`, tag]) {
        const { target: described, packages } = await scan(target);
        expect(described).toMatchObject({ kind: 'docker', name: tag, digest: image.configDigest });
        expect(packages.map((one: { name: string }) => one.name)).toEqual(['bash', 'lodash']);
        expect(packages[1].broughtBy).toMatchObject({ index: 1, createdBy: 'RUN step 2' });
      }
    });

    test('a running container: what was added after its start is there', async () => {
      const id = execFileSync(
        docker,
        ['run', '-d', '--user', '0', '--network', 'none', tag, '/pause'],
        {
          encoding: 'utf8',
        },
      ).trim();
      try {
        writeFileSync(join(folder, 'package.json'), '{"name":"left-pad","version":"1.3.0"}');
        execFileSync(docker, [
          'cp',
          join(folder, 'package.json'),
          `${id}:/app/node_modules/lodash/package.json`,
        ]);
        const { target, packages } = await scan(`container:${id}`);
        expect(target.kind).toBe('container');
        expect(packages.map((one: { name: string }) => one.name)).toEqual(['bash', 'left-pad']);
      } finally {
        execFileSync(docker, ['rm', '-f', id], { stdio: 'ignore' });
      }
    });

    test('no target: every image of the engine', async () => {
      // Other tests make and remove images meanwhile: one that vanishes is a line on stderr.
      const ran = await seaworthy(['scan', '--format', 'json', '--data', join(folder, 'data')]);
      const answer = JSON.parse(ran.stdout);
      const reports = Array.isArray(answer) ? answer : [answer];
      expect(reports.map((one) => one.target.name)).toContain(tag);
    });

    test('an image that nobody has is one line', async () => {
      const { code, stderr } = await seaworthy([
        'scan',
        'docker:no/such-image',
        '--data',
        join(folder, 'data'),
      ]);
      expect(code).toBe(3);
      expect(stderr).toMatch(/^seaworthy: [^\n]*no\/such-image[^\n]*\n$/);
    });
  },
);

const canPush = hasRegistry && hasSkopeo;
describe.skipIf(!canPush)(
  `a real registry${canPush ? '' : ' (docker-registry or skopeo is missing)'}`,
  () => {
    let registry: RegistryProcess;
    beforeAll(async () => {
      registry = await startRegistry();
      writeFolder(join(folder, 'layout'), ociFiles(image).files);
      execFileSync('skopeo', [
        'copy',
        '-q',
        '--dest-tls-verify=false',
        `oci:${join(folder, 'layout')}:latest`,
        `docker://${registry.host}/team/shop:1`,
      ]);
    });
    afterAll(() => registry.stop());

    test('an image by tag and by digest; known layers are not pulled again', async () => {
      const tagged = await scan(`registry:${registry.host}/team/shop:1`);
      expect(tagged.target).toMatchObject({ kind: 'registry', digest: image.configDigest });
      expect(tagged.packages).toHaveLength(2);
      const { manifestDigest } = ociFiles(image);
      const pinned = await scan(`registry:${registry.host}/team/shop@${manifestDigest}`);
      expect(pinned.packages).toEqual(tagged.packages);
    });

    test('--exclude-base leaves out what the base brings', async () => {
      const base = buildImage([debianLayer({ openssl: '1.0.1e-2+deb7u4' })]);
      const child = buildImage([
        debianLayer({ openssl: '1.0.1e-2+deb7u4' }),
        [
          {
            name: 'a/node_modules/lodash/package.json',
            content: '{"name":"lodash","version":"4.17.4"}',
          },
        ],
      ]);
      writeFileSync(join(folder, 'base.tar'), dockerArchive(base));
      writeFileSync(join(folder, 'child.tar'), dockerArchive(child));
      const { findings } = await scan(
        join(folder, 'child.tar'),
        '--exclude-base',
        join(folder, 'base.tar'),
      );
      expect(
        new Set(findings.map((one: { package: { name: string } }) => one.package.name)),
      ).toEqual(new Set(['lodash']));
    });

    test('a tag that is not there is one line', async () => {
      const { code, stderr } = await seaworthy([
        'scan',
        `registry:${registry.host}/team/shop:2`,
        '--data',
        join(folder, 'data'),
      ]);
      expect(code).toBe(3);
      expect(stderr).toMatch(/^seaworthy: [^\n]*team\/shop:2[^\n]*\n$/);
    });
  },
);
