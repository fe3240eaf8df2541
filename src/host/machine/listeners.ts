// Who listens on TCP, in every network namespace of the machine: sockets joined with processes by inode.

import type { Machine } from './machine.ts';
import { addressOfHex } from './machine.ts';
import { hostNamespaces, type MachineProcess } from './process-table.ts';

export interface Listener {
  /** `0.0.0.0`, `127.0.0.1`, `::` ... */
  readonly address: string;
  readonly port: number;
  readonly program: string;
  readonly pid: number;
  /** The namespace of the host, not that of a container. */
  readonly isHostNamespace: boolean;
}

const namespacesMost = 1000;
const descriptorsMost = 100_000;

/** Listeners of the processes that `wanted` names; null: there is no process table. */
export function readListeners(
  machine: Machine,
  processes: readonly MachineProcess[] | null,
  wanted: (program: string) => boolean,
): readonly Listener[] | null {
  if (processes === null) return null;
  const chosen = processes.filter(({ program }) => wanted(program));
  const host = hostNamespaces(processes).network;
  const byNamespace = Map.groupBy(chosen, (one) => one.networkNamespace);
  return [...byNamespace].slice(0, namespacesMost).flatMap(([namespace, members]) => {
    const [first] = members;
    if (first === undefined) return [];
    const sockets = socketsOf(machine, first.pid);
    return members.flatMap(({ pid, program }) =>
      inodesOf(machine, pid).flatMap((inode) => {
        const socket = sockets.get(inode);
        if (socket === undefined) return [];
        return [{ ...socket, program, pid, isHostNamespace: namespace === host }];
      }),
    );
  });
}

/** Listening sockets of the namespace that a process lives in, by inode. */
function socketsOf(machine: Machine, pid: number) {
  const found = new Map<string, { readonly address: string; readonly port: number }>();
  for (const table of ['tcp', 'tcp6']) {
    for (const line of (machine.text(`/proc/${pid}/net/${table}`) ?? '').split('\n')) {
      // sl local remote state queues timer retransmits uid timeout inode (proc_net_tcp)
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const [hex = '', port = ''] = local.split(':');
      const address = addressOfHex(hex);
      if (state !== '0A' || address === null || inode === '') continue;
      found.set(inode, { address, port: Number.parseInt(port, 16) });
    }
  }
  return found;
}

function inodesOf(machine: Machine, pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return machine.entries(folder, descriptorsMost).flatMap((name) => {
    const target = machine.linkTarget(`${folder}/${name}`);
    return /^socket:\[(\d+)\]$/.exec(target ?? '')?.[1] ?? [];
  });
}
