// The inspector of secrets: reads each text file of each layer once, in windows, and keeps of what it
// finds the kind, the place and a hint - never the value.
import type { InspectedFile, Inspector, IssueFact } from '../../model/inspection.ts';
import type { LessonId } from '../../model/lesson.ts';
import type { CredentialFile } from './detector.ts';
import { maskedHint } from './mask.ts';
import { isPublished, isSearched } from './places.ts';
import { files } from './registry.ts';
import { type Found, mostHits, Search } from './search.ts';

/** Text is searched in windows, each with this much of its neighbours: longer than any secret. */
const windowBytes = 1024 * 1024;
const marginBytes = 32 * 1024;
/** Beyond it a text is data (a dump, a log): its first part is searched, and the rest told. */
const searchedBytes = 256 * 1024 * 1024;
/** Files known by their names are read to here. */
const credentialFileBytes = 256 * 1024;
/** The first bytes tell text from anything else. */
const sniffedBytes = 1024;
/** No secret is shorter. */
const leastBytes = 16;

const byName = new Map<string, CredentialFile[]>();
const byEnding: (readonly [string, CredentialFile])[] = [];
for (const file of files) {
  for (const name of file.names) byName.set(name, [...(byName.get(name) ?? []), file]);
  for (const ending of file.endings ?? []) byEnding.push([ending, file]);
}

/** Detectors for the file's name; nearly always none. */
function filesFor(path: string): readonly CredentialFile[] {
  const lower = path.toLowerCase();
  const name = lower.slice(lower.lastIndexOf('/') + 1);
  const named = byName.get(name) ?? [];
  const ended = byEnding.flatMap(([ending, file]) => (name.endsWith(ending) ? [file] : []));
  if (named.length === 0 && ended.length === 0) return [];
  // What others publish under such names is an example.
  if (isPublished(path)) return [];
  return [...new Set([...named, ...ended])].filter((file) => file.fits?.(lower) ?? true);
}

export const secretInspector: Inspector = {
  name: 'secret',
  revision: 1,
  kind: 'secret',
  wants: (path, size) => size >= leastBytes && isSearched(path),
  skips: (path, head) => formOf(head) === 'binary' && filesFor(path).length === 0,
  inspect(file, tell) {
    const named = filesFor(file.path).flatMap((one) => readNamed(one, file));
    const head = file.read(0, Math.min(file.size, sniffedBytes));
    const form = formOf(head);
    const found = form === 'binary' ? [] : searchText(file, form, tell);
    return factsOf(file, [...named, ...found], tell);
  },
};

function readNamed(one: CredentialFile, file: InspectedFile): Found[] {
  const bytes = file.read(0, Math.min(file.size, credentialFileBytes));
  const hits = one.read(bytes).slice(0, mostHits);
  return hits.map((hit) => ({ detector: one, hit }));
}

type Form = 'text' | 'utf-16le' | 'utf-16be' | 'binary';

function formOf(head: Uint8Array): Form {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return head.includes(0) ? 'binary' : 'text';
}

function searchText(
  file: InspectedFile,
  form: Exclude<Form, 'binary'>,
  tell: (reason: string) => void,
): readonly Found[] {
  const search = new Search(file.path, isPublished(file.path));
  const size = Math.min(file.size, searchedBytes);
  const wide = form !== 'text';
  for (let core = 0; core < size && !search.isFull; core += windowBytes) {
    const offset = Math.max(0, core - marginBytes);
    const end = Math.min(size, core + windowBytes + marginBytes);
    const read = file.read(offset, end - offset);
    if (read.length === 0) break;
    const bytes = wide ? narrowed(read, form) : read;
    const unit = wide ? 2 : 1;
    const from = (core - offset) / unit;
    search.feed(bytes, { from, to: from + windowBytes / unit }, offset / unit);
  }
  if (file.size > size) tell(`only its first ${size} bytes were searched for secrets`);
  if (search.exhausted !== null) {
    tell(`holds more candidates for ${search.exhausted} than are looked at in one file`);
  }
  if (search.isFull) tell('holds more secrets than are listed of one file');
  const found = search.take();
  if (!wide) return found;
  return found.map(({ detector, hit }) => ({
    detector,
    hit: { ...hit, start: hit.start * 2, end: hit.end * 2 },
  }));
}

/** UTF-16 as one byte a character; what is beyond Latin-1 is no part of a secret. */
function narrowed(bytes: Uint8Array, form: 'utf-16le' | 'utf-16be'): Uint8Array {
  const narrow = new Uint8Array(bytes.length >>> 1);
  const low = form === 'utf-16le' ? 0 : 1;
  for (let index = 0; index < narrow.length; index += 1) {
    const high = bytes[2 * index + 1 - low] as number;
    narrow[index] = high === 0 ? (bytes[2 * index + low] as number) : 0x3f;
  }
  return narrow;
}

/** One fact for each value of each kind, at its first place; the others are counted. */
function factsOf(
  file: InspectedFile,
  found: readonly Found[],
  tell: (reason: string) => void,
): IssueFact[] {
  if (found.length === 0) return [];
  const distinct = withoutOverlaps(found);
  const groups = Map.groupBy(distinct, ({ detector, hit }) => `${detector.id}\0${hit.value}`);
  if (groups.size > mostHits) tell(`holds ${groups.size} secrets, of which ${mostHits} are listed`);
  const firsts = [...groups.values()].slice(0, mostHits).map((group) => ({
    first: group[0] as Found,
    count: group.length,
  }));
  const lines = linesAt(
    file,
    firsts.map(({ first }) => first.hit.start),
  );
  return firsts.map(({ first, count }, index) => factOf(first, count, lines[index] as number));
}

/** Detectors by name come first: they know best what the file is. */
function withoutOverlaps(found: readonly Found[]): Found[] {
  const kept: Found[] = [];
  for (const one of found) {
    const { start, end } = one.hit;
    if (!kept.some(({ hit }) => start < hit.end && hit.start < end)) kept.push(one);
  }
  return kept.toSorted((a, b) => a.hit.start - b.hit.start);
}

/** What is kept of a finding. @param line 0 where there are no lines */
export function factOf({ detector, hit }: Found, count: number, line: number): IssueFact {
  const own = detector.issuer === 'you';
  return {
    id: hit.id ?? detector.id,
    title: hit.title ?? detector.title,
    severity: hit.severity ?? detector.severity,
    ...(line > 0 ? { line } : {}),
    evidence: {
      hint: maskedHint(hit.value, detector.hint),
      ...(count > 1 ? { occurrences: count } : {}),
      ...hit.evidence,
    },
    fix: own
      ? 'Replace it, and give the new one to the container when it runs: a mounted secret, no layer.'
      : `Revoke it at ${detector.issuer}, and give a new one to the container when it runs.`,
    lesson: 'leaked-secret' satisfies LessonId,
  };
}

/** The 1-based lines of ascending offsets: the file is read again up to the last, which is rare. */
function linesAt(file: InspectedFile, offsets: readonly number[]): number[] {
  const order = offsets.map((offset, index) => ({ offset, index }));
  order.sort((a, b) => a.offset - b.offset);
  const lines: number[] = Array.from({ length: offsets.length }, () => 1);
  let line = 1;
  let position = 0;
  for (const { offset, index } of order) {
    while (position < offset) {
      const bytes = file.read(position, Math.min(windowBytes, offset - position));
      if (bytes.length === 0) break;
      for (const byte of bytes) if (byte === 0x0a) line += 1;
      position += bytes.length;
    }
    lines[index] = line;
  }
  return lines;
}
