// Which catalogers want a path: one look-up by base name and one by extension, so that a million
// uninteresting files cost two map reads each.

interface Rule {
  readonly target: number;
  /** Segments from the last one to the first; `**` stands for any number of folders. */
  readonly reversed: readonly string[];
}

/** Compiled patterns; `match` returns the indices given to `add`, each once. */
export class PathRules {
  readonly #byName = new Map<string, Rule[]>();
  readonly #byExtension = new Map<string, Rule[]>();
  /** `folder/*`: by the folder. */
  readonly #byFolder = new Map<string, Rule[]>();
  readonly #nameEnds = new EndsFilter();
  readonly #extensionEnds = new EndsFilter();
  readonly #folderEnds = new EndsFilter();

  /** @param glob see `Cataloger.globs` for the form */
  add(glob: string, target: number): void {
    const reversed = glob.split('/').toReversed();
    const rule = { target, reversed };
    const last = reversed[0] ?? '';
    const dot = last.lastIndexOf('.');
    if (!last.includes('*')) {
      append(this.#byName, last, rule);
      this.#nameEnds.add(last);
    } else if (dot > last.lastIndexOf('*')) {
      append(this.#byExtension, last.slice(dot + 1), rule);
      this.#extensionEnds.add(last.slice(dot + 1));
    } else {
      const folder = glob.slice(0, Math.max(0, glob.lastIndexOf('/')));
      append(this.#byFolder, folder, rule);
      this.#folderEnds.add(folder);
    }
  }

  match(path: string): number[] {
    const slash = path.lastIndexOf('/');
    const dot = path.lastIndexOf('.');
    const named = this.#nameEnds.mayHold(path, slash + 1, path.length)
      ? this.#byName.get(path.slice(slash + 1))
      : undefined;
    const extended =
      dot > slash && this.#extensionEnds.mayHold(path, dot + 1, path.length)
        ? this.#byExtension.get(path.slice(dot + 1))
        : undefined;
    const folderEnd = Math.max(0, slash);
    const housed = this.#folderEnds.mayHold(path, 0, folderEnd)
      ? this.#byFolder.get(path.slice(0, folderEnd))
      : undefined;
    if (named === undefined && extended === undefined && housed === undefined) return none;
    const found: number[] = [];
    let segments: string[] | undefined;
    for (const rules of [named, extended, housed]) {
      if (rules === undefined) continue;
      for (const rule of rules) {
        segments ??= path.split('/').toReversed();
        if (!found.includes(rule.target) && matches(rule.reversed, segments)) {
          found.push(rule.target);
        }
      }
    }
    return found;
  }
}

/** Words by their first and last character: spares nearly every path the cutting and hashing. */
class EndsFilter {
  readonly #bits = new Uint8Array(256 * 256);

  add(word: string): void {
    this.#bits[this.#slot(word, 0, word.length)] = 1;
  }

  /** Whether the text from `start` to `end` may be one of the words. */
  mayHold(text: string, start: number, end: number): boolean {
    return this.#bits[this.#slot(text, start, end)] === 1;
  }

  #slot(text: string, start: number, end: number): number {
    if (end <= start) return 0;
    return ((text.charCodeAt(start) & 0xff) << 8) | (text.charCodeAt(end - 1) & 0xff);
  }
}

const none: number[] = [];

function append(map: Map<string, Rule[]>, key: string, rule: Rule): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [rule]);
  else list.push(rule);
}

/** Glob over whole segments, both reversed; linear in pattern x path because `**` backtracks once. */
function matches(pattern: readonly string[], path: readonly string[]): boolean {
  let p = 0;
  let s = 0;
  let starPattern = -1;
  let starSegment = 0;
  while (s < path.length) {
    const part = pattern[p];
    if (part === '**') {
      starPattern = p;
      starSegment = s;
      p += 1;
    } else if (part !== undefined && segmentMatches(part, path[s] as string)) {
      p += 1;
      s += 1;
    } else if (starPattern !== -1) {
      starSegment += 1;
      s = starSegment;
      p = starPattern + 1;
    } else return false;
  }
  while (pattern[p] === '**') p += 1;
  return p === pattern.length;
}

/** One segment with at most a few `*`, each for any run of characters. */
function segmentMatches(pattern: string, segment: string): boolean {
  if (pattern === '*') return true;
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === segment;
  const parts = pattern.split('*');
  const first = parts[0] as string;
  const last = parts.at(-1) as string;
  if (segment.length < first.length + last.length) return false;
  if (!segment.startsWith(first) || !segment.endsWith(last)) return false;
  let position = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = segment.indexOf(part, position);
    if (at === -1) return false;
    position = at + part.length;
  }
  return position <= segment.length - last.length;
}
