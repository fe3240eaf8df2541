// The file of responses (`kind: ResponsePolicy`): which detection in which container allows which action.
// Without the file nothing is done; with it nothing but what it names, and dry until it says `enforce`.
import { type ResponseAction, responseActions } from '../../model/response.ts';
import {
  flagAt,
  flaw,
  itemsAt,
  numberAt,
  type OwnDocument,
  type Path,
  readOwnDocument,
  type Selector,
  selectorAt,
  selectorKeys,
  textAt,
  textsAt,
  wantKeys,
  wordAt,
} from '../alert/index.ts';

export const responseModes = ['dry-run', 'enforce'] as const;
export type ResponseMode = (typeof responseModes)[number];

export interface ResponseRule {
  readonly name: string;
  readonly line: number | null;
  readonly selector: Selector;
  readonly actions: readonly ResponseAction[];
  readonly mode: ResponseMode;
  /** Detections of the same cause before it acts. */
  readonly minimumCount: number;
}

export interface ResponsePolicy {
  readonly file: string;
  readonly rules: readonly ResponseRule[];
  /** What people may do by hand, over the API; empty: nothing. */
  readonly manual: readonly ResponseAction[];
  readonly protect: {
    /** A label, and its value; null: any. */
    readonly labels: readonly (readonly [string, string | null])[];
    /** Patterns with `*`. */
    readonly containers: readonly string[];
    readonly images: readonly string[];
  };
  readonly limits: {
    readonly perMinute: number;
    readonly perHour: number;
    readonly perContainerPerHour: number;
  };
  /** Between the asking and the killing of `stop`. */
  readonly graceSeconds: number;
  /** `deny-drift` also refuses programs on volumes and in memory file systems. */
  readonly denyVolumes: boolean;
}

/** Containers that say so are never touched, whatever the file says. */
export const protectedLabel = 'seaworthy.dev/protected';

const rulesAtMost = 500;

/** Reads the file. Throws `SeaworthyError` `malformed` with file and line. */
export function readResponsePolicy(file: string, text: string): ResponsePolicy {
  const document = readOwnDocument(file, text, 'ResponsePolicy');
  wantKeys(
    document,
    [],
    [
      'apiVersion',
      'kind',
      'metadata',
      'mode',
      'rules',
      'manual',
      'protect',
      'limits',
      'graceSeconds',
      'denyVolumes',
    ],
  );
  const mode = wordAt(document, ['mode'], { words: responseModes, usual: 'dry-run' });
  const rules = itemsAt(document, ['rules'], rulesAtMost).map((path) =>
    ruleAt(document, path, mode),
  );
  wantKeys(document, ['manual'], ['actions']);
  const manual = actionsAt(document, ['manual', 'actions']);
  if (rules.length + manual.length === 0) throw flaw(document, ['rules'], 'there is no rule');
  const count = (name: string, usual: number): number =>
    numberAt(document, ['limits', name], { least: 0, most: 100_000, usual });
  wantKeys(document, ['protect'], ['labels', 'containers', 'images']);
  wantKeys(document, ['limits'], ['perMinute', 'perHour', 'perContainerPerHour']);
  return {
    file,
    rules,
    manual,
    protect: {
      labels: textsAt(document, ['protect', 'labels']).map(labelOf),
      containers: textsAt(document, ['protect', 'containers']),
      images: textsAt(document, ['protect', 'images']),
    },
    limits: {
      perMinute: count('perMinute', 5),
      perHour: count('perHour', 30),
      perContainerPerHour: count('perContainerPerHour', 6),
    },
    graceSeconds: numberAt(document, ['graceSeconds'], { least: 0, most: 600, usual: 10 }),
    denyVolumes: flagAt(document, ['denyVolumes'], false),
  };
}

function ruleAt(document: OwnDocument, path: Path, mode: ResponseMode): ResponseRule {
  wantKeys(document, path, ['name', 'match', 'actions', 'mode', 'minimumCount']);
  const name = textAt(document, [...path, 'name']);
  if (name === null) throw flaw(document, path, 'a rule needs a name');
  wantKeys(document, [...path, 'match'], selectorKeys);
  const selector = selectorAt(document, [...path, 'match']);
  if (selector.priority === null && selector.lists.size === 0) {
    throw flaw(document, path, `the rule ${name} would answer everything: give it a match`);
  }
  const actions = actionsAt(document, [...path, 'actions']);
  if (actions.length === 0) throw flaw(document, path, `the rule ${name} has no actions`);
  return {
    name,
    line: document.lineAt(path),
    selector,
    actions,
    mode: wordAt(document, [...path, 'mode'], { words: responseModes, usual: mode }),
    minimumCount: numberAt(document, [...path, 'minimumCount'], {
      least: 1,
      most: 1_000_000,
      usual: 1,
    }),
  };
}

function actionsAt(document: OwnDocument, path: Path): readonly ResponseAction[] {
  return textsAt(document, path).map((word, index) => {
    const action = responseActions.find((one) => one === word);
    if (action !== undefined) return action;
    const what = `${JSON.stringify(word)} is none of ${responseActions.join(', ')}`;
    throw flaw(document, [...path, index], what);
  });
}

function labelOf(text: string): readonly [string, string | null] {
  const at = text.indexOf('=');
  return at === -1 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}
