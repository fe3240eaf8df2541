// The lines of a Dockerfile as BuildKit reads them: directives of the parser, comments, continuations,
// here-documents. (Dockerfile reference; moby/buildkit frontend/dockerfile/parser)

export interface Heredoc {
  readonly name: string;
  readonly content: string;
  /** Whether variables inside of it are replaced: the delimiter is not quoted. */
  readonly expands: boolean;
}

export interface LogicalLine {
  /** Upper case: `RUN`. */
  readonly keyword: string;
  /** What stands behind the keyword, continuations joined, comments between them left out. */
  readonly rest: string;
  /** 1-based. */
  readonly line: number;
  readonly endLine: number;
  readonly heredocs: readonly Heredoc[];
}

export interface ReadLines {
  readonly directives: ReadonlyMap<string, { readonly value: string; readonly line: number }>;
  readonly lines: readonly LogicalLine[];
  readonly problems: readonly { readonly line: number; readonly reason: string }[];
}

/** Instructions of one file; real ones have some dozens. */
const instructionsMost = 20_000;
const problemsTold = 50;
/** Characters of one instruction with its continuations. */
const instructionCharacters = 1024 * 1024;

const directive = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/;

/** Reads all lines; never throws, and each place that BuildKit refuses is told. */
export function readLines(text: string): ReadLines {
  const raw = (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text).split('\n');
  const physical = raw.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const { directives, problems, next } = readDirectives(physical);
  const escape = directives.get('escape')?.value === '`' ? '`' : '\\';
  const lines: LogicalLine[] = [];
  let at = next;
  while (at < physical.length) {
    const line = physical[at] ?? '';
    if (line.trim() === '' || line.trimStart().startsWith('#')) {
      at += 1;
      continue;
    }
    if (lines.length >= instructionsMost) {
      problems.push({ line: at + 1, reason: `more than ${instructionsMost} instructions` });
      break;
    }
    const joined = joinLine(physical, at, escape);
    const instruction = split(joined.text);
    const inner = heredocsOf(instruction, physical, joined.next);
    lines.push({ ...instruction, line: at + 1, endLine: inner.next, heredocs: inner.heredocs });
    problems.push(...joined.problems, ...inner.problems);
    at = inner.next;
  }
  return { directives, lines, problems: problems.slice(0, problemsTold) };
}

type Problems = { line: number; reason: string }[];

/** `# syntax=`, `# escape=`, `# check=`: at the very top only, until anything else stands there. */
function readDirectives(physical: readonly string[]) {
  const directives = new Map<string, { readonly value: string; readonly line: number }>();
  const problems: Problems = [];
  let next = 0;
  // A first line for the kernel is allowed by newer BuildKits.
  if (physical[0]?.startsWith('#!') === true) next = 1;
  for (; next < physical.length; next += 1) {
    const found = directive.exec(physical[next] ?? '');
    const name = found?.[1]?.toLowerCase() ?? '';
    if (found === null || !['syntax', 'escape', 'check'].includes(name)) break;
    const value = found[2] ?? '';
    if (directives.has(name))
      problems.push({ line: next + 1, reason: `the directive ${name} stands twice` });
    if (name === 'escape' && value !== '\\' && value !== '`') {
      problems.push({ line: next + 1, reason: 'the escape character is neither \\ nor `' });
    }
    directives.set(name, { value, line: next + 1 });
  }
  return { directives, problems, next };
}

/** One instruction: a line whose end is escaped goes on in the next; comments between are left out. */
function joinLine(physical: readonly string[], start: number, escape: string) {
  const problems: Problems = [];
  const parts: string[] = [];
  let length = 0;
  let next = start;
  for (; next < physical.length; next += 1) {
    const line = physical[next] ?? '';
    // Comments and, as the old parser took it, empty lines do not end a continuation.
    if (next > start && (line.trimStart().startsWith('#') || line.trim() === '')) continue;
    const ends = endsEscaped(line, escape);
    const part = ends ? line.replace(/[ \t]+$/, '').slice(0, -1) : line;
    length += part.length;
    if (length > instructionCharacters) {
      problems.push({
        line: start + 1,
        reason: `an instruction of more than ${instructionCharacters} characters`,
      });
      next += 1;
      break;
    }
    parts.push(part);
    if (!ends) {
      next += 1;
      break;
    }
  }
  return { text: parts.join(''), next, problems };
}

/** Blanks may follow the escape character; one that is escaped itself ends nothing. */
function endsEscaped(line: string, escape: string): boolean {
  const bare = line.replace(/[ \t]+$/, '');
  return bare.endsWith(escape) && bare.at(-2) !== escape;
}

function split(text: string): { readonly keyword: string; readonly rest: string } {
  const trimmed = text.trim();
  const blank = trimmed.search(/\s/);
  if (blank === -1) return { keyword: trimmed.toUpperCase(), rest: '' };
  return { keyword: trimmed.slice(0, blank).toUpperCase(), rest: trimmed.slice(blank).trim() };
}

const takesHeredocs: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD']);
const heredocStart = /(?:^|[\s;|&(])(?:\d*)<<(-?)(["']?)([A-Za-z_][A-Za-z0-9_]*)\2/g;
const heredocsMost = 100;

/** The here-documents that an instruction opens, and the lines that they take. */
function heredocsOf(
  { keyword, rest }: { readonly keyword: string; readonly rest: string },
  physical: readonly string[],
  from: number,
) {
  const problems: Problems = [];
  const heredocs: Heredoc[] = [];
  let next = from;
  const isShell = !rest.startsWith('[');
  const inner = keyword === 'ONBUILD' ? split(rest) : { keyword, rest };
  if (!takesHeredocs.has(inner.keyword) || !isShell) return { heredocs, next, problems };
  for (const [, dash, quote, name = ''] of inner.rest.matchAll(heredocStart)) {
    if (heredocs.length >= heredocsMost) break;
    const content: string[] = [];
    let closed = false;
    for (; next < physical.length && !closed; next += 1) {
      const line = physical[next] ?? '';
      const bare = dash === '-' ? line.replace(/^\t+/, '') : line;
      closed = bare === name;
      if (!closed) content.push(bare);
    }
    if (!closed) problems.push({ line: from, reason: `the here-document ${name} has no end` });
    heredocs.push({ name, content: content.join('\n'), expands: quote === '' });
  }
  return { heredocs, next, problems };
}
