// Relationship fields (deb-control(5), Debian policy 7.1): `a (>= 1) | b, c:any [amd64]`.

/** Relations read of one field; kernel meta packages have some hundred. */
const mostRelations = 4096;

/** The alternatives of each relation, names only: versions, architectures and profiles are left out. */
export function relationNames(field: string): string[][] {
  const relations: string[][] = [];
  let alternatives: string[] = [];
  let at = 0;
  while (at < field.length && relations.length < mostRelations) {
    const end = nextSeparator(field, at);
    const name = bareName(field, at, end);
    if (name !== '') alternatives.push(name);
    if (field.charCodeAt(end) !== bar && alternatives.length > 0) {
      relations.push(alternatives);
      alternatives = [];
    }
    at = end + 1;
  }
  if (alternatives.length > 0 && relations.length < mostRelations) relations.push(alternatives);
  return relations;
}

const comma = 44;
const bar = 124;
const space = 32;

function nextSeparator(field: string, from: number): number {
  for (let at = from; at < field.length; at++) {
    const code = field.charCodeAt(at);
    if (code === comma || code === bar) return at;
  }
  return field.length;
}

function bareName(field: string, from: number, to: number): string {
  let start = from;
  while (start < to && field.charCodeAt(start) === space) start++;
  let end = start;
  while (end < to && !endsName(field.charCodeAt(end))) end++;
  return field.slice(start, end);
}

/** Blank, `(`, `:`, `<`, `=` and `[`: what may follow a name (`c:any (= 2) [amd64] <!nocheck>`). */
function endsName(code: number): boolean {
  return code === space || code === 40 || code === 58 || code === 60 || code === 61 || code === 91;
}
