// Every line of the public version corpus (google/osv-scalibr, `semantic/testdata`), where present.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { noSharedData, sharedData } from '../../../test/shared-data.ts';
import { comparison, sign } from './contract.ts';
import { schemeById } from './index.ts';

const corpora: readonly (readonly [file: string, scheme: string, atLeast: number])[] = [
  ['alpine-versions.txt', 'apk', 380],
  ['alpine-versions-generated.txt', 'apk', 6900],
  ['cran-versions.txt', 'cran', 11],
  ['cran-versions-generated.txt', 'cran', 29],
  ['debian-versions.txt', 'deb', 17],
  ['debian-versions-generated.txt', 'deb', 7200],
  ['hackage-versions.txt', 'hackage', 7],
  ['maven-versions.txt', 'maven', 51],
  ['maven-versions-generated.txt', 'maven', 7300],
  ['nuget-versions.txt', 'nuget', 19],
  ['packagist-versions.txt', 'composer', 45],
  ['packagist-versions-generated.txt', 'composer', 5300],
  ['pub-versions.txt', 'pub', 49],
  ['pypi-versions.txt', 'pep440', 18],
  ['pypi-versions-generated.txt', 'pep440', 6100],
  ['redhat-versions.txt', 'rpm', 81],
  ['rubygems-versions.txt', 'gem', 13],
  ['rubygems-versions-generated.txt', 'gem', 2000],
  ['semver-versions.txt', 'semver', 41],
];

const folder = sharedData('versions/');

describe.skipIf(folder === null)(
  `the public version corpus (skipped where ${noSharedData})`,
  () => {
    test.each(corpora)('%s in the order %s', (file, id, atLeast) => {
      const scheme = schemeById(id);
      if (scheme === null) throw new Error(`no scheme ${id}`);
      const path = `${folder}${file}`;
      const lines = readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('//'));
      const wrong = lines.filter((line) => {
        const { a, b, order } = comparison(line);
        return sign(scheme.compare(a, b)) !== order || sign(scheme.compare(b, a)) !== 0 - order;
      });
      expect(wrong).toEqual([]);
      expect(lines.length).toBeGreaterThanOrEqual(atLeast);
    });
  },
);
