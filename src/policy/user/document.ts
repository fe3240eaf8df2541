// A document of policies with its lines, and its refusal.
import { SeaworthyError } from '../../base/error.ts';
import { stringsOf } from '../../base/json.ts';
import type { Path } from '../path.ts';

export interface PolicyDocument {
  readonly file: string;
  readonly value: unknown;
  readonly lineAt: (path: Path) => number | null;
}

/** The refusal of a document, with file and line. */
export function wrong(document: PolicyDocument, path: Path, what: string): SeaworthyError {
  const line = document.lineAt(path);
  const place = line === null ? document.file : `${document.file}:${line}`;
  return new SeaworthyError('malformed', `${place}: ${what}`, { advice: 'mend the policy' });
}

/** Words of a list, for rules. */
export function wordsOf(value: unknown, otherwise: readonly string[]): readonly string[] {
  const words = stringsOf(value);
  return words.length === 0 ? otherwise : words;
}
