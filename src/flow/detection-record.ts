// A detection of the rule engine as the record keeps it: plain data, without an event's bytes.
import type { DetectionFacts, DetectionRecord, PlainValue } from '../model/timeline.ts';
import type { Detection } from '../runtime/rules/index.ts';

type FieldValue =
  Detection['outputFields'] extends ReadonlyMap<string, infer Value> ? Value : never;

export interface DetectionAbout {
  /** By the wall clock. */
  readonly timeNs: bigint;
  /** Null: on the host. */
  readonly containerId: string | null;
  /** The id of its cause. */
  readonly cause?: string;
  /** `docker run -> sh -> curl` */
  readonly chain?: string;
  /** A rules file that would silence the cause. */
  readonly exception?: string | null;
}

/** A detection as it goes into the record; what is known of its cause are fields of our own. */
export function detectionRecord(detection: Detection, about: DetectionAbout): DetectionRecord {
  const { timeNs, containerId, cause = null } = about;
  const { hostname, output, priority, rule, source, tags, time, outputFields } = detection;
  const fields = [...outputFields].map(([name, value]) => [name, plainValue(value)] as const);
  const facts: DetectionFacts = {
    hostname,
    output,
    priority,
    rule,
    source,
    tags,
    time,
    output_fields: Object.fromEntries(fields),
  };
  return { kind: 'detection', timeNs, containerId, cause, detection: facts };
}

/** The processes and the event are gone when somebody asks where it came from and what to do. */
export function withCause(record: DetectionRecord, about: DetectionAbout): DetectionRecord {
  const { cause, chain = '', exception = null } = about;
  const { detection } = record;
  const fields = {
    ...detection.output_fields,
    ...(cause === undefined ? {} : { 'seaworthy.cause': cause }),
    ...(chain === '' ? {} : { 'seaworthy.chain': chain }),
    ...(exception === null ? {} : { 'seaworthy.exception': exception }),
  };
  return { ...record, detection: { ...detection, output_fields: fields } };
}

/** Numbers beyond what JSON keeps exactly become text; bytes become hexadecimal digits. */
function plainValue(value: FieldValue): PlainValue {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value;
}
