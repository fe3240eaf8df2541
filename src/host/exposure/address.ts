// Whom a name means: its addresses, and whether they are this machine, a private network or the world.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { messageOf, SeaworthyError } from '../../base/error.ts';

export type Reach = 'loopback' | 'private' | 'public';

export interface ResolvedHost {
  /** As the user wrote it. */
  readonly name: string;
  readonly addresses: readonly { readonly address: string; readonly reach: Reach }[];
  /** One of its addresses is of this machine. */
  readonly isThisMachine: boolean;
}

/** Names with more addresses than this are not one host. */
const addressesMost = 8;

/** Resolves a name once. Throws `not-found` where it has no address. */
export async function resolveHost(name: string): Promise<ResolvedHost> {
  const addresses = isIP(name) === 0 ? await lookedUp(name) : [name];
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((one) => one.address)),
  );
  return {
    name,
    addresses: addresses
      .slice(0, addressesMost)
      .map((address) => ({ address, reach: reachOf(address) })),
    isThisMachine: addresses.some((one) => own.has(one) || reachOf(one) === 'loopback'),
  };
}

async function lookedUp(name: string): Promise<readonly string[]> {
  try {
    const found = await lookup(name, { all: true, verbatim: true });
    return [...new Set(found.map(({ address }) => address))];
  } catch (cause) {
    throw new SeaworthyError('not-found', `${name} has no address (${messageOf(cause)})`, {
      cause,
      advice: 'check the name',
    });
  }
}

/** RFC 1918, 3927, 6598 and 4193, 4291; mapped IPv4 addresses count as what they stand for. */
export function reachOf(address: string): Reach {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (isIP(mapped) === 4) {
    const [a = 0, b = 0] = mapped.split('.').map(Number);
    if (a === 127) return 'loopback';
    const isPrivate =
      a === 10 ||
      (a === 172 && b >= 16 && b < 32) ||
      (a === 192 && b === 168) ||
      (a === 169 && b === 254) ||
      (a === 100 && b >= 64 && b < 128);
    return isPrivate ? 'private' : 'public';
  }
  const lower = mapped.toLowerCase();
  if (lower === '::1') return 'loopback';
  return /^f[cd]|^fe[89ab]/.test(lower) ? 'private' : 'public';
}
