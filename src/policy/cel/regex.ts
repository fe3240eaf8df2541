// Regular expressions of RE2 in time linear in the text: all states of the pattern are walked side by
// side (Thompson), so that no text of a workload makes a policy hang, whatever its pattern.
// Syntax: https://github.com/google/re2/wiki/Syntax; without \p classes beyond L, N, Lu, Ll, Nd.
import { failure } from './library.ts';
import { spend } from './meter.ts';
import type { Step } from './regex-step.ts';
import { parsePattern } from './regex-syntax.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Pattern {
  /** Whether it is found anywhere. */
  test(text: string): boolean;
  /** Places where it is found, leftmost first, not overlapping, `most` at most. */
  spans(text: string, most: number): Span[];
}

/** Patterns are few and come from policies; those made of data would fill a larger memory. */
const remembered = 500;
const known = new Map<string, Pattern>();

/** Compiles; throws an evaluation error where it is no pattern of RE2. */
export function compileRegex(source: string): Pattern {
  const found = known.get(source);
  if (found !== undefined) return found;
  const program = parsePattern(source);
  if (!program.ok) throw failure(`${program.reason} in the pattern ${source.slice(0, 80)}`);
  const pattern: Pattern = {
    test: (text) => findFrom(program.steps, codesOf(text), { from: 0, anyEnd: true }) !== null,
    spans(text, most) {
      const codes = codesOf(text);
      const offsets = offsetsOf(codes);
      const spans: Span[] = [];
      for (let from = 0; from <= codes.length && spans.length < most; ) {
        const span = findFrom(program.steps, codes, { from, anyEnd: false });
        if (span === null) break;
        spans.push({ start: offsets[span.start] ?? 0, end: offsets[span.end] ?? text.length });
        from = span.end > span.start ? span.end : span.end + 1;
      }
      return spans;
    },
  };
  if (known.size >= remembered) known.clear();
  known.set(source, pattern);
  return pattern;
}

/** Units of UTF-16 before each character, and in all. */
function offsetsOf(codes: readonly number[]): number[] {
  const offsets = [0];
  for (const code of codes) offsets.push((offsets.at(-1) ?? 0) + (code > 0xffff ? 2 : 1));
  return offsets;
}

function codesOf(text: string): number[] {
  const codes: number[] = [];
  for (const character of text) codes.push(character.codePointAt(0) ?? 0);
  return codes;
}

/** Threads in the order of their preference, and where each began. */
interface Threads {
  readonly steps: number[];
  readonly starts: number[];
  readonly seen: Set<number>;
}

function noThreads(): Threads {
  return { steps: [], starts: [], seen: new Set() };
}

interface Search {
  readonly from: number;
  /** Any end will do: stop at the first. */
  readonly anyEnd: boolean;
}

function findFrom(steps: readonly Step[], text: readonly number[], search: Search): Span | null {
  let threads = noThreads();
  let found: Span | null = null;
  for (let at = search.from; at <= text.length; at += 1) {
    if (found === null) addThread(steps, threads, { step: 0, start: at, text, at });
    if (threads.steps.length === 0 && found !== null) break;
    // Threads are paid for here, and those that only passed through `addThread` with them.
    spend(1 + (threads.seen.size >> 3));
    const next = noThreads();
    const code = text[at] ?? -1;
    for (let index = 0; index < threads.steps.length; index += 1) {
      const step = steps[threads.steps[index] ?? 0];
      const start = threads.starts[index] ?? 0;
      if (step?.kind === 'match') {
        found = { start, end: at };
        if (search.anyEnd) return found;
        break;
      }
      if (step?.kind === 'character' && code !== -1 && step.matches(code)) {
        addThread(steps, next, { step: (threads.steps[index] ?? 0) + 1, start, text, at: at + 1 });
      }
    }
    threads = next;
  }
  return found;
}

interface Entry {
  readonly step: number;
  readonly start: number;
  readonly text: readonly number[];
  readonly at: number;
}

/** Follows forks, jumps and assertions to what eats a character or matches. */
function addThread(steps: readonly Step[], threads: Threads, entry: Entry): void {
  const open = [entry.step];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (threads.seen.has(at)) continue;
    threads.seen.add(at);
    const step = steps[at];
    if (step?.kind === 'fork') open.push(step.second, step.first);
    else if (step?.kind === 'jump') open.push(step.to);
    else if (step?.kind === 'assert') {
      if (step.holds(entry.text, entry.at)) open.push(at + 1);
    } else {
      threads.steps.push(at);
      threads.starts.push(entry.start);
    }
  }
}
