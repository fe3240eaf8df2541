// Pod Security baseline: no folder of the node.
import { field } from '../../../base/json.ts';
import { type Control, shown } from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { volumeFault, volumesOf } from './volume.ts';

function check(pod: PodView) {
  return volumesOf(pod)
    .filter(({ value }) => (field(value, 'hostPath') ?? null) !== null)
    .map((volume) =>
      volumeFault(volume, 'hostPath', `hostPath volumes (volume ${shown(volume.name)})`),
    );
}

export const hostPathVolumes: Control = {
  id: 'hostPathVolumes',
  title: 'A folder of the node is mounted',
  level: 'baseline',
  sources: ['PSS baseline hostPathVolumes', 'CIS Kubernetes 5.2'],
  severity: 'high',
  lesson: 'host-access',
  fix: 'Use a persistentVolumeClaim, a configMap or, for scratch space, an emptyDir',
  variants: [{ since: 0, check }],
  passes: [{ spec: { volumes: [{ name: 'v', emptyDir: {} }], containers: [] } }],
  fails: [
    { spec: { volumes: [{ name: 'v', hostPath: { path: '/' } }], containers: [] } },
    { spec: { volumes: [{ name: 'v', hostPath: {}, emptyDir: {} }], containers: [] } },
  ],
};
