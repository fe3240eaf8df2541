// The audit of a host: a machine of the test's own on disk, and what this very machine is known to have.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinSource } from '../advisory/builtin/index.ts';
import { hostControls, judgeAudit } from '../audit/index.ts';
import { openMachine } from '../host/machine/index.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import { collectHost } from './audit-host.ts';

const now = new Date('2026-11-22T00:00:00Z');
let root = '';

function put(path: string, content: string | Buffer): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
}

const installed = (name: string, version: string): string =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\nMaintainer: Debian\n\n`;

const entry = (version: string, words: string): string =>
  `runc (${version}) bookworm-security; urgency=high\n\n  * ${words}\n\n -- A B <a@b.invalid>  Fri, 02 Feb 2024 21:53:05 +0800\n\n`;

/** A process: its program, container, seccomp mode, effective capabilities, user. */
function process(
  pid: number,
  words: readonly string[],
  more: Readonly<Record<string, string>>,
): void {
  const own = {
    cgroup: '0::/\n',
    seccomp: '0',
    capabilities: '0',
    uid: '0',
    net: 'net:[1]',
    exe: `/usr/bin/${words[0] ?? ''}`,
    ...more,
  };
  put(`proc/${pid}/cmdline`, `${words.join('\0')}\0`);
  put(
    `proc/${pid}/status`,
    `Name:\tx\nUid:\t${own.uid}\t${own.uid}\t0\t0\nCapEff:\t${own.capabilities}\nNoNewPrivs:\t0\nSeccomp:\t${own.seccomp}\n`,
  );
  put(`proc/${pid}/uid_map`, '         0          0 4294967295\n');
  put(`proc/${pid}/cgroup`, own.cgroup);
  mkdirSync(join(root, `proc/${pid}/ns`), { recursive: true });
  symlinkSync(own.net, join(root, `proc/${pid}/ns/net`));
  symlinkSync('user:[1]', join(root, `proc/${pid}/ns/user`));
  symlinkSync(own.exe, join(root, `proc/${pid}/exe`));
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'seaworthy-host-'));
  put('etc/os-release', 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n');
  put(
    'etc/passwd',
    'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/:/bin/bash\nbin:x:1001:1::/:/usr/sbin/nologin\n',
  );
  put('etc/group', 'root:x:0:\n');
  put(
    'var/lib/dpkg/status',
    installed('runc', '1.1.5+ds1-1+deb12u1') +
      installed('containerd.io', '1.7.32-1') +
      installed('linux-image-5.10.0-20-amd64', '5.10.158-2'),
  );
  put(
    'usr/share/doc/runc/changelog.Debian.gz',
    gzipSync(
      entry('1.1.5+ds1-1+deb12u1', 'CVE-2024-21626: leaked descriptors') +
        entry('1.1.4+ds1-1', 'Revert the fix of CVE-2025-31133'),
    ),
  );
  const id = 'c'.repeat(64);
  put('proc/sys/kernel/osrelease', '5.10.0-20-amd64\n');
  put('proc/cmdline', 'quiet\n');
  put('proc/modules', 'overlay 1 0 - Live 0x0\nnf_tables 1 0 - Live 0x0\n');
  put('proc/self/mountinfo', '1 0 0:1 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n');
  put('proc/swaps', 'Filename\tType\n/dev/sda2 partition 1 0 -2\n');
  process(1, ['init'], { exe: '/sbin/init' });
  process(20, ['dockerd'], { exe: '/usr/bin/dockerd (deleted)' });
  process(30, ['nginx'], { cgroup: `0::/docker/${id}\n`, seccomp: '2', net: 'net:[2]' });
  process(31, ['sh'], { cgroup: `0::/docker/${id}\n`, capabilities: '0000000000200000' });
  put('proc/40/cmdline', '');
  put('proc/50/status', 'damage');
  put('boot/vmlinuz-5.10.0-20-amd64', '');
  put('boot/vmlinuz-5.10.0-9-amd64', '');
  put('boot/vmlinuz-5.10.0-21-amd64', '');
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function collected(folder: string, advisories: AdvisorySource = builtinSource()) {
  const machine = openMachine(folder);
  const { facts } = await collectHost({ machine, engine: null, advisories, now });
  const results = judgeAudit(hostControls, facts, () => null);
  return { facts, results: new Map(results.map((one) => [one.id, one])) };
}

test('a machine on disk', async () => {
  const { facts, results } = await collected(root);
  expect(facts.system).toEqual({ name: 'Debian GNU/Linux 12', endOfLife: '2028-06-30' });
  expect(
    facts.components.map(({ name, version, running }) => `${name} ${version} ${running}`),
  ).toEqual(['kernel 5.10.158-2 yes', 'runc 1.1.5+ds1-1+deb12u1 no', 'containerd 1.7.32-1 no']);
  expect(facts.containers).toEqual([
    expect.objectContaining({
      seccomp: 'off',
      sharesNetwork: true,
      capabilities: 0x200000n,
      isHostRoot: true,
    }),
  ]);
  expect(facts.otherUsers).toEqual(['ann']);
  expect(facts.replacedPrograms).toEqual(['dockerd']);
  expect(facts.swaps).toEqual(['/dev/sda2']);
  expect(facts.newestKernel).toBe('5.10.0-21-amd64');
  const said = (id: string) => {
    const one = results.get(id);
    const state = one?.evidence[0]?.detail?.['state'];
    return `${one?.status ?? ''} ${typeof state === 'string' ? state : ''}`.trim();
  };
  expect(said('CVE-2024-21626')).toBe('pass fixed-by-distribution');
  expect(said('CVE-2025-31133')).toBe('fail affected');
  expect(said('CVE-2026-53488')).toBe('fail affected');
  // No changelog of the kernel, no advisories: the distribution may have carried the fix back.
  expect(said('CVE-2024-1086')).toBe('unknown unknown');
  expect(said('CVE-2022-0847')).toBe('pass fixed-upstream');
  expect(said('CVE-2024-41110')).toBe('not-applicable absent');
  for (const id of ['system.reboot', 'system.restart', 'system.swap', 'engine.confinement']) {
    expect(said(id)).toBe('fail');
  }
});

/** A database that holds one advisory for the kernel of Debian 12. */
function databaseOf(fixed: string): AdvisorySource {
  const builtin = builtinSource();
  const match = {
    id: 'DEBIAN-CVE-2024-1086',
    package: { ecosystem: 'Debian:12', name: 'linux-image-5.10.0-20-amd64' },
    aliases: ['CVE-2024-1086'],
    upstream: [],
    summary: '',
    published: null,
    modified: null,
    withdrawn: null,
    severity: [],
    vendorSeverity: 'high',
    source: 'debian',
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
    versions: [],
    fixStatus: null,
    modularity: null,
    imports: [],
    references: [],
  };
  return {
    ...builtin,
    info: () => ({
      ...builtin.info(),
      builtIn: false,
      builtAt: '2026-11-01',
      ecosystems: ['Debian:12'],
    }),
    lookup: (ecosystem, name) =>
      ecosystem === 'Debian:12' && name === match.package.name ? [match] : [],
    byId: () => [],
  };
}

test.each([
  ['5.10.158-1', 'pass', 'fixed-by-distribution'],
  ['5.10.209-2', 'fail', 'affected'],
])('an advisory that is fixed in %s', async (fixed, status, state) => {
  const { results } = await collected(root, databaseOf(fixed));
  const result = results.get('CVE-2024-1086');
  expect(result?.status).toBe(status);
  expect(result?.evidence[0]?.detail?.['state']).toBe(state);
  expect(results.get('system.updates')?.status).toBe(status);
});

test('a root file system that does not run, and an empty one', async () => {
  const still = await collected(join(root, 'usr'));
  expect(still.facts).toMatchObject({ isLive: false, containers: null, components: [] });
  for (const { status, evidence } of still.results.values()) {
    expect(['unknown', 'not-applicable', 'fail', 'pass']).toContain(status);
    expect(evidence[0]?.message ?? '').not.toMatch(/could not be judged/);
  }
});

const here = openMachine('/');
const isKnown =
  (here.text('/var/lib/dpkg/status') ?? '').includes('\nVersion: 1.1.5+ds1-1+deb12u1\n') &&
  (here.text('/var/lib/dpkg/status') ?? '').includes('\nVersion: 20.10.24+dfsg1-1+deb12u1');

describe.skipIf(!isKnown)(
  'this machine (skipped where it has not the runc and Docker of Debian 12)',
  () => {
    test.each([
      ['CVE-2024-21626', 'fixed-by-distribution'],
      ['CVE-2025-31133', 'affected'],
      ['CVE-2025-52565', 'affected'],
      ['CVE-2025-52881', 'affected'],
      ['CVE-2024-25621', 'fixed-by-distribution'],
      ['CVE-2024-40635', 'fixed-by-distribution'],
      ['CVE-2025-64329', 'fixed-by-distribution'],
      ['CVE-2024-41110', 'fixed-by-distribution'],
      ['CVE-2022-29162', 'fixed-by-distribution'],
      ['CVE-2026-53488', 'not-affected'],
    ])('%s: %s', async (id, state) => {
      const { results } = await collected('/');
      const found = results.get(id)?.evidence[0]?.detail?.['state'];
      // Where no engine answers and nothing runs, what is affected may be told as out of reach.
      expect(String(found).replace('-unreachable', '')).toBe(state);
    });
  },
);
