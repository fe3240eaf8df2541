// Changelogs of distributions: what they mend, what they take back, and those that rpm itself wrote.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { builtinSource } from '../advisory/builtin/index.ts';
import { hostControls, judgeAudit } from '../audit/index.ts';
import { openMachine } from '../host/machine/index.ts';
import { collectHost } from './audit-host.ts';
import { debianEntries, fixesOf } from './host-changelogs.ts';

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'seaworthy-changelog-'));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true, force: true });
});

const entry = (version: string, lines: readonly string[]): string =>
  `linux (${version}) stable; urgency=high\n\n${lines.join('\n')}\n\n -- A B <a@b.invalid>  Fri, 08 May 2026 14:16:54 +0200\n\n`;
const fixes = (...entries: readonly string[]): object =>
  Object.fromEntries(fixesOf(debianEntries(entries.join(''))).fixes);

test('numbers, each with the newest entry that names it', () => {
  const text = [
    entry('2', ['  * CVE-2024-1 and CVE-2024-10002, CVE-2024-10003']),
    entry('1', ['  * CVE-2024-10002']),
  ];
  expect(fixes(...text)).toEqual({ 'CVE-2024-10002': '2', 'CVE-2024-10003': '2' });
  expect(fixesOf(debianEntries(text.join(''))).sinceYear).toBe(2026);
  expect(fixesOf(debianEntries(''))).toEqual({ fixes: new Map(), sinceYear: 9999 });
});

test.each<[what: string, lines: readonly string[], found: object]>([
  [
    'a commit by its title',
    ['  * xfrm: esp: avoid in-place decrypt on shared skb frags'],
    {
      'CVE-2026-43284': '2',
    },
  ],
  [
    'a title that is broken',
    [
      '    - [amd64] rxrpc: Also unshare DATA/RESPONSE packets when paged',
      '      frags are present',
    ],
    { 'CVE-2026-43500': '2' },
  ],
  [
    'a title that holds the word',
    ['    - crypto: algif_aead - Revert to operating out-of-place (CVE-2026-31431)'],
    { 'CVE-2026-31431': '2' },
  ],
  [
    'a fix by taking something back',
    ['  * Revert "epoll: x" (CVE-2025-38349,', '    CVE-2026-46242)'],
    {
      'CVE-2025-38349': '2',
      'CVE-2026-46242': '2',
    },
  ],
  ['a fix taken back', ['  * Revert the fix of CVE-2024-10002'], {}],
  [
    'a commit taken back',
    ['  * Revert "xfrm: esp: avoid in-place decrypt on shared skb frags"'],
    {},
  ],
  ['not concerned', ['  * not affected by CVE-2024-10002'], {}],
  ['a patch that upstream has now', ['  * Drop CVE-2024-10002.patch, applied upstream'], {}],
])('%s', (_, lines, found) => {
  expect(fixes(entry('2', lines))).toEqual(found);
});

test('what a newer entry takes back is not mended by an older one', () => {
  const older = entry('1', ['  * CVE-2024-10002']);
  expect(fixes(entry('2', ['  * Revert the fix of CVE-2024-10002']), older)).toEqual({});
  expect(fixes(entry('2', ['  * Drop CVE-2024-10002.patch']), older)).toEqual({
    'CVE-2024-10002': '1',
  });
});

const now = new Date('2026-11-22T00:00:00Z');

async function statesOn(root: string): Promise<ReadonlyMap<string, unknown>> {
  const sources = { machine: openMachine(root), engine: null, advisories: builtinSource(), now };
  const { facts } = await collectHost(sources);
  const results = judgeAudit(hostControls, facts, () => null);
  return new Map(results.map(({ id, evidence }) => [id, evidence[0]?.detail?.['state']]));
}

test('a kernel of Debian that had the fixes before upstream and before they had numbers', async () => {
  const root = folder();
  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const name = 'linux-image-6.1.0-47-amd64';
  put('etc/os-release', 'ID=debian\nVERSION_ID="12"\n');
  put(
    'var/lib/dpkg/status',
    `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 6.1.170-2\n\n`,
  );
  const lines = [
    '  * rxrpc: Also unshare DATA/RESPONSE packets when paged frags are present',
    '  * xfrm: esp: avoid in-place decrypt on shared skb frags',
  ];
  put(`usr/share/doc/${name}/changelog.Debian.gz`, gzipSync(entry('6.1.170-2', lines)));
  const states = await statesOn(root);
  expect(states.get('CVE-2026-43284')).toBe('fixed-by-distribution');
  expect(states.get('CVE-2026-43500')).toBe('fixed-by-distribution');
  expect(states.get('CVE-2026-31431')).toBe('fixed-upstream');
  expect(String(states.get('CVE-2026-46300'))).toMatch(/^affected/);
});

const tools = ['rpm', 'rpmbuild'].map((one) => spawnSync(one, ['--version']).status === 0);
const hasRpm = tools.every(Boolean) || process.env['SEAWORTHY_CI'] === '1';

/** A package of a distribution whose changelog carries a fix back. */
const specification = `Name: runc
Epoch: 4
Version: 1.1.5
Release: 3.el9
Summary: x
License: ASL
BuildArch: noarch
%description
x
%files
%changelog
* Mon Feb 05 2024 A B <a@b.invalid> - 4:1.1.5-3
- fix CVE-2024-21626 (rhbz#1)
- Resolves: RHEL-1
* Tue Mar 07 2023 A B <a@b.invalid> - 4:1.1.5-1
- update to 1.1.5
`;

describe.skipIf(!hasRpm)('rpm (skipped where rpm and rpmbuild are missing)', () => {
  test('the changelogs that rpm itself keeps', async () => {
    const root = folder();
    const made = folder();
    const run = (command: string, ...words: readonly string[]): void => {
      const { status, stderr } = spawnSync(command, words, { encoding: 'utf8' });
      expect([status, stderr.includes('error:')], stderr).toEqual([0, false]);
    };
    writeFileSync(join(made, 'runc.spec'), specification);
    run('rpmbuild', '--define', `_topdir ${made}`, '-bb', join(made, 'runc.spec'));
    const file = join(made, 'RPMS/noarch/runc-1.1.5-3.el9.noarch.rpm');
    run('rpm', '--root', root, '--dbpath', '/var/lib/rpm', '-i', '--justdb', '--nodeps', file);
    mkdirSync(join(root, 'etc'), { recursive: true });
    writeFileSync(join(root, 'etc/os-release'), 'ID="rhel"\nVERSION_ID="9.4"\n');
    const states = await statesOn(root);
    expect(states.get('CVE-2024-21626')).toBe('fixed-by-distribution');
    // The changelog reaches back to 2023: it would have said so.
    expect(String(states.get('CVE-2025-31133'))).toMatch(/^affected/);
    expect(states.get('CVE-2022-29162')).toBe('fixed-upstream');
  }, 60_000);
});
