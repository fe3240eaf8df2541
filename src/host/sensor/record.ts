// What the sensor tells, decoded: one kind for each thing that happens. Numbers are the kernel's own;
// what they mean to a rule is said elsewhere.

/** A process by a key that is never used twice: its number and the tick of its start (10 ms). */
export interface ProcessKey {
  readonly pid: number;
  /** Hundredths of a second since the machine was started, as in /proc/PID/stat. */
  readonly startTicks: number;
}

/** Who did it. In records of flows that are older than the sensor `pid` is 0. */
export interface RawOrigin extends ProcessKey {
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint;
  readonly cpu: number;
  readonly tid: number;
  /** Of the hierarchy that names containers; key of `RawCgroup.cgroupId`. */
  readonly cgroupId: number;
  readonly uid: number;
  readonly gid: number;
  readonly mountNamespace: number;
  /** In the mount namespace that the sensor's machine started in. */
  readonly isHost: boolean;
  /** A 32-bit call of a 64-bit machine. */
  readonly is32Bit: boolean;
}

export interface RawProcess {
  readonly parent: ProcessKey;
  /** Its number in its own pid namespace. */
  readonly virtualPid: number;
  /** In its own pid namespace; 0 when made outside of it. */
  readonly sessionId: number;
  readonly groupId: number;
  /** Device number as /proc/PID/stat shows it; 0 for none. */
  readonly terminal: number;
  /** -1: nobody logged in. */
  readonly loginUid: number;
  readonly effectiveUid: number;
  readonly effectiveGid: number;
  readonly pidNamespace: number;
  readonly netNamespace: number;
}

/** A path that the kernel itself walked. */
export interface RawPath {
  readonly path: string;
  readonly isTruncated: boolean;
  /** Outside of what the process can reach by name: another mount namespace, a pipe, a memfd. */
  readonly isDetached: boolean;
  readonly isDeleted: boolean;
}

export interface RawExecutable {
  readonly path: RawPath | null;
  readonly inode: bigint;
  /** Kernel's device number: major << 20 | minor. */
  readonly device: number;
  readonly size: bigint;
  readonly mode: number;
  readonly links: number;
  readonly changedAtNs: bigint;
  readonly modifiedAtNs: bigint;
  /** Lies in the writable layer of an overlay: it was not in the image as it is now. */
  readonly isUpperLayer: boolean;
  readonly isOverlay: boolean;
  readonly isMemory: boolean;
  readonly isUnlinked: boolean;
}

export interface RawCapabilities {
  readonly inheritable: bigint;
  readonly permitted: bigint;
  readonly effective: bigint;
  readonly bounding: bigint;
  readonly ambient: bigint;
}

/** A program was started; the process has its new image and has not run an instruction of it. */
export interface RawExec extends RawOrigin, RawProcess {
  readonly kind: 'exec';
  /** True: it ran before the sensor did, and was found in /proc. */
  readonly isExisting: boolean;
  readonly command: string;
  readonly parentCommand: string;
  readonly executable: RawExecutable;
  /** As given to execve, before links were followed. */
  readonly fileName: string;
  /** Of a script: what runs it. Null when the program itself runs. */
  readonly interpreter: string | null;
  readonly arguments: readonly string[];
  readonly areArgumentsCut: boolean;
  /** `NAME=value`. Values are secrets as often as not: what is stored is up to the consumer. */
  readonly environment: readonly string[];
  readonly isEnvironmentCut: boolean;
  readonly workingDirectory: RawPath | null;
  /** The socket that is its descriptor 0; null when that is none. */
  readonly standardInput: RawSocket | null;
  /** From the root of its hierarchy: `/docker/<id>`. */
  readonly cgroupPath: string;
  readonly capabilities: RawCapabilities;
  readonly userNamespace: number;
}

/** A process was made; it is the origin. Threads are counted, not told. */
export interface RawFork extends RawOrigin, RawProcess {
  readonly kind: 'fork';
  readonly command: string;
}

/** The last thread of a process is gone. */
export interface RawExit extends RawOrigin {
  readonly kind: 'exit';
  readonly command: string;
  readonly virtualPid: number;
  readonly parentPid: number;
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: number | null;
  readonly isCoreDumped: boolean;
}

/** A cgroup is made, removed or entered. The origin is who does it, of `attach` who is moved. */
export interface RawCgroup extends RawOrigin {
  readonly kind: 'cgroup';
  readonly action: 'mkdir' | 'rmdir' | 'attach';
  readonly path: string;
  readonly command: string;
}

export interface RawFile {
  readonly inode: bigint;
  readonly device: number;
  /** Type and permissions, as stat's st_mode. */
  readonly mode: number;
  readonly links: number;
  readonly isUpperLayer: boolean;
  readonly isMemory: boolean;
}

export interface RawSocket {
  /** AF_: 1 unix, 2 IPv4, 10 IPv6, 16 netlink, 17 packet, 38 alg ... */
  readonly family: number;
  /** 1 stream, 2 datagram, 3 raw ... */
  readonly type: number;
  /** 6 TCP, 17 UDP, 1 ICMP ... */
  readonly protocol: number;
  readonly state: number;
  /** Null for one that has no IP. */
  readonly localAddress: string | null;
  readonly localPort: number;
  readonly remoteAddress: string | null;
  readonly remotePort: number;
  /** Of the call's descriptor; null where none is known. */
  readonly descriptor: number | null;
}

/** An address as a program wrote it. */
export interface RawAddress {
  readonly family: number;
  readonly address: string | null;
  readonly port: number;
  /** Of a unix socket; an abstract one begins with `@`. */
  readonly path: string | null;
}

/** A system call came back. */
export interface RawCall extends RawOrigin {
  readonly kind: 'call';
  /** `openat`, `connect` ... */
  readonly name: string;
  /** Negative: an errno. */
  readonly result: number;
  /** The six registers, as unsigned numbers. */
  readonly arguments: readonly bigint[];
  /** Texts among the arguments as the program wrote them; null where they could not be read. */
  readonly texts: readonly (string | null)[];
  /** The file that was opened. */
  readonly realPath: RawPath | null;
  /** That file; of setns, fchmod, finit_module ... what the descriptor stands for. */
  readonly file: RawFile | null;
  /** Where descriptors among the arguments lead, by their numbers. */
  readonly descriptorPaths: ReadonlyMap<number, RawPath>;
  /** Where a relative path begins, when it is needed to understand it. */
  readonly workingDirectory: RawPath | null;
  readonly socket: RawSocket | null;
  readonly socketAddress: RawAddress | null;
  /** Of the other end of a unix socket (of the own end where that has none), from the kernel. */
  readonly unixPath: string | null;
  /** First bytes sent or received, 80 at most. */
  readonly data: Uint8Array | null;
  /** openat2: flags, mode, resolve. */
  readonly openHow: readonly [flags: bigint, mode: bigint, resolve: bigint] | null;
  /** Of a failed execve. */
  readonly programArguments: readonly string[] | null;
}

/** A TCP flow was opened by a process here, or ended; or what went by UDP since it was last told. */
export interface RawFlow extends RawOrigin {
  readonly kind: 'flow';
  readonly action: 'established' | 'closed' | 'summed';
  readonly socket: RawSocket;
  readonly sentBytes: bigint;
  readonly receivedBytes: bigint;
  /** Null when it is older than the sensor. */
  readonly openedAtNs: bigint | null;
  readonly isServer: boolean | null;
}

/** A container's process used a right for the first time. */
export interface RawCapability extends RawOrigin {
  readonly kind: 'capability';
  /** Number of the capability: 21 is CAP_SYS_ADMIN. */
  readonly capability: number;
  readonly userNamespace: number;
  readonly command: string;
}

/** A process used an operation of io_uring for the first time: what it does is not told as calls. */
export interface RawRingRequest extends RawOrigin {
  readonly kind: 'io_uring';
  /** IORING_OP_: 18 OPENAT, 16 CONNECT ... */
  readonly operation: number;
  readonly command: string;
}

/** Records that could not be delivered, because a ring was full. */
export interface RawLoss {
  readonly kind: 'loss';
  /** `exec`, `openat` ... */
  readonly name: string;
  /** Null: nobody could count. */
  readonly count: number | null;
  /** Null: a ring was full. */
  readonly why: string | null;
  /** The first and the last that were lost, nanoseconds since 1970. */
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

export type RawRecord =
  | RawExec
  | RawFork
  | RawExit
  | RawCgroup
  | RawCall
  | RawFlow
  | RawCapability
  | RawRingRequest;
