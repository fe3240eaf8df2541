// What a request asks for: its path as the engine takes it, told apart into an operation and names.
import { isRead, type Operation, operations } from './operations.ts';

export interface Routed {
  readonly kind: 'routed';
  /** `container.create`; `unknown.read` or `unknown.write` for what is not in the list. */
  readonly id: string;
  /** Null: the endpoint is not known. */
  readonly operation: Operation | null;
  /** The container, image, network ... of the path; empty where there is none. */
  readonly target: string;
  /** Decoded, without the version and the query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export type Route =
  | Routed
  /** It is written in a way that two readers may take differently. */
  | { readonly kind: 'refused'; readonly reason: string };

const longestUri = 64 * 1024;
/** What clients of the last ten years speak: older bodies of `start` held a whole HostConfig. */
const oldestMinor = 24;

interface Compiled {
  readonly operation: Operation;
  readonly expression: RegExp;
}

const compiled: ReadonlyMap<string, readonly Compiled[]> = compileAll();

function compileAll(): Map<string, Compiled[]> {
  const byMethod = new Map<string, Compiled[]>();
  for (const operation of operations) {
    const source = operation.pattern
      .replaceAll('.', '\\.')
      .replaceAll('{c}', '(\\w[\\w.-]*)')
      .replaceAll('{n}', '(\\w[\\w./:@-]*)');
    for (const method of operation.methods) {
      const list = byMethod.get(method) ?? [];
      list.push({ operation, expression: new RegExp(`^${source}$`) });
      byMethod.set(method, list);
    }
  }
  return byMethod;
}

/** @param uri path and query as they stand in the request line */
export function routeOf(method: string, uri: string): Route {
  if (uri.length > longestUri) return refuse(`a request line of ${uri.length} characters`);
  if (!uri.startsWith('/')) return refuse('a request line that does not start with a path');
  const mark = uri.indexOf('?');
  const raw = mark === -1 ? uri : uri.slice(0, mark);
  const search = mark === -1 ? '' : uri.slice(mark + 1);
  if (/[#;]/.test(uri)) return refuse('a path or query with # or ;');
  const path = decoded(raw);
  if (path === null) return refuse('a path that is not well encoded');
  if (/\/\/|\/\.{1,2}(?:\/|$)|[\\%]/.test(path) || !/^[\x21-\x7e]+$/.test(path)) {
    return refuse('a path that is not plain');
  }
  const version = /^\/v([0-9.]+)(?=\/)/.exec(path);
  if (version !== null && !isSpoken(version[1] ?? '')) {
    return refuse(`version ${(version[1] ?? '').slice(0, 20)} of the API, older than 1.24`);
  }
  const plain = version === null ? path : path.slice(version[0].length);
  const query = queryOf(search);
  if (query === null) return refuse('a query that is not well encoded');
  for (const { operation, expression } of compiled.get(method) ?? []) {
    const found = expression.exec(plain);
    if (found === null) continue;
    const target = found[1] ?? '';
    return { kind: 'routed', id: idOf(operation, query), operation, target, path: plain, query };
  }
  const id = isRead(method) ? 'unknown.read' : 'unknown.write';
  return { kind: 'routed', id, operation: null, target: '', path: plain, query };
}

function refuse(what: string): Route {
  return { kind: 'refused', reason: `the request has ${what}` };
}

function isSpoken(version: string): boolean {
  const parts = /^1\.(\d{1,3})$/.exec(version);
  return parts !== null && Number(parts[1]) >= oldestMinor;
}

function decoded(raw: string): string | null {
  try {
    return decodeURIComponent(raw);
  } catch {
    return null;
  }
}

/** Broken escapes make Go drop a parameter, and other readers keep it. */
function queryOf(search: string): URLSearchParams | null {
  return decoded(search.replaceAll('+', ' ')) === null ? null : new URLSearchParams(search);
}

/** Two of the endpoints do very different things, as their query says. */
function idOf({ id }: Operation, query: URLSearchParams): string {
  if (id === 'image.pull' && query.has('fromSrc')) return 'image.import';
  if (id === 'image.build' && (query.get('remote') ?? '') !== '') return 'image.build-remote';
  return id;
}
