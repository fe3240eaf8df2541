// From an event to what is told of it: rules, patterns of many events, grouping by cause. A container
// that is not named yet has a moment to get its name.
import type { ContainerFacts, RuntimeEvent } from '../../model/event.ts';
import {
  chainText,
  DetectionGrouper,
  PatternWatch,
  proposeException,
} from '../../runtime/detect/index.ts';
import {
  type Detection,
  DetectionWriter,
  loadSyscallRules,
  type Rule,
  RuleEngine,
  type RulesFile,
  syscallFields,
} from '../../runtime/rules/index.ts';
import type { Sighted } from './messages.ts';

/** A name comes before the first instruction, or within this. */
const nameWaitNs = 300_000_000n;
/** Detections that wait for names; more are told without. */
const waitingAtMost = 1000;

interface Waiting {
  readonly rule: Rule;
  readonly event: RuntimeEvent;
  readonly containerId: string | null;
  readonly untilNs: bigint;
}

export interface DetectorOptions {
  readonly files: readonly RulesFile[];
  readonly hostname: string;
  /** Nanoseconds since 1970. */
  readonly nowNs: () => bigint;
  /** What is known of a container by now, by the short id. */
  readonly factsOf: (shortId: string) => ContainerFacts | null;
}

export class Detector {
  private readonly options: DetectorOptions;
  private engine: RuleEngine<RuntimeEvent>;
  private rules: number;
  private readonly writer: DetectionWriter<RuntimeEvent>;
  private readonly patterns: PatternWatch;
  private readonly grouper = new DetectionGrouper<RuntimeEvent>(syscallFields);
  private waiting: Waiting[] = [];
  private sighted: Sighted[] = [];
  private total = 0;

  constructor(options: DetectorOptions) {
    this.options = options;
    const { hostname } = options;
    this.writer = new DetectionWriter({
      hasEvidence: true,
      registry: syscallFields,
      hostname,
      timeOf: ({ timeNs }) => timeNs,
    });
    this.patterns = new PatternWatch({ hostname });
    const { engine, count } = engineOf(options.files);
    this.engine = engine;
    this.rules = count;
  }

  get ruleCount(): number {
    return this.rules;
  }

  /** Detections so far, repeats included. */
  get count(): number {
    return this.total;
  }

  /** Other rules from now on. */
  load(files: readonly RulesFile[]): void {
    const { engine, count } = engineOf(files);
    this.engine = engine;
    this.rules = count;
  }

  /** Whether a rule or a pattern asks for events of a type. */
  wants(type: string): boolean {
    return this.engine.wants(type) || this.patterns.wants(type);
  }

  /** @returns whether something matched */
  take(event: RuntimeEvent, containerId: string | null): boolean {
    const matched = this.engine.match(event);
    const found = this.patterns.observe(event);
    for (const rule of matched) {
      const facts = event.process?.container ?? null;
      if (facts !== null && facts.name === null && this.waiting.length < waitingAtMost) {
        // From now on: a name that has come while we were away must be taken in first.
        const untilNs = this.options.nowNs() + nameWaitNs;
        this.waiting.push({ rule, event, containerId, untilNs });
      } else {
        this.tell(event, this.writer.write(rule, event), containerId);
      }
    }
    for (const detection of found) this.tell(event, detection, containerId);
    return matched.length > 0 || found.length > 0;
  }

  /** What is to be told now. */
  flush(nowNs: bigint): readonly Sighted[] {
    if (this.waiting.length > 0) this.tellWaiting(nowNs);
    const { sighted } = this;
    if (sighted.length > 0) this.sighted = [];
    return sighted;
  }

  private tellWaiting(nowNs: bigint): void {
    const { waiting } = this;
    this.waiting = [];
    for (const one of waiting) {
      const subject = one.event.process;
      const id = subject?.container?.id ?? '';
      const facts = this.options.factsOf(id);
      const isNamed = facts !== null && facts.name !== null;
      if (!isNamed && one.untilNs > nowNs) {
        this.waiting.push(one);
        continue;
      }
      const event = isNamed && subject !== null ? withContainer(one.event, facts) : one.event;
      this.tell(event, this.writer.write(one.rule, event), one.containerId);
    }
  }

  private tell(event: RuntimeEvent, detection: Detection, containerId: string | null): void {
    const { timeNs } = event;
    this.total += 1;
    const chain = chainText(event);
    const told = this.grouper.take({ event, detection, timeNs, chain });
    const { cause, isCollective } = told.group;
    const evidence = this.grouper.evidenceOf(cause, event);
    const isFirst = told.kind === 'first' && !isCollective;
    this.sighted.push({
      detection: withFields(detection, evidence),
      timeNs,
      containerId,
      chain,
      count: told.group.count,
      isRound: told.kind === 'repeat' && told.isRound,
      // Of the group: too many causes at once are one, whose id must not change with each of them.
      cause: cause.id,
      exception: isFirst ? (proposeException(cause)?.yaml ?? null) : null,
    });
  }
}

/** What an exception for the cause asks is told too, so that it can be tried on the alert alone. */
function withFields(detection: Detection, further: ReadonlyMap<string, string>): Detection {
  const outputFields = new Map([...further, ...detection.outputFields]);
  return { ...detection, outputFields };
}

function engineOf(files: readonly RulesFile[]): {
  readonly engine: RuleEngine<RuntimeEvent>;
  readonly count: number;
} {
  const rules = loadSyscallRules(files).rules.filter(
    ({ source, enabled }) => source === 'syscall' && enabled,
  );
  return {
    engine: new RuleEngine(rules, syscallFields, { matching: 'all' }),
    count: rules.length,
  };
}

/** The event as it would have been, had the name come in time. */
function withContainer(event: RuntimeEvent, container: ContainerFacts): RuntimeEvent {
  const subject = event.process;
  return {
    number: event.number,
    type: event.type,
    timeNs: event.timeNs,
    cpu: event.cpu,
    result: event.result,
    arguments: event.arguments,
    buffer: event.buffer,
    openedForReading: event.openedForReading,
    openedForWriting: event.openedForWriting,
    createdExecutable: event.createdExecutable,
    process: subject === null ? null : { ...subject, container },
    descriptor: event.descriptor,
  };
}
