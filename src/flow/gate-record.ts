// The record of the webhook, read again: which objects it has decided on, so that the others, admitted
// while it was away, can be judged afterwards.
import { field, parseJson, stringField } from '../base/json.ts';
import { readManifest, subjectsOf } from '../policy/index.ts';

export interface Admitted {
  /** Whether the record holds a decision on this object. */
  has(object: unknown): boolean;
}

/** Reads records, one JSON a line. A line that is broken by a crash counts for nothing. */
export function readRecord(texts: Iterable<string>): Admitted {
  const known = new Set<string>();
  for (const line of texts) {
    const parsed = parseJson(line);
    if (!parsed.ok || field(parsed.value, 'isDryRun') === true) continue;
    const { value } = parsed;
    if (stringField(value, 'decision') === 'failed-open') continue;
    const uid = stringField(value, 'objectUid');
    const name = stringField(value, 'name') ?? '';
    // A name may be taken again by another object; a uid never is.
    if (uid !== null) known.add(uid);
    else if (name !== '')
      known.add(keyOf(stringField(value, 'namespace'), stringField(value, 'kind'), name));
  }
  return {
    has(object) {
      const metadata = field(object, 'metadata');
      const uid = stringField(metadata, 'uid');
      if (uid !== null && known.has(uid)) return true;
      const kind = stringField(object, 'kind');
      const name = stringField(metadata, 'name') ?? '';
      return known.has(keyOf(stringField(metadata, 'namespace'), kind, name));
    },
  };
}

function keyOf(namespace: string | null, kind: string | null, name: string): string {
  return `${namespace ?? ''}/${kind ?? ''}/${name}`;
}

/** The objects of a dump that the record does not hold, as a list of manifests. */
export function unrecorded(text: string, admitted: Admitted): string {
  const documents = readManifest(text);
  const items = documents.flatMap((document) =>
    document.kind === 'read' ? (subjectsOf(document.value) ?? []).map(({ object }) => object) : [],
  );
  // What cannot be read is not left out: the gate tells it.
  if (documents.some(({ kind }) => kind === 'unreadable')) return text;
  const missed = items.filter((item) => !admitted.has(item));
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: missed });
}
