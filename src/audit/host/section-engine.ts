// Who may command the engine of this host, and how far its containers are confined.
import { failedBy, passed, told, type Verdict } from '../control.ts';
import { control, found, type HostControl } from './define.ts';
import type { HostFacts, SocketFact } from './facts.ts';

function socketVerdict({ sockets }: HostFacts): Verdict {
  if (sockets.length === 0) return told('not-applicable', 'no socket of an engine is there');
  const open = sockets.filter(({ mode }) => (mode & 0o002) !== 0);
  if (open.length === 0)
    return passed(sockets.map((one) => found(one.path, octal(one), `${one.owner}:${one.group}`)));
  return failedBy(
    open.map((one) => ({
      ...found(
        one.path,
        octal(one),
        `everybody on this host commands the engine through ${one.path}`,
      ),
      subject: one.path,
      command: `chmod o-rwx ${one.path}`,
    })),
  );
}

function octal({ mode }: SocketFact): string {
  return `0${mode.toString(8)}`;
}

function groupVerdict({ sockets }: HostFacts): Verdict {
  const people = sockets.flatMap(({ path, group, mode, members }) =>
    (mode & 0o020) === 0 || group === 'root'
      ? []
      : (members ?? []).map((name) => ({ name, path, group })),
  );
  if (people.length === 0)
    return passed([
      found('/etc/group', null, 'nobody but root is in the group of an engine socket'),
    ]);
  return {
    status: 'manual',
    evidence: people.map(({ name, path, group }) => ({
      ...found(
        `/etc/group: ${group}`,
        path,
        `${name} commands the engine through ${path}, which is as much as root`,
      ),
      subject: name,
    })),
  };
}

function confinementVerdict({ containers }: HostFacts): Verdict {
  if (containers === null)
    return told('unknown', 'the processes of this host cannot be seen', '/proc');
  if (containers.length === 0) return told('not-applicable', 'no container runs now');
  const open = containers.filter(({ seccomp }) => seccomp === 'off');
  return open.length === 0
    ? passed([
        found(
          '/proc/PID/status: Seccomp',
          containers.length,
          'system calls of all running containers are filtered',
        ),
      ])
    : failedBy(
        open.map(({ name, id }) => ({
          ...found(
            '/proc/PID/status: Seccomp',
            0,
            `${name} makes every system call: no seccomp filter`,
          ),
          subject: name,
          detail: { id },
        })),
      );
}

const rest = { profile: 'engine', lesson: 'host-access', severity: 'medium' } as const;

export const engineControls: readonly HostControl[] = [
  control({
    ...rest,
    id: 'engine.sockets',
    title: 'No engine socket is open to everybody',
    severity: 'critical',
    lesson: 'engine-api',
    reads: 'sockets of Docker, containerd, CRI-O, Podman, BuildKit',
    fix: 'Take the rights of others off the socket',
    evaluate: socketVerdict,
  }),
  control({
    ...rest,
    id: 'engine.people',
    title: 'Only trusted people command the engine',
    severity: 'high',
    lesson: 'engine-api',
    reads: 'groups of the sockets, /etc/group',
    fix: 'Take out of the group whoever may not be root on this host',
    evaluate: groupVerdict,
  }),
  control({
    ...rest,
    id: 'engine.rootless',
    title: 'The engine runs without root',
    severity: 'low',
    reads: 'docker info',
    fix: 'Consider a rootless engine, or user namespaces (userns-remap)',
    evaluate: ({ engine }) =>
      engine === null
        ? told('unknown', 'no engine answers')
        : engine.isRootless
          ? passed([found('docker info', 'rootless', 'the engine is rootless')])
          : told(
              'manual',
              'the engine is root: a way out of a container ends as root of this host',
              'docker info',
            ),
  }),
  control({
    ...rest,
    id: 'engine.confinement',
    title: 'System calls of all containers are filtered',
    severity: 'high',
    lesson: 'kernel-confinement',
    reads: '/proc/PID/status',
    fix: 'Start the container without seccomp=unconfined and without --privileged',
    evaluate: confinementVerdict,
  }),
];
