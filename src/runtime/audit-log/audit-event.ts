// One entry of a Kubernetes audit log (audit.k8s.io/v1), as the rules of the source `k8s_audit` see it.
import { asRecord, field } from '../../base/json.ts';

export interface AuditEvent {
  /** Always `k8s_audit`: rules of this source are not told apart by types. */
  readonly type: 'k8s_audit';
  /** Counts from 1. */
  readonly number: number;
  /** Nanoseconds since 1970; 0 where the entry has no time that can be read. */
  readonly timeNs: bigint;
  readonly value: unknown;
}

/** The entry of a JSON value; null when it is none. */
export function auditEvent(value: unknown, number: number): AuditEvent | null {
  if (asRecord(value) === null) return null;
  if (typeof field(value, 'auditID') !== 'string' || typeof field(value, 'verb') !== 'string') {
    return null;
  }
  const time = field(value, 'stageTimestamp') ?? field(value, 'requestReceivedTimestamp');
  return {
    type: 'k8s_audit',
    number,
    timeNs: typeof time === 'string' ? nanoseconds(time) : 0n,
    value,
  };
}

/** RFC 3339 with up to nine digits of a second. */
function nanoseconds(text: string): bigint {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (found === null) return 0n;
  const [, whole = '', fraction = '', zone = ''] = found;
  const milliseconds = Date.parse(`${whole}${zone}`);
  if (!Number.isFinite(milliseconds)) return 0n;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
