// A proxy that shows its clients their own containers only: made through it, and labelled so. The label
// is set into the bytes of the request; nothing else of them changes.
import { asRecord, entriesOf, field, parseJson, stringField, stringsOf } from '../../base/json.ts';
import {
  endOfString,
  foldKey,
  joinedContainers,
  parseAsGo,
  type Routed,
} from '../../policy/docker-api/index.ts';
import { askUpstream } from './upstream.ts';

/** Label of the containers that a proxy made. */
export const ownerLabel = 'dev.seaworthy.owner';

export type Owned =
  | { readonly kind: 'own'; readonly url: string; readonly body: Buffer }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };

export interface OwnRequest {
  readonly route: Routed;
  readonly url: string;
  readonly body: Buffer;
}

export interface Owner {
  readonly name: string;
  readonly socketPath: string;
}

/** Lists are filtered, others' containers are not there, new ones are labelled. */
export async function ownRequest(request: OwnRequest, owner: Owner): Promise<Owned> {
  const { route, url, body } = request;
  switch (route.id) {
    case 'container.list':
    case 'container.prune':
    case 'events':
      return withFilter(request, owner.name);
    case 'container.create':
      return ownCreate(request, owner);
    case 'system.df':
    case 'unknown.read':
    case 'unknown.write':
      return refused(403, `${route.id} would show what others own`);
    default:
  }
  for (const reference of await containersOf(request, owner)) {
    if (!(await isOwn(reference, owner))) return notThere(reference);
  }
  return { kind: 'own', url, body };
}

function refused(status: number, message: string): Owned {
  return { kind: 'refused', status, message };
}

/** The engine's own words: whoever may not see a container need not know of it. */
function notThere(reference: string): Owned {
  return refused(404, `No such container: ${reference.slice(0, 100)}`);
}

/** The containers that a request is about. */
async function containersOf({ route, body }: OwnRequest, owner: Owner): Promise<string[]> {
  const { id, target } = route;
  if (id.startsWith('exec.')) {
    const path = `/exec/${encodeURIComponent(target)}/json`;
    const found = stringField(await askUpstream(owner.socketPath, path), 'ContainerID');
    return [found ?? ''];
  }
  if ((id.startsWith('container.') || id.startsWith('checkpoint.')) && target !== '') {
    return [target];
  }
  if (id === 'image.commit') return route.query.getAll('container');
  if (id === 'network.connect' || id === 'network.disconnect') {
    const parsed = parseAsGo(body);
    return [parsed.ok ? (stringField(parsed.value, 'Container') ?? '') : ''];
  }
  return [];
}

async function isOwn(reference: string, { name, socketPath }: Owner): Promise<boolean> {
  if (!/^\w[\w.-]*$/.test(reference)) return false;
  const path = `/containers/${encodeURIComponent(reference)}/json`;
  const labels = field(field(await askUpstream(socketPath, path), 'Config'), 'Labels');
  return stringField(labels, ownerLabel) === name;
}

function withFilter({ url, body }: OwnRequest, name: string): Owned {
  const mark = url.indexOf('?');
  const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
  const given = query.getAll('filters');
  const parsed = given.length === 0 ? null : parseJson(given[0] ?? '');
  if (given.length > 1 || parsed?.ok === false) {
    return refused(400, 'the filters are not understood');
  }
  const named = entriesOf(parsed?.value).map(([key, value]) => [key, filterValues(value)] as const);
  const others = named.filter(([key]) => key !== 'label');
  const labels = named.filter(([key]) => key === 'label').flatMap(([, values]) => values);
  const all = [...others, ['label', [...labels, `${ownerLabel}=${name}`]]] as const;
  query.set('filters', JSON.stringify(Object.fromEntries(all)));
  const path = mark === -1 ? url : url.slice(0, mark);
  return { kind: 'own', url: `${path}?${query.toString()}`, body };
}

/** Both forms: a list, and the map of older clients. */
function filterValues(value: unknown): readonly string[] {
  const record = asRecord(value);
  return record === null ? stringsOf(value) : Object.keys(record);
}

async function ownCreate({ url, body }: OwnRequest, owner: Owner): Promise<Owned> {
  const parsed = parseAsGo(body);
  if (!parsed.ok) return refused(400, parsed.reason);
  for (const { name } of joinedContainers(parsed.value)) {
    // Not 404: clients would take the image for missing, and pull it.
    if (!(await isOwn(name, owner))) return refused(403, `no container ${name.slice(0, 100)} here`);
  }
  const labels = field(parsed.value, 'Labels');
  if (stringField(labels, ownerLabel) !== null) {
    return refused(403, `the label ${ownerLabel} is set here`);
  }
  const made = labelled(body.toString('utf8'), owner.name);
  return made === null ? refused(400, 'Labels is no object') : { kind: 'own', url, body: made };
}

/** The same bytes with one label more; null: `Labels` is no object. Valid JSON with each key once. */
export function labelled(text: string, name: string): Buffer | null {
  const label = `${JSON.stringify(ownerLabel)}:${JSON.stringify(name)}`;
  const start = text.indexOf('{') + 1;
  const at = rootLabels(text);
  if (at === null) {
    const comma = isClosed(text, start) ? '' : ',';
    return Buffer.from(`${text.slice(0, start)}"Labels":{${label}}${comma}${text.slice(start)}`);
  }
  if (text.startsWith('null', at)) {
    return Buffer.from(`${text.slice(0, at)}{${label}}${text.slice(at + 4)}`);
  }
  if (text[at] !== '{') return null;
  const comma = isClosed(text, at + 1) ? '' : ',';
  return Buffer.from(`${text.slice(0, at + 1)}${label}${comma}${text.slice(at + 1)}`);
}

/** Whether an object ends here, with nothing in it. */
function isClosed(text: string, at: number): boolean {
  const next = /\s*/y;
  next.lastIndex = at;
  return text[at + (next.exec(text)?.[0].length ?? 0)] === '}';
}

/** Where the value of `Labels` at the root starts; null: there is none. */
function rootLabels(text: string): number | null {
  const colon = /\s*:\s*/y;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (character === '"') {
      const end = endOfString(text, at);
      colon.lastIndex = end;
      const found = depth === 1 ? colon.exec(text) : null;
      if (found !== null && foldKey(JSON.parse(text.slice(at, end)) as string) === 'labels') {
        return end + found[0].length;
      }
      at = end - 1;
    }
  }
  return null;
}
