// Order of Python versions from before PEP 440, as setuptools' `parse_version` gave it: rare, found
// only in old releases, and never enough to decide a match.

const names = new Map([
  ['pre', 'c'],
  ['preview', 'c'],
  ['-', 'final-'],
  ['rc', 'c'],
  ['dev', '@'],
]);

const NUMBER_WIDTH = 8;

/** Compares the parts of both as text, where numbers are padded and words marked by an asterisk. */
export function compareLegacy(a: string, b: string): number {
  const left = legacyParts(a);
  const right = legacyParts(b);
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index++) {
    const one = left[index] ?? '';
    const other = right[index] ?? '';
    if (one !== other) return one < other ? -1 : 1;
  }
  return left.length - right.length;
}

function legacyParts(version: string): string[] {
  const parts: string[] = [];
  for (const match of version.toLowerCase().matchAll(/\d+|[a-z]+|\.|-|[^\da-z.-]+/g)) {
    const part = names.get(match[0]) ?? match[0];
    if (part !== '.') pushPart(parts, part);
  }
  pushPart(parts, 'final');
  return parts;
}

function pushPart(parts: string[], part: string): void {
  if (/^\d/.test(part)) {
    parts.push(part.padStart(NUMBER_WIDTH, '0'));
    return;
  }
  const word = `*${part}`;
  // Before a pre-release word a dash does not count; before any word trailing zeros do not.
  if (word < '*final') while (parts.at(-1) === '*final-') parts.pop();
  while (parts.at(-1) === '00000000') parts.pop();
  parts.push(word);
}
