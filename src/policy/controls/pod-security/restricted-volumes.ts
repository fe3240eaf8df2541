// Pod Security restricted: only volumes that are no storage of the node or of the network.
import { type Control, type PodVector, shown } from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { volumeFault, volumesOf } from './volume.ts';

const allowed: ReadonlySet<string> = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

function check(pod: PodView) {
  return volumesOf(pod).flatMap((volume) =>
    volume.sources
      .filter((source) => !allowed.has(source))
      .map((source) => {
        const name = shown(volume.name);
        const type = shown(source);
        return volumeFault(volume, source, `volume ${name} uses restricted volume type ${type}`);
      }),
  );
}

function withVolume(source: string): PodVector {
  return { spec: { volumes: [{ name: 'v', [source]: {} }], containers: [] } };
}

export const restrictedVolumes: Control = {
  id: 'restrictedVolumes',
  title: "A volume of a kind that reaches outside the cluster's own storage",
  level: 'restricted',
  sources: ['PSS restricted restrictedVolumes'],
  severity: 'medium',
  lesson: 'host-access',
  fix: 'Use a persistentVolumeClaim, csi, configMap, secret, projected or emptyDir volume',
  variants: [{ since: 0, check }],
  overrides: ['hostPathVolumes'],
  passes: [...allowed].map(withVolume).concat({ spec: { volumes: [{ name: 'v' }] } }),
  fails: [
    ...['hostPath', 'nfs', 'iscsi', 'gitRepo', 'flexVolume', 'ofTheFuture'].map(withVolume),
    { spec: { volumes: [{ name: 'v', emptyDir: {}, nfs: {} }], containers: [] } },
  ],
};
