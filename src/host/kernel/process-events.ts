// Births, programs and deaths of processes from the kernel's process connector (netlink; linux/cn_proc.h):
// older than BPF, and there without it. It tells numbers only, and needs CAP_NET_ADMIN on the host.
import { readSync } from 'node:fs';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { closeDescriptor, errorName, lastErrorNumber, loadLibrary } from './ffi.ts';

export type ProcessEvent =
  | { readonly kind: 'exec'; readonly pid: number; readonly timeNs: bigint }
  | {
      readonly kind: 'exit';
      readonly pid: number;
      readonly timeNs: bigint;
      /** As wait(2) gives it: the code in the second byte, the signal in the first. */
      readonly status: number;
      readonly parentPid: number;
    };

export interface ProcessNews {
  readonly events: readonly ProcessEvent[];
  /** Some did not fit: nobody knows how many. */
  readonly hasLost: boolean;
}

export interface ProcessEvents {
  /** What is there, after waiting for it; empty after `timeoutMs`. One call at a time. */
  next(timeoutMs: number): Promise<ProcessNews>;
  /** Not while somebody waits. */
  close(): void;
}

const netlinkFamily = 16;
const datagram = 2;
const closeOnExec = 0o2000000;
const nonBlocking = 0o4000;
const connectorProtocol = 11;
/** CN_IDX_PROC, CN_VAL_PROC: its multicast group. */
const processGroup = 1;
const listen = 1;
const socketLevel = 1;
/** SO_RCVBUFFORCE: beyond the limit of the machine, for who may. */
const receiveBufferForce = 33;
/** Some 20,000 events: what a storm brings while a burst is read. */
const bufferBytes = 16 * 1024 * 1024;
const pollIn = 0x01;
/** Header of netlink and header of the connector. */
const headBytes = 16 + 20;
const execEvent = 0x0000_0002;
const exitEvent = 0x8000_0000;
/** Taken at a time, so that a storm does not keep everything else waiting. */
const eventsAtOnce = 512;

/**
 * Begins to listen.
 *
 * @param nowNs nanoseconds since 1970: the kernel stamps events by another clock
 * @throws SeaworthyError `denied` without CAP_NET_ADMIN, `unsupported` without the connector
 *   (CONFIG_PROC_EVENTS), outside of the first pid and user namespace, without koffi or glibc
 */
export function openProcessEvents(nowNs: () => bigint): ProcessEvents {
  const libc = loadLibrary('libc.so.6');
  const open = libc.func('int socket(int family, int type, int protocol)');
  const flags = datagram | closeOnExec | nonBlocking;
  const descriptor: number = open(netlinkFamily, flags, connectorProtocol);
  if (descriptor < 0) throw refusal('socket');
  try {
    const option = libc.func(
      'int setsockopt(int socket, int level, int name, const void *value, unsigned int length)',
    );
    const wanted = Buffer.alloc(4);
    wanted.writeInt32LE(bufferBytes);
    option(descriptor, socketLevel, receiveBufferForce, wanted, 4);
    const bind = libc.func('int bind(int socket, const void *address, unsigned int length)');
    if (bind(descriptor, addressBytes(), 12) < 0) throw refusal('bind');
    const send = libc.func('intptr_t send(int socket, const void *data, size_t length, int flags)');
    const request = listenRequest();
    if (send(descriptor, request, request.length, 0) < 0) throw refusal('send');
  } catch (error) {
    closeDescriptor(descriptor);
    throw error;
  }
  return new Connector(descriptor, nowNs);
}

function refusal(call: string): SeaworthyError {
  const name = errorName(lastErrorNumber());
  const isRight = name === 'EPERM' || name === 'EACCES';
  return new SeaworthyError(
    isRight ? 'denied' : 'unsupported',
    `the kernel's process connector refuses (${call}: ${name})`,
    isRight ? { advice: 'run as root on the host, or with CAP_NET_ADMIN' } : {},
  );
}

/** struct sockaddr_nl; 0: the kernel chooses our number. */
function addressBytes(): Buffer {
  const address = Buffer.alloc(12);
  address.writeUInt16LE(netlinkFamily, 0);
  address.writeUInt32LE(processGroup, 8);
  return address;
}

/** nlmsghdr (NLMSG_DONE), cn_msg, PROC_CN_MCAST_LISTEN. */
function listenRequest(): Buffer {
  const request = Buffer.alloc(headBytes + 4);
  request.writeUInt32LE(request.length, 0);
  request.writeUInt16LE(3, 4);
  request.writeUInt32LE(processGroup, 16);
  request.writeUInt32LE(processGroup, 20);
  request.writeUInt16LE(4, 32);
  request.writeUInt32LE(listen, headBytes);
  return request;
}

class Connector implements ProcessEvents {
  private readonly descriptor: number;
  private readonly nowNs: () => bigint;
  private readonly waiting = Buffer.alloc(8);
  private readonly message = Buffer.alloc(4096);
  private readonly poll;

  constructor(descriptor: number, nowNs: () => bigint) {
    this.descriptor = descriptor;
    this.nowNs = nowNs;
    this.waiting.writeInt32LE(descriptor, 0);
    this.waiting.writeInt16LE(pollIn, 4);
    this.poll = loadLibrary('libc.so.6').func(
      'int poll(_Inout_ void *descriptors, unsigned long count, int timeout)',
    );
  }

  async next(timeoutMs: number): Promise<ProcessNews> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // In a thread of its own: ours goes on meanwhile.
    this.poll.async(this.waiting, 1, timeoutMs, () => resolve());
    await promise;
    return this.read();
  }

  close(): void {
    closeDescriptor(this.descriptor);
  }

  private read(): ProcessNews {
    const events: ProcessEvent[] = [];
    // CLOCK_MONOTONIC, as the kernel stamps them.
    const wallNs = this.nowNs() - process.hrtime.bigint();
    let hasLost = false;
    while (events.length < eventsAtOnce) {
      try {
        const length = readSync(this.descriptor, this.message);
        const event = eventOf(this.message.subarray(0, length), wallNs);
        if (event !== null) events.push(event);
      } catch (error) {
        const { code } = error as { readonly code?: string };
        if (code === 'EAGAIN') break;
        if (code !== 'ENOBUFS') {
          throw new SeaworthyError('unsupported', `the process connector: ${messageOf(error)}`);
        }
        hasLost = true;
      }
    }
    return { events, hasLost };
  }
}

/** Null for what is no program and no death of a whole process: forks, threads, names, users. */
function eventOf(message: Buffer, wallNs: bigint): ProcessEvent | null {
  if (message.length < headBytes + 24) return null;
  const what = message.readUInt32LE(headBytes);
  const timeNs = message.readBigUInt64LE(headBytes + 8) + wallNs;
  const thread = message.readUInt32LE(headBytes + 16);
  const pid = message.readUInt32LE(headBytes + 20);
  if (what === execEvent) return { kind: 'exec', pid, timeNs };
  if (what !== exitEvent || thread !== pid || message.length < headBytes + 40) return null;
  const status = message.readUInt32LE(headBytes + 24);
  return { kind: 'exit', pid, timeNs, status, parentPid: message.readUInt32LE(headBytes + 36) };
}
