// IP addresses and networks of checks.

/** An address as a number, with its width in bits. */
interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** Tells whether a textual address lies in a network (or is the one address). */
export type AddressTest = (address: string) => boolean;

/** Compiles `10.0.0.1`, `10.0.0.0/8`, `fe80::/10`; null when it is no address. */
export function compileAddress(text: string): AddressTest | null {
  const [base = '', length, ...rest] = text.split('/');
  const network = parseAddress(base);
  if (network === null || rest.length > 0) return null;
  const prefix =
    length === undefined ? network.bits : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (prefix < 0 || prefix > network.bits) return null;
  const shift = BigInt(network.bits - prefix);
  const wanted = network.value >> shift;
  if (shift === 0n) {
    return (candidate) => {
      const address = knownAddress(candidate);
      return address?.bits === network.bits && address.value === wanted;
    };
  }
  return (candidate) => {
    const address = knownAddress(candidate);
    return address?.bits === network.bits && address.value >> shift === wanted;
  };
}

/** The same few addresses are compared with many networks: parsing dominates without this. */
const parsed = new Map<string, Address | null>();
const parsedAtMost = 4096;

function knownAddress(text: string): Address | null {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const address = parseAddress(text);
  if (parsed.size >= parsedAtMost) parsed.clear();
  parsed.set(text, address);
  return address;
}

/** Parses IPv4 and IPv6; an IPv4 address inside IPv6 (`::ffff:10.0.0.1`) counts as IPv4. */
function parseAddress(text: string): Address | null {
  if (!text.includes(':')) {
    const value = parseVersion4(text);
    return value === null ? null : { bits: 32, value };
  }
  const value = parseVersion6(text);
  if (value === null) return null;
  const isMapped = value >> 32n === 0xffffn;
  return isMapped ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

function parseVersion4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    return null;
  }
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function parseVersion6(text: string): bigint | null {
  const halves = (text.split('%', 1)[0] ?? '').split('::');
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0] ?? '');
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '') : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array.from({ length: missing }, () => 0n), ...tail];
  return groups.reduce((value, group) => value * 65_536n + group, 0n);
}

function groupsOf(text: string): bigint[] | null {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.') && index === parts.length - 1) {
      const value = parseVersion4(part);
      if (value === null) return null;
      groups.push(value >> 16n, value & 0xffffn);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(BigInt(`0x${part}`));
    } else {
      return null;
    }
  }
  return groups;
}
