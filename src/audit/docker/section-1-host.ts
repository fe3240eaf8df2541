// CIS Docker section 1: the host. Partition, group, audit rules for the programs and files.

import { stringField } from '../../base/json.ts';
import { failedBy, passed, told, type Verdict } from '../control.ts';
import { byHand, control, type DockerControl, found, onHost, type Section } from './define.ts';
import type { DockerFacts } from './facts.ts';

const section: Section = {
  profile: 'host configuration',
  reads: 'files of the host',
  severity: 'low',
  lesson: 'audit-trail',
};

/** What section 1.1.3 ff. wants watched: number, places where it may lie. */
const watched: readonly (readonly [string, string, readonly string[]])[] = [
  [
    '1.1.3',
    'the program dockerd',
    ['/usr/bin/dockerd', '/usr/sbin/dockerd', '/usr/local/bin/dockerd'],
  ],
  ['1.1.4', '/run/containerd', ['/run/containerd']],
  ['1.1.5', 'the data of the engine', ['/var/lib/docker']],
  ['1.1.6', '/etc/docker', ['/etc/docker']],
  ['1.1.7', 'docker.service', unitPaths('docker.service')],
  ['1.1.8', 'containerd.sock', ['/run/containerd/containerd.sock']],
  ['1.1.9', 'docker.sock', ['/run/docker.sock', '/var/run/docker.sock']],
  ['1.1.10', '/etc/default/docker', ['/etc/default/docker']],
  ['1.1.11', 'daemon.json', ['/etc/docker/daemon.json']],
  ['1.1.12', 'the settings of containerd', ['/etc/containerd/config.toml']],
  ['1.1.13', '/etc/sysconfig/docker', ['/etc/sysconfig/docker']],
  ['1.1.14', 'the program containerd', programPaths('containerd')],
  ['1.1.15', 'the program containerd-shim', programPaths('containerd-shim')],
  ['1.1.16', 'the program containerd-shim-runc-v1', programPaths('containerd-shim-runc-v1')],
  ['1.1.17', 'the program containerd-shim-runc-v2', programPaths('containerd-shim-runc-v2')],
  ['1.1.18', 'the program runc', [...programPaths('runc'), '/usr/sbin/runc']],
];

/** Where distributions put units of systemd; the first one that is there counts. */
export function unitPaths(name: string): readonly string[] {
  return [
    '/etc/systemd/system',
    '/run/systemd/system',
    '/usr/lib/systemd/system',
    '/lib/systemd/system',
  ].map((folder) => `${folder}/${name}`);
}

function programPaths(name: string): readonly string[] {
  return ['/usr/bin', '/usr/local/bin'].map((folder) => `${folder}/${name}`);
}

/** Paths of the host that this section asks for. */
export const hostPaths: readonly string[] = watched.flatMap(([, , paths]) => paths);

/** Whether a rule watches `path` or a folder around it (`-w`, or `-F path=`, `-F dir=`). */
export function isWatched(lines: readonly string[], path: string): boolean {
  const names = path.startsWith('/run/')
    ? [path, `/var${path}`]
    : [path, path.replace(/^\/usr\/lib\//, '/lib/')];
  return lines.some((line) => {
    if (line.trimStart().startsWith('#')) return false;
    const watch = /(?:^|\s)-w\s+(\S+)/.exec(line)?.[1] ?? /-F\s+(?:path|dir)=(\S+)/.exec(line)?.[1];
    if (watch === undefined) return false;
    const place = watch.length > 1 ? watch.replace(/\/$/, '') : watch;
    return names.some((name) => name === place || name.startsWith(`${place}/`));
  });
}

function watchVerdict(facts: DockerFacts, paths: readonly string[]): Verdict {
  const path = paths.find(
    (one) => facts.files.get(one) !== undefined && facts.files.get(one) !== null,
  );
  if (path === undefined) return told('not-applicable', 'it is not there on this host', paths[0]);
  const { auditRules } = facts;
  if (auditRules === null) {
    return failedBy([
      found(path, null, `no audit system is set up, so nothing records changes of ${path}`),
    ]);
  }
  if (isWatched(auditRules.lines, path))
    return passed([found(auditRules.source, path, 'a rule watches it')]);
  const command = `auditctl -w ${path} -p wa -k docker`;
  return failedBy([
    { ...found(auditRules.source, null, `no audit rule watches ${path}`), command },
  ]);
}

function partitionVerdict(facts: DockerFacts): Verdict {
  const root = stringField(facts.info, 'DockerRootDir');
  if (root === null || facts.mountPoints === null) {
    return told('unknown', 'the mounts of the host or the folder of the engine are not known');
  }
  // A partition around it is meant as well: /var/lib/docker may be a folder of a disk for containers.
  if (facts.mountPoints.includes(root))
    return passed([found(root, root, 'it is a mount of its own')]);
  return failedBy([
    found('DockerRootDir', root, `${root} shares its partition with the rest of the host`),
  ]);
}

function groupVerdict({ dockerGroup }: DockerFacts): Verdict {
  if (dockerGroup === null) return passed([found('/etc/group', null, 'there is no group docker')]);
  if (dockerGroup.length === 0)
    return passed([found('/etc/group', [], 'the group docker is empty')]);
  return {
    status: 'manual',
    evidence: dockerGroup.map((name) => ({
      subject: name,
      place: '/etc/group: docker',
      value: name,
      message: `${name} controls the engine, which is as much as root`,
      command: `gpasswd -d ${/^[\w.-]+$/.test(name) ? name : 'USER'} docker`,
    })),
  };
}

export const hostControls: readonly DockerControl[] = [
  control(section, {
    id: '1.1.1',
    title: 'Containers have a partition of their own',
    lesson: 'resource-exhaustion',
    reads: 'mounts of the host, DockerRootDir',
    fix: 'Mount a volume of its own at the folder of the engine, so that full layers leave the host alone',
    evaluate: (facts) => onHost(facts, () => partitionVerdict(facts)),
  }),
  control(section, {
    id: '1.1.2',
    title: 'Only trusted people are in the group docker',
    lesson: 'engine-api',
    severity: 'high',
    reads: '/etc/group',
    fix: 'Take out of the group docker whoever may not be root on this host',
    evaluate: (facts) => onHost(facts, () => groupVerdict(facts)),
  }),
  ...watched.map(([id, what, paths]) =>
    control(section, {
      id,
      title: `Changes of ${what} are recorded`,
      reads: 'auditctl -l, /etc/audit',
      fix: 'Add a watch to /etc/audit/rules.d and load it with augenrules --load',
      evaluate: (facts) => onHost(facts, () => watchVerdict(facts, paths)),
    }),
  ),
  byHand(section, {
    id: '1.2.1',
    title: 'The host is hardened',
    lesson: 'host-access',
    severity: 'medium',
    how: 'Ask `seaworthy audit host`, and follow the benchmark of the distribution',
  }),
  control(section, {
    id: '1.2.2',
    title: 'The engine is up to date',
    lesson: 'container-escape',
    severity: 'high',
    reads: 'version of the engine',
    fix: 'Compare with the security notes of your distribution; `seaworthy audit host` knows the flaws',
    evaluate: ({ version }) => ({
      status: 'manual',
      evidence: [found('version', version, `the engine says that it is ${version}`)],
    }),
  }),
];
