// Hardening: the socket of a container runtime is root on the node, mounted read-only or not.
import { type Control, podFault, shown } from '../../control.ts';
import { isWithin, runtimeSockets } from '../../host-places.ts';
import type { PodView } from '../../pod.ts';
import { hostPathsOf } from './host-path.ts';

function check(pod: PodView) {
  return hostPathsOf(pod).flatMap(({ volume, place, path }) => {
    const socket = runtimeSockets.find((one) => isWithin(one, path));
    if (socket === undefined) return [];
    const what = path === socket ? 'is' : `reaches ${socket} by`;
    const message = `volume ${shown(volume)} ${what} the runtime socket path ${shown(path)}`;
    const [, , index] = place;
    const edits = [
      {
        kind: 'set',
        path: ['spec', 'volumes', index ?? 0],
        value: { name: volume, emptyDir: {} },
      } as const,
    ];
    return podFault(place, { message, edits });
  });
}

/** A Pod with this folder of the node. */
function mounting(path: string) {
  return { spec: { volumes: [{ name: 'v', hostPath: { path } }], containers: [] } };
}

export const runtimeSocketMount: Control = {
  id: 'runtime-socket-mount',
  title: 'The socket of the container runtime is mounted',
  level: 'hardening',
  sources: ['CIS Docker 5.32', 'MITRE ATT&CK T1611'],
  severity: 'critical',
  lesson: 'host-access',
  fix: 'Remove the mount; build images without a daemon and ask the Kubernetes API instead',
  variants: [{ since: 0, check }],
  passes: [mounting('/var/log/app'), mounting('/run/docker.sock.d'), mounting('/etc')],
  fails: [
    mounting('/var/run/docker.sock'),
    mounting('/run/containerd/containerd.sock'),
    mounting('//var/lib/../run/'),
    mounting('/'),
    mounting('/run/crio'),
  ],
};
