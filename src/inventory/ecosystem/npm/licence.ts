// The licence words of a package.json, in every form that npm has accepted over the years.
import { asArray, asString, field, stringField } from '../../../base/json.ts';

/** `license: "MIT"`, `license: {type}`, `licenses: [{type}]`; words as found, each once. */
export function licencesOf(manifest: unknown): readonly string[] {
  const declared = [field(manifest, 'license'), field(manifest, 'licence')];
  const list = field(manifest, 'licenses');
  const words = [...declared, ...(Array.isArray(list) ? asArray(list) : [list])].flatMap(wordOf);
  return [...new Set(words)];
}

function wordOf(value: unknown): readonly string[] {
  const word = asString(value) ?? stringField(value, 'type') ?? stringField(value, 'name');
  const trimmed = word?.trim() ?? '';
  return trimmed === '' || trimmed.length > wordLength ? [] : [trimmed];
}

/** SPDX expressions of the largest packages have about 300 characters. */
const wordLength = 1000;
