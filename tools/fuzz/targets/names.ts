// Short strings from strangers: package URLs, versions, vectors, references, challenges, globs.
import { scoreVector, severityOfScore } from '../../../src/advisory/cvss/index.ts';
import { compileGlob } from '../../../src/advisory/suppress/index.ts';
import { parseTarget, splitReference } from '../../../src/flow/target.ts';
import { parseChallenge } from '../../../src/host/registry/challenge.ts';
import { digestProblem } from '../../../src/host/registry/digest.ts';
import { parseReference } from '../../../src/host/registry/index.ts';
import { fitness, hostPlatform, parsePlatform } from '../../../src/host/registry/platform.ts';
import { versionSchemes } from '../../../src/inventory/version/index.ts';
import { splitLicences } from '../../../src/model/licence.ts';
import { formatPurl, parsePurl } from '../../../src/model/purl.ts';
import { sample } from '../samples/files.ts';
import { type FuzzTarget, promise, promiseText, type Sample } from '../target.ts';

const decoder = new TextDecoder();
const textOf = ({ bytes }: Sample): string => decoder.decode(bytes);
const lines = (...texts: readonly string[]): Sample[] => texts.map((text) => sample('text', text));

const purls = lines(
  'pkg:deb/debian/libc6@2.36-9+deb12u4?arch=amd64&distro=debian-12',
  'pkg:npm/%40babel/core@7.9.0#lib/index.js',
  'pkg:golang/github.com/gorilla/mux@v1.8.0',
  'pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?repository_url=repo.example.org/release',
  'pkg:pypi/Jinja2@2.10',
);

/** What is read once reads the same again: two names for one package would be two packages. */
function runPurl(input: Sample): void {
  const parts = parsePurl(textOf(input));
  if (parts === null) return;
  const text = formatPurl(parts);
  const again = parsePurl(text);
  promise(again !== null, `${text.slice(0, 200)} is written and cannot be read`);
  promise(formatPurl(again) === text, `${text.slice(0, 200)} changes when it is read and written`);
}

const versions = [
  '1.0',
  '1.0-1',
  '1:2.3.4-5ubuntu1~20.04',
  '2.36-9+deb12u4',
  '1.2.3-alpha.1+build.5',
  'v1.2.3',
  '1.0.0rc1.post2.dev3+local.7',
  '1!2.0',
  '1.1.1d-r2',
  '1.6_rc1-r0',
  '2.14.1-SNAPSHOT',
  '1.0-alpha-2',
  '4.18.0-425.el8_7',
  '0.0.0-20191109021931-daa7c04131f5',
  '2.0.0.pre1',
  '99999999999999999999999999.1',
];

/** Three versions a line: the order must be one. */
function runVersions(scheme: (typeof versionSchemes)[number], input: Sample): void {
  const [a = '', b = '', c = ''] = textOf(input).split('\n', 3);
  for (const one of [a, b, c]) scheme.isValid(one);
  const order = (left: string, right: string): number => Math.sign(scheme.compare(left, right));
  promise(order(a, a) === 0, 'a version differs from itself');
  const [ab, bc, ac] = [order(a, b), order(b, c), order(a, c)];
  promise(ab === -order(b, a) || (ab === 0 && order(b, a) === 0), 'the order depends on the side');
  if (ab <= 0 && bc <= 0) promise(ac <= 0, 'a <= b <= c, but a > c');
  if (ab >= 0 && bc >= 0) promise(ac >= 0, 'a >= b >= c, but a < c');
  if (ab === 0) promise(ac === bc, 'equal versions compare differently with a third one');
}

const vectors = lines(
  'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C/CR:H',
  'CVSS:3.0/AV:L/AC:H/PR:L/UI:R/S:C/C:L/I:N/A:N',
  'AV:N/AC:L/Au:N/C:P/I:P/A:P/E:POC/RL:OF/RC:C',
  'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:A/CR:H/MAV:L',
);

function runVector(input: Sample): void {
  const result = scoreVector(textOf(input));
  if (result === null) return;
  for (const score of [result.base, result.temporal, result.environmental]) {
    if (score === null) continue;
    promise(score >= 0 && score <= 10, `a score of ${score}`);
    promise(Math.abs(score * 10 - Math.round(score * 10)) < 1e-9, `a score of ${score}`);
    severityOfScore(score, result.version);
  }
}

function runReference(input: Sample): void {
  const { registry, repository, tag, digest } = parseReference(textOf(input));
  for (const part of [registry, repository]) promiseText(part, 'a part of a reference');
  // These become parts of a URL: nothing may lead elsewhere.
  promise(!/[\s?#\\@]/.test(registry), `the registry ${registry.slice(0, 80)}`);
  promise(!/[\s?#\\@]|\.\.|\/\//.test(repository), `the repository ${repository.slice(0, 80)}`);
  promise(tag === null || /^\w[\w.-]*$/.test(tag), `the tag ${String(tag).slice(0, 80)}`);
  promise(digest === null || digestProblem(digest) === null, 'a digest that cannot be checked');
}

function runGlob(input: Sample): void {
  const [pattern = '', text = ''] = textOf(input).split('\n', 2);
  for (const path of [true, false]) compileGlob(pattern, { path })(text);
}

const versionTokens = [
  '.',
  '-',
  '+',
  '~',
  ':',
  '^',
  '_',
  'alpha',
  'rc',
  'SNAPSHOT',
  'post',
  'dev',
  '00',
  'v',
  '!',
];

export const nameTargets: readonly FuzzTarget[] = [
  {
    name: 'purl',
    weight: 2,
    samples: purls,
    tokens: ['pkg:', '@', '?', '#', '%2F', '%', '&', '=', '//', 'checksum=', '..', '%40', '%zz'],
    run: runPurl,
  },
  ...versionSchemes.map(
    (scheme): FuzzTarget => ({
      name: `version-${scheme.id}`,
      weight: 0.7,
      samples: versions.map((_, index) =>
        sample(
          'versions',
          [0, 1, 5].map((step) => versions[(index + step) % versions.length]).join('\n'),
        ),
      ),
      tokens: versionTokens,
      run: (input) => runVersions(scheme, input),
    }),
  ),
  {
    name: 'cvss',
    weight: 1,
    samples: vectors,
    tokens: ['/', ':', 'CVSS:', 'AV:', 'E:', 'MAV:X'],
    run: runVector,
  },
  {
    name: 'image-reference',
    weight: 1,
    samples: lines(
      'registry.example:5000/team/shop:1.2@sha256:' + 'a'.repeat(64),
      'debian',
      'localhost/a/b',
      '[::1]:5000/x',
    ),
    tokens: ['/', ':', '@', 'sha256:', '[', ']', '..', 'https://', '?', '#', ' '],
    run: runReference,
  },
  {
    name: 'target',
    weight: 0.5,
    samples: lines('docker-archive:/tmp/a.tar:tag', 'pkg:npm/a@1', 'dir:.', 'oci:layout@sha256:ab'),
    tokens: ['docker-archive:', 'oci:', 'registry:', 'sbom:', 'container:', ':', '\0'],
    run(input) {
      // The user's own words: no path is longer, and each of its colons may be asked of the disk.
      splitReference(parseTarget(textOf(input).slice(0, 4096)));
    },
  },
  {
    name: 'registry-challenge',
    weight: 1,
    samples: lines(
      'Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull"',
      'Basic realm="x", Digest nonce="abc\\"d", Bearer realm=plain',
    ),
    tokens: ['Bearer', 'Basic', 'realm=', '"', '\\', ',', '=', 'scope='],
    run(input) {
      const challenge = parseChallenge(textOf(input));
      if (challenge?.kind === 'bearer') promise(challenge.realm !== '', 'a realm is empty');
    },
  },
  {
    name: 'platform',
    weight: 0.3,
    samples: lines('linux/arm64/v8', 'linux/amd64', 'windows/amd64'),
    tokens: ['/', 'v', 'arm', 'linux'],
    run(input) {
      const value = fitness(parsePlatform(textOf(input)), hostPlatform());
      promise(value >= 0 && value <= 1000, `a fitness of ${value}`);
    },
  },
  {
    name: 'glob',
    weight: 1,
    samples: lines(
      '**/node_modules/*/package.json\nsrv/node_modules/a/package.json',
      'pkg:npm/*\npkg:npm/a',
    ),
    tokens: ['**', '*', '?', '[', ']', '{', '}', '/', '!', '\\', '**/'],
    run: runGlob,
  },
  {
    name: 'licence',
    weight: 0.5,
    samples: lines('(GPL-2.0-or-later OR MIT) AND Zlib', 'GPLv2+ and LGPLv2+ with exceptions'),
    tokens: [' and ', ' or ', '(', ')', ',', ';', '|', ' AND ', ' WITH '],
    run(input) {
      for (const part of splitLicences(textOf(input))) promiseText(part, 'a licence');
    },
  },
];
