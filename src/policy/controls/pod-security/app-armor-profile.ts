// Pod Security baseline: AppArmor stays on. Set by annotations, since 1.30 also by fields.
import { asString, entriesOf, field } from '../../../base/json.ts';
import { type Control, type Fault, nameOf, podFault, shown } from '../../control.ts';
import type { Path } from '../../path.ts';
import type { ContainerView, PodView } from '../../pod.ts';

const prefix = 'container.apparmor.security.beta.kubernetes.io/';

function check(pod: PodView): Fault[] {
  return [
    ...fieldFault(pod.securityContext, ['spec'], null),
    ...pod.containers.flatMap((one) => fieldFault(one.securityContext, one.path, one)),
    ...annotationFaults(pod),
  ];
}

function fieldFault(
  securityContext: unknown,
  path: Path,
  container: ContainerView | null,
): Fault[] {
  const profile = field(securityContext, 'appArmorProfile') ?? null;
  if (profile === null) return [];
  const type = field(profile, 'type') ?? '';
  if (type === 'RuntimeDefault' || type === 'Localhost') return [];
  const place = [...path, 'securityContext', 'appArmorProfile', 'type'];
  const who = container === null ? 'pod' : nameOf(container);
  const message = `${who} must not set AppArmor profile type to ${shown(type)}`;
  const edits = [{ kind: 'set', path: place, value: 'RuntimeDefault' } as const];
  return [{ path: place, message, container, edits }];
}

function annotationFaults({ annotations }: PodView): Fault[] {
  return entriesOf(annotations)
    .filter(([key, value]) => key.startsWith(prefix) && !isConfined(asString(value)))
    .map(([key, value]) => {
      const path = ['metadata', 'annotations', key];
      return podFault(path, {
        message: `forbidden AppArmor profile (${key}=${shown(value)})`,
        edits: [{ kind: 'set', path, value: 'runtime/default' }],
      });
    });
}

function isConfined(profile: string | null): boolean {
  if (profile === null) return false;
  return profile === '' || profile === 'runtime/default' || profile.startsWith('localhost/');
}

/** A security context with this type. */
function armoured(type: string) {
  return { securityContext: { appArmorProfile: { type } } };
}

export const appArmorProfile: Control = {
  id: 'appArmorProfile',
  title: 'AppArmor is switched off',
  level: 'baseline',
  sources: ['PSS baseline appArmorProfile', 'NSA C-0055'],
  severity: 'medium',
  lesson: 'container-escape',
  fix: 'Remove the profile, or set it to RuntimeDefault or Localhost',
  variants: [{ since: 0, check }],
  passes: [
    {
      spec: {
        ...armoured('RuntimeDefault'),
        containers: [{ name: 'a', ...armoured('Localhost') }],
      },
    },
    { annotations: { [`${prefix}a`]: 'localhost/x' }, spec: { containers: [{ name: 'a' }] } },
    { annotations: { [`${prefix}a`]: '' }, spec: { containers: [{ name: 'a' }] } },
  ],
  fails: [
    { spec: { ...armoured('Unconfined'), containers: [] } },
    { spec: { initContainers: [{ name: 'a', ...armoured('Unconfined') }] } },
    { annotations: { [`${prefix}a`]: 'unconfined' }, spec: { containers: [{ name: 'a' }] } },
  ],
};
