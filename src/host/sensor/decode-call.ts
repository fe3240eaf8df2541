// Records of system calls.
import { unixPathText } from './address.ts';
import { file, path, sockaddr, socketAt, walked } from './decode-slot.ts';
import { callArguments, callSlots, slotKind } from './layout.ts';
import type { RawCall, RawOrigin, RawPath } from './record.ts';
import type { RecordView } from './view.ts';

const maxDescriptorPaths = 4;

/** A call of a name, with everything that its slots say. */
export function decodeCall(record: RecordView, origin: RawOrigin, name: string): RawCall {
  const socket = record.slot(slotKind.socket, callSlots);
  const claimed = record.slot(slotKind.socketAddress, callSlots);
  const unix = record.slot(slotKind.unixAddress, callSlots);
  const data = record.slot(slotKind.data, callSlots);
  const how = record.slot(slotKind.openHow, callSlots);
  const given = record.slot(slotKind.arguments, callSlots);
  return {
    kind: 'call',
    ...origin,
    name,
    result: record.result,
    arguments: Array.from({ length: callArguments }, (_, index) => record.argument(index)),
    texts: callTexts(record),
    realPath: path(record, slotKind.realPath, callSlots),
    file: file(record, callSlots),
    descriptorPaths: descriptorPaths(record),
    workingDirectory: path(record, slotKind.workingDirectory, callSlots),
    socket: socket === null ? null : socketAt(record, socket.start),
    socketAddress: claimed === null ? null : sockaddr(record.slice(claimed.start, claimed.length)),
    unixPath:
      unix === null
        ? null
        : unixPathText(record.slice(unix.start + 2, Math.max(0, unix.length - 2))),
    data: data === null ? null : record.slice(data.start, data.length).slice(),
    openHow:
      how === null
        ? null
        : [record.uint64(how.start), record.uint64(how.start + 8), record.uint64(how.start + 16)],
    programArguments: given === null ? null : record.texts(given),
  };
}

/** Texts among the arguments, in their order. */
function callTexts(record: RecordView): (string | null)[] {
  const texts: (string | null)[] = [];
  for (const kind of [slotKind.path, slotKind.otherPath, slotKind.thirdText]) {
    const slot = record.slot(kind, callSlots);
    if (slot === null) break;
    const isUnread = slot.length === 0 && slot.value !== 0;
    texts.push(isUnread ? null : record.text(slot.start, slot.length));
  }
  return texts;
}

/** Of such a slot the value is the descriptor's number; whether the path is detached shows in itself. */
function descriptorPaths(record: RecordView): ReadonlyMap<number, RawPath> {
  const paths = new Map<number, RawPath>();
  let from: number = callSlots;
  while (paths.size < maxDescriptorPaths) {
    const slot = record.slot(slotKind.descriptorPath, from);
    if (slot === null) break;
    paths.set(slot.value & 0x00ff_ffff, walked(record, slot, slot.value >>> 24));
    from = (slot.start + slot.length + 7) & ~7;
  }
  return paths;
}
