// Watches events for patterns: a sliding window for each container, pattern and what it keeps apart.
import type { RuntimeEvent } from '../../model/event.ts';
import { type Detection, timeTexts } from '../rules/index.ts';
import { chainText } from './ancestry.ts';
import type { Pattern, PatternThreshold } from './pattern.ts';
import { patterns } from './patterns.ts';
import { WindowTable } from './window-table.ts';

export interface PatternSettings extends PatternThreshold {
  readonly enabled: boolean;
  /** Repositories of images that may do it: scanners, backup programs. */
  readonly exceptImages: readonly string[];
}

export interface PatternWatchOptions {
  readonly hostname: string;
  /** By the id of the pattern; what is left out stays as it is. */
  readonly settings?: Readonly<Record<string, Partial<PatternSettings>>>;
}

interface Watched {
  readonly pattern: Pattern;
  readonly settings: PatternSettings;
  readonly windowNs: bigint;
}

const examplesShown = 5;

export class PatternWatch {
  private readonly hostname: string;
  private readonly byType = new Map<string, Watched[]>();
  private readonly table = new WindowTable();

  constructor({ hostname, settings = {} }: PatternWatchOptions) {
    this.hostname = hostname;
    for (const pattern of patterns) {
      const given = Object.hasOwn(settings, pattern.id) ? settings[pattern.id] : undefined;
      const effective = { enabled: true, exceptImages: [], ...pattern.threshold, ...given };
      if (!effective.enabled) continue;
      const watched = {
        pattern,
        settings: effective,
        windowNs: BigInt(effective.windowMs) * 1_000_000n,
      };
      for (const type of pattern.types) {
        const list = this.byType.get(type) ?? [];
        list.push(watched);
        this.byType.set(type, list);
      }
    }
  }

  /** Types of events that are watched. */
  wants(type: string): boolean {
    return this.byType.has(type);
  }

  /** Takes an event in; detections of patterns that are full with it. */
  observe(event: RuntimeEvent): readonly Detection[] {
    const watching = this.byType.get(event.type);
    if (watching === undefined) return nothing;
    let found: Detection[] | null = null;
    for (const watched of watching) {
      const detection = this.judge(watched, event);
      if (detection === null) continue;
      found ??= [];
      found.push(detection);
    }
    return found ?? nothing;
  }

  private judge(watched: Watched, event: RuntimeEvent): Detection | null {
    const { pattern, settings, windowNs } = watched;
    const container = event.process?.container ?? null;
    if (container === null && !pattern.onHost) return null;
    const counted = pattern.observe(event);
    if (counted === null) return null;
    const image = container?.imageRepository ?? null;
    if (image !== null && settings.exceptImages.includes(image)) return null;
    const id = container?.id ?? 'host';
    const slot = this.table.slotOf(id, pattern.id, counted.within);
    if (event.timeNs < slot.silentUntilNs) return null;
    const count = slot.window.add(counted.key, event.timeNs, windowNs);
    if (count < settings.count) return null;
    const examples = slot.window.examples(examplesShown);
    slot.window.clear();
    slot.silentUntilNs = event.timeNs + windowNs;
    return this.detection(watched, event, { count, examples, within: counted.within });
  }

  /** Windows in memory. */
  get size(): number {
    return this.table.size;
  }

  private detection(
    { pattern, settings }: Watched,
    event: RuntimeEvent,
    full: { readonly count: number; readonly examples: readonly string[]; readonly within: string },
  ): Detection {
    const { process: subject, timeNs } = event;
    const container = subject?.container ?? null;
    const { clock, full: time } = timeTexts(timeNs);
    const what = pattern.text(full.count, full.within).replaceAll(/[\p{C}]/gu, '?');
    const fields = [
      ['container.id', container?.id ?? 'host'],
      ['container.image.repository', container?.imageRepository ?? null],
      ['container.name', container?.name ?? null],
      ['evt.time', timeNs],
      ['evt.type', event.type],
      ['pattern.chain', chainText(event)],
      ['pattern.count', full.count],
      ['pattern.examples', full.examples.join(', ')],
      ['pattern.id', pattern.id],
      ['pattern.window_ms', settings.windowMs],
      ['pattern.within', full.within],
      ['proc.exepath', subject?.executablePath ?? null],
      ['proc.name', subject?.name ?? null],
      ['proc.pid', subject?.pid ?? null],
    ] as const;
    const tags = [
      container === null ? 'host' : 'container',
      `mitre_${pattern.tactic}`,
      'pattern',
      ...pattern.techniques,
    ];
    return {
      hostname: this.hostname,
      output:
        `${clock}: ${pattern.priority} ${subject?.name ?? 'A program'} ${what} within ` +
        `${settings.windowMs / 1000} s | container=${container?.id ?? 'host'} ` +
        `image=${container?.imageRepository ?? '<NA>'}`,
      priority: pattern.priority,
      rule: pattern.rule,
      source: 'syscall',
      tags: tags.toSorted(),
      time,
      outputFields: new Map<string, string | number | bigint | null>(fields),
    };
  }
}

const nothing: readonly Detection[] = [];
