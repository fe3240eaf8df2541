// Dumps of a cluster: what `kubectl get -o yaml|json` and `kubectl cluster-info dump` write, a file or a
// folder of them. A kind that no file speaks of is not known; an empty list of it is.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { asArray, field, parseJson, stringField } from '../../base/json.ts';
import { parseYaml, parseYamlDocuments } from '../../base/yaml.ts';
import { readText } from '../filesystem/index.ts';
import type { ListAnswer } from './api.ts';
import { resources, withoutNotes } from './resources.ts';

export interface ReadDump {
  readonly kinds: ReadonlyMap<string, ListAnswer>;
  /** Of a `version.json` (kubectl version -o json), else of the newest node; null: not told. */
  readonly version: string | null;
  /** Files and documents that could not be read. */
  readonly unknowns: readonly { readonly path: string; readonly reason: string }[];
}

/** Text of one dump; 5,000 Pods have about 60 MB as kubectl indents them. */
const dumpBytes = 400 * 1024 * 1024;
const filesMost = 20_000;
const depthMost = 6;
const objectsMost = 200_000;

interface Reading {
  readonly objects: Map<string, unknown[]>;
  readonly unknowns: { path: string; reason: string }[];
  version: string | null;
}

/** Reads a dump. Errors: `unreadable` where the named place is not there. */
export function readDump(path: string): ReadDump {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new SeaworthyError('unreadable', `${path} is not there`, {
      advice: 'write one with kubectl get ... -A -o json, or kubectl cluster-info dump',
    });
  }
  const reading: Reading = { objects: new Map(), unknowns: [], version: null };
  const files = stat.isDirectory() ? filesBelow(path) : [path];
  for (const file of files) readFile(file, reading, stat.isDirectory());
  const kinds = new Map<string, ListAnswer>();
  for (const { kind, plural } of resources) {
    const objects = reading.objects.get(kind);
    kinds.set(
      kind,
      objects === undefined
        ? { kind: 'unknown', reason: `the dump says nothing of ${plural}` }
        : { kind: 'known', objects },
    );
  }
  return { kinds, version: reading.version, unknowns: reading.unknowns };
}

function filesBelow(folder: string): readonly string[] {
  const found: string[] = [];
  const open = [{ path: folder, depth: 0 }];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    for (const entry of readdirSync(one.path, { withFileTypes: true })) {
      const path = join(one.path, entry.name);
      if (entry.isDirectory() && one.depth < depthMost) open.push({ path, depth: one.depth + 1 });
      else if (entry.isFile() && /\.(?:ya?ml|json)$/.test(entry.name)) found.push(path);
      if (found.length >= filesMost) return found.sort();
    }
  }
  return found.sort();
}

function readFile(path: string, reading: Reading, isOneOfMany: boolean): void {
  let text: string;
  try {
    text = readText(path, dumpBytes);
  } catch (error) {
    reading.unknowns.push({ path, reason: messageOf(error) });
    return;
  }
  if (isOneOfMany) noteEmpty(path, reading);
  const tell = (reason: string): void => void reading.unknowns.push({ path, reason });
  for (const document of documentsOf(text, tell)) take(document, reading);
}

/** `networkpolicies.json` with an empty `List` says that there are none. */
function noteEmpty(path: string, { objects }: Reading): void {
  const name =
    path
      .split('/')
      .at(-1)
      ?.replace(/\.\w+$/, '')
      .toLowerCase() ?? '';
  const resource = resources.find(
    ({ plural, kind }) => plural === name || kind.toLowerCase() === name,
  );
  if (resource !== undefined && !objects.has(resource.kind)) objects.set(resource.kind, []);
}

/** Values of all documents in a text. */
function documentsOf(text: string, tell: (reason: string) => void): readonly unknown[] {
  const bare = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (/^\s*[{[]/.test(bare.slice(0, 1000))) {
    const parsed = parseJson(bare, { maximumLength: dumpBytes });
    if (parsed.ok) return [parsed.value];
    const parts = objectsOfStream(bare);
    if (parts.length === 0) tell(parsed.reason);
    return parts.flatMap((part) => valueOf(parseJson(part, { maximumLength: dumpBytes }), tell));
  }
  const items = itemsOfYaml(bare);
  if (items !== null) return items.flatMap((item) => valueOf(parseYaml(item), tell));
  const parsed = parseYamlDocuments(bare, { maximumLength: dumpBytes });
  if (!parsed.ok) tell(parsed.reason);
  return parsed.ok ? parsed.documents.map(({ value }) => value) : [];
}

function valueOf(
  parsed:
    | { readonly ok: true; readonly value: unknown }
    | { readonly ok: false; readonly reason: string },
  tell: (reason: string) => void,
): readonly unknown[] {
  if (parsed.ok) return [parsed.value];
  tell(parsed.reason);
  return [];
}

/**
 * `kubectl cluster-info dump` to its output: objects whose braces stand alone at the start of a line,
 * with logs of containers between markers, which may hold anything.
 */
function objectsOfStream(text: string): readonly string[] {
  const parts: string[] = [];
  let start = -1;
  let inLog = false;
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    if (text.startsWith('==== START logs', at)) inLog = true;
    else if (text.startsWith('==== END logs', at)) inLog = false;
    else if (!inLog && end - at <= 2) {
      const line = text.slice(at, end).trim();
      if (line === '{') start = at;
      else if (line === '}' && start !== -1) {
        parts.push(text.slice(start, end));
        start = -1;
      }
    }
    at = end + 1;
  }
  return parts;
}

/**
 * The items of the one list that `kubectl get -o yaml` writes, each as a text of its own: so one that
 * is broken hides no other, and no bound on a document is met by their number. Null: it is no such list.
 */
function itemsOfYaml(text: string): readonly string[] | null {
  if (/^---/m.test(text) || !/^items:\s*$/m.test(text) || !/^kind: (?:\w*List)\s*$/m.test(text))
    return null;
  const from = text.search(/^items:\s*$/m);
  const items: string[] = [];
  let start = -1;
  for (let at = text.indexOf('\n', from) + 1; at > 0 && at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline + 1;
    const isItem = text.startsWith('- ', at);
    const isOver = !isItem && !/^[\s#]/.test(text.charAt(at));
    if ((isItem || isOver) && start !== -1) items.push(`  ${text.slice(start + 2, at)}`);
    if (isOver) return items;
    if (isItem) start = at;
    at = end;
  }
  if (start !== -1) items.push(`  ${text.slice(start + 2)}`);
  return items;
}

/** Sorts an object, or those of a list, to its kind. */
function take(document: unknown, reading: Reading): void {
  const kind = stringField(document, 'kind') ?? '';
  const items = field(document, 'items');
  if (kind.endsWith('List')) {
    const own = kind.slice(0, -'List'.length);
    if (own !== '' && resources.some((one) => one.kind === own) && !reading.objects.has(own)) {
      reading.objects.set(own, []);
    }
    for (const item of asArray(items)) {
      const named = stringField(item, 'kind') ?? own;
      put(named, item, reading);
    }
    return;
  }
  const server = stringField(field(document, 'serverVersion'), 'gitVersion');
  if (server !== null) reading.version = server;
  put(kind, document, reading);
}

function put(kind: string, object: unknown, { objects }: Reading): void {
  if (!resources.some((one) => one.kind === kind)) return;
  const list = objects.get(kind) ?? [];
  if (list.length < objectsMost) list.push(withoutNotes(object));
  objects.set(kind, list);
}
