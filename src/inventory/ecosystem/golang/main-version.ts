// The main module's version where Go stamped none: release builds write it with `-ldflags "-X ..."`.

export interface StampedVersion {
  readonly version: string;
  /** False: the variable belongs to another package and names the version only by habit. */
  readonly certain: boolean;
}

/** The last part of a variable that holds the program's version, in lower case. */
const versionVariables: ReadonlySet<string> = new Set([
  'version',
  'ver',
  'gitversion',
  'buildversion',
  'appversion',
  'releaseversion',
  'versionnumber',
  'tag',
  'gittag',
]);

/** Linker flags of any honest build are far shorter. */
const flagsLimit = 64 * 1024;

/**
 * The version that `-X package.Variable=value` flags agree on, with a leading `v`, or null.
 * Variables of package main and of the main module come first; only plain releases count
 * (`git describe` of a commit after the tag is not that tag).
 */
export function mainVersionOf(modulePath: string, ldflags: string): StampedVersion | null {
  const own = new Set<string>();
  const others = new Set<string>();
  for (const [variable, value] of variablesOf(ldflags.slice(0, flagsLimit))) {
    const dot = variable.lastIndexOf('.');
    if (!versionVariables.has(variable.slice(dot + 1).toLowerCase())) continue;
    const version = releaseVersion(value);
    if (version === null) continue;
    const owner = variable.slice(0, dot);
    const isOwn = owner === 'main' || owner === modulePath || owner.startsWith(`${modulePath}/`);
    (isOwn ? own : others).add(version);
  }
  const [version, second] = own.size > 0 ? own : others;
  if (version === undefined || second !== undefined) return null;
  return { version, certain: own.size > 0 };
}

function releaseVersion(value: string): string | null {
  const match =
    /^v?(\d{1,9}\.\d{1,9}(?:\.\d{1,9})?)(-[0-9A-Za-z.-]{1,40})?(\+[0-9A-Za-z.-]{1,80})?$/.exec(
      value,
    );
  if (match === null) return null;
  const [, release = '', pre = '', build = ''] = match;
  // `v1.2.3-14-gabcdef1`: fourteen commits after the tag.
  if (/-g[0-9a-f]{7,40}(?:-dirty)?$/.test(pre)) return null;
  return `v${release.split('.').length === 2 ? `${release}.0` : release}${pre}${build}`;
}

/** Pairs of `-X name=value`, `-X=name=value` with shell-like quotes, in order. */
function* variablesOf(flags: string): Generator<readonly [string, string]> {
  const words = shellWords(flags);
  for (let index = 0; index < words.length; index++) {
    let word = words[index] ?? '';
    if (word === '-X' || word === '--X') word = words[++index] ?? '';
    else if (word.startsWith('-X=')) word = word.slice(3);
    else continue;
    const equals = word.indexOf('=');
    if (equals > 0) yield [word.slice(0, equals), word.slice(equals + 1)];
  }
}

function shellWords(text: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  let started = false;
  for (const character of text) {
    if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      started = true;
    } else if (character === ' ' || character === '\t' || character === '\n') {
      if (started) words.push(word);
      word = '';
      started = false;
    } else {
      word += character;
      started = true;
    }
  }
  if (started) words.push(word);
  return words;
}
