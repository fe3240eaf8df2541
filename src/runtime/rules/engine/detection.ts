// A match as Falco tells it: one JSON object a line, which falcosidekick and others understand.
import {
  checksOf,
  type FieldOperand,
  type Operand,
  type OutputPart,
  printOperand,
  type RightOperand,
  type Rule,
} from '../language/index.ts';
import type { FieldRegistry, FieldValue } from './field.ts';
import { compileOperand, type Reader, showValue } from './operand.ts';

export interface Detection {
  readonly hostname: string;
  /** Time, priority and text. */
  readonly output: string;
  readonly priority: Rule['priority'];
  readonly rule: string;
  readonly source: string;
  readonly tags: readonly string[];
  /** RFC 3339, UTC, nanoseconds. */
  readonly time: string;
  /** Values of the fields of the output by their names as written; null: missing. With evidence, more. */
  readonly outputFields: ReadonlyMap<string, FieldValue>;
}

export interface DetectionContext<Event> {
  readonly registry: FieldRegistry<Event>;
  readonly hostname: string;
  /** Also tells the fields that the condition asked: the alert alone can be explained and replayed then. */
  readonly hasEvidence?: boolean;
  /** Nanoseconds since 1970. */
  timeOf(event: Event): bigint;
}

type Formatter<Event> = (event: Event) => { text: string; fields: Map<string, FieldValue> };

/** Makes detections; outputs are compiled once a rule. */
export class DetectionWriter<Event> {
  private readonly context: DetectionContext<Event>;
  private readonly formatters = new Map<Rule, Formatter<Event>>();

  constructor(context: DetectionContext<Event>) {
    this.context = context;
  }

  /** The detection of `rule` by `event`. */
  write(rule: Rule, event: Event): Detection {
    const { hostname } = this.context;
    const { text, fields } = this.formatterOf(rule)(event);
    const timeNs = this.context.timeOf(event);
    fields.set('evt.time', timeNs);
    const { clock, full } = timeTexts(timeNs);
    return {
      hostname,
      output: `${clock}: ${rule.priority} ${text}`,
      priority: rule.priority,
      rule: rule.name,
      source: rule.source,
      tags: rule.tags,
      time: full,
      outputFields: new Map([...fields].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    };
  }

  private formatterOf(rule: Rule): Formatter<Event> {
    const known = this.formatters.get(rule);
    if (known !== undefined) return known;
    const { registry, hasEvidence = false } = this.context;
    const plain = formatterOf(rule.output, registry);
    const formatter = hasEvidence ? withEvidence(plain, rule, registry) : plain;
    this.formatters.set(rule, formatter);
    return formatter;
  }
}

/** A field may hold a secret (an environment, what is sent), or be too long for an alert. */
const untold: ReadonlySet<string> = new Set([
  'proc.env',
  'evt.buffer',
  'evt.rawarg',
  'evt.arg.data',
]);
const evidenceLength = 4096;

function withEvidence<Event>(
  formatter: Formatter<Event>,
  { expression }: Rule,
  registry: FieldRegistry<Event>,
): Formatter<Event> {
  const asked = new Map<string, Reader<Event>>();
  const type = { kind: 'field', name: 'evt.type', argument: null, at: 0 } as const;
  const operands = checksOf(expression).flatMap((check) =>
    check.kind === 'exists' ? [check.left] : [check.left, check.right],
  );
  for (const field of [type, ...operands.flatMap(fieldsOf)]) {
    const isTellable = !untold.has(field.name) || (field.name === 'proc.env' && field.argument);
    if (isTellable && registry.find(field.name) !== null) {
      asked.set(printOperand(field), compileOperand(field, registry).read);
    }
  }
  return (event) => {
    const told = formatter(event);
    for (const [key, read] of asked) {
      const value = told.fields.has(key) ? null : read(event);
      if (value === null || value instanceof Uint8Array) continue;
      if (typeof value === 'object' || String(value).length <= evidenceLength) {
        told.fields.set(key, value);
      }
    }
    return told;
  };
}

function fieldsOf(operand: Operand | RightOperand): readonly FieldOperand[] {
  switch (operand.kind) {
    case 'field':
      return [operand];
    case 'transform':
    case 'tuple':
      return operand.operands.flatMap(fieldsOf);
    case 'text':
    case 'list':
      return [];
  }
}

function formatterOf<Event>(
  output: readonly OutputPart[],
  registry: FieldRegistry<Event>,
): Formatter<Event> {
  const parts: (string | { key: string; read: Reader<Event> })[] = output.map((part) =>
    typeof part === 'string'
      ? part
      : {
          key: part.key || printOperand(part.operand),
          read: compileOperand(part.operand, registry).read,
        },
  );
  return (event) => {
    const fields = new Map<string, FieldValue>();
    const text = parts.map((part) => {
      if (typeof part === 'string') return part;
      const value = part.read(event);
      fields.set(part.key, value);
      return showValue(value);
    });
    return { text: text.join(''), fields };
  };
}

/** The two forms of a time: `20:54:01.123456789` and RFC 3339; both in UTC. */
export function timeTexts(timeNs: bigint): { readonly clock: string; readonly full: string } {
  const seconds = timeNs / 1_000_000_000n;
  const fraction = String(timeNs % 1_000_000_000n).padStart(9, '0');
  // The last moment that a Date can tell: anything later is an event without a sound clock.
  const bounded = seconds > 8_640_000_000_000n ? 8_640_000_000_000n : seconds;
  const whole = new Date(Number(bounded) * 1000).toISOString();
  const day = whole.slice(0, whole.indexOf('T'));
  const clock = `${whole.slice(day.length + 1, -'.000Z'.length)}.${fraction}`;
  return { clock, full: `${day}T${clock}Z` };
}

/** The detection as one line of JSON without a line feed; large numbers keep all their digits. */
export function detectionJson(detection: Detection): string {
  const { hostname, output, priority, rule, source, tags, time, outputFields } = detection;
  const fields = [...outputFields].map(([key, value]) => `${JSON.stringify(key)}:${jsonOf(value)}`);
  const head = JSON.stringify({ hostname, output, priority, rule, source, tags, time });
  return `${head.slice(0, -1)},"output_fields":{${fields.join(',')}}}`;
}

function jsonOf(value: FieldValue): string {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return JSON.stringify(showValue(value));
  return JSON.stringify(value);
}
