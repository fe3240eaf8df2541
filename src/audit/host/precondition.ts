// Looks at the host that decide whether a flaw can be used here. Each names what it looked at.
import type { ConfinedContainer, HostFacts } from './facts.ts';
import type { Precondition, Reach } from './flaw.ts';

/** Numbers of capabilities(7). */
const capabilityBits = { NET_ADMIN: 12n, NET_RAW: 13n, SYS_PTRACE: 19n, SYS_ADMIN: 21n } as const;
type CapabilityName = keyof typeof capabilityBits;

const namesTold = 3;

/** All must be open; the first closed one decides. */
export function all(...conditions: readonly Precondition[]): Precondition {
  return (facts) => {
    const reaches = conditions.map((one) => one(facts));
    const decisive =
      reaches.find(({ kind }) => kind === 'closed') ??
      reaches.find(({ kind }) => kind === 'unknown');
    if (decisive !== undefined) return decisive;
    return {
      kind: 'open',
      because: reaches.map(({ because }) => because).join('; '),
      place: reaches.map(({ place }) => place).join(', '),
    };
  };
}

/** One open way is enough. */
export function any(...conditions: readonly Precondition[]): Precondition {
  return (facts) => {
    const reaches = conditions.map((one) => one(facts));
    const decisive =
      reaches.find(({ kind }) => kind === 'open') ?? reaches.find(({ kind }) => kind === 'unknown');
    if (decisive !== undefined) return decisive;
    return {
      kind: 'closed',
      because: reaches.map(({ because }) => because).join('; '),
      place: reaches.map(({ place }) => place).join(', '),
    };
  };
}

/** Nothing on the host stands in the way: what it takes is an act of somebody, `someone runs ...`. */
export function whenSomebody(acts: string): Precondition {
  return () => ({ kind: 'open', because: `it takes that ${acts}`, place: 'use of the host' });
}

/** Any code that runs here can use it: containers, or other users. */
export const localCode: Precondition = (facts) => {
  const { containers, otherUsers, engine } = facts;
  if (!facts.isLive || containers === null) return notLive('processes');
  const who =
    containers.length > 0
      ? `${containersTold(containers)} can`
      : engine !== null
        ? `whatever ${engine.address} starts next can`
        : otherUsers.length > 0
          ? `${listed(otherUsers)} can`
          : null;
  if (who !== null) {
    return {
      kind: 'open',
      because: `${who} run code on this kernel`,
      place: 'running containers, engines and users of the host',
    };
  }
  return {
    kind: 'closed',
    because: 'no container runs, no engine answers, and nobody but root has an account here',
    place: 'processes and accounts',
  };
};

/** Who may make a user namespace, in which the kernel then grants every capability. */
export const userNamespace: Precondition = (facts) => {
  const { kernel, containers, otherUsers } = facts;
  if (kernel.settings !== null && !kernel.settings.has('USER_NS')) {
    return closed('the kernel is built without user namespaces', place(kernel.settingsPath));
  }
  const most = kernel.sysctls.get('user.max_user_namespaces');
  if (most === '0') {
    return closed('user.max_user_namespaces is 0', 'user.max_user_namespaces');
  }
  if (!facts.isLive || containers === null) return notLive('processes');
  const makers = containers.filter(canUnshare);
  if (makers.length > 0) {
    return {
      kind: 'open',
      because: `${containersTold(makers)} may make user namespaces (seccomp does not stop it)`,
      place: 'seccomp and capabilities of running containers',
    };
  }
  if (facts.engine?.filtersCalls === false) {
    return {
      kind: 'open',
      because: 'the engine starts containers without seccomp, so they may make user namespaces',
      place: 'docker info: SecurityOptions',
    };
  }
  const guard = unprivilegedGuard(facts);
  if (guard !== null) return guard;
  if (otherUsers.length > 0) {
    return {
      kind: 'open',
      because: `${listed(otherUsers)} may make user namespaces outside of containers`,
      place: 'user.max_user_namespaces, users of the host',
    };
  }
  const filtered =
    containers.length === 0
      ? 'no container runs now'
      : `seccomp keeps all ${containers.length} running containers from making user namespaces`;
  return closed(
    `${filtered}, and nobody but root has an account or a process here`,
    'seccomp of running containers, accounts',
  );
};

function unprivilegedGuard({ kernel }: HostFacts): Reach | null {
  for (const [name, value, words] of [
    ['kernel.unprivileged_userns_clone', '0', 'only root may make user namespaces'],
    [
      'kernel.apparmor_restrict_unprivileged_userns',
      '1',
      'AppArmor takes the capabilities from user namespaces of other users',
    ],
  ] as const) {
    if (kernel.sysctls.get(name) === value) return closed(`${words} (${name} = ${value})`, name);
  }
  return null;
}

/** The engines' own profiles let only CAP_SYS_ADMIN unshare. */
function canUnshare({ seccomp, capabilities }: ConfinedContainer): boolean {
  return seccomp === 'off' || (capabilities & (1n << capabilityBits.SYS_ADMIN)) !== 0n;
}

/** A running container has the capability on the host, not only in a namespace of its own. */
export function capability(name: CapabilityName): Precondition {
  return ({ containers, isLive, engine }) => {
    if (!isLive || containers === null) return notLive('processes');
    const holders = containers.filter((one) => (one.capabilities >> capabilityBits[name]) & 1n);
    if (holders.length === 0 && name === 'NET_RAW' && containers.length === 0 && engine !== null) {
      const because = 'the engine gives CAP_NET_RAW to every container that does not refuse it';
      return { kind: 'open', because, place: engine.address };
    }
    if (holders.length === 0) {
      const none =
        containers.length === 0 ? 'no container runs now' : `no running container has CAP_${name}`;
      return closed(none, 'capabilities of running containers');
    }
    return {
      kind: 'open',
      because: `${containersTold(holders)} ${holders.length === 1 ? 'has' : 'have'} CAP_${name}`,
      place: 'capabilities of running containers',
    };
  };
}

/** One of the kernel's modules is in the kernel, loaded, or can be loaded. */
export function kernelModule(
  ...choices: readonly { readonly module: string; readonly setting: string }[]
): Precondition {
  return (facts) => {
    const reaches = choices.map((choice) => moduleReach(facts, choice));
    return (
      reaches.find(({ kind }) => kind === 'open') ??
      reaches.find(({ kind }) => kind === 'unknown') ??
      reaches[0] ??
      closed('no module is asked for', '')
    );
  };
}

function moduleReach(
  { kernel }: HostFacts,
  { module, setting }: { readonly module: string; readonly setting: string },
): Reach {
  const value = kernel.settings?.get(setting);
  const settings = `CONFIG_${setting}`;
  if (kernel.settings !== null && value === undefined) {
    return closed(`the kernel is built without ${module} (${settings} is not set)`, settings);
  }
  if (value === 'y' || kernel.builtinModules.has(module)) {
    return { kind: 'open', because: `${module} is part of the kernel`, place: settings };
  }
  if (kernel.loadedModules?.has(module) === true) {
    return { kind: 'open', because: `the module ${module} is loaded`, place: '/proc/modules' };
  }
  if (/(?:^|\s)nomodule(?:\s|$)/.test(kernel.commandLine ?? '')) {
    return closed(
      `${module} is not loaded, and the kernel was started with nomodule`,
      '/proc/cmdline',
    );
  }
  if (kernel.sysctls.get('kernel.modules_disabled') === '1') {
    return closed(
      `${module} is not loaded, and no module can be loaded any more`,
      'kernel.modules_disabled',
    );
  }
  const blocked = kernel.blockedModules.get(module);
  if (blocked !== undefined) return closed(`modprobe may not load ${module}`, blocked);
  if (kernel.loadableModules === null) {
    return {
      kind: 'unknown',
      because: `whether ${module} can be loaded is not known`,
      place: '/lib/modules',
    };
  }
  return kernel.loadableModules.has(module)
    ? { kind: 'open', because: `the module ${module} is loaded on demand`, place: '/lib/modules' }
    : closed(`there is no module ${module} for this kernel`, '/lib/modules');
}

/** A hierarchy of cgroup v1 is mounted. */
export const oldCgroups: Precondition = ({ kernel: { cgroup } }) => {
  if (cgroup === null)
    return {
      kind: 'unknown',
      because: 'the cgroup version is not known',
      place: '/proc/self/mountinfo',
    };
  if (cgroup === 'v2') return closed('only cgroup v2 is mounted', '/proc/self/mountinfo');
  return {
    kind: 'open',
    because: 'hierarchies of cgroup v1 are mounted',
    place: '/proc/self/mountinfo',
  };
};

/** A container whose root nothing but namespaces confines. */
export const unconfinedRoot: Precondition = ({ containers, isLive }) => {
  if (!isLive || containers === null) return notLive('processes');
  const weak = containers.filter(
    ({ hasRoot, seccomp, label }) =>
      hasRoot && seccomp === 'off' && (label === null || label.startsWith('unconfined')),
  );
  if (weak.length === 0) {
    return closed(
      'no running container is root without seccomp, AppArmor and SELinux',
      'seccomp and labels of running containers',
    );
  }
  return {
    kind: 'open',
    because: `${containersTold(weak)} ${weak.length === 1 ? 'is' : 'are'} root without seccomp and without a label`,
    place: 'seccomp and labels of running containers',
  };
};

/** Root of a container is root of the host as well: of those that run, or of those to come. */
export const hostRoot: Precondition = ({ containers, isLive, engine }) => {
  if (!isLive || containers === null) return notLive('processes');
  const found = containers.filter(({ isHostRoot }) => isHostRoot);
  if (found.length > 0) {
    return {
      kind: 'open',
      because: `${containersTold(found)} ${found.length === 1 ? 'runs' : 'run'} as root without a user namespace`,
      place: 'users of running containers',
    };
  }
  if (engine !== null && (engine.isRootless || engine.remapsUsers)) {
    const how = engine.isRootless
      ? 'the engine is rootless'
      : 'the engine maps root to another user';
    return closed(how, 'docker info: SecurityOptions');
  }
  if (engine !== null) {
    return {
      kind: 'open',
      because: 'the engine starts containers as root of the host, without a user namespace',
      place: 'docker info: SecurityOptions',
    };
  }
  if (containers.length === 0) {
    return { kind: 'unknown', because: 'no container runs and no engine answers', place: '/proc' };
  }
  return closed('no running container is root of the host', 'users of running containers');
};

/** Abstract sockets of the host are reached by root in its network namespace. */
export const hostNetworkRoot: Precondition = ({ containers, isLive }) => {
  if (!isLive || containers === null) return notLive('processes');
  const found = containers.filter(({ sharesNetwork, isHostRoot }) => sharesNetwork && isHostRoot);
  return found.length === 0
    ? closed(
        'no running container is root in the network of the host',
        'namespaces of running containers',
      )
    : {
        kind: 'open',
        because: `${containersTold(found)} ${found.length === 1 ? 'is' : 'are'} root in the network of the host`,
        place: 'namespaces of running containers',
      };
};

/** Authorisation plugins guard the engine, so that going around them gains something. */
export const authorizationPlugins: Precondition = ({ engine }) => {
  if (engine === null || engine.authorizationPlugins === null) {
    return {
      kind: 'unknown',
      because: 'no engine answers, so its plugins are not known',
      place: 'docker info',
    };
  }
  const { authorizationPlugins: plugins } = engine;
  return plugins.length === 0
    ? closed('no authorisation plugin is in use', 'docker info: Plugins.Authorization')
    : {
        kind: 'open',
        because: `the engine relies on ${listed(plugins)}`,
        place: 'docker info: Plugins.Authorization',
      };
};

/** Containers that get a GPU. */
export const gpuContainers: Precondition = ({ containers, isLive }) => {
  if (!isLive || containers === null) return notLive('processes');
  const users = containers.filter(({ usesGpu }) => usesGpu);
  return users.length === 0
    ? closed('no running container uses a GPU', 'docker inspect')
    : { kind: 'open', because: `${containersTold(users)} use a GPU`, place: 'docker inspect' };
};

function closed(because: string, at: string): Reach {
  return { kind: 'closed', because, place: at };
}

function notLive(what: string): Reach {
  return { kind: 'unknown', because: `the ${what} of this host cannot be seen`, place: '/proc' };
}

function place(path: string | null): string {
  return path ?? 'settings of the kernel';
}

function containersTold(containers: readonly ConfinedContainer[]): string {
  return containers.length === 1
    ? `the container ${containers[0]?.name ?? ''}`
    : `${containers.length} containers (${listed(containers.map(({ name }) => name))})`;
}

function listed(names: readonly string[]): string {
  const rest = names.length - namesTold;
  return `${names.slice(0, namesTold).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
