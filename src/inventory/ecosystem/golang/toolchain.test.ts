// Binaries that the real Go makes for several systems, from modules served out of a folder (no network);
// `go version -m` is the oracle.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildZip } from '../../../../test/build-zip.ts';
import { catalog, catalogerOf, identity } from '../../../../test/catalog.ts';
import { bytesAsFile } from '../../../base/random-access.ts';
import { readBuildInfo } from './build-info.ts';
import { golang } from './index.ts';
import { parseModuleText } from './modules.ts';

function goVersion(): string | null {
  try {
    return execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

const installed = goVersion();
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-go-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes one version of a module in the layout of the Go module proxy protocol. */
function publish(path: string, version: string): void {
  const at = join(folder, 'proxy', path, '@v');
  mkdirSync(at, { recursive: true });
  const name = path.slice(path.lastIndexOf('/') + 1);
  const goMod = `module ${path}\n\ngo 1.16\n`;
  writeFileSync(join(at, `${version}.mod`), goMod);
  writeFileSync(join(at, `${version}.info`), JSON.stringify({ Version: version }));
  const prefix = `${path}@${version}/`;
  const source = `package ${name}\n\nfunc Name() string { return "${name}" }\n`;
  const zip = buildZip([
    { name: `${prefix}go.mod`, content: goMod },
    { name: `${prefix}${name}.go`, content: source },
  ]);
  writeFileSync(join(at, `${version}.zip`), zip);
}

const source = `package main

import (
	"example.com/one"
	"example.com/three"
	"example.com/two"
)

func main() { println(one.Name(), two.Name(), three.Name()) }
`;
const goMod = `module example.com/app

go 1.16

require (
	example.com/one v1.2.3
	example.com/two v0.0.0-20220811171246-fbc7d0a398ab
	example.com/three v1.0.0
)

replace example.com/three => ./three
`;

const environment = {
  ...process.env,
  GOPROXY: `file://${join(folder, 'proxy')}`,
  GOSUMDB: 'off',
  GOFLAGS: '-mod=mod -modcacherw',
  GOMODCACHE: join(folder, 'modules'),
  GOTOOLCHAIN: 'local',
  GOWORK: 'off',
  CGO_ENABLED: '0',
};

const targets = [
  ['linux', 'amd64', []],
  ['linux', 'mips', ['-ldflags=-s -w -X main.version=1.5.0']],
  ['windows', 'amd64', []],
  ['darwin', 'arm64', []],
] as const;

describe.skipIf(installed === null)('with the installed Go (skipped where there is none)', () => {
  beforeAll(() => {
    publish('example.com/one', 'v1.2.3');
    publish('example.com/two', 'v0.0.0-20220811171246-fbc7d0a398ab');
    mkdirSync(join(folder, 'app', 'three'), { recursive: true });
    writeFileSync(join(folder, 'app', 'go.mod'), goMod);
    writeFileSync(join(folder, 'app', 'main.go'), source);
    writeFileSync(join(folder, 'app', 'three', 'go.mod'), 'module example.com/three\n\ngo 1.16\n');
    const three = 'package three\n\nfunc Name() string { return "three" }\n';
    writeFileSync(join(folder, 'app', 'three', 'three.go'), three);
  });

  test.each(targets)(
    '%s/%s equals go version -m',
    { timeout: 300_000 },
    (system, machine, flags) => {
      const output = join(folder, `app-${system}-${machine}`);
      execFileSync('go', ['build', ...flags, '-o', output, '.'], {
        cwd: join(folder, 'app'),
        env: { ...environment, GOOS: system, GOARCH: machine },
        stdio: 'pipe',
      });
      const bytes = readFileSync(output);
      const { found } = readBuildInfo(bytesAsFile(bytes));
      const told = execFileSync('go', ['version', '-m', output], { encoding: 'utf8' });
      const [head = '', ...lines] = told.trimEnd().split('\n');
      expect(head.endsWith(`: ${found?.goVersion}`)).toBe(true);
      const ours = (found?.moduleText ?? '').split('\n').map((line) => line.trimEnd());
      const theirs = lines.map((line) => line.slice(1).trimEnd());
      // Go leaves an empty line behind a replacement without checksum.
      expect(ours.filter((line) => line !== '')).toEqual(theirs.filter((line) => line !== ''));
      expect(parseModuleText(found?.moduleText ?? '', 100).settings.get('GOOS')).toBe(system);
      const result = catalog(catalogerOf(golang, 'golang-binary'), { path: 'app', content: bytes });
      expect(result.packages.map((one) => [identity(one), one.origin])).toEqual([
        [
          `example.com/app@${flags.length > 0 ? 'v1.5.0' : '(devel)'}`,
          flags.length > 0 ? 'registry' : 'local',
        ],
        ['example.com/one@v1.2.3', 'registry'],
        ['example.com/three@v1.0.0', 'local'],
        ['example.com/two@v0.0.0-20220811171246-fbc7d0a398ab', 'registry'],
        [`stdlib@${installed?.slice(2)}`, 'registry'],
      ]);
    },
  );
});
