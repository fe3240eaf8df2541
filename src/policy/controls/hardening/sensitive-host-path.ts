// Hardening: folders of the node that hold credentials, programs or the state of other containers.
import { type Control, podFault, shown } from '../../control.ts';
import { harmlessPaths, isWithin, sensitiveFolders } from '../../host-places.ts';
import type { PodView } from '../../pod.ts';
import { hostPathsOf } from './host-path.ts';

function check(pod: PodView) {
  return hostPathsOf(pod).flatMap(({ volume, place, path }) => {
    if (harmlessPaths.some((one) => isWithin(path, one))) return [];
    const folder = sensitiveFolders.find((one) => isWithin(path, one) || isWithin(one, path));
    if (folder === undefined) return [];
    const what = isWithin(path, folder) ? `lies in ${folder}` : `contains ${folder}`;
    const message = `volume ${shown(volume)} mounts ${shown(path)}, which ${what} of the node`;
    const item = place.slice(0, 3);
    const edits = [{ kind: 'set', path: item, value: { name: volume, emptyDir: {} } } as const];
    return podFault(place, { message, edits });
  });
}

/** A Pod with this folder of the node. */
function mounting(path: string) {
  return { spec: { volumes: [{ name: 'v', hostPath: { path } }], containers: [] } };
}

export const sensitiveHostPath: Control = {
  id: 'sensitive-host-path',
  title: 'A telling or powerful folder of the node is mounted',
  level: 'hardening',
  sources: ['CIS Docker 5.6', 'MITRE ATT&CK T1611'],
  severity: 'high',
  lesson: 'host-access',
  fix: 'Mount only the folder that is needed, or use a volume of the cluster',
  variants: [{ since: 0, check }],
  passes: [mounting('/data/app'), mounting('/etc/localtime'), mounting('/usrlocal')],
  fails: [
    mounting('/'),
    mounting('/etc/kubernetes/pki'),
    mounting('/data/../root/.ssh'),
    mounting('/var'),
    mounting('/proc/sys/kernel'),
  ],
};
