// Facts of a host for the tests of its audit: a quiet host, and one thing changed at a time.
import {
  type AuditResult,
  type Component,
  type ConfinedContainer,
  type HostFacts,
  hostControls,
  judgeAudit,
} from '../src/audit/index.ts';

/** A container as engines start it when nothing is asked: root, seccomp, usual capabilities. */
export function confined(more: Partial<ConfinedContainer> = {}): ConfinedContainer {
  return {
    id: 'a'.repeat(64),
    name: 'web',
    seccomp: 'filter',
    capabilities: 0xa80425fbn,
    hasRoot: true,
    isHostRoot: true,
    sharesNetwork: false,
    label: 'docker-default (enforce)',
    usesGpu: false,
    ...more,
  };
}

export function component(more: Partial<Component> & Pick<Component, 'name'>): Component {
  return {
    place: `program ${more.name}`,
    version: null,
    package: null,
    words: new Map(),
    asked: [],
    running: 'yes',
    ...more,
  };
}

/** A part that a distribution packaged and that its changelog speaks about since `sinceYear`. */
export function packaged(
  name: Component['name'],
  version: string,
  more: Partial<Component> = {},
): Component {
  const asked = [{ what: 'its changelog', sinceYear: 2010 }];
  return component({ name, version, package: { name, version }, asked, ...more });
}

const kernel: HostFacts['kernel'] = {
  release: '6.1.0-18-amd64',
  settings: new Map(),
  settingsPath: '/boot/config',
  commandLine: 'quiet',
  sysctls: new Map(),
  processorFlaws: new Map(),
  securityModules: ['apparmor'],
  lockdown: 'none',
  loadedModules: new Set(),
  loadableModules: new Set(),
  builtinModules: new Set(),
  blockedModules: new Map(),
  cgroup: 'v2',
};

export const quietHost: HostFacts = {
  system: { name: 'Debian GNU/Linux 12', endOfLife: '2028-06-30' },
  now: new Date('2026-11-22T00:00:00Z'),
  isLive: true,
  kernel,
  components: [],
  containers: [],
  otherUsers: [],
  engine: null,
  sockets: [],
  mounts: [],
  programs: new Set(),
  replacedPrograms: [],
  files: new Map(),
  swaps: [],
  newestKernel: null,
  updates: [],
  updatesProblem: '',
  updatesSource: 'advisories of the test',
};

export const engine: NonNullable<HostFacts['engine']> = {
  address: '/run/docker.sock',
  version: '20.10.24',
  authorizationPlugins: [],
  isRootless: false,
  remapsUsers: false,
  filtersCalls: true,
  dataRoot: '/var/lib/docker',
};

/** A host whose kernel differs. */
export function withKernel(more: Partial<HostFacts['kernel']>, rest: Partial<HostFacts> = {}) {
  return { ...rest, kernel: { ...kernel, ...more } };
}

/** The answer of one control on the quiet host with `more` of it changed. */
export function hostAnswer(id: string, more: Partial<HostFacts>): AuditResult {
  const chosen = hostControls.filter((one) => one.id === id);
  const [result] = judgeAudit(chosen, { ...quietHost, ...more }, () => null);
  if (result === undefined) throw new Error(`there is no control ${id}`);
  return result;
}
