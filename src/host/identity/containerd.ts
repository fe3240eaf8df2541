// What containerd's metadata database says of a container: its image, and its labels
// (containerd, metadata/buckets.go).
import type { BoltFile } from './bolt.ts';

export interface ContainerdFacts {
  readonly imageReference: string | null;
  /** Of the manifest or index that the reference leads to. */
  readonly imageDigest: string | null;
  readonly labels: ReadonlyMap<string, string>;
  readonly createdAtNs: bigint | null;
}

const schema = 'v1';
/** The text of a label; containerd ends key and value together at 4096. */
const labelBytes = 8192;

/** The container's record in its namespace; null: there is none. */
export function findContainerdRecord(
  database: BoltFile,
  namespace: string,
  id: string,
): ContainerdFacts | null {
  const record = [schema, namespace, 'containers', id];
  const image = textOf(database.get([...record, 'image']));
  const created = database.get([...record, 'createdat']);
  if (image === null && created === null) return null;
  const digest =
    image === null
      ? null
      : textOf(database.get([schema, namespace, 'images', image, 'target', 'digest']));
  const labels = database
    .entries([...record, 'labels'])
    .map(([key, value]) => [key, textOf(value)] as const)
    .filter((pair): pair is readonly [string, string] => pair[1] !== null);
  return {
    imageReference: image === '' ? null : image,
    imageDigest: digest,
    labels: new Map(labels),
    createdAtNs: created === null ? null : goTime(created),
  };
}

function textOf(value: Uint8Array | null): string | null {
  return value === null || value.length > labelBytes ? null : Buffer.from(value).toString('utf8');
}

/** Seconds from year 1 to 1970. */
const unixEpoch = 62_135_596_800n;

/** Go's `time.MarshalBinary`: version, seconds since year 1 (i64be), nanoseconds (u32be), zone. */
function goTime(bytes: Uint8Array): bigint | null {
  if (bytes.length < 15) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seconds = view.getBigInt64(1) - unixEpoch;
  return seconds <= 0n ? null : seconds * 1_000_000_000n + BigInt(view.getUint32(9));
}
