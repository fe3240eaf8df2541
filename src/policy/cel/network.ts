// IP addresses, CIDR blocks and URLs, as the libraries of Kubernetes take them: no IPv4 inside of
// IPv6, no zones, no leading zeros.
import { type Environment, failure } from './library.ts';
import { type Register, registrar } from './register.ts';

/** An address: 4 or 16 bytes as one number. */
class Address {
  readonly family: 4 | 6;
  readonly value: bigint;
  constructor(family: 4 | 6, value: bigint) {
    this.family = family;
    this.value = value;
  }

  isEqual(other: unknown): boolean {
    return other instanceof Address && other.family === this.family && other.value === this.value;
  }
}

class Block {
  readonly address: Address;
  readonly prefix: number;
  constructor(address: Address, prefix: number) {
    this.address = address;
    this.prefix = prefix;
  }

  isEqual(other: unknown): boolean {
    return (
      other instanceof Block && other.prefix === this.prefix && other.address.isEqual(this.address)
    );
  }
}

/** The address that a text means, or null. */
function parseAddress(text: string): Address | null {
  if (text.length > 45) return null;
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) {
    const parts = text.split('.');
    if (parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith('0')))) {
      return null;
    }
    return new Address(
      4,
      parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n),
    );
  }
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const groups = [...head, ...tail];
  if (groups.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  if (halves.length === 2 ? groups.length > 7 : groups.length !== 8) return null;
  const zeros = Array.from({ length: 8 - groups.length }, () => '0');
  const all = [...head, ...zeros, ...tail];
  const value = all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  // ::ffff:a.b.c.d in hexadecimal form is refused as well.
  return value >> 32n === 0xffffn ? null : new Address(6, value);
}

/** Canonical text (RFC 5952). */
function addressText({ family, value }: Address): string {
  if (family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16),
  );
  let [start, length] = [-1, 1];
  for (let at = 0; at < 8; at += 1) {
    let end = at;
    while (groups[end] === '0') end += 1;
    if (end - at > length) [start, length] = [at, end - at];
  }
  if (start === -1) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

/** The block that a text means, or null. */
function parseBlock(text: string): Block | null {
  const found = /^([^/]{2,45})\/(\d{1,3})$/.exec(text);
  const address = parseAddress(found?.[1] ?? '');
  const digits = found?.[2] ?? '';
  if (address === null || (digits.length > 1 && digits.startsWith('0'))) return null;
  const prefix = Number(digits);
  return prefix > widthOf(address) ? null : new Block(address, prefix);
}

function widthOf({ family }: Address): number {
  return family === 4 ? 32 : 128;
}

function masked({ address, prefix }: Block): Block {
  const rest = BigInt(widthOf(address) - prefix);
  return new Block(new Address(address.family, (address.value >> rest) << rest), prefix);
}

function holdsAddress(block: Block, address: Address): boolean {
  if (block.address.family !== address.family) return false;
  const rest = BigInt(widthOf(address) - block.prefix);
  return block.address.value >> rest === address.value >> rest;
}

function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === null) throw failure(`${text.slice(0, 80)} is no IP address`);
  return address;
}

function blockOf(text: string): Block {
  const block = parseBlock(text);
  if (block === null) throw failure(`${text.slice(0, 80)} is no CIDR block`);
  return block;
}

const within = (block: string) => (address: Address) => holdsAddress(blockOf(block), address);
const isMulticast = (one: Address): boolean =>
  within('224.0.0.0/4')(one) || within('ff00::/8')(one);
const isLinkLocal = (one: Address): boolean =>
  within('169.254.0.0/16')(one) || within('fe80::/10')(one);
const isLinkLocalMulticast = (one: Address): boolean =>
  within('224.0.0.0/24')(one) || (one.family === 6 && ((one.value >> 112n) & 0xff0fn) === 0xff02n);
const isLoopback = (one: Address): boolean =>
  within('127.0.0.0/8')(one) || (one.family === 6 && one.value === 1n);
const isBroadcast = (one: Address): boolean => one.family === 4 && one.value === 0xffffffffn;

/** Registers `ip`, `cidr`, `url` and their methods. */
export function registerNetwork(environment: Environment): void {
  const add = registrar(environment);
  environment.registerType('net.IP', Address);
  environment.registerType('net.CIDR', Block);
  environment.registerType('kubernetes.URL', Link);
  registerAddresses(add);
  registerBlocks(add);
  registerLinks(add);
}

function registerAddresses(add: Register): void {
  add('ip(string): net.IP', (text: string) => addressOf(text));
  add('isIP(string): bool', (text: string) => parseAddress(text) !== null);
  add(
    'IpNamespace.isCanonical(string): bool',
    (_: unknown, text: string) => addressText(addressOf(text)) === text,
  );
  add('string(net.IP): string', (one: Address) => addressText(one));
  add('net.IP.family(): int', ({ family }: Address) => BigInt(family));
  add('net.IP.isUnspecified(): bool', ({ value }: Address) => value === 0n);
  add('net.IP.isLoopback(): bool', isLoopback);
  add('net.IP.isLinkLocalMulticast(): bool', isLinkLocalMulticast);
  add('net.IP.isLinkLocalUnicast(): bool', isLinkLocal);
  add(
    'net.IP.isGlobalUnicast(): bool',
    (one: Address) =>
      one.value !== 0n &&
      !isMulticast(one) &&
      !isLinkLocal(one) &&
      !isLoopback(one) &&
      !isBroadcast(one),
  );
}

const blockText = ({ address, prefix }: Block): string => `${addressText(address)}/${prefix}`;

const holdsBlock = (outer: Block, inner: Block): boolean =>
  inner.prefix >= outer.prefix && holdsAddress(outer, inner.address);

function registerBlocks(add: Register): void {
  add('cidr(string): net.CIDR', (one: string) => blockOf(one));
  add('isCIDR(string): bool', (one: string) => parseBlock(one) !== null);
  add('string(net.CIDR): string', (one: Block) => blockText(one));
  add('net.CIDR.ip(): net.IP', ({ address }: Block) => address);
  add('net.CIDR.masked(): net.CIDR', (one: Block) => masked(one));
  add('net.CIDR.prefixLength(): int', ({ prefix }: Block) => BigInt(prefix));
  add('net.CIDR.containsIP(net.IP): bool', (one: Block, inner: Address) =>
    holdsAddress(one, inner),
  );
  add('net.CIDR.containsIP(string): bool', (one: Block, inner: string) =>
    holdsAddress(one, addressOf(inner)),
  );
  add('net.CIDR.containsCIDR(net.CIDR): bool', holdsBlock);
  add('net.CIDR.containsCIDR(string): bool', (one: Block, inner: string) =>
    holdsBlock(one, blockOf(inner)),
  );
}

/** A URL with its text, so that what has no host or scheme is kept apart from what has. */
class Link {
  readonly url: URL | null;
  readonly text: string;
  constructor(text: string, url: URL | null) {
    this.text = text;
    this.url = url;
  }

  isEqual(other: unknown): boolean {
    return other instanceof Link && other.text === this.text;
  }
}

/** Absolute URLs and absolute paths, as `url.ParseRequestURI` of Go takes them. */
function parseLink(text: string): Link | null {
  // oxlint-disable-next-line no-control-regex -- controls are what is refused
  if (text.length > 16_384 || /[\u0000-\u001f\u007f]|%(?![0-9A-Fa-f]{2})/.test(text)) return null;
  // Blanks may stand in paths, not in the name of a host.
  if (/^[^/?#]*\/\/[^/?#]* /.test(text)) return null;
  const isRooted = text.startsWith('/');
  if (!isRooted && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)) return null;
  try {
    return new Link(text, isRooted ? new URL(text, 'path://') : new URL(text));
  } catch {
    return null;
  }
}

/** As written: the parser of the platform drops a port that is the scheme's own. */
const authority = ({ text }: Link): string =>
  /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]*)/.exec(text)?.[1] ?? '';

const isPath = ({ text }: Link): boolean => text.startsWith('/');

function registerLinks(add: Register): void {
  add('url(string): kubernetes.URL', (text: string) => {
    const link = parseLink(text);
    if (link === null) throw failure(`${text.slice(0, 80)} is no URL`);
    return link;
  });
  add('isURL(string): bool', (text: string) => parseLink(text) !== null);
  add('kubernetes.URL.getScheme(): string', (one: Link) =>
    isPath(one) ? '' : (one.url?.protocol.slice(0, -1) ?? ''),
  );
  add('kubernetes.URL.getHost(): string', (one: Link) => (isPath(one) ? '' : authority(one)));
  add('kubernetes.URL.getHostname(): string', (one: Link) =>
    isPath(one)
      ? ''
      : authority(one)
          .replace(/:\d*$/, '')
          .replace(/^\[(.*)\]$/, '$1'),
  );
  add('kubernetes.URL.getPort(): string', (one: Link) =>
    isPath(one) ? '' : (/:(\d+)$/.exec(authority(one))?.[1] ?? ''),
  );
  add('kubernetes.URL.getEscapedPath(): string', (one: Link) => {
    const path = /^(?:[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^/?#]*)?)?([^?#]*)/.exec(one.text)?.[1] ?? '';
    return path.replaceAll(' ', '%20');
  });
  add('kubernetes.URL.getQuery(): map', (one: Link) => {
    const query = new Map<string, string[]>();
    for (const [key, value] of one.url?.searchParams ?? []) {
      query.set(key, [...(query.get(key) ?? []), value]);
    }
    return query;
  });
}
