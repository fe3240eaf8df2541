// Pod Security: the filter of system calls. Before 1.19 it was set by annotations.
import { asString, entriesOf, field } from '../../../base/json.ts';
import {
  type Control,
  containerFault,
  type Fault,
  nameOf,
  podFault,
  setIn,
  shown,
} from '../../control.ts';
import type { ContainerView, PodView } from '../../pod.ts';

const place = ['securityContext', 'seccompProfile', 'type'];
const podPlace = ['spec', ...place];
const wanted = 'RuntimeDefault';
const podAnnotation = 'seccomp.security.alpha.kubernetes.io/pod';
const containerAnnotation = 'container.seccomp.security.alpha.kubernetes.io/';

/** The `type` of a security context's profile; undefined: it has no profile. */
function typeIn(securityContext: unknown): unknown {
  const profile = field(securityContext, 'seccompProfile') ?? undefined;
  return profile === undefined ? undefined : (field(profile, 'type') ?? '');
}

function isFiltering(type: unknown): boolean {
  return type === 'RuntimeDefault' || type === 'Localhost';
}

function wrongInPod({ securityContext }: PodView): Fault[] {
  const type = typeIn(securityContext);
  if (type === undefined || isFiltering(type)) return [];
  const message = `pod must not set ${place.join('.')} to ${shown(type)}`;
  return [podFault(podPlace, { message, edits: [{ kind: 'set', path: podPlace, value: wanted }] })];
}

function wrongInContainer(container: ContainerView): Fault[] {
  const type = typeIn(container.securityContext);
  if (type === undefined || isFiltering(type)) return [];
  const wrong = shown(type);
  const message = `${nameOf(container)} must not set ${place.join('.')} to ${wrong}`;
  const edits = [setIn(container, place, wanted)];
  return [containerFault(container, place, { message, edits })];
}

function checkBaseline(pod: PodView): Fault[] {
  return [...wrongInPod(pod), ...pod.containers.flatMap(wrongInContainer)];
}

function checkRestricted(pod: PodView): Fault[] {
  const isSetForAll = isFiltering(typeIn(pod.securityContext));
  const unset = pod.containers
    .filter(({ securityContext }) => !isSetForAll && typeIn(securityContext) === undefined)
    .map((container) => {
      const what = `must set ${place.join('.')} to "RuntimeDefault" or "Localhost"`;
      return containerFault(container, place, {
        message: `pod or ${nameOf(container)} ${what}`,
        // For the Pod as a whole: its containers inherit it.
        edits: [{ kind: 'set', path: podPlace, value: wanted }],
      });
    });
  return [...checkBaseline(pod), ...unset];
}

/** Kubernetes up to 1.18: annotations of the Pod and of its containers. */
function checkAnnotations({ annotations, containers }: PodView): Fault[] {
  const known = new Set([
    podAnnotation,
    ...containers.map(({ name }) => containerAnnotation + name),
  ]);
  return entriesOf(annotations)
    .filter(([key, value]) => known.has(key) && !isFilteringAnnotation(value))
    .map(([key, value]) => {
      const path = ['metadata', 'annotations', key];
      return podFault(path, {
        message: `seccompProfile (forbidden annotation ${key}=${shown(value)})`,
        edits: [{ kind: 'set', path, value: 'runtime/default' }],
      });
    });
}

function isFilteringAnnotation(value: unknown): boolean {
  const text = asString(value) ?? '';
  return text === 'runtime/default' || text === 'docker/default' || text.startsWith('localhost/');
}

/** A security context with this type. */
function filter(type: string) {
  return { securityContext: { seccompProfile: { type } } };
}

export const seccompProfileBaseline: Control = {
  id: 'seccompProfile_baseline',
  title: 'The filter of system calls is switched off',
  level: 'baseline',
  sources: ['PSS baseline seccompProfile_baseline', 'NSA C-0055'],
  severity: 'medium',
  lesson: 'container-escape',
  fix: 'Use the profile RuntimeDefault, or one of your own (Localhost)',
  variants: [
    { since: 0, check: checkAnnotations },
    { since: 19, check: checkBaseline },
  ],
  passes: [
    { spec: { containers: [{ name: 'a' }] } },
    { spec: { ...filter('RuntimeDefault'), containers: [{ name: 'a', ...filter('Localhost') }] } },
    { kubernetes: '1.18', spec: { ...filter('Unconfined'), containers: [] } },
    { annotations: { [podAnnotation]: 'unconfined' }, spec: { containers: [] } },
    {
      kubernetes: '1.18',
      annotations: { [podAnnotation]: 'localhost/x', [`${containerAnnotation}b`]: 'unconfined' },
      spec: { containers: [{ name: 'a' }] },
    },
  ],
  fails: [
    { spec: { ...filter('Unconfined'), containers: [] } },
    { spec: { containers: [{ name: 'a', ...filter('Unconfined') }] } },
    { kubernetes: '1.19', spec: { initContainers: [{ name: 'a', ...filter('Unconfined') }] } },
    {
      kubernetes: '1.18',
      annotations: { [podAnnotation]: 'unconfined' },
      spec: { containers: [] },
    },
    {
      kubernetes: '1.0',
      annotations: { [`${containerAnnotation}a`]: 'unconfined' },
      spec: { containers: [{ name: 'a' }] },
    },
  ],
};

export const seccompProfileRestricted: Control = {
  id: 'seccompProfile_restricted',
  title: 'No filter of system calls is asked for',
  level: 'restricted',
  sources: ['PSS restricted seccompProfile_restricted', 'CIS Kubernetes 5.6.2', 'NSA C-0055'],
  severity: 'medium',
  lesson: 'container-escape',
  fix: 'Set seccompProfile.type to RuntimeDefault for the Pod',
  variants: [
    { since: 19, check: checkRestricted },
    { since: 25, check: (pod) => (pod.isWindows ? [] : checkRestricted(pod)) },
  ],
  overrides: ['seccompProfile_baseline'],
  passes: [
    { spec: { ...filter('RuntimeDefault'), containers: [{ name: 'a' }] } },
    { spec: { containers: [{ name: 'a', ...filter('Localhost') }] } },
    { kubernetes: '1.18', spec: { containers: [{ name: 'a' }] } },
    { kubernetes: '1.25', spec: { os: { name: 'windows' }, containers: [{ name: 'a' }] } },
  ],
  fails: [
    { spec: { containers: [{ name: 'a' }] } },
    { spec: { containers: [{ name: 'a', ...filter('RuntimeDefault') }, { name: 'b' }] } },
    { spec: { ...filter('RuntimeDefault'), containers: [{ name: 'a', ...filter('Unconfined') }] } },
    { kubernetes: '1.19', spec: { containers: [{ name: 'a' }] } },
    { kubernetes: '1.24', spec: { os: { name: 'windows' }, containers: [{ name: 'a' }] } },
  ],
};
