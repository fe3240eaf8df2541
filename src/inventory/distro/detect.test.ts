import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cases, debian12, detect, osRelease } from './fixtures/releases.ts';
import { distributions } from './registry.ts';

describe('os-release', () => {
  test.each(Object.entries(cases))('%s', (_, { text, others = {}, expected, note }) => {
    const { distribution, unknowns } = detect({ 'etc/os-release': text, ...others });
    expect(distribution).toMatchObject(expected);
    expect(unknowns).toHaveLength(note === undefined ? 0 : 1);
    expect(unknowns[0]?.reason ?? '').toContain(note ?? '');
  });

  test('every known distribution is in the table of this test', () => {
    const seen = new Set(
      Object.values(cases).map(({ text }) => detect({ 'etc/os-release': text }).distribution?.id),
    );
    const silent = distributions.filter((definition) => !definition.ids.some((id) => seen.has(id)));
    expect(silent.map((definition) => definition.ids)).toEqual([]);
    const ids = distributions.flatMap((definition) => definition.ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('streams of Red Hat: repositories, minor releases, extended support', () => {
    const nine = detect({ 'etc/os-release': osRelease({ ID: 'rhel', VERSION_ID: '9.4' }) });
    expect(nine.distribution?.osvStreams).toContain('Red Hat:enterprise_linux:9::appstream');
    expect(nine.distribution?.osvStreams?.some((stream) => stream.includes('eus'))).toBe(false);
    const ten = detect({ 'etc/os-release': osRelease({ ID: 'rhel', VERSION_ID: '10.0' }) });
    expect(ten.distribution?.osvStreams).toContain('Red Hat:enterprise_linux:10.1');
    const extended = detect({
      'etc/os-release': osRelease({ ID: 'rhel', VERSION_ID: '9.4' }),
      'root/buildinfo/content_manifests/a.json': '{broken',
      'root/buildinfo/content_manifests/ubi9.json': JSON.stringify({
        content_sets: ['rhel-9-for-x86_64-baseos-eus-rpms', 7],
      }),
    });
    expect(extended.distribution?.osvStreams).toContain('Red Hat:rhel_eus:9.4::appstream');
  });

  test('streams of SUSE: modules and LTSS', () => {
    const { distribution } = detect({
      'etc/os-release': osRelease({ ID: 'sles', VERSION_ID: '15.5' }),
    });
    expect(distribution?.osvStreams).toContain(
      'SUSE:Linux Enterprise Module for Basesystem 15 SP5',
    );
    expect(distribution?.osvStreams).toContain('SUSE:Linux Enterprise Server 15 SP5-LTSS');
  });

  test('usr/lib/os-release stands in, etc/os-release comes first', () => {
    expect(detect({ 'usr/lib/os-release': debian12 }).distribution?.id).toBe('debian');
    const both = detect({ 'usr/lib/os-release': debian12, 'etc/os-release': 'ID=wolfi\n' });
    expect(both.distribution?.id).toBe('wolfi');
  });

  test('quotes, escapes, comments, repeated fields', () => {
    const text =
      '# note\nID=\'Debian\'\nVERSION_ID=11\nVERSION_ID="12"\nPRETTY_NAME="a \\"b\\" \\$c"\nbroken\n=x\n';
    expect(detect({ 'etc/os-release': text }).distribution).toMatchObject({
      id: 'debian',
      versionId: '12',
      name: 'a "b" $c',
    });
  });

  test('control characters and long values do not reach the report', () => {
    const text = `ID=debian\nVERSION_ID=12\nPRETTY_NAME="\u001b[31mred${'x'.repeat(5000)}"\n`;
    const name = detect({ 'etc/os-release': text }).distribution?.name ?? '';
    expect(name.startsWith('[31mred')).toBe(true);
    expect(name.length).toBeLessThanOrEqual(256);
  });

  test.each(['', '\n', 'ID=\n', 'ID=../x\n', 'NAME=x\n', '\u0000\u0001'])(
    'a file that names nothing: %j',
    (text) => {
      const { distribution, unknowns } = detect({ 'etc/os-release': text });
      expect(distribution).toBeNull();
      expect(unknowns).toEqual([
        { path: 'etc/os-release', reason: expect.stringContaining('cannot be judged') },
      ]);
    },
  );

  test('a silent file is told when a later one speaks', () => {
    const { distribution, unknowns } = detect({
      'etc/os-release': '',
      'etc/alpine-release': '3.18.2\n',
    });
    expect(distribution?.osvEcosystem).toBe('Alpine:v3.18');
    expect(unknowns.map((unknown) => unknown.path)).toEqual(['etc/os-release']);
  });

  test('no file at all: no distribution, and nothing claimed', () => {
    expect(detect({})).toEqual({ distribution: null, unknowns: [] });
  });

  test.skipIf(!existsSync('/etc/os-release'))('this machine', () => {
    const text = readFileSync('/etc/os-release', 'utf8');
    const id = /^ID="?([^"\n]+)/m.exec(text)?.[1];
    expect(detect({ 'etc/os-release': text }).distribution?.id).toBe(id);
  });
});
