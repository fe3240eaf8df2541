// What stands at the top: who can take over the host, in plain words, whatever the score is.
import { socketsOf } from '../../policy/index.ts';
import type { ContainerFact, DockerFacts } from './facts.ts';

export interface Risk {
  readonly kind: 'privileged' | 'runtime-socket' | 'host-namespace' | 'open-api';
  /** One sentence without full stop. */
  readonly sentence: string;
  readonly containers: readonly { readonly name: string; readonly detail: string }[];
}

/** Who can take over the host; empty where nobody can by configuration alone. */
export function risksOf({ containers }: Pick<DockerFacts, 'containers'>): Risk[] {
  const privileged = containers.filter(({ config }) => config.privileged.value).map(nameOf);
  const sockets = containers.flatMap((container) =>
    socketsOf(container.config).map(({ source, socket, mount }) => ({
      name: container.name,
      detail: `${socket}${source === socket ? '' : ` through ${source}`}${mount.readOnly ? ', read-only, which is no protection' : ''}${stateOf(container)}`,
    })),
  );
  const namespaces = containers.flatMap((container) => {
    const { network, pid, ipc, users } = container.config;
    const shared = Object.entries({ network, process: pid, IPC: ipc, user: users })
      .filter(([, { value }]) => value === 'host')
      .map(([name]) => name);
    if (shared.length === 0) return [];
    return [{ name: container.name, detail: `${shared.join(', ')}${stateOf(container)}` }];
  });
  const risks: Risk[] = [
    {
      kind: 'runtime-socket',
      sentence: told(sockets, 'can command the container engine'),
      containers: sockets,
    },
    { kind: 'privileged', sentence: told(privileged, 'run privileged'), containers: privileged },
    {
      kind: 'host-namespace',
      sentence: told(namespaces, 'share a namespace of the host'),
      containers: namespaces,
    },
  ];
  return risks.filter((risk) => risk.containers.length > 0);
}

function nameOf(container: ContainerFact) {
  return { name: container.name, detail: stateOf(container).replace(/^, /, '') };
}

function stateOf({ config }: ContainerFact): string {
  return config.isRunning ? '' : ', not running now';
}

function told(found: readonly { readonly name: string }[], what: string): string {
  const count = new Set(found.map(({ name }) => name)).size;
  return `${count} container${count === 1 ? '' : 's'} ${count === 1 ? what.replace(/^run /, 'runs ').replace(/^share /, 'shares ') : what}`;
}
