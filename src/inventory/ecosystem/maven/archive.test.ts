import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildZip, type ZipEntry } from '../../../../test/build-zip.ts';
import { catalog, catalogerOf, identities, identity } from '../../../../test/catalog.ts';
import { damagedCopies } from '../../../../test/damage.ts';
import { bytesAsFile, type RandomAccess } from '../../../base/random-access.ts';
import { archiveLimits, catalogArchive } from './archive.ts';
import { maven } from './index.ts';

const archive = catalogerOf(maven, 'java-archive');

function properties(coordinates: string): ZipEntry {
  const [group = '', artifact = '', version = ''] = coordinates.split(':');
  return {
    name: `META-INF/maven/${group}/${artifact}/pom.properties`,
    content: `groupId=${group}\nartifactId=${artifact}\nversion=${version}\n`,
  };
}

function jar(coordinates: string, ...more: readonly ZipEntry[]): Buffer {
  return buildZip([properties(coordinates), { name: 'A.class', content: 'x' }, ...more]);
}

function read(path: string, content: Uint8Array) {
  return catalog(archive, { path, content });
}

/** `within -> identity`, in order. */
function places(result: ReturnType<typeof read>): readonly string[] {
  return result.packages.map((one) => `${one.within ?? '.'} -> ${identity(one)}`);
}

describe('nested archives', () => {
  const inner = jar('g:inner:1.0');
  const web = buildZip([
    { name: 'WEB-INF/lib/inner-1.0.jar', content: inner, stored: true },
    {
      name: 'WEB-INF/lib/deep-2.0.jar',
      content: jar('g:deep:2.0', { name: 'lib/inner-1.0.jar', content: inner }),
    },
    { name: 'WEB-INF/lib/inner-1.0-sources.jar', content: inner },
  ]);

  test('stored and deflated, by path', () => {
    const result = read('app/shop-1.0.war', web);
    expect(result.unknowns).toEqual([]);
    expect(places(result)).toEqual([
      '. -> shop@1.0',
      'WEB-INF/lib/inner-1.0.jar -> g/inner@1.0',
      'WEB-INF/lib/deep-2.0.jar -> g/deep@2.0',
      'WEB-INF/lib/deep-2.0.jar!lib/inner-1.0.jar -> g/inner@1.0',
    ]);
    expect(result.packages[0]?.confidence).toBe('low');
  });

  test('a self-executing archive', () => {
    const content = buildZip([properties('g:boot:3.0')], {
      prefix: '#!/bin/bash\n',
      relative: true,
    });
    expect(identities(read('boot.jar', content))).toEqual(['g/boot@3.0']);
  });

  test('shaded packages are told apart from the archive itself', () => {
    const content = jar(
      'g:fat:1.0',
      properties('a:b:1.1'),
      properties('c:d:2.2'),
      properties('a:b:1.1'),
    );
    const outer = buildZip([{ name: 'lib/fat-1.0.jar', content }]);
    expect(places(read('fat-1.0.jar', content))).toEqual([
      '. -> g/fat@1.0',
      'a:b -> a/b@1.1',
      'c:d -> c/d@2.2',
    ]);
    expect(places(read('all-1.jar', outer))).toContain('lib/fat-1.0.jar!a:b -> a/b@1.1');
  });

  test('pom.xml stands in for a missing pom.properties', () => {
    const pom =
      '<project><parent><groupId>g</groupId><version>2</version></parent><artifactId>a</artifactId></project>';
    const content = buildZip([{ name: 'META-INF/maven/g/a/pom.xml', content: pom }]);
    expect(identities(read('a.jar', content))).toEqual(['g/a@2']);
  });

  test('an unpacked archive keeps its descriptor', () => {
    const unpacked = catalogerOf(maven, 'java-unpacked');
    const result = catalog(unpacked, {
      path: 'app/META-INF/maven/g/a/pom.properties',
      content: 'groupId=g\nartifactId=a\nversion=1\n',
    });
    expect(identities(result)).toEqual(['g/a@1']);
  });

  test('sources and documentation are skipped', () => {
    expect(read('inner-1.0-sources.jar', inner)).toEqual({ packages: [], unknowns: [] });
    expect(read('inner-1.0-javadoc.jar', inner)).toEqual({ packages: [], unknowns: [] });
  });

  test('an archive of classes that tells nothing is an unknown', () => {
    const content = buildZip([{ name: 'A.class', content: '' }]);
    expect(read('app.jar', content)).toEqual({
      packages: [],
      unknowns: [{ reason: 'Java archive that tells neither name nor version' }],
    });
  });

  test('unresolved and broken descriptors are unknowns with their place', () => {
    const content = jar('g:a:${revision}', {
      name: 'META-INF/maven/x/pom.properties',
      content: 'x=1',
    });
    expect(read('a-1.0.jar', content).unknowns).toEqual([
      {
        reason: 'Maven descriptor with unresolved properties',
        within: 'META-INF/maven/g/a/pom.properties',
      },
      {
        reason: 'Maven descriptor without group, artifact or version',
        within: 'META-INF/maven/x/pom.properties',
      },
    ]);
  });
});

function nested(depth: number, stored: boolean): Buffer {
  let content = jar('g:core:1.0');
  for (let level = depth; level > 0; level--) {
    content = buildZip([{ name: `l${level}-1.0.jar`, content, stored }]);
  }
  return content;
}

describe('hostile archives', () => {
  test.each([[true], [false]])('ten deep (stored: %s) stops at the limit', (stored) => {
    const result = read('outer-1.0.jar', nested(10, stored));
    expect(result.packages).toHaveLength(archiveLimits.depth + 1);
    expect(result.unknowns).toMatchObject([{ reason: 'archives nested deeper than 8 levels' }]);
  });

  test('eight deep is read to the core', () => {
    expect(identities(read('outer-1.0.jar', nested(8, false)))).toContain('g/core@1.0');
  });

  test('inflated bytes are one budget', () => {
    const big = buildZip([{ name: 'zeros', content: Buffer.alloc(300_000), stored: true }]);
    const members = Array.from({ length: 10 }, (_, index) => ({
      name: `m${index}-1.jar`,
      content: big,
    }));
    const bounds = { ...archiveLimits, inflatedBytes: 1_000_000 };
    const result = catalogArchive(bytesAsFile(buildZip(members)), 'outer-1.0.jar', bounds);
    expect(result.packages).toHaveLength(4);
    expect(result.unknowns).toHaveLength(7);
    expect(result.unknowns[0]?.reason).toContain('exceeds the budget');
  });

  test('memory held at one time is bounded, whatever the depth', () => {
    const bounds = { ...archiveLimits, heldBytes: 500 };
    const result = catalogArchive(bytesAsFile(nested(6, false)), 'outer-1.0.jar', bounds);
    expect(result.unknowns[0]?.reason).toContain('exceeds the budget');
  });

  test('a descriptor of 100 MB is not inflated', () => {
    const content = buildZip([
      { name: 'META-INF/MANIFEST.MF', content: Buffer.alloc(100_000_000) },
    ]);
    expect(read('a-1.0.jar', content).unknowns).toEqual([
      {
        reason: 'member declares 100000000 bytes, more than 8388608',
        within: 'META-INF/MANIFEST.MF',
      },
    ]);
  });

  test('many broken members give a bounded list of reasons', () => {
    const members = Array.from({ length: 3000 }, (_, index) => ({
      name: `${index}.jar`,
      content: 'no',
    }));
    expect(read('a-1.0.jar', buildZip(members)).unknowns.length).toBeLessThanOrEqual(1001);
  });

  test('more packages than allowed are cut', () => {
    const poms = Array.from({ length: 50 }, (_, index) => properties(`g:a${index}:1`));
    const bounds = { ...archiveLimits, packages: 10 };
    const result = catalogArchive(bytesAsFile(buildZip(poms)), 'x-1.jar', bounds);
    expect(result.packages).toHaveLength(10);
    expect(result.unknowns).toMatchObject([{ reason: 'more than 10 packages' }]);
  });

  test('what is no zip is a reason', () => {
    expect(read('a.jar', Buffer.from('not a zip at all, but long enough')).unknowns).toEqual([
      { reason: 'no zip directory' },
    ]);
  });

  test('any damage gives packages or reasons', () => {
    const whole = buildZip([
      { name: 'lib/a-1.0.jar', content: jar('g:a:1.0'), stored: true },
      { name: 'lib/b-1.0.jar', content: jar('g:b:1.0') },
      { name: 'META-INF/MANIFEST.MF', content: 'Implementation-Version: 1\n' },
    ]);
    for (const content of damagedCopies(whole, { seed: 51, copies: 1500 })) {
      const result = read('outer-1.0.jar', content);
      expect(result.packages.length).toBeLessThan(8);
    }
  });
});

test('only directory and descriptors are read of a large archive', () => {
  const blob = Buffer.alloc(4_000_000, 'class data ');
  const content = jar('g:big:1.0', { name: 'blob.bin', content: blob, stored: true });
  let bytes = 0;
  const inner = bytesAsFile(content);
  const file: RandomAccess = {
    size: inner.size,
    read(offset, length) {
      const result = inner.read(offset, length);
      bytes += result.length;
      return result;
    },
  };
  expect(catalogArchive(file, 'big-1.0.jar').packages).toHaveLength(1);
  expect(bytes).toBeLessThan(200_000);
});

const repository = '/usr/share/maven-repo';
const debian = existsSync(repository) ? globSync(`${repository}/**/*.jar`) : [];

test.skipIf(debian.length === 0)(
  `JARs of Debian's Maven repository have the coordinates of their path (skipped where there is no ${repository})`,
  () => {
    let compared = 0;
    for (const path of debian) {
      const parts = path.slice(repository.length + 1).split('/');
      const version = parts.at(-2) ?? '';
      // Debian links its artifacts a second time under placeholder versions.
      if (version === 'debian' || version.endsWith('.x')) continue;
      const content = readFileSync(path);
      if (!content.includes('pom.properties')) continue;
      const result = read(`opt/${parts.at(-3)}.jar`, content);
      const expected = `${parts.slice(0, -3).join('.')}/${parts.at(-3)}@${version}`;
      expect(result.packages.map(identity)).toContain(expected);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(0);
  },
);
