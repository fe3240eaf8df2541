// Writes captures that sysdig, Falco and Stratoshark open: blocks of version 2, the list of processes
// first, then each event as its call and its return, as old and new readers expect.
import type { DescriptorFacts, ProcessFacts, RuntimeEvent } from '../../model/event.ts';
import { capabilityBits } from '../state/index.ts';
import { blockType } from './block.ts';
import { ByteWriter, textBytes, textsBytes } from './byte-writer.ts';
import { encodeParameter } from './encode.ts';
import { eventFacts, eventNumber, ownParameters } from './event-table.ts';

export interface WrittenMachine {
  readonly hostName: string;
  readonly processors: number;
  readonly memoryBytes: bigint;
}

export interface WrittenProcess {
  readonly facts: ProcessFacts;
  readonly descriptors: readonly DescriptorFacts[];
}

/** Parts of a capture, to be written one after the other: head, then events. */
export class CaptureWriter {
  private readonly withoutNumber = new Map<string, number>();

  /** Events that captures have no number for, by type: they are left out. */
  get leftOut(): ReadonlyMap<string, number> {
    return this.withoutNumber;
  }

  /** The beginning: section, machine, users, processes and their descriptors. */
  head(machine: WrittenMachine, processes: Iterable<WrittenProcess>): Uint8Array {
    const all = [...processes];
    const parts = [
      section(),
      machineBlock(machine),
      interfacesBlock(),
      usersBlock(all.map(({ facts }) => facts)),
      processesBlock(all.map(({ facts }) => facts)),
      ...all.map(({ facts, descriptors }) => descriptorsBlock(facts, descriptors)),
    ];
    const writer = new ByteWriter();
    for (const part of parts) writer.raw(part);
    return writer.take();
  }

  /** One event; empty when captures have no number for its type. */
  event(event: RuntimeEvent): Uint8Array {
    const number = eventNumber(event.type);
    const facts = number === null ? null : eventFacts(number);
    if (number === null || facts === null) {
      this.withoutNumber.set(event.type, (this.withoutNumber.get(event.type) ?? 0) + 1);
      return new Uint8Array(0);
    }
    const writer = new ByteWriter();
    if (facts.isReturn) writer.raw(eventBlock(number - 1, event));
    return writer.raw(eventBlock(number, event)).take();
  }
}

const paddingTo = 4;

function block(type: number, body: Uint8Array): Uint8Array {
  const padding = (paddingTo - (body.length % paddingTo)) % paddingTo;
  const length = body.length + padding + 12;
  const writer = new ByteWriter().u32(type).u32(length).raw(body);
  return writer.raw(new Uint8Array(padding)).u32(length).take();
}

function section(): Uint8Array {
  const body = new ByteWriter().u32(0x1a2b3c4d).u16(1).u16(2).u64(0xffffffffffffffffn);
  return block(blockType.section, body.take());
}

const hostNameBytes = 128;

function machineBlock({ hostName, processors, memoryBytes }: WrittenMachine): Uint8Array {
  const name = new Uint8Array(hostNameBytes);
  name.set(textBytes(hostName).subarray(0, hostNameBytes - 1));
  const body = new ByteWriter().u32(processors).u64(memoryBytes).u64(4_194_304n).raw(name);
  // Reserved: when the machine started and two more, which readers may ask for.
  for (let reserved = 0; reserved < 4; reserved += 1) body.u64(0n);
  return block(blockType.machine, body.take());
}

function interfacesBlock(): Uint8Array {
  return block(blockType.interfaces2, new Uint8Array(0));
}

/** Entries of lists begin with their length, which counts itself. */
function entry(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter().u32(0);
  write(writer);
  writer.patch(0, writer.size);
  return writer.take();
}

function usersBlock(processes: readonly ProcessFacts[]): Uint8Array {
  const users = new Map<number, string>();
  const groups = new Map<number, string>();
  for (const { user, group } of processes) {
    if (user.id !== null && user.name !== null) users.set(user.id, user.name);
    if (group.id !== null && group.name !== null) groups.set(group.id, group.name);
  }
  const body = new ByteWriter();
  for (const [id, name] of users) {
    body.raw(
      entry((one) => {
        one.u8(0).u32(id).u32(id).short(textBytes(name)).short(textBytes('')).short(textBytes(''));
      }),
    );
  }
  for (const [id, name] of groups) {
    body.raw(entry((one) => void one.u8(1).u32(id).short(textBytes(name))));
  }
  return block(blockType.users2, body.take());
}

function processesBlock(processes: readonly ProcessFacts[]): Uint8Array {
  const body = new ByteWriter();
  for (const one of processes) body.raw(entry((writer) => writeProcess(writer, one)));
  return block(blockType.processes9, body.take());
}

/** Texts of processes are bounded by readers: arguments and environment at 4 KiB, paths at 1 KiB. */
const wordsBytes = 4095;
const pathBytes = 1023;

function pathOf(text: string | null): Uint8Array {
  return textBytes(text ?? '').subarray(0, pathBytes);
}

function writeProcess(writer: ByteWriter, one: ProcessFacts): void {
  const cgroup = one.container?.fullId ?? null;
  writer
    .i64(one.pid)
    .i64(one.pid)
    .i64(one.parentPid ?? 0);
  writer
    .i64(one.sessionId ?? 0)
    .i64(one.isGroupLeader === true ? (one.namespacePid ?? one.pid) : -1);
  writer.short(pathOf(one.name)).short(pathOf(one.executable)).short(pathOf(one.executablePath));
  writer.short(textsBytes(one.arguments ?? []).subarray(0, wordsBytes));
  writer.short(pathOf(one.workingDirectory));
  writer
    .i64(1024)
    .u32(0)
    .u32(one.user.id ?? 0)
    .u32(one.group.id ?? 0);
  writer.u32(0).u32(0).u32(0).u64(0n).u64(0n);
  writer.short(textsBytes(one.environment ?? []).subarray(0, wordsBytes));
  writer.i64(one.namespacePid ?? one.pid).i64(one.namespacePid ?? one.pid);
  writer.short(cgroup === null ? new Uint8Array(0) : textsBytes([`cpuset=/docker/${cgroup}`]));
  writer.short(textBytes('/'));
  writer
    .u64(0n)
    .u32(one.terminal ?? 0)
    .u32((one.loginUser.id ?? -1) >>> 0);
  writer.u8(0).u64(0n);
  writer.u64(capabilityBits(one.capabilitiesPermitted ?? []));
  writer.u64(capabilityBits(one.capabilitiesEffective ?? []));
  writer.u8(one.isUpperLayer === true ? 1 : 0).u64(0n);
  writer.u64(one.executableInode?.changedAtNs ?? 0n);
  writer.u64(one.executableInode?.modifiedAtNs ?? 0n);
  writer.u8(one.isFromMemory === true ? 1 : 0);
}

const descriptorNumbers: Readonly<Record<DescriptorFacts['kind'], number>> = {
  file: 16,
  directory: 2,
  ipv4: 3,
  ipv6: 4,
  pipe: 7,
  unix: 8,
  event: 9,
  signal: 11,
  eventpoll: 12,
  inotify: 13,
  timer: 14,
  netlink: 15,
  bpf: 10,
  userfault: 10,
  io_uring: 10,
  memory: 10,
  unknown: 10,
};

function descriptorsBlock(
  { pid }: ProcessFacts,
  descriptors: readonly DescriptorFacts[],
): Uint8Array {
  const body = new ByteWriter().i64(pid);
  for (const one of descriptors) {
    if (one.number === null || one.number < 0) continue;
    // Sockets without both ends have no form in a list.
    if (one.kind === 'ipv4' || one.kind === 'ipv6') continue;
    body.raw(
      entry((writer) => {
        writer
          .i64(one.number ?? 0)
          .u64(0n)
          .u8(descriptorNumbers[one.kind]);
        if (one.kind === 'unix') writer.u64(0n).u64(0n);
        if (one.kind === 'file') writer.u32(0);
        writer.short(textBytes(one.name ?? '').subarray(0, pathBytes));
      }),
    );
  }
  return block(blockType.descriptors2, body.take());
}

const eventHeaderBytes = 26;

function eventBlock(number: number, event: RuntimeEvent): Uint8Array {
  const parameters = ownParameters(number).map((one) => encodeParameter(one, event));
  const cut = parameters.map((one) => one.subarray(0, 0xffff));
  const bytes = cut.reduce((sum, { length }) => sum + length + 2, eventHeaderBytes);
  const body = new ByteWriter().u16(event.cpu ?? 0).u64(event.timeNs);
  body
    .i64(event.process?.tid ?? 0)
    .u32(bytes)
    .u16(number)
    .u32(cut.length);
  for (const { length } of cut) body.u16(length);
  for (const one of cut) body.raw(one);
  return block(blockType.event2, body.take());
}
