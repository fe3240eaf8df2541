// The command line as a user meets it: targets, exit codes, errors on one line, nothing else.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildZip } from '../build-zip.ts';
import { buildImage, debianLayer, dockerArchive, ociFiles, writeFolder } from '../image-builder.ts';
import { noSharedData, sharedData } from '../shared-data.ts';
import { type Ran, type RunOptions, seaworthy } from './run.ts';

let folder = '';
let data = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-e2e-'));
  data = join(folder, 'data');
  const image = buildImage([
    debianLayer({ bash: '5.2.15-2' }),
    [
      {
        name: 'app/node_modules/lodash/package.json',
        content: '{"name":"lodash","version":"4.17.4"}',
      },
      {
        name: 'app/node_modules/flatmap-stream/package.json',
        content: '{"name":"flatmap-stream","version":"0.1.1"}',
      },
    ],
  ]);
  writeFileSync(join(folder, 'shop.tar'), dockerArchive(image));
  writeFileSync(
    join(folder, 'clean.tar'),
    dockerArchive(buildImage([[{ name: 'hello', content: 'x' }]])),
  );
  writeFolder(join(folder, 'layout'), ociFiles(image).files);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return seaworthy(words, {
    cwd: folder,
    ...options,
    env: { SEAWORTHY_DATA: data, DOCKER_HOST: 'unix:///nowhere/docker.sock', ...options.env },
  });
}

async function report(...words: string[]) {
  const { stdout, stderr } = await run([...words, '--format', 'json']);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('an image', () => {
  test('is answered on the terminal with the verdict first', async () => {
    const { code, stdout, stderr } = await run(['scan', 'shop.tar']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\n [F] {2}shop:1 is not seaworthy: 1 malicious package/);
    expect(stdout).toContain('npm: lodash 4.17.4 -> 4.17.21');
    expect(stdout).toContain('built-in advisories');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test.each([
    'shop.tar',
    'layout',
    'docker-archive:shop.tar',
    'oci:layout',
    'docker-archive:shop.tar:shop:1',
  ])('%s gives the same findings', async (target) => {
    const { target: described, findings, packages } = await report('scan', target);
    expect(described.os.id).toBe('debian');
    expect(packages.map((one: { name: string }) => one.name).toSorted()).toEqual([
      'bash',
      'flatmap-stream',
      'lodash',
    ]);
    const ids = findings.map((one: { id: string }) => one.id);
    expect(ids).toContain('CVE-2019-10744');
    expect(findings.some((one: { kind: string }) => one.kind === 'malware')).toBe(true);
  });

  test('the second scan reads no layer and says the same', async () => {
    const first = await report('scan', 'layout');
    const blobs = readdirSync(join(folder, 'layout/blobs/sha256'));
    expect(blobs.length).toBeGreaterThan(0);
    const second = await report('scan', 'layout');
    expect({ ...second, generatedAt: '', database: null }).toEqual({
      ...first,
      generatedAt: '',
      database: null,
    });
  });

  test('several targets: every answer, and exit 3 when one failed', async () => {
    const { code, stdout, stderr } = await run([
      'scan',
      'shop.tar',
      'absent.tar',
      'clean.tar',
      '--format',
      'json',
    ]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toHaveLength(2);
    expect(stderr).toBe('seaworthy: absent.tar does not exist; check the path\n');
  });
});

describe('other targets', () => {
  test('a package URL', async () => {
    const { findings } = await report('scan', 'pkg:npm/lodash@4.17.4');
    expect(findings.length).toBeGreaterThan(0);
  });

  test('a project folder is believed by its lock files', async () => {
    const project = join(folder, 'project');
    mkdirSync(project);
    writeFileSync(
      join(project, 'package-lock.json'),
      JSON.stringify({
        lockfileVersion: 3,
        packages: { '': {}, 'node_modules/lodash': { version: '4.17.4' } },
      }),
    );
    const { packages, findings } = await report('scan', 'project');
    expect(packages[0]).toMatchObject({ evidence: 'declared' });
    expect(packages[0].notPresent).toBeUndefined();
    expect(findings.length).toBeGreaterThan(0);
  });

  test.each([
    [
      'package-lock.json',
      '{"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"4.17.4"}}}',
    ],
    ['requirements.txt', '# pinned\nurllib3==1.23\n'],
    ['yarn.lock', 'lodash@^4:\n  version "4.17.4"\n'],
  ])('a lock file by itself, without its folder: %s', async (name, text) => {
    const place = join(folder, `alone-${name}`);
    mkdirSync(place);
    writeFileSync(join(place, name), text);
    writeFileSync(join(place, 'Cargo.lock'), '[[package]]\nname = "a"\nversion = "1.0.0"\n');
    const { target, packages } = await report('scan', join(place, name));
    expect(target).toMatchObject({ kind: 'dir', name: join(place, name) });
    expect(packages).toHaveLength(1);
  });

  test('a JAR and a program by themselves; a folder of nothing is not called clean', async () => {
    const jar = join(folder, 'gson-2.8.0.jar');
    const pom = 'groupId=com.google.code.gson\nartifactId=gson\nversion=2.8.0\n';
    const name = 'META-INF/maven/com.google.code.gson/gson/pom.properties';
    writeFileSync(jar, buildZip([{ name, content: pom }]));
    expect((await report('scan', jar)).packages).toHaveLength(1);
    const other = join(folder, 'program');
    writeFileSync(other, Buffer.concat([Buffer.from('\u007fELF', 'latin1'), Buffer.alloc(5000)]));
    for (const nothing of [other, mkdtempSync(join(folder, 'nothing-'))]) {
      const { grade, unknowns } = await report('scan', nothing);
      expect(unknowns[0].reason).toMatch(/nothing could be assessed/);
      expect(grade.letter).toBe('C');
    }
  });

  test('a root file system, through a symbolic link to nothing outside of it', async () => {
    const root = join(folder, 'rootfs');
    mkdirSync(join(root, 'etc'), { recursive: true });
    mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
    writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID="12"\n');
    symlinkSync('/var/lib/dpkg/status', join(root, 'var/lib/dpkg/status'));
    const { target, packages } = await report('scan', 'rootfs');
    expect(target.kind).toBe('rootfs');
    expect(packages).toEqual([]);
  });
});

describe('exit codes and errors', () => {
  test.each<[string[], number]>([
    [['scan', 'shop.tar', '--fail-on', 'high'], 1],
    [['scan', 'shop.tar', '--fail-on', 'kev'], 1],
    [['scan', 'clean.tar', '--fail-on', 'low'], 0],
    [['scan', 'shop.tar', '--fail-on', 'tiny'], 2],
    [['scan', '--bogus'], 2],
    [['frobnicate'], 2],
    [['sbom'], 2],
    [['scan', 'absent.tar'], 3],
    [['scan', 'docker:some/image'], 3],
    [['scan', '--offline', 'some/image'], 3],
    [['scan', '/dev/null'], 2],
    [['db', 'update', '--offline'], 3],
  ])('%j exits %i with one line', async (words, expected) => {
    const { code, stderr } = await run(words);
    expect(code, stderr).toBe(expected);
    if (expected >= 2) {
      expect(stderr).toMatch(/^seaworthy: [^\n]+\n(?:\(Did you mean [^\n]+\n)?$/);
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });

  test('a file that is no image, and the stack only with --debug', async () => {
    writeFileSync(join(folder, 'junk.tar'), Buffer.alloc(4096, 7));
    const plain = await run(['scan', 'junk.tar']);
    expect(plain.code).toBe(3);
    expect(plain.stderr).toMatch(
      /^seaworthy: junk\.tar is no image archive: .*; give a file made by/,
    );
    const debug = await run(['scan', 'junk.tar', '--debug']);
    expect(debug.stderr).toMatch(/\n\s+at /);
  });

  test('a data folder that cannot be written costs the memory, not the answer', async () => {
    // Even root cannot make a folder there.
    const { code, stdout, stderr } = await run(['scan', 'shop.tar', '--data', '/proc/seaworthy']);
    expect(code).toBe(0);
    expect(stdout).toContain('not seaworthy');
    expect(stderr).toMatch(/the store .* cannot be used .*; this scan remembers nothing/);
  });

  test('a damaged store is set aside', async () => {
    const own = join(folder, 'damaged');
    mkdirSync(own);
    writeFileSync(join(own, 'store.db'), Buffer.alloc(5000, 0x41));
    const { code } = await run(['scan', 'shop.tar', '--data', own]);
    expect(code).toBe(0);
    expect(readdirSync(own)).toContain('store.db.unusable');
  });

  test('a damaged advisory database is one line and exit 3', async () => {
    const file = join(folder, 'broken.db');
    writeFileSync(file, Buffer.alloc(5000, 0x41));
    const { code, stderr } = await run(['scan', 'shop.tar', '--db', file]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^seaworthy: .*broken\.db[^\n]*\n$/);
  });

  test('--output writes the whole file or nothing', async () => {
    const { code, stdout } = await run([
      'scan',
      'shop.tar',
      '--format',
      'json',
      '--output',
      'report.json',
    ]);
    expect([code, stdout]).toEqual([0, '']);
    const failed = await run(['scan', 'shop.tar', '--output', '/nowhere/report.json']);
    expect(failed.code).toBe(3);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('a reader that goes away is no error', async () => {
    const launcher = fileURLToPath(new URL('../../bin/seaworthy', import.meta.url));
    const out = execFileSync(
      'sh',
      ['-c', `"${launcher}" scan shop.tar --format json | head -c 10`],
      { cwd: folder, env: { ...process.env, SEAWORTHY_DATA: data }, encoding: 'utf8' },
    );
    expect(out).toHaveLength(10);
  });
});

describe('waivers', () => {
  test('a waiver with a reason suppresses, is shown, and expires', async () => {
    const waived = join(folder, 'waived');
    mkdirSync(waived);
    writeFileSync(
      join(waived, '.seaworthyignore.yaml'),
      'ignore:\n  - id: CVE-2019-10744\n    reason: lodash is not reachable from input\n    expires: 2999-01-01\n',
    );
    const { stdout, code } = await run(['scan', '../shop.tar', '--format', 'json'], {
      cwd: waived,
    });
    expect(code).toBe(0);
    const { suppressed, findings } = JSON.parse(stdout);
    expect(suppressed[0]).toMatchObject({ by: 'ignore', expires: '2999-01-01' });
    expect(findings.map((one: { id: string }) => one.id)).not.toContain('CVE-2019-10744');
    writeFileSync(
      join(waived, '.seaworthyignore.yaml'),
      'ignore:\n  - id: CVE-2019-10744\n    reason: old\n    expires: 2001-01-01\n',
    );
    const late = await run(['scan', '../shop.tar'], { cwd: waived });
    expect(late.stderr).toMatch(/the waiver of CVE-2019-10744 expired on 2001-01-01/);
  });
});

describe('the launcher', () => {
  test('works from any folder, through a symbolic link, under an old Node', async () => {
    const link = join(folder, 'sw');
    symlinkSync(fileURLToPath(new URL('../../bin/seaworthy', import.meta.url)), link);
    const old = join(folder, 'old-node');
    mkdirSync(old);
    writeFileSync(join(old, 'node'), '#!/bin/sh\necho "an old node was used" >&2\nexit 9\n');
    chmodSync(join(old, 'node'), 0o755);
    const out = execFileSync(link, ['--version'], {
      cwd: '/',
      encoding: 'utf8',
      env: { ...process.env, PATH: `${old}:/usr/bin:/bin` },
    });
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each(['bash', 'zsh', 'fish'])('completion for %s names the commands', async (shell) => {
    const { stdout, code } = await run(['completion', shell]);
    expect(code).toBe(0);
    for (const word of ['scan', 'sbom', 'db', 'format']) expect(stdout).toContain(word);
  });

  const typed = [
    ['scan --fail-on c', 'critical'],
    ['scan --format = j', 'json'],
    ['gate ch', 'check'],
    ['gate check --kub', '--kubernetes-version'],
    ['up token cr', 'create'],
    ['db update --no-pu', '--no-public'],
  ] as const;

  test('bash accepts and uses the completion, also below a command', async () => {
    const { stdout } = await run(['completion', 'bash']);
    const lines = typed.map(([words]) => {
      const count = words.split(' ').length;
      return `COMP_WORDS=(seaworthy ${words}); COMP_CWORD=${count}; _seaworthy; echo "\${COMPREPLY[@]}"`;
    });
    const out = execFileSync('bash', ['-c', [stdout, ...lines].join('\n')], { encoding: 'utf8' });
    expect(out.trim().split('\n')).toEqual(typed.map(([, completed]) => completed));
  });

  const hasFish = spawnSync('fish', ['--version']).status === 0;
  test.skipIf(!hasFish)(`fish too${hasFish ? '' : ' (it is not installed)'}`, async () => {
    const { stdout } = await run(['completion', 'fish']);
    const file = join(folder, 'seaworthy.fish');
    writeFileSync(file, stdout);
    const asked = typed.filter(([words]) => !words.includes('='));
    const lines = asked.map(([words]) => `complete --do-complete 'seaworthy ${words}'`);
    const out = execFileSync('fish', ['-c', [`source ${file}`, ...lines].join('\n')], {
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    });
    const words = out
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0]);
    expect(words).toEqual(asked.map(([, completed]) => completed));
  });

  const hasZsh = spawnSync('zsh', ['--version']).status === 0;
  test.skipIf(!hasZsh)(`zsh too${hasZsh ? '' : ' (it is not installed)'}`, async () => {
    const { stdout } = await run(['completion', 'zsh']);
    const asked = `${stdout}\nprint -l -- $_comps[seaworthy]; functions _seaworthy >/dev/null`;
    const out = execFileSync('zsh', ['-f', '-c', asked], {
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, ZDOTDIR: folder },
    });
    expect(out.trim()).toMatch(/_bash_complete .*-F _seaworthy/);
  });
});

describe('real images', () => {
  const alpine = sharedData('images/alpine-310.tar.gz');
  test.skipIf(alpine === null)(
    `Alpine 3.10: fourteen packages, known flaws${alpine ? '' : ` (${noSharedData})`}`,
    async () => {
      const { packages, findings, target } = await report('scan', alpine as string);
      expect(target.os).toMatchObject({ id: 'alpine', endOfLife: '2021-05-01' });
      expect(packages.filter((one: { type: string }) => one.type === 'apk')).toHaveLength(14);
      expect(findings.map((one: { id: string }) => one.id)).toContain('CVE-2020-1967');
    },
  );
});
