// A small client of the Kubernetes API: lists in pages, told apart into known and not known. Nothing is
// written; lists, the version and what the account itself may do are asked.
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { asArray, field, parseJson, stringField } from '../../base/json.ts';
import { type Pace, realPace, retryAfterMs, TryAgain, withRetries } from '../../base/retry.ts';
import type { ClusterAccess } from './access.ts';
import { askOwnRights, type OwnRights } from './own-rights.ts';
import { type Answer, openWire } from './request.ts';
import { type Resource, resources, withoutNotes } from './resources.ts';

export type ListAnswer =
  | { readonly kind: 'known'; readonly objects: readonly unknown[] }
  /** `reason`: a plain sentence without full stop. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface KubernetesApi {
  /** `https://10.0.0.1:6443`. */
  readonly address: string;
  /** `v1.30.2`. Errors: `network`, `denied` where the credential is refused altogether. */
  version(): Promise<string | null>;
  /** All objects of a kind; never throws. */
  list(resource: Resource): Promise<ListAnswer>;
  /** What the account may do in these namespaces, by the server's own word; never throws. */
  ownRights(namespaces: readonly string[]): Promise<OwnRights>;
  close(): void;
}

export interface ApiOptions {
  /** Default 30 s. */
  readonly idleMs?: number;
  readonly pace?: Pace;
  readonly pageSize?: number;
}

/** Objects of one kind; clusters are told to stay below 150,000 Pods. */
const objectsMost = 200_000;
/** A server that sends ever new pages without objects must not hold us. */
const pagesMost = 10_000;

/** Opens nothing yet: the first question does. */
export function connectCluster(access: ClusterAccess, options: ApiOptions = {}): KubernetesApi {
  const { idleMs = 30_000, pace = realPace, pageSize = 500 } = options;
  const wire = openWire(access, idleMs);
  const retried = (question: () => Promise<Answer>): Promise<Answer> =>
    withRetries(() => patient(question, pace), { pace, tries: 3 });
  const get = (path: string): Promise<Answer> => retried(() => wire.get(path));
  return {
    address: access.server.origin,
    version: async () => {
      const { status, text } = await get('/version');
      if (status === 401) {
        throw new SeaworthyError('denied', `${access.server.host} refuses the credential`, {
          advice: 'log in again, or choose another context with --context',
        });
      }
      const parsed = status === 200 ? parseJson(text) : null;
      return parsed?.ok === true ? stringField(parsed.value, 'gitVersion') : null;
    },
    list: async (resource) => {
      try {
        return await listAll(get, resource, pageSize);
      } catch (error) {
        return { kind: 'unknown', reason: messageOf(error).slice(0, 500) };
      }
    },
    ownRights: (namespaces) =>
      askOwnRights((path, question) => retried(() => wire.ask(path, question)), namespaces),
    close: () => wire.close(),
  };
}

/** 429 and 5xx say that it may work a moment later. */
async function patient(question: () => Promise<Answer>, pace: Pace): Promise<Answer> {
  const answer = await question();
  if (answer.status !== 429 && answer.status < 500) return answer;
  const failure = new SeaworthyError('busy', `the API server answers ${answer.status}`);
  throw new TryAgain(retryAfterMs(answer.retryAfter, pace.now()), failure);
}

type Get = (path: string) => Promise<Answer>;

async function listAll(get: Get, resource: Resource, pageSize: number): Promise<ListAnswer> {
  const objects: unknown[] = [];
  let token = '';
  let restarts = 0;
  for (let page = 0; page < pagesMost; page += 1) {
    const more = token === '' ? '' : `&continue=${encodeURIComponent(token)}`;
    const { status, text } = await get(`${resource.path}?limit=${pageSize}${more}`);
    if (status === 410 && restarts === 0) {
      // The list is older than what the server remembers: it is read anew, once.
      restarts += 1;
      objects.length = 0;
      token = '';
      continue;
    }
    if (status !== 200) return refusal(resource, status);
    const parsed = parseJson(text, { maximumLength: 128 * 1024 * 1024 });
    if (!parsed.ok)
      return { kind: 'unknown', reason: `the list of ${resource.plural}: ${parsed.reason}` };
    const items = field(parsed.value, 'items');
    if (!Array.isArray(items) && items !== null) {
      return { kind: 'unknown', reason: `the list of ${resource.plural} has no items` };
    }
    for (const item of asArray(items)) objects.push(withoutNotes(item));
    if (objects.length > objectsMost) {
      return { kind: 'unknown', reason: `there are more than ${objectsMost} ${resource.plural}` };
    }
    const next = stringField(field(parsed.value, 'metadata'), 'continue') ?? '';
    if (next === '') return { kind: 'known', objects };
    if (next === token)
      return { kind: 'unknown', reason: `the list of ${resource.plural} does not go on` };
    token = next;
  }
  return { kind: 'unknown', reason: `the list of ${resource.plural} does not end` };
}

function refusal({ plural }: Resource, status: number): ListAnswer {
  // A group that the server does not serve has no objects: older and smaller clusters.
  if (status === 404) return { kind: 'known', objects: [] };
  if (status === 403)
    return { kind: 'unknown', reason: `the account may not list ${plural} (403)` };
  return { kind: 'unknown', reason: `the API server answers ${status} for ${plural}` };
}

/** Asks for everything that audits read, a few lists at a time. */
export async function listEverything(api: KubernetesApi): Promise<ReadonlyMap<string, ListAnswer>> {
  const found = new Map<string, ListAnswer>();
  const open = [...resources];
  const workers = Array.from({ length: 4 }, async () => {
    for (let one = open.shift(); one !== undefined; one = open.shift()) {
      found.set(one.kind, await api.list(one));
    }
  });
  await Promise.all(workers);
  return found;
}
