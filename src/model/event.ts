// What a sensor or a capture tells of one system call, and what the rules ask of it. Everything may
// be unknown: null means "not known", and a check of a field that is not known is false.

/** A user or group as far as names are known. */
export interface IdentityFacts {
  readonly id: number | null;
  readonly name: string | null;
}

export interface MountFacts {
  readonly source: string;
  readonly destination: string;
  readonly mode: string;
  readonly writable: boolean;
  readonly propagation: string;
}

/** One run of an image, as a process knows it. The short id has twelve characters. */
export interface ContainerFacts {
  readonly id: string;
  readonly fullId: string | null;
  readonly name: string | null;
  /** `docker`, `containerd`, `podman`, `cri-o` ... */
  readonly engine: string | null;
  readonly image: string | null;
  readonly imageRepository: string | null;
  readonly imageTag: string | null;
  readonly imageDigest: string | null;
  readonly imageId: string | null;
  readonly privileged: boolean | null;
  readonly mounts: readonly MountFacts[] | null;
  readonly startedAtNs: bigint | null;
  readonly pod: string | null;
  readonly namespace: string | null;
}

/** A process at the time of the event; `parent` chains up to its oldest known ancestor. */
export interface ProcessFacts {
  readonly pid: number;
  readonly tid: number;
  readonly parentPid: number | null;
  /** Number in its own pid namespace; 1 for the first process of a container. */
  readonly namespacePid: number | null;
  readonly parent: ProcessFacts | null;
  /** The kernel's name of the process, 15 characters at most. */
  readonly name: string | null;
  /** argv[0]. */
  readonly executable: string | null;
  /** The resolved path of the program. */
  readonly executablePath: string | null;
  /** argv without its first word. */
  readonly arguments: readonly string[] | null;
  readonly workingDirectory: string | null;
  /** `NAME=value`. */
  readonly environment: readonly string[] | null;
  /** Device number of the controlling terminal; 0 for none. */
  readonly terminal: number | null;
  readonly sessionId: number | null;
  readonly sessionName: string | null;
  readonly isGroupLeader: boolean | null;
  readonly user: IdentityFacts;
  readonly group: IdentityFacts;
  /** -1: nobody logged in. */
  readonly loginUser: IdentityFacts;
  readonly capabilitiesEffective: readonly string[] | null;
  readonly capabilitiesPermitted: readonly string[] | null;
  readonly startedAtNs: bigint | null;
  readonly isUpperLayer: boolean | null;
  readonly isFromMemory: boolean | null;
  /** A connection that is its standard input; absent or null: none is known. */
  readonly standardInput?: DescriptorFacts | null;
  readonly executableInode: {
    readonly changedAtNs: bigint;
    readonly modifiedAtNs: bigint;
  } | null;
  /** Null on the host. */
  readonly container: ContainerFacts | null;
}

export type DescriptorKind =
  | 'file'
  | 'directory'
  | 'ipv4'
  | 'ipv6'
  | 'unix'
  | 'pipe'
  | 'event'
  | 'signal'
  | 'timer'
  | 'inotify'
  | 'eventpoll'
  | 'netlink'
  | 'bpf'
  | 'memory'
  | 'userfault'
  | 'io_uring'
  | 'unknown';

export interface EndpointFacts {
  /** Textual address without brackets. */
  readonly address: string;
  readonly port: number | null;
  readonly hostName: string | null;
}

/** The descriptor that an event speaks of. */
export interface DescriptorFacts {
  /** Negative when the call that would have made it failed; null when there is none. */
  readonly number: number | null;
  readonly kind: DescriptorKind;
  /** A path, or `client:port->server:port`. */
  readonly name: string | null;
  /** The path as the program wrote it. */
  readonly rawName: string | null;
  readonly nameChanged: boolean | null;
  readonly connected: boolean | null;
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'raw' | null;
  readonly local: EndpointFacts | null;
  readonly remote: EndpointFacts | null;
  /** Whether the process of the event serves; null when nobody knows. */
  readonly isServer: boolean | null;
}

export type EventArgument = string | number | bigint;

/** One event; `type` is the name of the system call. */
export interface RuntimeEvent {
  /** Counts from 1. */
  readonly number: number;
  readonly type: string;
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint;
  readonly cpu: number | null;
  /** What the call returned: a negative number is an errno. */
  readonly result: number | null;
  /** Parameters by name, flags and modes in words (`O_RDONLY|O_CLOEXEC`), in their order. */
  readonly arguments: ReadonlyMap<string, EventArgument>;
  /** Bytes that were read or written, as many as were kept. */
  readonly buffer: Uint8Array | null;
  readonly openedForReading: boolean | null;
  readonly openedForWriting: boolean | null;
  /** A file was made with a right to execute. */
  readonly createdExecutable: boolean | null;
  readonly process: ProcessFacts | null;
  readonly descriptor: DescriptorFacts | null;
}
