// Slots of a record as values: paths, files, sockets, addresses.
import { ipv4Text, ipv6Text, unixPathText } from './address.ts';
import { exeFlag, fileFacts, pathFlag, slotKind, socketFacts } from './layout.ts';
import type { RawAddress, RawFile, RawPath, RawSocket } from './record.ts';
import { type RecordView, type Slot, walkedPath } from './view.ts';

const family = { unix: 1, ipv4: 2, ipv6: 10 } as const;

export function walked(record: RecordView, slot: Slot, flags: number): RawPath {
  const isDetached = (flags & pathFlag.detached) !== 0;
  return {
    path: walkedPath(record, slot, isDetached),
    isTruncated: (flags & pathFlag.truncated) !== 0,
    isDetached,
    isDeleted: (flags & pathFlag.deleted) !== 0,
  };
}

/** The path in the first slot of a kind; null when there is none. */
export function path(record: RecordView, kind: number, from: number): RawPath | null {
  const slot = record.slot(kind, from);
  return slot === null ? null : walked(record, slot, slot.value);
}

export function file(record: RecordView, from: number): RawFile | null {
  const slot = record.slot(slotKind.file, from);
  if (slot === null) return null;
  const flags = record.uint32(slot.start + fileFacts.flags);
  return {
    inode: record.uint64(slot.start + fileFacts.inode),
    device: record.uint32(slot.start + fileFacts.device),
    mode: record.uint32(slot.start + fileFacts.mode),
    links: record.uint32(slot.start + fileFacts.links),
    isUpperLayer: (flags & exeFlag.upper) !== 0,
    isMemory: (flags & exeFlag.memfd) !== 0,
  };
}

/** An IP address of a family; null for a family that has none. */
function ipText(ipFamily: number, bytes: Uint8Array): string | null {
  if (ipFamily === family.ipv4) return ipv4Text(bytes);
  return ipFamily === family.ipv6 ? ipv6Text(bytes) : null;
}

/** The socket whose facts begin at an offset. */
export function socketAt(record: RecordView, at: number): RawSocket {
  const socketFamily = record.uint16(at + socketFacts.family);
  const descriptor = record.uint32(at + socketFacts.descriptor);
  return {
    family: socketFamily,
    type: record.uint16(at + socketFacts.type),
    protocol: record.uint16(at + socketFacts.protocol),
    state: record.uint16(at + socketFacts.state) & 0xff,
    localAddress: ipText(socketFamily, record.slice(at + socketFacts.local, 16)),
    localPort: record.uint16(at + socketFacts.localPort),
    remoteAddress: ipText(socketFamily, record.slice(at + socketFacts.remote, 16)),
    remotePort: record.uint16(at + socketFacts.remotePort),
    descriptor: descriptor === 0xffff_ffff ? null : descriptor,
  };
}

/** A struct sockaddr. */
export function sockaddr(bytes: Uint8Array): RawAddress | null {
  if (bytes.length < 2) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const addressFamily = view.getUint16(0, true);
  const nothing: RawAddress = { family: addressFamily, address: null, port: 0, path: null };
  if (addressFamily === family.unix) return { ...nothing, path: unixPathText(bytes.subarray(2)) };
  const offset = addressFamily === family.ipv4 ? 4 : 8;
  const length = addressFamily === family.ipv4 ? 4 : 16;
  if (addressFamily !== family.ipv4 && addressFamily !== family.ipv6) return nothing;
  if (bytes.length < offset + length) return nothing;
  return {
    ...nothing,
    address: ipText(addressFamily, bytes.subarray(offset, offset + length)),
    port: view.getUint16(2, false),
  };
}
