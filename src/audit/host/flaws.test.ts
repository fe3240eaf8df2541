// Known flaws: the distribution first, upstream second, and which look at the host decides.
import { expect, test } from 'vitest';
import {
  component,
  confined,
  engine,
  hostAnswer,
  packaged,
  quietHost,
  withKernel,
} from '../../../test/host-facts.ts';
import { type Component, type HostFacts, hostControls, hostFlaws, judgeAudit } from '../index.ts';
import { upstreamOf } from '../upstream-order.ts';

test('the table is sound', () => {
  expect(new Set(hostControls.map(({ id }) => id)).size).toBe(hostControls.length);
  for (const { id, range, exploitedSince } of hostFlaws) {
    expect(id).toMatch(/^CVE-\d{4}-\d{4,7}(?:-docker)?$/);
    for (const version of [range.from, ...range.fixed]) expect(upstreamOf(version)).not.toBeNull();
    if (exploitedSince !== null) expect(exploitedSince).toMatch(/^20\d\d-\d\d-\d\d$/);
  }
});

const fixed = (cve: string): Partial<Component> => ({
  words: new Map([[cve, { state: 'fixed', source: 'changelog', fixedIn: '1.1.5+ds1-1+deb12u1' }]]),
});
const open = (cve: string): Partial<Component> => ({
  words: new Map([[cve, { state: 'affected', source: 'DSA-1', fixedIn: '9' }]]),
});

/** What is on the host, what is asked, and what must be said. */
const cases: readonly (readonly [
  what: string,
  id: string,
  status: string,
  state: string,
  facts: Partial<HostFacts>,
])[] = [
  ['nothing installed', 'CVE-2024-21626', 'not-applicable', 'absent', {}],
  [
    'the distribution carried the fix back',
    'CVE-2024-21626',
    'pass',
    'fixed-by-distribution',
    { components: [packaged('runc', '1.1.5+ds1-1+deb12u1', fixed('CVE-2024-21626'))] },
  ],
  [
    'the same version by hand has no such fix',
    'CVE-2024-21626',
    'fail',
    'affected',
    { components: [component({ name: 'runc', version: '1.1.5' })] },
  ],
  [
    'an advisory knows better than the version',
    'CVE-2024-21626',
    'fail',
    'affected',
    { components: [packaged('runc', '1.1.99', open('CVE-2024-21626'))] },
  ],
  [
    'the changelog names no fix',
    'CVE-2025-31133',
    'fail',
    'affected',
    { engine, components: [packaged('runc', '1.1.5+ds1-1+deb12u1')] },
  ],
  [
    'a changelog that was cut says nothing of older flaws',
    'CVE-2021-30465',
    'unknown',
    'unknown',
    {
      components: [
        packaged('runc', '1.0.0~rc93', { asked: [{ what: 'changelog', sinceYear: 2024 }] }),
      ],
    },
  ],
  [
    'upstream is new enough',
    'CVE-2024-21626',
    'pass',
    'fixed-upstream',
    { components: [packaged('runc', '1.1.12-1', { asked: [] })] },
  ],
  [
    'older than the flaw',
    'CVE-2026-53488',
    'pass',
    'not-affected',
    { components: [packaged('containerd', '1.6.20~ds1-1+deb12u3')] },
  ],
  [
    'a program that does not say its version',
    'CVE-2024-21626',
    'unknown',
    'unknown',
    { components: [component({ name: 'runc' })] },
  ],
  [
    'no plugin to go around',
    'CVE-2026-34040',
    'fail',
    'affected-unreachable',
    { engine, components: [packaged('docker', '20.10.24+dfsg1-1+deb12u1')] },
  ],
  [
    'a plugin to go around',
    'CVE-2026-34040',
    'fail',
    'affected',
    {
      engine: { ...engine, authorizationPlugins: ['opa'] },
      components: [packaged('docker', '20.10.24+dfsg1-1+deb12u1')],
    },
  ],
  [
    'user namespaces of the engine',
    'CVE-2025-31133',
    'fail',
    'affected-unreachable',
    {
      engine: { ...engine, remapsUsers: true },
      components: [component({ name: 'runc', version: '1.2.7' })],
    },
  ],
  [
    'the better of two is no comfort',
    'CVE-2024-21626',
    'fail',
    'affected',
    {
      components: [
        packaged('runc', '1.1.12-1'),
        component({ name: 'runc', version: '1.0.0', place: '/usr/local/bin/runc' }),
      ],
    },
  ],
];

test.each(cases)('%s: %s', (_, id, status, state, facts) => {
  const answer = hostAnswer(id, facts);
  expect({ status: answer.status, state: answer.evidence[0]?.detail?.['state'] }).toEqual({
    status,
    state,
  });
  if (state === 'affected-unreachable') expect(answer.severity).toBe('low');
});

const running = (release: string): Pick<HostFacts, 'components'> => ({
  components: [component({ name: 'kernel', version: release })],
});

/** Kernel flaws: what the kernel, its modules and the containers allow. */
const reaches: readonly (readonly [
  what: string,
  id: string,
  reach: string,
  facts: Partial<HostFacts>,
])[] = [
  ['built without', 'CVE-2026-31431', 'closed', withKernel({}, { engine })],
  [
    'built in, an engine starts containers',
    'CVE-2026-31431',
    'open',
    withKernel({ settings: new Map([['CRYPTO_USER_API_AEAD', 'y']]) }, { engine }),
  ],
  [
    'built in, nobody there',
    'CVE-2026-31431',
    'closed',
    withKernel({ settings: new Map([['CRYPTO_USER_API_AEAD', 'y']]) }),
  ],
  [
    'a module that modprobe may not load',
    'CVE-2026-31431',
    'closed',
    withKernel(
      {
        settings: new Map([['CRYPTO_USER_API_AEAD', 'm']]),
        loadableModules: new Set(['algif_aead']),
        blockedModules: new Map([['algif_aead', '/etc/modprobe.d/a.conf']]),
      },
      { containers: [confined()] },
    ),
  ],
  [
    'the same module was loaded before',
    'CVE-2026-31431',
    'open',
    withKernel(
      {
        settings: null,
        loadedModules: new Set(['algif_aead']),
        blockedModules: new Map([['algif_aead', '/etc/modprobe.d/a.conf']]),
      },
      { containers: [confined()] },
    ),
  ],
  [
    'a module on demand',
    'CVE-2026-31431',
    'open',
    withKernel(
      { settings: null, loadableModules: new Set(['algif_aead']) },
      { otherUsers: ['ann'] },
    ),
  ],
  [
    'nomodule',
    'CVE-2026-31431',
    'closed',
    withKernel(
      { settings: new Map([['CRYPTO_USER_API_AEAD', 'm']]), commandLine: 'a nomodule b' },
      { engine },
    ),
  ],
  [
    'modules are shut',
    'CVE-2026-31431',
    'closed',
    withKernel(
      { settings: null, sysctls: new Map([['kernel.modules_disabled', '1']]) },
      { engine },
    ),
  ],
  [
    'modules are not known',
    'CVE-2026-31431',
    'unknown',
    withKernel({ settings: null, loadableModules: null }, { engine }),
  ],
  [
    'seccomp filters unshare',
    'CVE-2022-0185',
    'closed',
    withKernel({ settings: null }, { containers: [confined()] }),
  ],
  [
    'a container without seccomp',
    'CVE-2022-0185',
    'open',
    withKernel({ settings: null }, { containers: [confined({ seccomp: 'off' })] }),
  ],
  [
    'a container with CAP_SYS_ADMIN',
    'CVE-2022-0185',
    'open',
    withKernel({ settings: null }, { containers: [confined({ capabilities: 1n << 21n })] }),
  ],
  [
    'an engine without seccomp',
    'CVE-2022-0185',
    'open',
    withKernel({ settings: null }, { engine: { ...engine, filtersCalls: false } }),
  ],
  [
    'people on the host',
    'CVE-2022-0185',
    'open',
    withKernel({ settings: null }, { otherUsers: ['ann'] }),
  ],
  [
    'people on the host, AppArmor in between',
    'CVE-2022-0185',
    'closed',
    withKernel(
      {
        settings: null,
        sysctls: new Map([['kernel.apparmor_restrict_unprivileged_userns', '1']]),
      },
      { otherUsers: ['ann'] },
    ),
  ],
  [
    'no user namespaces at all',
    'CVE-2022-0185',
    'closed',
    withKernel(
      { settings: null, sysctls: new Map([['user.max_user_namespaces', '0']]) },
      { containers: [confined({ seccomp: 'off', capabilities: 0n })] },
    ),
  ],
  [
    'cgroup v2 alone',
    'CVE-2022-0492',
    'closed',
    { containers: [confined({ seccomp: 'off', label: null })] },
  ],
  [
    'cgroup v1 and nothing that confines',
    'CVE-2022-0492',
    'open',
    withKernel({ cgroup: 'v1' }, { containers: [confined({ seccomp: 'off', label: null })] }),
  ],
  [
    'cgroup v1, confined',
    'CVE-2022-0492',
    'closed',
    withKernel({ cgroup: 'hybrid' }, { containers: [confined()] }),
  ],
  [
    'a root file system that does not run',
    'CVE-2022-0847',
    'unknown',
    { isLive: false, containers: null },
  ],
];

test.each(reaches)('%s: %s is %s', (_, id, reach, facts) => {
  const answer = hostAnswer(id, { ...facts, ...running('5.13.1') });
  expect(answer.status).toBe('fail');
  expect(answer.evidence[0]?.detail?.['reach']).toBe(reach);
  expect(answer.evidence[0]?.detail?.['decidedBy']).toBeTruthy();
});

test.each([
  ['CVE-2020-15257', 'containerd', '1.4.2', { sharesNetwork: true }, {}],
  ['CVE-2020-8558', 'kube-proxy', '1.18.3', { capabilities: 1n << 13n }, { capabilities: 0n }],
  ['CVE-2025-23266', 'nvidia-toolkit', '1.17.7', { usesGpu: true }, {}],
  ['CVE-2019-5736', 'runc', '1.0.0-rc6', {}, { isHostRoot: false }],
] as const)('%s depends on what the container has', (id, name, version, has, lacks) => {
  const components = [component({ name, version })];
  const state = (more: object) =>
    hostAnswer(id, { components, containers: [confined(more)] }).evidence[0]?.detail?.['state'];
  expect(state(has)).toBe('affected');
  expect(state(lacks)).toBe('affected-unreachable');
});

test('every flaw has an answer for any version of its component', () => {
  for (const version of ['0.0.1', '1.19.0', '6.18.44', '99.0.0', 'devel']) {
    for (const { id, component: name } of hostFlaws) {
      const { status } = hostAnswer(id, { components: [component({ name, version })] });
      expect(['pass', 'fail', 'unknown']).toContain(status);
      if (version === 'devel') expect(status).toBe('unknown');
    }
  }
  const statuses = judgeAudit(hostControls, quietHost, () => null);
  expect(
    statuses.filter(({ evidence }) =>
      evidence.some(({ message }) => /could not be judged/.test(message)),
    ),
  ).toEqual([]);
});
