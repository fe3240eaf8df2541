// Segments as rooms and the flows between them, summed. Pure.
import type { Network, NetworkFlow, NetworkNode } from '../data/answers.ts';

export interface Room {
  readonly key: string;
  readonly title: string;
  readonly subtitle: string;
  readonly nodes: readonly NetworkNode[];
}

/** All flows from one room to another. */
export interface Corridor {
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  readonly count: number;
  readonly flows: readonly NetworkFlow[];
}

export function roomsOf({ nodes }: Network): readonly Room[] {
  const byKey = Map.groupBy(nodes, roomKey);
  return [...byKey]
    .map(([key, own]) => {
      const first = own[0] as NetworkNode;
      const owner = [first.workload?.team ?? first.workload?.user, first.workload?.environment];
      const title = titles[key] ?? first.workload?.application ?? 'no application';
      return { key, title, subtitle: owner.filter(Boolean).join(' › '), nodes: own };
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The room of everything that is on the internet. */
export const internet = ' internet';
const privateRoom = ' private';
const hostRoom = ' host';
const titles: Readonly<Record<string, string>> = {
  [internet]: 'Internet',
  [privateRoom]: 'Private addresses',
  [hostRoom]: 'This machine',
};

/** RFC 1918, 6598, 3927 and 4193, link-local and loopback: nobody on the internet. */
const privateAddress =
  /^(?:10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|f[cd][0-9a-f]{2}:|fe80:|::1$)/i;

function roomKey({ id, kind, workload }: NetworkNode): string {
  if (kind === 'host') return hostRoom;
  if (kind === 'external') {
    return privateAddress.test(id.replace(/^address:/, '')) ? privateRoom : internet;
  }
  const { team, user, application, environment } = workload ?? {};
  return JSON.stringify([team ?? user ?? null, application ?? null, environment ?? null]);
}

export function corridorsOf({ nodes, flows }: Network): readonly Corridor[] {
  const roomOf = new Map(nodes.map((node) => [node.id, roomKey(node)]));
  const byPair = Map.groupBy(flows, ({ from, to }) =>
    JSON.stringify([roomOf.get(from) ?? internet, roomOf.get(to) ?? internet]),
  );
  return [...byPair]
    .map(([pair, own]) => {
      const [from = '', to = ''] = JSON.parse(pair) as string[];
      const bytes = own.reduce((sum, one) => sum + bytesOf(one), 0);
      const count = own.reduce((sum, one) => sum + one.count, 0);
      return { from, to, bytes, count, flows: own };
    })
    .sort((a, b) => b.bytes - a.bytes);
}

export function bytesOf({ bytesSent, bytesReceived }: NetworkFlow): number {
  return (bytesSent ?? 0) + (bytesReceived ?? 0);
}

/** `tcp 5432`, or how many ports. */
export function portsText({ flows }: Corridor): string {
  const ports = [...new Set(flows.map(({ protocol, port }) => `${protocol} ${port}`))];
  return ports.length <= 2 ? ports.join(', ') : `${ports.length} ports`;
}
