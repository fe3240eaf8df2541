import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseTarget, splitReference } from './target.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-target-'));
beforeAll(() => {
  mkdirSync(join(folder, 'layout'));
  writeFileSync(join(folder, 'layout/oci-layout'), '{}');
  mkdirSync(join(folder, 'bare-layout/blobs'), { recursive: true });
  writeFileSync(join(folder, 'bare-layout/index.json'), '{}');
  mkdirSync(join(folder, 'copied'));
  writeFileSync(join(folder, 'copied/manifest.json'), '{}');
  writeFileSync(join(folder, 'copied/version'), 'Directory Transport Version: 1.1\n');
  mkdirSync(join(folder, 'bundle/rootfs/etc'), { recursive: true });
  writeFileSync(join(folder, 'bundle/rootfs/etc/os-release'), 'ID=x');
  writeFileSync(join(folder, 'bundle/config.json'), '{}');
  mkdirSync(join(folder, 'web'));
  for (const name of ['index.json', 'manifest.json', 'version']) {
    writeFileSync(join(folder, 'web', name), '1.2.3');
  }
  mkdirSync(join(folder, 'rpms/usr/lib/sysimage/rpm'), { recursive: true });
  mkdirSync(join(folder, 'root/etc'), { recursive: true });
  writeFileSync(join(folder, 'root/etc/os-release'), 'ID=x');
  mkdirSync(join(folder, 'project'));
  writeFileSync(join(folder, 'shop.tar'), 'x');
  writeFileSync(join(folder, 'bom.json'), ' {"bomFormat":"CycloneDX"}');
  writeFileSync(join(folder, 'odd:name.tar'), 'x');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function split(text: string) {
  return splitReference(parseTarget(text));
}

describe('what is meant', () => {
  test.each([
    ['layout', 'oci'],
    ['bare-layout', 'oci'],
    ['copied', 'oci'],
    ['web', 'dir'],
    ['root', 'rootfs'],
    ['rpms', 'rootfs'],
    ['project', 'dir'],
    ['shop.tar', 'archive'],
    ['bom.json', 'sbom'],
    ['odd:name.tar', 'archive'],
  ])('%s is %s', (name, kind) => {
    expect(parseTarget(join(folder, name)).kind).toBe(kind);
  });

  test('the root of a runtime bundle', () => {
    expect(parseTarget(join(folder, 'bundle'))).toMatchObject({
      kind: 'rootfs',
      name: join(folder, 'bundle/rootfs'),
    });
  });

  test.each([
    ['alpine', 'image'],
    ['registry.example:5000/team/app:1.2', 'image'],
    ['app@sha256:abc', 'image'],
    ['pkg:npm/lodash@4.17.4', 'pkg'],
    ['docker:alpine', 'docker'],
    ['registry:alpine', 'registry'],
    ['container:abc', 'container'],
    ['oci-archive:/nowhere.tar', 'oci-archive'],
  ])('%s is %s', (text, kind) => {
    expect(parseTarget(text).kind).toBe(kind);
  });

  test.each(['', 'docker:', '/dev/null'])('%j is refused', (text) => {
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  test.each(['/absent/shop.tar', './absent', 'absent.tar.gz', '~/x'])(
    '%s is a missing path, not an image to pull',
    (text) => {
      expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: 'not-found' }));
    },
  );

  test('a reference after the path selects an image; a file of that very name wins', () => {
    const file = join(folder, 'shop.tar');
    expect(split(`docker-archive:${file}:team/shop:1`)).toEqual({
      path: file,
      reference: 'team/shop:1',
    });
    expect(split(`docker-archive:${file}`)).toEqual({ path: file, reference: null });
    expect(split(`docker-archive:${join(folder, 'odd:name.tar')}`).reference).toBeNull();
  });
});
