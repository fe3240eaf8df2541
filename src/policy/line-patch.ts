// Fixes of files that are lines and no documents: a word of a line is replaced, a line is added. Told as a
// difference that `git apply` and `patch -p1` take.

export type LineEdit =
  /** 1-based; `find` stands in the line as it is. */
  | { readonly kind: 'word'; readonly line: number; readonly find: string; readonly put: string }
  | { readonly kind: 'insert'; readonly after: number; readonly text: string };

interface Changed {
  readonly removed: string | null;
  readonly added: readonly string[];
}

const contextLines = 3;

export interface LineText {
  readonly name: string;
  readonly content: string;
  /** 1-based lines that hold a credential: no difference shows one, neither as change nor beside it. */
  readonly hidden: ReadonlySet<number>;
}

/** Words beside which credentials stand; a line with one is not shown either. */
const telling =
  /pass(?:w|phrase)|secret|token|api[-_]?key|credential|authori[sz]ation|bearer|private[-_]?key|:\/\/[^\s/]*@|chpasswd|--auth/i;

/**
 * The difference that the edits make, empty where they make none. Edits that no longer fit, and those beside
 * lines that may hold a credential, are left out.
 */
export function diffOf({ name, content, hidden }: LineText, edits: readonly LineEdit[]): string {
  const text = content;
  const lines = text.split('\n');
  const isWhole = lines.at(-1) === '';
  if (isWhole) lines.pop();
  const isHidden = (at: number): boolean => hidden.has(at) || telling.test(lines[at - 1] ?? '');
  const changes = changesOf(lines, edits);
  const hunks = hunksOf({ lines, isWhole, isHidden }, changes);
  if (hunks.length === 0) return '';
  const file = name.replaceAll(/[\r\n\t]/g, '_');
  return `--- a/${file}\n+++ b/${file}\n${hunks.join('')}`;
}

function changesOf(
  lines: readonly string[],
  edits: readonly LineEdit[],
): ReadonlyMap<number, Changed> {
  const texts = new Map<number, string>();
  const inserts = new Map<number, string[]>();
  for (const edit of edits) {
    if (edit.kind === 'insert') {
      const list = inserts.get(edit.after) ?? [];
      if (!list.includes(edit.text)) list.push(edit.text);
      inserts.set(edit.after, list);
      continue;
    }
    const line = texts.get(edit.line) ?? lines[edit.line - 1];
    const at = line?.indexOf(edit.find) ?? -1;
    if (line === undefined || at === -1) continue;
    texts.set(edit.line, line.slice(0, at) + edit.put + line.slice(at + edit.find.length));
  }
  const changes = new Map<number, Changed>();
  for (const at of new Set([...texts.keys(), ...inserts.keys()])) {
    const line = lines[at - 1];
    if (line === undefined) continue;
    const text = texts.get(at);
    const ending = line.endsWith('\r') ? '\r' : '';
    const added = (inserts.get(at) ?? []).map((one) => one + ending);
    changes.set(at, {
      removed: text === undefined ? null : line,
      added: text === undefined ? added : [text, ...added],
    });
  }
  return new Map([...changes].toSorted(([a], [b]) => a - b));
}

/** Changes whose contexts touch are one hunk (unified format of diffutils). */
function hunksOf(
  { lines, isWhole, isHidden }: Shown,
  changes: ReadonlyMap<number, Changed>,
): string[] {
  const groups: { from: number; to: number }[] = [];
  for (const at of changes.keys()) {
    const reach = reachOf(at, lines.length, isHidden);
    if (reach === null) continue;
    const last = groups.at(-1);
    if (last !== undefined && reach.from <= last.to + 1) last.to = reach.to;
    else groups.push(reach);
  }
  let shift = 0;
  return groups.map(({ from, to }) => {
    const body: string[] = [];
    let more = 0;
    for (let at = from; at <= to; at += 1) {
      const change = changes.get(at);
      const isLast = at === lines.length && !isWhole;
      const old = `${change?.removed === null || change === undefined ? ' ' : '-'}${lines[at - 1] ?? ''}\n`;
      const added = change?.added ?? [];
      const isKept = change === undefined || change.removed === null;
      // A line without its end changes as well when another one comes behind it.
      if (isLast && isKept && added.length > 0) {
        body.push(`-${lines[at - 1] ?? ''}\n${noEnd}`, `+${lines[at - 1] ?? ''}\n`);
      } else body.push(isLast ? old + noEnd : old);
      added.forEach((text, index) =>
        body.push(`+${text}\n${isLast && index === added.length - 1 ? noEnd : ''}`),
      );
      more += added.length - (isKept ? 0 : 1);
    }
    const count = to - from + 1;
    const head = `@@ -${from},${count} +${from + shift},${count + more} @@\n`;
    shift += more;
    return head + body.join('');
  });
}

interface Shown {
  readonly lines: readonly string[];
  /** The last line has its line feed. */
  readonly isWhole: boolean;
  readonly isHidden: (line: number) => boolean;
}

/**
 * A change with its context. Null: a line that is not shown is too near; without a line behind it a change
 * would count as one at the end of the file.
 */
function reachOf(at: number, last: number, isHidden: (line: number) => boolean) {
  if (isHidden(at)) return null;
  let [from, to] = [at, at];
  while (from > 1 && at - from < contextLines && !isHidden(from - 1)) from -= 1;
  while (to < last && to - at < contextLines && !isHidden(to + 1)) to += 1;
  return to === at && at < last ? null : { from, to };
}

const noEnd = '\\ No newline at end of file\n';
