// Our orders against the tools that define them, where they are installed: each tool answers a batch
// of pairs in one process. Pairs are seeded random versions, and versions of the corpus where present.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedData } from '../../../test/shared-data.ts';
import type { VersionScheme } from '../ecosystem/ecosystem.ts';
import { sign, versionLike } from './contract.ts';
import {
  composerVersions,
  debVersions,
  gemVersions,
  golangVersions,
  mavenVersions,
  pep440Versions,
  rpmVersions,
  semverVersions,
} from './index.ts';

type Pair = readonly [a: string, b: string];

interface Oracle {
  readonly name: string;
  readonly scheme: VersionScheme;
  readonly pieces: readonly string[];
  /** Corpus file whose versions are compared too, each with its neighbours. */
  readonly corpus?: string;
  /** Only such strings are asked for; the tool refuses or mistakes others. */
  accepts(version: string): boolean;
  /** Program and arguments, given the file of pairs; null where the tool is absent. */
  command(pairsFile: string): readonly string[] | null;
  /** Pairs where we differ on purpose. */
  readonly differs?: (a: string, b: string) => boolean;
  readonly pairs?: number;
}

const SEED = 42;
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'version-oracle-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function has(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

function written(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Each program prints -1, 0 or 1 for every line `a<TAB>b` of the file. */
const dpkgScript = `
while IFS="$(printf '\\t')" read -r a b; do
  if dpkg --compare-versions "$a" lt "$b"; then echo -1
  elif dpkg --compare-versions "$a" eq "$b"; then echo 0
  else echo 1; fi
done < "$1"`;

const rpmExpression = (file: string): string =>
  `%{lua: for line in io.lines("${file}") do local a, b = line:match("^(.-)\\t(.*)$") print(rpm.vercmp(a, b) .. "\\n") end}`;

const pythonScript = `
import sys
from packaging.version import Version
for line in open(sys.argv[1], encoding="utf-8"):
    a, b = (Version(part) for part in line.rstrip("\\n").split("\\t"))
    print((a > b) - (a < b))`;

const rubyScript = `
File.foreach(ARGV[0], chomp: true) do |line|
  a, b = line.split("\\t")
  puts Gem::Version.new(a) <=> Gem::Version.new(b)
end`;

const phpScript = `<?php
foreach (file($argv[1], FILE_IGNORE_NEW_LINES) as $line) {
  [$a, $b] = explode("\\t", $line);
  echo version_compare(preg_replace('/^v/i', '', $a), preg_replace('/^v/i', '', $b)), "\\n";
}`;

const javaSource = `
import java.nio.file.*;
import org.apache.maven.artifact.versioning.ComparableVersion;
class Compare {
  public static void main(String[] args) throws Exception {
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      String[] pair = line.split("\\t");
      int order = new ComparableVersion(pair[0]).compareTo(new ComparableVersion(pair[1]));
      System.out.println(Integer.signum(order));
    }
  }
}`;

const goSource = `package main
import ("bufio"; "fmt"; "os"; "strings"; "oracle/semver")
func main() {
  file, _ := os.Open(os.Args[1])
  lines := bufio.NewScanner(file)
  for lines.Scan() {
    pair := strings.Split(lines.Text(), "\\t")
    fmt.Println(semver.Compare("v"+pair[0], "v"+pair[1]))
  }
}`;

const nodeScript = `
const semver = require(process.argv[2]);
for (const line of require('node:fs').readFileSync(process.argv[3], 'utf8').split('\\n')) {
  if (line !== '') console.log(semver.compare(...line.split('\\t')));
}`;

const mavenJar = [
  '/usr/share/maven/lib/maven-artifact-3.x.jar',
  '/usr/share/java/maven3-artifact.jar',
];
const mavenLibraries = ['/usr/share/java/commons-lang3.jar'];

/** node-semver as npm carries it, beside Node or in the system. */
const npmSemver = [
  path.join(path.dirname(process.execPath), '../lib/node_modules/npm/node_modules/semver'),
  '/usr/lib/node_modules/npm/node_modules/semver',
  '/usr/share/nodejs/semver',
];

function goProgram(pairsFile: string): readonly string[] | null {
  const root = spawnSync('go', ['env', 'GOROOT'], { encoding: 'utf8' });
  if (root.error !== undefined) return null;
  const source = path.join(root.stdout.trim(), 'src/cmd/vendor/golang.org/x/mod/semver/semver.go');
  if (!existsSync(source)) return null;
  mkdirSync(path.join(folder, 'semver'), { recursive: true });
  written('go.mod', 'module oracle\n\ngo 1.19\n');
  written('semver/semver.go', readFileSync(source, 'utf8'));
  const binary = path.join(folder, 'oracle');
  const main = written('main.go', goSource);
  const built = spawnSync('go', ['build', '-o', binary, main], { cwd: folder, encoding: 'utf8' });
  return built.status === 0 ? [binary, pairsFile] : null;
}

/**
 * Where `ComparableVersion` and the specification of the POM reference part: words behind a dot,
 * empty tokens, and nulls (`final`, `-0`) inside a version. See the header of maven.ts.
 */
function unspecified(version: string): boolean {
  return (
    /\.[a-z_]|[a-z]final|final[a-z\d.-]|-0/i.test(version) ||
    /(?:^|[.-])(?:$|[.-])/.test(version) ||
    version.includes('_')
  );
}

const semverText =
  /^\d+\.\d+\.\d+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
const leadingZero = /(?:^|[.-])0\d/;

const oracles: readonly Oracle[] = [
  {
    name: 'dpkg --compare-versions',
    scheme: debVersions,
    pieces: ['1', '0', '10', ':', '-', '.', '~', '+', 'a', 'deb', 'Z'],
    corpus: 'debian-versions-generated.txt',
    accepts: (version) => debVersions.isValid(version),
    command: (file) => (has('dpkg') ? ['sh', written('dpkg.sh', dpkgScript), file] : null),
    pairs: 300,
  },
  {
    name: 'rpm.vercmp',
    scheme: rpmVersions,
    pieces: ['1', '0', '10', '.', '~', '^', '_', '+', 'a', 'el', 'B'],
    accepts: (version) => !/[%"\\]/.test(version) && version !== '',
    command: (file) => (has('rpm') ? ['rpm', '--eval', rpmExpression(file)] : null),
  },
  {
    name: "Python's packaging",
    scheme: pep440Versions,
    pieces: [
      '1',
      '0',
      '10',
      '2',
      '.',
      '-',
      '_',
      '!',
      '+',
      'a',
      'b',
      'rc',
      'post',
      'dev',
      'c',
      'r',
      'v',
    ],
    corpus: 'pypi-versions-generated.txt',
    accepts: (version) => pep440Versions.isValid(version),
    command: (file) =>
      spawnSync('/usr/bin/python3', ['-c', 'import packaging.version']).status === 0
        ? ['/usr/bin/python3', written('compare.py', pythonScript), file]
        : null,
  },
  {
    name: 'Gem::Version',
    scheme: gemVersions,
    pieces: ['1', '0', '00', '10', '2', '.', '.', '-', 'a', 'rc', 'B', 'pre'],
    corpus: 'rubygems-versions-generated.txt',
    accepts: (version) => gemVersions.isValid(version),
    command: (file) => (has('ruby') ? ['ruby', written('compare.rb', rubyScript), file] : null),
  },
  {
    name: 'version_compare of PHP',
    scheme: composerVersions,
    pieces: [
      '1',
      '0',
      '10',
      '2',
      '.',
      '-',
      '+',
      '_',
      'a',
      'alpha',
      'beta',
      'RC',
      'rc',
      'pl',
      'dev',
      'x',
    ],
    corpus: 'packagist-versions-generated.txt',
    // PHP puts a trailing separator below everything.
    accepts: (version) => composerVersions.isValid(version) && /[0-9A-Za-z]$/.test(version),
    command: (file) => (has('php') ? ['php', written('compare.php', phpScript), file] : null),
  },
  {
    name: 'ComparableVersion of Maven',
    scheme: mavenVersions,
    pieces: ['1', '0', '10', '2', '.', '-', 'alpha', 'rc', 'final', 'a', 'b', 'sp', 'SNAPSHOT'],
    corpus: 'maven-versions-generated.txt',
    accepts: (version) => /^\d/.test(version) && !unspecified(version),
    command: (file) => {
      const jar = mavenJar.find((candidate) => existsSync(candidate));
      if (jar === undefined || !has('java')) return null;
      const classPath = [jar, ...mavenLibraries].join(':');
      return ['java', '-cp', classPath, written('Compare.java', javaSource), file];
    },
  },
  {
    name: 'golang.org/x/mod/semver',
    scheme: golangVersions,
    pieces: ['1', '2', '0', '10', '.', '1.2.3', '-', '+', 'rc', 'a', '0.2020'],
    accepts: (version) => semverText.test(version) && !leadingZero.test(version),
    command: goProgram,
  },
  {
    name: 'node-semver',
    scheme: semverVersions,
    pieces: ['1', '2', '0', '10', '.', '1.2.3', '-', '+', 'rc', 'A', 'a'],
    corpus: 'semver-versions.txt',
    accepts: (version) =>
      semverText.test(version) && !leadingZero.test(version) && !/\d{16}/.test(version),
    command: (file) => {
      const library = npmSemver.find((candidate) => existsSync(candidate));
      if (library === undefined) return null;
      return [process.execPath, written('compare.cjs', nodeScript), library, file];
    },
  },
];

function pairsOf(oracle: Oracle): Pair[] {
  const count = oracle.pairs ?? 3000;
  const candidates = fc
    .sample(versionLike(oracle.pieces), { seed: SEED, numRuns: count * 20 })
    .filter((version) => oracle.accepts(version))
    .slice(0, count);
  candidates.push(...corpusVersions(oracle).slice(0, count));
  const shuffled = candidates.map((_, index) => candidates[(index * 7919) % candidates.length]);
  return candidates
    .flatMap((a, index): Pair[] => [
      [a, candidates[index + 1] ?? a],
      [a, shuffled[index] ?? a],
    ])
    .filter(([a, b]) => oracle.differs?.(a, b) !== true);
}

function corpusVersions(oracle: Oracle): string[] {
  const file = oracle.corpus === undefined ? null : sharedData(`versions/${oracle.corpus}`);
  if (file === null) return [];
  const versions = readFileSync(file, 'utf8').split(/\n| [<>=] /);
  return [...new Set(versions)].filter((version) => oracle.accepts(version));
}

describe('version orders against the tools that define them', () => {
  for (const oracle of oracles) {
    test(`${oracle.scheme.id}: ${oracle.name}`, (context) => {
      const pairs = pairsOf(oracle);
      const file = written(
        `${oracle.scheme.id}.tsv`,
        pairs.map((pair) => `${pair.join('\t')}\n`).join(''),
      );
      const [program, ...parameters] = oracle.command(file) ?? [];
      if (program === undefined) return context.skip(`${oracle.name} is not installed`);
      const run = spawnSync(program, parameters, { encoding: 'utf8', maxBuffer: 1 << 26 });
      expect(run.stderr).toBe('');
      const answers = run.stdout.split('\n').filter((line) => line !== '');
      expect(answers.length).toBe(pairs.length);
      expect(pairs.length).toBeGreaterThan(500);
      const wrong = pairs.filter(
        ([a, b], index) => sign(oracle.scheme.compare(a, b)) !== Number(answers[index]),
      );
      expect(wrong).toEqual([]);
    });
  }
});
