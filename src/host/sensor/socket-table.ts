// Sockets of a network namespace by their inode, from /proc/PID/net (proc_pid_net(5)).
import { readFileSync } from 'node:fs';
import { ipv4Text, ipv6Text } from './address.ts';
import { family } from './decode-slot.ts';
import type { RawSocket } from './record.ts';

/** By inode. */
export type SocketTable = ReadonlyMap<number, RawSocket>;

/** Lines read of one table: a busy proxy has some 100,000 flows. */
const maxLines = 500_000;

const tables = [
  { name: 'tcp', family: family.ipv4, type: 1, protocol: 6 },
  { name: 'tcp6', family: family.ipv6, type: 1, protocol: 6 },
  { name: 'udp', family: family.ipv4, type: 2, protocol: 17 },
  { name: 'udp6', family: family.ipv6, type: 2, protocol: 17 },
  { name: 'raw', family: family.ipv4, type: 3, protocol: 0 },
  { name: 'raw6', family: family.ipv6, type: 3, protocol: 0 },
] as const;

/** All IP and unix sockets that a process's network namespace has. */
export function readSocketTables(pid: number): SocketTable {
  const found = new Map<number, RawSocket>();
  for (const { name, ...traits } of tables) {
    for (const line of linesOf(`/proc/${pid}/net/${name}`)) {
      const fields = line.trim().split(/\s+/);
      const inode = Number(fields[9]);
      const local = endpoint(fields[1] ?? '');
      const remote = endpoint(fields[2] ?? '');
      if (!(inode > 0) || local === null || remote === null) continue;
      found.set(inode, {
        ...traits,
        state: Number.parseInt(fields[3] ?? '0', 16),
        localAddress: local.address,
        localPort: local.port,
        remoteAddress: remote.address,
        remotePort: remote.port,
        descriptor: null,
      });
    }
  }
  for (const line of linesOf(`/proc/${pid}/net/unix`)) {
    const fields = line.trim().split(/\s+/);
    const inode = Number(fields[6]);
    if (inode > 0) found.set(inode, unixSocket(Number.parseInt(fields[4] ?? '1', 16)));
  }
  return found;
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n').slice(1, maxLines);
  } catch {
    return [];
  }
}

function unixSocket(type: number): RawSocket {
  return {
    family: family.unix,
    type,
    protocol: 0,
    state: 0,
    localAddress: null,
    localPort: 0,
    remoteAddress: null,
    remotePort: 0,
    descriptor: null,
  };
}

/** `0100007F:1F90`: words of four bytes in the machine's order, then the port. */
export function endpoint(text: string): { address: string; port: number } | null {
  const match = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text);
  const hex = match?.[1];
  if (hex === undefined) return null;
  const bytes = new Uint8Array(hex.length / 2);
  for (let word = 0; word < bytes.length; word += 4) {
    for (let index = 0; index < 4; index++) {
      const from = (word + 3 - index) * 2;
      bytes[word + index] = Number.parseInt(hex.slice(from, from + 2), 16);
    }
  }
  const port = Number.parseInt(match?.[2] ?? '0', 16);
  return { address: bytes.length === 4 ? ipv4Text(bytes) : ipv6Text(bytes), port };
}
