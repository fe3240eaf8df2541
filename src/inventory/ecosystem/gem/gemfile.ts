// Which gems a Gemfile asks for only in development. A Gemfile is Ruby code: only its customary,
// literal form is understood, and whatever is not counts as needed in production.

/** Groups that production leaves out by custom (`bundle config without development test`). */
const developmentGroups = new Set(['development', 'dev', 'test', 'lint', 'docs', 'doc', 'ci']);

/** Names of gems that stand only in development groups. */
export function developmentGems(gemfile: string): ReadonlySet<string> {
  const development = new Set<string>();
  const production = new Set<string>();
  /** One entry for each open block: its groups, or null when it is no group. */
  const blocks: (readonly string[] | null)[] = [];
  for (const raw of gemfile.split('\n')) {
    const line = raw.length > longestLine ? '' : withoutComment(raw).trim();
    if (line === '') continue;
    if (/^end\b/.test(line)) {
      blocks.pop();
      continue;
    }
    const name = /^gem\s*\(?\s*["']([^"']+)["']/.exec(line)?.[1];
    if (name !== undefined) {
      const groups = groupsOfLine(line) ?? blocks.findLast((block) => block !== null) ?? [];
      const isDevelopment = groups.length > 0 && groups.every((one) => developmentGroups.has(one));
      (isDevelopment ? development : production).add(name);
    }
    if (opensBlock(line)) blocks.push(line.startsWith('group') ? symbolsOf(line) : null);
  }
  return new Set([...development].filter((name) => !production.has(name)));
}

/** Longer lines are not written by hand, and would make the patterns below slow. */
const longestLine = 2000;

/** `#` inside quotes (colours, anchors) is rare and only makes a line shorter. */
function withoutComment(line: string): string {
  const hash = line.indexOf('#');
  return hash === -1 ? line : line.slice(0, hash);
}

function opensBlock(line: string): boolean {
  return (
    /\bdo(?:\s*\|[^|]*\|)?$/.test(line) ||
    /^(?:if|unless|case|begin|def|while|until|for|class|module)\b/.test(line)
  );
}

/** `gem "x", group: :test`, `groups: [:development, :test]`, `:group => :test`. */
function groupsOfLine(line: string): readonly string[] | null {
  const start = /(?:\bgroups?:|:groups?\s*=>)/.exec(line);
  if (start === null) return null;
  const rest = line.slice(start.index + start[0].length).trimStart();
  const end = rest.startsWith('[') ? rest.indexOf(']') : rest.indexOf(',');
  return symbolsOf(end === -1 ? rest : rest.slice(0, end));
}

function symbolsOf(text: string): readonly string[] {
  return [...text.matchAll(/:(\w+)|["'](\w+)["']/g)].map((match) => match[1] ?? match[2] ?? '');
}
