// A capture as events: blocks are read as they come, processes and descriptors kept up to date, calls
// paired with their returns. Strange content is counted and told with its place, and never stops the
// reading unless the blocks themselves are broken.
import type { ProcessFacts, RuntimeEvent } from '../../model/event.ts';
import { StateEvent } from '../state/index.ts';
import { type Block, BlockSplitter, blockType, type CaptureProblem } from './block.ts';
import { applyCall, pathFrom } from './descriptors.ts';
import { type EventFacts, eventFacts } from './event-table.ts';
import { isProcessList, readDescriptors, readProcesses, readUsers } from './list.ts';
import {
  changed,
  containerTold,
  enterListed,
  executed,
  exited,
  forked,
  userTold,
} from './lives.ts';
import { argumentsOf, Parameters } from './parameter.ts';
import { isEventBlock, type RawEvent, readEvent } from './raw-event.ts';
import { Scene } from './scene.ts';
import { systemCallName } from './syscall-names.ts';

/** What was read, and what could not be. */
export interface CaptureCounts {
  readonly blocks: number;
  /** Events of the capture, calls and returns each for itself. */
  readonly events: number;
  /** Processes of the list at the beginning. */
  readonly processes: number;
  readonly descriptors: number;
  /** Numbers of events that no version of this reader knows, with how many there were. */
  readonly unknownEvents: ReadonlyMap<number, number>;
  /** Blocks that are none of the known, by their type. */
  readonly unknownBlocks: ReadonlyMap<number, number>;
  /** Places that could not be read, the first ones; `problemCount` counts all. */
  readonly problems: readonly CaptureProblem[];
  readonly problemCount: number;
}

const problemsAtMost = 100;
/** Calls that wait for their return: one for each thread. */
const pendingAtMost = 262_144;

export class CaptureReader {
  private readonly splitter = new BlockSplitter();
  private readonly scene = new Scene();
  private readonly pending = new Map<number, RawEvent>();
  private readonly unknownEvents = new Map<number, number>();
  private readonly unknownBlocks = new Map<number, number>();
  private readonly problems: CaptureProblem[] = [];
  private problemCount = 0;
  private blocks = 0;
  private events = 0;
  private processes = 0;
  private descriptors = 0;

  /** Reads the next piece of a capture that is not compressed. Never throws on content. */
  *push(chunk: Uint8Array): IterableIterator<RuntimeEvent> {
    for (const block of this.splitter.push(chunk)) {
      this.blocks += 1;
      const event = this.read(block);
      if (event !== null) yield event;
    }
  }

  /** The capture is over. */
  end(): CaptureCounts {
    const problem = this.splitter.end();
    if (problem !== null) this.tell(problem);
    return this.counts;
  }

  /** The processes that live now, as far as the capture has told. */
  living(): Iterable<ProcessFacts> {
    return this.scene.state.living();
  }

  get counts(): CaptureCounts {
    const { blocks, events, processes, descriptors, problems, problemCount } = this;
    const { unknownBlocks, unknownEvents } = this;
    return {
      blocks,
      events,
      processes,
      descriptors,
      unknownEvents,
      unknownBlocks,
      problems,
      problemCount,
    };
  }

  private tell(problem: CaptureProblem): void {
    this.problemCount += 1;
    if (this.problems.length < problemsAtMost) this.problems.push(problem);
  }

  private read(block: Block): RuntimeEvent | null {
    const { type, offset } = block;
    if (isEventBlock(type)) {
      const raw = readEvent(block);
      this.events += 1;
      if (typeof raw !== 'string') return this.interpret(raw);
      this.tell({ offset, reason: raw });
    } else if (isProcessList(type)) {
      const { entries, reason } = readProcesses(block);
      this.processes += entries.length;
      for (const entry of entries) enterListed(this.scene, entry);
      if (reason !== null) this.tell({ offset, reason });
    } else if (type === blockType.descriptors1 || type === blockType.descriptors2) {
      this.enterDescriptors(block);
    } else if (type === blockType.users1 || type === blockType.users2) {
      const { entries, reason } = readUsers(block);
      for (const { kind, id, name } of entries) this.scene.name(kind, id, { name, container: '' });
      if (reason !== null) this.tell({ offset, reason });
    } else if (!withoutUse.has(type)) {
      count(this.unknownBlocks, type);
    }
    return null;
  }

  private enterDescriptors(block: Block): void {
    const { tid, entries, reason } = readDescriptors(block);
    this.descriptors += entries.length;
    const key = this.scene.keyOf(tid);
    for (const descriptor of entries) {
      const { number } = descriptor;
      if (number === null) continue;
      this.scene.state.opened({ key, number, descriptor, closesOnExec: false });
    }
    if (reason !== null) this.tell({ offset: block.offset, reason });
  }

  private interpret(raw: RawEvent): RuntimeEvent | null {
    const facts = eventFacts(raw.number);
    if (facts === null || facts.name === 'unknown') {
      count(this.unknownEvents, raw.number);
      return null;
    }
    if (facts.hasReturn) {
      if (this.pending.size >= pendingAtMost) this.pending.clear();
      this.pending.set(raw.tid, raw);
      return null;
    }
    const call = this.pending.get(raw.tid);
    this.pending.delete(raw.tid);
    if (internal.has(facts.name)) return null;
    const isPair = facts.isReturn && call?.number === raw.number - 1;
    return this.event(raw, facts, isPair ? call : null);
  }

  /** The event of a return (with its call, where the capture has it) or of what happens once. */
  private event(raw: RawEvent, facts: EventFacts, call: RawEvent | null): RuntimeEvent {
    const { scene } = this;
    const { tid } = raw;
    const given = merged(raw, facts, call);
    const type = facts.name === 'syscall' ? genericName(given) : facts.name;
    const result = given.number('res') ?? given.number('fd') ?? null;
    const isCall = facts.isReturn;
    this.live(type, tid, { given, result });
    const { descriptor, open } = isCall
      ? applyCall(scene, { type, tid, given, result })
      : { descriptor: null, open: null };
    const key = scene.keyOf(tid);
    const subject = scene.state.process(key, tid);
    if (isCall && (result ?? -1) >= 0) changed(scene, tid, { type, given });
    if (type === 'procexit') exited(scene, tid);
    const buffer = given.bytes('data');
    return new StateEvent({
      number: this.events,
      type,
      timeNs: raw.timeNs,
      cpu: raw.cpu,
      result: isCall ? result : null,
      process: subject,
      descriptor,
      arguments: () =>
        argumentsOf(given, {
          userName: (id) => scene.nameOf('user', id, subject?.container?.id ?? null),
          path: (path, directory) => pathFrom(scene, key, { path, directory }),
        }),
      buffer,
      open,
    });
  }

  /** What has to be known before the event is told: it speaks of the new program, or the child. */
  private live(
    type: string,
    tid: number,
    { given, result }: { readonly given: Parameters; readonly result: number | null },
  ): void {
    const { scene } = this;
    switch (type) {
      case 'clone':
      case 'clone3':
      case 'fork':
      case 'vfork':
        forked(scene, tid, given);
        return;
      case 'execve':
      case 'execveat':
        if (result === 0) {
          executed(scene, tid, { parameters: given, claimed: claimedProgram(scene, tid, given) });
        }
        return;
      case 'container':
        containerTold(scene, given);
        return;
      case 'useradded':
      case 'userdeleted':
      case 'groupadded':
      case 'groupdeleted':
        userTold(scene, type, given);
    }
  }
}

/** The path that the call named; `argv[0]` of old captures where it is a path. */
function claimedProgram(scene: Scene, tid: number, given: Parameters): string | null {
  const path = given.text('filename') ?? given.text('pathname');
  const first = given.text('exe');
  const named = path ?? (first?.includes('/') === true ? first : null);
  if (named === null) return null;
  return pathFrom(scene, scene.keyOf(tid), { path: named, directory: given.number('dirfd') });
}

/** Calls without an event of their own have their number. */
function genericName(given: Parameters): string {
  const number = given.number('nativeID');
  return (number === null ? null : systemCallName(number)) ?? 'syscall';
}

/** Returns of old captures do not repeat what the call had. */
function merged(raw: RawEvent, facts: EventFacts, call: RawEvent | null): Parameters {
  const called = call === null ? null : eventFacts(call.number);
  if (call === null || called === null) return new Parameters(facts, raw.parameters);
  const names = facts.parameters.slice(0, raw.parameters.length);
  const seen = new Set(names.map(({ name }) => name));
  const parameters = [...names];
  const values = raw.parameters.slice(0, names.length);
  for (const [index, parameter] of called.parameters.entries()) {
    const value = call.parameters[index];
    if (seen.has(parameter.name) || value === undefined) continue;
    parameters.push(parameter);
    values.push(value);
  }
  return new Parameters({ ...facts, parameters }, values);
}

/** Blocks that tell nothing that is used here. */
const withoutUse: ReadonlySet<number> = new Set([
  blockType.section,
  blockType.machine,
  blockType.interfaces1,
  blockType.interfaces2,
]);

/** What the recorder tells of itself: no program did it. */
const internal: ReadonlySet<string> = new Set([
  'procinfo',
  'scapevent',
  'cpu_hotplug',
  'notification',
  'infra',
  'drop',
  'k8s',
  'mesos',
]);

/** Different numbers that are counted; a hostile capture has more. */
const countedAtMost = 1000;

function count(counts: Map<number, number>, key: number): void {
  const before = counts.get(key);
  if (before === undefined && counts.size >= countedAtMost) return;
  counts.set(key, (before ?? 0) + 1);
}
