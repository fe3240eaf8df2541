// A decision of the gate in one form, whoever made it: the webhook of a cluster, or the guard before a
// container engine. Read from lines of their records; what is strange in a line is left out, not guessed.
import { asArray, asString, field, stringField } from '../base/json.ts';

export interface GateDecision {
  /** ISO 8601. */
  readonly time: string;
  readonly by: 'webhook' | 'docker';
  /** `CREATE`, or the operation of an engine: `container-create`. */
  readonly operation: string;
  /** `Pod`; null for engines. */
  readonly kind: string | null;
  readonly namespace: string | null;
  /** Of the object, or what a request to an engine is about. */
  readonly name: string;
  readonly user: string | null;
  /** `allow`, `warn`, `deny`, `failed-open` ... */
  readonly decision: string;
  readonly controls: readonly string[];
  readonly waived: readonly string[];
  readonly images: readonly string[];
  /** Why nothing could be judged; null otherwise. */
  readonly problem: string | null;
  /** What the asker was told; empty where the record has none. */
  readonly message: string;
  readonly isDryRun: boolean;
  /** False: it passed all the same (audit mode). */
  readonly isEnforced: boolean;
}

const textKept = 1000;
const itemsKept = 100;

/** Of a parsed line of a record; null: it is none. */
export function gateDecisionOf(value: unknown): GateDecision | null {
  const time = stringField(value, 'time');
  const decision = stringField(value, 'decision');
  if (time === null || decision === null || Number.isNaN(Date.parse(time))) return null;
  const method = stringField(value, 'method');
  const image = stringField(value, 'image');
  const given = (name: string): string | null => {
    const text = stringField(value, name);
    return text === null || text === '' ? null : text.slice(0, textKept);
  };
  return {
    time: time.slice(0, 40),
    by: method === null ? 'webhook' : 'docker',
    operation: given('operation') ?? given('method') ?? '',
    kind: given('kind'),
    namespace: given('namespace'),
    name: given('name') ?? given('target') ?? '',
    user: given('user'),
    decision: decision.slice(0, 40),
    controls: wordsOf(field(value, 'controls')),
    waived: wordsOf(field(value, 'waived')),
    images: image === null ? wordsOf(field(value, 'images')) : [image.slice(0, textKept)],
    problem: given('problem'),
    message: given('message') ?? '',
    isDryRun: field(value, 'isDryRun') === true,
    isEnforced: field(value, 'isEnforced') !== false,
  };
}

/** A list of words, or words between commas. */
function wordsOf(value: unknown): readonly string[] {
  const text = asString(value);
  const words =
    text === null ? asArray(value).flatMap((one) => asString(one) ?? []) : splitOf(text);
  return words
    .filter((one) => one !== '')
    .slice(0, itemsKept)
    .map((one) => one.slice(0, textKept));
}

function splitOf(text: string): readonly string[] {
  return text
    .slice(0, itemsKept * textKept)
    .split(',')
    .map((one) => one.trim());
}
