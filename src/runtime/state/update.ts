// What a source of events (a capture, the kernel) tells the state of processes and descriptors. A part
// that is not known is left out, and what was known before stays.
import type { DescriptorFacts, ProcessFacts } from '../../model/event.ts';

/** A process for ever: its number and when it started, in any one clock; 0 where that is not known. */
export interface ProcessKey {
  readonly pid: number;
  readonly start: number;
}

/** What may be known of a process, beyond what its name and ancestors tell. */
export interface ProcessDescription {
  readonly namespacePid?: number | null;
  readonly name?: string | null;
  readonly executable?: string | null;
  readonly executablePath?: string | null;
  readonly arguments?: readonly string[] | null;
  readonly workingDirectory?: string | null;
  readonly environment?: readonly string[] | null;
  readonly terminal?: number | null;
  readonly sessionId?: number | null;
  /** In its own pid namespace. */
  readonly groupId?: number | null;
  readonly userId?: number | null;
  readonly groupUserId?: number | null;
  /** -1: nobody logged in. */
  readonly loginUserId?: number | null;
  /** Bits as in /proc/PID/status. */
  readonly capabilitiesEffective?: bigint | null;
  readonly capabilitiesPermitted?: bigint | null;
  readonly startedAtNs?: bigint | null;
  readonly isUpperLayer?: boolean | null;
  readonly isFromMemory?: boolean | null;
  readonly executableInode?: ProcessFacts['executableInode'];
  readonly standardInput?: DescriptorFacts | null;
  /** The short id of its container; null on the host. */
  readonly containerId?: string | null;
}

/** A process that lives already, or of which more is known now. */
export interface Seen {
  readonly key: ProcessKey;
  readonly parent?: ProcessKey | null;
  readonly description: ProcessDescription;
}

export interface Forked {
  readonly parent: ProcessKey;
  readonly child: ProcessKey;
  /** The child is a copy of its parent but for this. */
  readonly description?: ProcessDescription;
  /** CLONE_FILES: both have the same descriptors from now on. */
  readonly sharesDescriptors?: boolean;
}

export interface Executed {
  readonly key: ProcessKey;
  /** Where it is known: the kernel gives orphans a new parent. */
  readonly parent?: ProcessKey | null;
  readonly description: ProcessDescription;
}

export interface Opened {
  readonly key: ProcessKey;
  readonly number: number;
  readonly descriptor: DescriptorFacts;
  readonly closesOnExec: boolean;
}

export interface Duplicated {
  readonly key: ProcessKey;
  readonly from: number;
  readonly to: number;
  readonly closesOnExec: boolean;
}
