// An event with its parts made when somebody asks: most events are looked at by few rules.
import type {
  DescriptorFacts,
  EventArgument,
  ProcessFacts,
  RuntimeEvent,
} from '../../model/event.ts';

export interface EventParts {
  readonly number: number;
  readonly type: string;
  readonly timeNs: bigint | (() => bigint);
  readonly cpu: number | null;
  readonly result: number | null;
  readonly process: ProcessFacts | null;
  readonly descriptor: DescriptorFacts | null;
  readonly arguments: () => ReadonlyMap<string, EventArgument>;
  readonly buffer: Uint8Array | null;
  readonly open: {
    readonly reads: boolean;
    readonly writes: boolean;
    readonly createsExecutable: boolean;
  } | null;
}

/** A `RuntimeEvent` whose arguments and time are worked out at their first use. */
export class StateEvent implements RuntimeEvent {
  readonly number: number;
  readonly type: string;
  readonly cpu: number | null;
  readonly result: number | null;
  readonly buffer: Uint8Array | null;
  readonly openedForReading: boolean | null;
  readonly openedForWriting: boolean | null;
  readonly createdExecutable: boolean | null;
  readonly process: ProcessFacts | null;
  readonly descriptor: DescriptorFacts | null;
  private time: EventParts['timeNs'];
  private given: ReadonlyMap<string, EventArgument> | EventParts['arguments'];

  constructor(parts: EventParts) {
    const { open } = parts;
    this.number = parts.number;
    this.type = parts.type;
    this.cpu = parts.cpu;
    this.result = parts.result;
    this.buffer = parts.buffer;
    this.openedForReading = open === null ? null : open.reads;
    this.openedForWriting = open === null ? null : open.writes;
    this.createdExecutable = open === null ? null : open.createsExecutable;
    this.process = parts.process;
    this.descriptor = parts.descriptor;
    this.time = parts.timeNs;
    this.given = parts.arguments;
  }

  get timeNs(): bigint {
    if (typeof this.time === 'function') this.time = this.time();
    return this.time;
  }

  get arguments(): ReadonlyMap<string, EventArgument> {
    if (typeof this.given === 'function') this.given = this.given();
    return this.given;
  }
}
