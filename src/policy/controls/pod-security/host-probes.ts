// Pod Security baseline since 1.34: probes and hooks ask the Pod itself, never another host.
import { asString } from '../../../base/json.ts';
import { type Control, containerFault, nameOf, removeIn, shown } from '../../control.ts';
import { valueAt } from '../../path.ts';
import type { ContainerView, PodView } from '../../pod.ts';

const handlers = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];
const actions = ['httpGet', 'tcpSocket'];
const places = handlers.flatMap((handler) => actions.map((action) => [...handler, action, 'host']));

function check({ containers }: PodView) {
  return containers.flatMap((container) =>
    places.flatMap((place) => hostFault(container, place) ?? []),
  );
}

function hostFault(container: ContainerView, place: readonly string[]) {
  const host = asString(valueAt(container.value, place));
  if (host === null || host === '') return null;
  return containerFault(container, place, {
    message: `${nameOf(container)} uses probe or lifecycle host ${shown(host)}`,
    edits: [removeIn(container, place)],
  });
}

/** A probe of a container that asks `host`. */
function asking(host: string) {
  const livenessProbe = { httpGet: { host, port: 80 } };
  return { spec: { containers: [{ name: 'a', livenessProbe }] } };
}

export const hostProbesAndHostLifecycle: Control = {
  id: 'hostProbesAndHostLifecycle',
  title: 'A probe sends the kubelet to another host',
  level: 'baseline',
  sources: ['PSS baseline hostProbesAndHostLifecycle'],
  severity: 'medium',
  lesson: 'request-forgery',
  fix: 'Remove host: the kubelet then asks the Pod itself',
  variants: [{ since: 34, check }],
  passes: [
    asking(''),
    { kubernetes: '1.33', ...asking('127.0.0.1') },
    { spec: { containers: [{ name: 'a', livenessProbe: { httpGet: { port: 80 } } }] } },
  ],
  fails: [
    asking('127.0.0.1'),
    { kubernetes: '1.34', ...asking('169.254.169.254') },
    { spec: { containers: [{ name: 'a', startupProbe: { tcpSocket: { host: 'x' } } }] } },
    { spec: { containers: [{ name: 'a', lifecycle: { preStop: { httpGet: { host: 'x' } } } }] } },
    {
      spec: { containers: [{ name: 'a', lifecycle: { postStart: { tcpSocket: { host: 'x' } } } }] },
    },
  ],
};
