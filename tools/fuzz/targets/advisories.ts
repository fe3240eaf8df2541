// Feeds, waivers, statements and SBOMs from strangers, and what registries answer.
import {
  detectFeed,
  interpretRecord,
  readAlpineSecdb,
  readCveRecord,
  readDebianTracker,
  readEpss,
  readKev,
  readNvd,
  readOsv,
  recordMatches,
} from '../../../src/advisory/feed/index.ts';
import type { AdvisoryItem } from '../../../src/advisory/feed/item.ts';
import { evaluateRanges } from '../../../src/advisory/match/range.ts';
import { parseIgnoreFile, parseVex } from '../../../src/advisory/suppress/index.ts';
import { parseJson } from '../../../src/base/json.ts';
import { helperOf, inlineCredentials } from '../../../src/host/registry/credential-file.ts';
import { digestProblem } from '../../../src/host/registry/digest.ts';
import { parseManifest } from '../../../src/host/registry/manifest.ts';
import { readSboms } from '../../../src/inventory/sbom/index.ts';
import { debVersions } from '../../../src/inventory/version/deb.ts';
import { semverVersions } from '../../../src/inventory/version/index.ts';
import { parsePurl } from '../../../src/model/purl.ts';
import * as samples from '../samples/advisories.ts';
import { sample } from '../samples/files.ts';
import {
  type FuzzTarget,
  inPieces,
  promise,
  promiseReason,
  promiseText,
  type Sample,
} from '../target.ts';

const decoder = new TextDecoder();
const textOf = ({ bytes }: Sample): string => decoder.decode(bytes);
const texts = (...all: readonly string[]): Sample[] => all.map((text) => sample('feed', text));

const orders = { ecosystem: debVersions, semver: semverVersions };

/** Items as readers yield them; records go on to the matcher. */
function promiseItems(items: Iterable<AdvisoryItem>): void {
  for (const item of items) {
    if (item.kind === 'bad' || item.kind === 'left-out') {
      promiseText(item.where, 'the place of a bad record');
      promiseReason(item.reason);
      continue;
    }
    promise(item.record.id !== '', 'a record without an id');
    const advisory = interpretRecord(item.record);
    if (typeof advisory === 'string') continue;
    promise(!advisory.summary.includes('\n'), 'a summary of several lines');
    for (const match of recordMatches(item.record).slice(0, 50)) {
      const verdict = evaluateRanges(match, '1.2.3-4', orders);
      if (verdict.kind === 'undetermined') promiseReason(verdict.reason);
    }
  }
}

function promiseSides(
  items: Iterable<{ kind: string; cve?: string; reason?: string; score?: number }>,
): void {
  for (const { kind, cve, reason, score } of items) {
    if (kind === 'bad' || kind === 'left-out') promiseReason(reason);
    else promise(/^CVE-\d{4}-\d+$/.test(cve ?? ''), `the CVE ${String(cve).slice(0, 80)}`);
    if (score !== undefined) promise(score >= 0 && score <= 1, `a probability of ${score}`);
  }
}

function runSbom(input: Sample): void {
  for (const { packages, unknowns } of readSboms({ name: 'fuzz', text: textOf(input) })) {
    for (const { reason } of unknowns) promiseReason(reason);
    for (const { purl, name, version } of packages) {
      promise(parsePurl(purl) !== null, `the package URL ${purl.slice(0, 200)} is not readable`);
      promiseText(name, 'a name');
      promiseText(version, 'a version');
    }
  }
}

function runManifest({ bytes }: Sample): void {
  const manifest = parseManifest(bytes, { name: 'fuzz', contentType: null });
  const descriptors =
    manifest.kind === 'index' ? manifest.entries : [manifest.config, ...manifest.layers];
  for (const { digest, size } of descriptors) {
    promise(digestProblem(digest) === null, 'a digest that cannot be checked');
    promise(Number.isSafeInteger(size) && size >= 0, `a size of ${size}`);
  }
}

const idTokens = [
  'CVE-2021-44228',
  'GHSA-',
  'MAL-2024-1',
  'introduced',
  'fixed',
  'last_affected',
  'withdrawn',
];

const feedTargets: readonly FuzzTarget[] = [
  {
    name: 'feed-osv',
    weight: 2,
    samples: texts(
      ...samples.osvRecords,
      samples.osvRecords.join('\n'),
      `[${samples.osvRecords.join()}]`,
    ),
    tokens: [...idTokens, '"ranges":', '"events":', '"SEMVER"', '"affected":', '"package":'],
    run: ({ bytes }) => promiseItems(readOsv(bytes, 'fuzz')),
  },
  {
    name: 'feed-debian-tracker',
    weight: 1,
    samples: texts(samples.debianTracker),
    tokens: [...idTokens, '"releases":', '"status":', '"fixed_version":"0"', '"nodsa":'],
    run: ({ bytes }) => promiseItems(readDebianTracker(inPieces(bytes, 37))),
  },
  {
    name: 'feed-alpine-secdb',
    weight: 1,
    samples: texts(samples.alpineSecdb),
    tokens: [...idTokens, '"secfixes":', '"pkg":', '"0":', 'XSA-1'],
    run: ({ bytes }) => promiseItems(readAlpineSecdb(bytes, 'fuzz')),
  },
  {
    name: 'feed-kev',
    weight: 0.5,
    samples: texts(samples.kev),
    tokens: [...idTokens, '"cveID":', '"dateAdded":'],
    run: ({ bytes }) => promiseSides(readKev(bytes, 'fuzz')),
  },
  {
    name: 'feed-epss',
    weight: 0.5,
    samples: texts(samples.epss),
    tokens: [...idTokens, 'cve,epss,percentile', ',', 'NaN', '1e-400', 'Infinity'],
    run: ({ bytes }) => promiseSides(readEpss(inPieces(bytes, 41), 'fuzz')),
  },
  {
    name: 'feed-nvd',
    weight: 0.5,
    samples: texts(samples.nvd),
    tokens: [...idTokens, '"metrics":', '"vectorString":', '"cve":'],
    run: ({ bytes }) => promiseSides(readNvd(inPieces(bytes, 43), 'fuzz')),
  },
  {
    name: 'feed-cve-record',
    weight: 0.5,
    samples: texts(samples.cveRecord),
    tokens: [...idTokens, '"containers":', '"cna":', '"adp":', '"state":"REJECTED"'],
    run: ({ bytes }) => promiseSides([readCveRecord(bytes, 'fuzz')]),
  },
  {
    name: 'feed-kind',
    weight: 0.5,
    samples: texts(
      samples.osvRecords[0] ?? '',
      samples.debianTracker,
      samples.alpineSecdb,
      samples.kev,
      samples.epss,
    ),
    tokens: ['{"', '[', 'PK\x03\x04', '\x1f\x8b', 'SQLite format 3\0', '#model_version'],
    run({ bytes }) {
      detectFeed(bytes);
    },
  },
];

export const advisoryTargets: readonly FuzzTarget[] = [
  ...feedTargets,
  {
    name: 'ignore-file',
    weight: 1,
    samples: texts(samples.ignoreFile),
    tokens: [
      'ignore:',
      '- id: ',
      'ids: [',
      'reason: ',
      'expires: ',
      'package: ',
      '*',
      '&a ',
      '*a',
      '---',
    ],
    run(input) {
      const { rules, problems } = parseIgnoreFile(textOf(input), 'fuzz');
      for (const { message } of problems) promiseReason(message);
      for (const { reason, ids } of rules) {
        promise(reason.trim() !== '' && ids.length > 0, 'a rule without reason or id is used');
      }
    },
  },
  {
    name: 'vex',
    weight: 1,
    samples: texts(...samples.vexDocuments),
    tokens: [
      'not_affected',
      'known_not_affected',
      'product_tree',
      'pkg:',
      '@id',
      'affects',
      'branches',
    ],
    run(input) {
      const parsed = parseVex(textOf(input), 'fuzz');
      if (!parsed.ok) promiseReason(parsed.reason);
      else for (const problem of parsed.document.problems) promiseReason(problem);
    },
  },
  {
    name: 'sbom',
    weight: 1.5,
    samples: texts(...samples.sboms),
    tokens: [
      'components',
      'purl',
      'pkg:',
      'SPDXRef-',
      'bom-ref',
      'dependencies',
      'artifacts',
      '<text>',
      'PackageName:',
    ],
    run: runSbom,
  },
  {
    name: 'registry-manifest',
    weight: 1,
    samples: texts(...samples.manifests),
    tokens: ['mediaType', 'sha256:', 'manifests', 'layers', 'config', 'size', 'platform'],
    run: runManifest,
  },
  {
    name: 'registry-credentials',
    weight: 0.5,
    samples: texts(samples.credentialFile),
    tokens: ['auths', 'auth', 'credHelpers', 'credsStore', 'registrytoken', 'registry.example'],
    run(input) {
      const parsed = parseJson(textOf(input));
      if (!parsed.ok) return;
      helperOf(parsed.value, 'registry.example');
      inlineCredentials(parsed.value, { registry: 'registry.example', repository: 'team/shop' });
    },
  },
];
