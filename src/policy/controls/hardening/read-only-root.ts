// Hardening: what cannot be written cannot be changed by an intruder.
import { field } from '../../../base/json.ts';
import { type Control, containerFault, nameOf, setIn } from '../../control.ts';
import type { PodView } from '../../pod.ts';
import { asBoolean } from '../../scalar.ts';

const place = ['securityContext', 'readOnlyRootFilesystem'];

function check({ containers, isWindows }: PodView) {
  if (isWindows) return [];
  return containers
    .filter(({ list }) => list !== 'ephemeralContainers')
    .filter((one) => asBoolean(field(one.securityContext, 'readOnlyRootFilesystem')) !== true)
    .map((container) =>
      containerFault(container, place, {
        message: `${nameOf(container)} must set ${place.join('.')}=true`,
        edits: [setIn(container, place, true)],
      }),
    );
}

export const readOnlyRoot: Control = {
  id: 'read-only-root',
  title: 'The root file system can be written',
  level: 'hardening',
  sources: ['NSA C-0017', 'CIS Docker 5.13'],
  severity: 'low',
  lesson: 'least-privilege',
  fix: 'Set readOnlyRootFilesystem to true and mount an emptyDir where the program writes',
  variants: [{ since: 0, check }],
  passes: [
    { spec: { containers: [{ name: 'a', securityContext: { readOnlyRootFilesystem: true } }] } },
    { spec: { os: { name: 'windows' }, containers: [{ name: 'a' }] } },
  ],
  fails: [
    { spec: { containers: [{ name: 'a' }] } },
    { spec: { containers: [{ name: 'a', securityContext: { readOnlyRootFilesystem: false } }] } },
  ],
};
