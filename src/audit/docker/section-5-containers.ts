// CIS Docker section 5: containers as they were started. The controls are those of the gate.
import { field, stringField } from '../../base/json.ts';
import {
  type ContainerConfig,
  type ContainerControl,
  commandOf,
  containerControls,
} from '../../policy/index.ts';
import { type Evidence, failedBy, passed, told, type Verdict } from '../control.ts';
import { control, type DockerControl, found, type Section } from './define.ts';
import type { ContainerFact, DockerFacts } from './facts.ts';
import { securityOption } from './section-2-daemon.ts';
import { execControls } from './section-5-execs.ts';

const section: Section = {
  profile: 'container runtime',
  reads: 'container inspect',
  severity: 'medium',
  lesson: 'least-privilege',
};

/** `HostConfig.Privileged`: the place inside of the inspection, as people write it. */
function placeOf(path: ContainerConfig['path']): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\w-]+$/.test(part)) return `${text}["${part}"]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

function eachContainer(
  { containers }: DockerFacts,
  judge: (container: ContainerFact) => readonly Omit<Evidence, 'subject'>[],
): Verdict {
  if (containers.length === 0) return told('not-applicable', 'there are no containers');
  return failedBy(
    containers.flatMap((container) => {
      const { name, image, config } = container;
      const of = config.pod === null ? '' : ` (Pod ${config.pod})`;
      return judge(container).map((one) => ({
        ...one,
        subject: name,
        image,
        message: `${name}${of}: ${one.message}`,
      }));
    }),
  );
}

/** What an engine answers for all containers, so that single ones need not: null, they are judged. */
type Answered = (facts: DockerFacts) => Verdict | null;

const answered: ReadonlyMap<string, Answered> = new Map<string, Answered>([
  [
    '5.2',
    (facts) =>
      securityOption(facts, 'apparmor') === null
        ? told('not-applicable', 'the host has no AppArmor', 'SecurityOptions')
        : null,
  ],
  [
    '5.3',
    (facts) =>
      securityOption(facts, 'selinux') === null
        ? told('not-applicable', 'the engine does not use SELinux', 'SecurityOptions')
        : null,
  ],
  [
    '5.26',
    (facts) => {
      const option = securityOption(facts, 'no-new-privileges');
      return option === null
        ? null
        : passed([found('SecurityOptions', option, 'the engine sets it')]);
    },
  ],
]);

/** Unset ulimits take the defaults of the engine: those of 2.8 answer for all. */
function hasDefaultLimits({ daemon }: DockerFacts): boolean {
  const inFile = field(daemon.settings, 'default-ulimits') !== undefined;
  return inFile || daemon.arguments?.some((word) => word.startsWith('--default-ulimit')) === true;
}

function ofContainer(shared: ContainerControl, id: string): DockerControl {
  const { title, severity, lesson, fix } = shared;
  return control(section, {
    id,
    title,
    severity,
    lesson,
    fix,
    alias: shared.id,
    evaluate: (facts) => {
      const before = answered.get(id)?.(facts) ?? null;
      if (before !== null) return before;
      if (id === '5.19' && hasDefaultLimits(facts)) {
        return passed([found('default-ulimits', true, 'the engine has default ulimits')]);
      }
      return eachContainer(facts, ({ config, name }) =>
        shared.check(config).map(({ path, value, message, severity: own }) => {
          const command = commandOf(shared, name);
          return {
            place: placeOf(path),
            value,
            message,
            ...(own === undefined ? {} : { severity: own }),
            ...(command === null ? {} : { command }),
          };
        }),
      );
    },
  });
}

const sharedControls = containerControls.flatMap((one) =>
  // 5.28 asks for the newest image of a name, which only the engine can answer.
  one.cis === null || one.cis === '5.28' ? [] : [ofContainer(one, one.cis)],
);

function swarmVerdict({ info, swarm }: DockerFacts): Verdict {
  const state = stringField(field(info, 'Swarm'), 'LocalNodeState') ?? 'inactive';
  if (state === 'inactive') return passed([found('Swarm.LocalNodeState', state, 'it is off')]);
  if (swarm.services.length > 0) {
    return passed([found('services', swarm.services.length, 'the swarm runs services')]);
  }
  if (swarm.swarm === null) {
    return told('manual', 'a worker cannot tell whether the swarm is used', 'Swarm.LocalNodeState');
  }
  return failedBy([
    {
      ...found('Swarm.LocalNodeState', state, 'it is on and runs no service'),
      command: 'docker swarm leave --force',
    },
  ]);
}

function sshVerdict(facts: DockerFacts): Verdict {
  const running = facts.containers.filter(({ programs }) => programs !== null);
  const unread = facts.containers.filter(
    ({ config, programs }) => config.isRunning && programs === null,
  );
  const verdict = eachContainer(facts, ({ programs }) =>
    (programs ?? []).some((one) => /(?:^|\/)(?:sshd|dropbear)$/.test(one))
      ? [{ place: 'processes', value: 'sshd', message: 'it runs a server for remote login' }]
      : [],
  );
  if (verdict.status === 'fail') return verdict;
  if (unread.length > 0) {
    return told('unknown', `the processes of ${unread.length} containers could not be listed`);
  }
  if (running.length === 0) return told('not-applicable', 'no container runs');
  return verdict;
}

/** A container runs what its tag meant when it was made; the tag may lead elsewhere by now. */
function newestVerdict(facts: DockerFacts): Verdict {
  const byTag = new Map(
    facts.images.flatMap(({ id, tags }) => tags.map((tag) => [tag, id] as const)),
  );
  return eachContainer(facts, ({ image, imageId }) => {
    const tag = /:[^/]*$/.test(image) ? image : `${image}:latest`;
    const current = byTag.get(tag);
    if (current === undefined || current === imageId || imageId === '') return [];
    const message = `${tag} on this host is another image by now (${current.slice(0, 19)})`;
    return [{ place: 'Image', value: imageId.slice(0, 19), message }];
  });
}

function bridgeVerdict(facts: DockerFacts): Verdict {
  return eachContainer(facts, ({ config }) => {
    const { value, path } = config.network;
    if (value !== 'default' && value !== 'bridge' && value !== null) return [];
    return [
      { place: placeOf(path), value, message: 'it is on the default bridge with all others' },
    ];
  });
}

/** `5.2` before `5.10`. */
export function byNumber(a: DockerControl, b: DockerControl): number {
  const [left, right] = [a, b].map(({ id }) => id.split('.').map(Number));
  for (let at = 0; at < 3; at += 1) {
    const order = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

function capabilityControl(id: string, name: string, what: string): DockerControl {
  return control(section, {
    id,
    profile: 'community',
    title: `The capability ${name} is not given (${what})`,
    severity: 'critical',
    fix: `Remove ${name} from the added capabilities`,
    alias: 'added-capabilities',
    evaluate: (facts) =>
      eachContainer(facts, ({ config }) => {
        const names = config.addedCapabilities.value.map((one) =>
          one.toUpperCase().replace(/^CAP_/, ''),
        );
        if (!names.includes(name) && !names.includes('ALL')) return [];
        const { path } = config.addedCapabilities;
        return [{ place: placeOf(path), value: names.slice(0, 50), message: `it has ${name}` }];
      }),
  });
}

export const communityControls: readonly DockerControl[] = [
  capabilityControl('C.5.3.1', 'DAC_READ_SEARCH', 'opens files of the host by handle'),
  capabilityControl('C.5.3.2', 'SYS_MODULE', 'loads modules into the kernel'),
  capabilityControl('C.5.3.3', 'SYS_ADMIN', 'mounts, and much more'),
  capabilityControl('C.5.3.4', 'SYS_PTRACE', 'reads and changes other processes'),
  control(section, {
    id: 'C.2',
    profile: 'community',
    title: 'The registry protocol of version 1 is off',
    severity: 'low',
    lesson: 'image-trust',
    reads: 'version of the engine',
    fix: 'Update the engine: it has not been able to speak version 1 since 17.12',
    evaluate: ({ version }) => {
      const major = Number(/^\d+/.exec(version)?.[0] ?? Number.NaN);
      if (Number.isNaN(major)) return told('unknown', 'the version of the engine is not known');
      if (major >= 18) return passed([found('version', version, 'it cannot speak version 1')]);
      return failedBy([found('version', version, 'it may speak version 1')]);
    },
  }),
];

export const runtimeControls: readonly DockerControl[] = [
  control(section, {
    id: '5.1',
    title: 'Swarm mode is off where it is not used',
    reads: 'Swarm of /info, services',
    severity: 'low',
    lesson: 'swarm-cluster',
    fix: 'Leave the swarm',
    evaluate: swarmVerdict,
  }),
  ...sharedControls,
  control(section, {
    id: '5.7',
    title: 'No server for remote login runs in containers',
    lesson: 'exposed-management-port',
    reads: 'processes of running containers',
    fix: 'Remove sshd from the image; `docker exec` opens a shell where one is needed',
    evaluate: sshVerdict,
  }),
  ...execControls,
  control(section, {
    id: '5.28',
    title: 'Containers run the newest image of their name',
    lesson: 'unpinned-image',
    reads: 'container inspect, list of images',
    severity: 'low',
    fix: 'Make the container anew from the present image, and name versions instead of moving tags',
    alias: 'image-tag',
    evaluate: newestVerdict,
  }),
  control(section, {
    id: '5.30',
    title: 'Containers stay off the default bridge',
    lesson: 'engine-settings',
    severity: 'low',
    fix: 'Make a network for what belongs together: docker network create NAME',
    evaluate: bridgeVerdict,
  }),
].toSorted(byNumber);
