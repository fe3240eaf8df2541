// A detection of the rule engine as the record keeps it: plain data, without an event's bytes.
import type { DetectionFacts, DetectionRecord, PlainValue } from '../model/timeline.ts';
import type { Detection } from '../runtime/rules/index.ts';

type FieldValue =
  Detection['outputFields'] extends ReadonlyMap<string, infer Value> ? Value : never;

/** @param about when it was, by the wall clock, and in which container; null: on the host */
export function detectionRecord(
  detection: Detection,
  about: { readonly timeNs: bigint; readonly containerId: string | null },
): DetectionRecord {
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
  return { kind: 'detection', ...about, detection: facts };
}

/** Numbers beyond what JSON keeps exactly become text; bytes become hexadecimal digits. */
function plainValue(value: FieldValue): PlainValue {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value;
}
