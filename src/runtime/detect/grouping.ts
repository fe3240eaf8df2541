// Detections of one cause are told once: the first at once, the rest as a count. A flood of causes, which
// an attacker can make by inventing names, costs bounded memory and hides nothing: it is told as one.
import type { Detection, FieldRegistry } from '../rules/index.ts';
import type { Cause } from './cause.ts';
import { CauseMemory } from './cause-memory.ts';
import { FieldReader } from './fields.ts';

export interface DetectionGroup {
  readonly cause: Cause;
  /** The one that was told. */
  readonly first: Detection;
  readonly chain: string;
  readonly firstNs: bigint;
  readonly lastNs: bigint;
  /** Detections, the first included. */
  readonly count: number;
  /** Ids of containers, `containersAtMost` of them. */
  readonly containers: readonly string[];
  /** Causes of this rule in this container that are not told apart any more: too many at once. */
  readonly isCollective: boolean;
}

export interface Sighting<Event> {
  readonly event: Event;
  readonly detection: Detection;
  readonly timeNs: bigint;
  /** `docker run -> sh -> curl` */
  readonly chain: string;
}

export type Told =
  /** To be told now. */
  | { readonly kind: 'first'; readonly group: DetectionGroup }
  /** Folded; `isRound` at 10, 100, 1000 ..., which may be told again. */
  | { readonly kind: 'repeat'; readonly group: DetectionGroup; readonly isRound: boolean };

export interface GroupingOptions {
  /** A cause that was silent for so long is told anew. */
  readonly quietNs: bigint;
  /** Groups in memory; the longest silent one makes room. */
  readonly groupsAtMost: number;
  /** Groups of one container: one that is broken into must not push out the others. */
  readonly groupsPerContainer: number;
}

const groupingDefaults: GroupingOptions = {
  quietNs: 600_000_000_000n,
  groupsAtMost: 4096,
  groupsPerContainer: 128,
};

const containersAtMost = 20;

interface Entry {
  group: DetectionGroup;
  readonly key: string;
  readonly containerId: string;
}

export class DetectionGrouper<Event> {
  private readonly options: GroupingOptions;
  private readonly fields: FieldReader<Event>;
  private readonly causes: CauseMemory<Event>;
  /** The longest silent first. */
  private readonly entries = new Map<string, Entry>();
  private readonly perContainer = new Map<string, number>();
  /** Over, and not yet fetched by `expire`. */
  private finished: DetectionGroup[] = [];
  private evictedGroups = 0;

  constructor(registry: FieldRegistry<Event>, options: Partial<GroupingOptions> = {}) {
    this.fields = new FieldReader(registry);
    this.causes = new CauseMemory(this.fields);
    this.options = { ...groupingDefaults, ...options };
  }

  /** Takes a detection in; says whether it is news. */
  take(sighting: Sighting<Event>): Told {
    const { event, detection, timeNs } = sighting;
    const cause = this.causes.causeOf(detection.rule, event);
    const containerId = this.fields.text(event, 'container.id') ?? '?';
    this.forgetSilent(timeNs);
    const known = this.entries.get(cause.id);
    if (known !== undefined) return this.repeat(known, sighting, containerId);
    const full = (this.perContainer.get(containerId) ?? 0) >= this.options.groupsPerContainer;
    if (!full) return this.first(cause.id, { cause, containerId, sighting, isCollective: false });
    const key = `${containerId}\n${detection.rule}`;
    const collective = this.entries.get(key);
    return collective === undefined
      ? this.first(key, { cause, containerId, sighting, isCollective: true })
      : this.repeat(collective, sighting, containerId);
  }

  /** What the event says in the fields that tell its cause. */
  evidenceOf({ checks }: Cause, event: Event): ReadonlyMap<string, string> {
    const told = checks.flatMap(({ field }) => {
      const text = this.fields.text(event, field);
      return text === null ? [] : [[field, text] as const];
    });
    return new Map(told);
  }

  /** Groups that had repeats and are over, to be told as a digest; they are forgotten. */
  expire(nowNs: bigint): readonly DetectionGroup[] {
    this.forgetSilent(nowNs);
    const { finished } = this;
    this.finished = [];
    return finished;
  }

  /** Groups of now, the longest silent first. */
  groups(): readonly DetectionGroup[] {
    return [...this.entries.values()].map(({ group }) => group);
  }

  /** Groups that made room for others before they were over; their causes may be told twice. */
  get evicted(): number {
    return this.evictedGroups;
  }

  private first(
    key: string,
    given: {
      readonly cause: Cause;
      readonly containerId: string;
      readonly sighting: Sighting<Event>;
      readonly isCollective: boolean;
    },
  ): Told {
    const { cause, containerId, isCollective } = given;
    const { detection, timeNs, chain } = given.sighting;
    if (this.entries.size >= this.options.groupsAtMost) this.evictOldest();
    const group: DetectionGroup = {
      cause,
      first: detection,
      chain,
      firstNs: timeNs,
      lastNs: timeNs,
      count: 1,
      containers: [containerId],
      isCollective,
    };
    this.entries.set(key, { group, key, containerId });
    if (!isCollective) this.count(containerId, 1);
    return { kind: 'first', group };
  }

  private repeat(entry: Entry, { timeNs }: Sighting<Event>, containerId: string): Told {
    const { group, key } = entry;
    const count = group.count + 1;
    const isNew =
      group.containers.length < containersAtMost && !group.containers.includes(containerId);
    entry.group = {
      ...group,
      count,
      lastNs: timeNs > group.lastNs ? timeNs : group.lastNs,
      containers: isNew ? [...group.containers, containerId] : group.containers,
    };
    this.entries.delete(key);
    this.entries.set(key, entry);
    return { kind: 'repeat', group: entry.group, isRound: /^10+$/.test(String(count)) };
  }

  private forgetSilent(nowNs: bigint): void {
    for (const entry of this.entries.values()) {
      if (nowNs - entry.group.lastNs < this.options.quietNs) break;
      this.forget(entry);
    }
  }

  private evictOldest(): void {
    const [oldest] = this.entries.values();
    if (oldest === undefined) return;
    this.forget(oldest);
    this.evictedGroups += 1;
  }

  private forget({ key, containerId, group }: Entry): void {
    this.entries.delete(key);
    if (!group.isCollective) this.count(containerId, -1);
    if (group.count < 2) return;
    // Nobody fetches: the newest ones are worth more.
    if (this.finished.length >= this.options.groupsAtMost) this.finished.shift();
    this.finished.push(group);
  }

  private count(containerId: string, change: number): void {
    const next = (this.perContainer.get(containerId) ?? 0) + change;
    if (next > 0) this.perContainer.set(containerId, next);
    else this.perContainer.delete(containerId);
  }
}
