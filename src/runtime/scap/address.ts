// Addresses of sockets, as parameters and lists of descriptors have them.
import type { DescriptorKind, EndpointFacts } from '../../model/event.ts';
import { ByteReader, textOf } from './bytes.ts';

const familyUnix = 1;
const familyInternet = 2;
const familyInternet6 = 10;

/** One address: `sockaddr` without its system-specific parts. */
export interface Address {
  readonly kind: DescriptorKind;
  readonly end: EndpointFacts | null;
  readonly path: string | null;
}

/** Both ends of a socket, in the order of the capture: who began, who was called. */
export interface Tuple {
  readonly kind: DescriptorKind;
  readonly source: EndpointFacts | null;
  readonly destination: EndpointFacts | null;
  readonly path: string | null;
}

/** The kind of descriptor that a socket of a family is. */
export function kindOfFamily(family: number): DescriptorKind {
  if (family === familyUnix) return 'unix';
  if (family === familyInternet) return 'ipv4';
  if (family === familyInternet6) return 'ipv6';
  return family === 16 ? 'netlink' : 'unknown';
}

/** Reads the parameter of bind and of newer connects; null when it is none. */
export function readAddress(bytes: Uint8Array): Address | null {
  if (bytes.length === 0) return null;
  const reader = new ByteReader(bytes);
  const family = reader.u8();
  const kind = kindOfFamily(family);
  if (kind === 'unix') return { kind, end: null, path: textOf(bytes.subarray(1)) };
  const end = readEnd(reader, family);
  return end === null || reader.ranOut ? null : { kind, end, path: null };
}

/** Reads both ends; null when there are none or the family is not known. */
export function readTuple(bytes: Uint8Array): Tuple | null {
  if (bytes.length === 0) return null;
  const reader = new ByteReader(bytes);
  const family = reader.u8();
  const kind = kindOfFamily(family);
  if (kind === 'unix') {
    // Two addresses in the kernel's memory stand before the path.
    reader.take(16);
    return { kind, source: null, destination: null, path: textOf(reader.slice(reader.left)) };
  }
  const source = readEnd(reader, family);
  const destination = readEnd(reader, family);
  if (source === null || destination === null || reader.ranOut) return null;
  return { kind, source, destination, path: null };
}

function readEnd(reader: ByteReader, family: number): EndpointFacts | null {
  if (family !== familyInternet && family !== familyInternet6) return null;
  const address = addressText(reader.slice(family === familyInternet ? 4 : 16));
  return { address, port: reader.u16(), hostName: null };
}

/** `10.0.0.1`, `fe80::1`; IPv6 as RFC 5952 writes it. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length !== 16) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => {
    return ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0);
  });
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${bytes.subarray(12).join('.')}`;
  }
  const { start, length } = longestZeros(groups);
  const texts = groups.map((group) => group.toString(16));
  if (length < 2) return texts.join(':');
  return `${texts.slice(0, start).join(':')}::${texts.slice(start + length).join(':')}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** `10.0.0.1:80`, `fe80::1:80`, as names of descriptors are written. */
export function endText({ address, port }: EndpointFacts): string {
  return `${address}:${port ?? 0}`;
}

/** The bytes of an address; null when the text is none. */
export function addressBytes(text: string): Uint8Array | null {
  if (!text.includes(':')) {
    const parts = text.split('.').map(Number);
    const isAddress = parts.length === 4 && parts.every((part) => part >= 0 && part < 256);
    return isAddress ? Uint8Array.from(parts) : null;
  }
  const mapped = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain =
    mapped === null
      ? text
      : `${mapped[1]}${hexPair(mapped[2], mapped[3])}:${hexPair(mapped[4], mapped[5])}`;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - before.length - after.length;
  if (missing < 0 || (tail === undefined && missing > 0)) return null;
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  const bytes = groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
  return bytes.every((byte) => byte >= 0) ? Uint8Array.from(bytes) : null;
}

function hexPair(high: string | undefined, low: string | undefined): string {
  return ((Number(high) << 8) | Number(low)).toString(16);
}
