// The registries that one reference may be read from: its mirrors in order, then itself.
import { assert, SeaworthyError } from '../../base/error.ts';
import type { HttpResponse } from '../../base/http.ts';
import { realPace } from '../../base/retry.ts';
import { type Ask, type Connection, openConnection } from './connection.ts';
import type { RegistryOptions } from './options.ts';
import type { ImageReference } from './reference.ts';

/** A request about a repository; the path is below `/v2/REPOSITORY/`. */
export type RepositoryAsk = Omit<Ask, 'scope' | 'repository'>;

export interface Session {
  /**
   * Asks the mirrors and then the registry; the first good answer counts, and the registry's own
   * error is the one that is told. `Connection.get` tells the errors.
   */
  get<T>(
    reference: ImageReference,
    ask: RepositoryAsk,
    handle: (response: HttpResponse) => Promise<T>,
  ): Promise<T>;
  /** Asks the registry itself, mirrors apart, with the right to write. */
  push<T>(
    reference: ImageReference,
    ask: RepositoryAsk,
    handle: (response: HttpResponse) => Promise<T>,
  ): Promise<T>;
  close(): void;
}

/** Connections and tokens are shared by everything that goes through one session. */
export function openSession(options: RegistryOptions): Session {
  const connections = new Map<string, Connection>();
  const pace = options.pace ?? realPace;
  const environment = options.environment ?? process.env;

  function connectionTo(reference: ImageReference, endpoint: URL | null): Connection {
    const registry = endpoint?.host ?? reference.registry;
    const key = endpoint?.href ?? registry;
    let connection = connections.get(key);
    if (connection === undefined) {
      connection = openConnection({ registry, endpoint, options, environment, pace });
      connections.set(key, connection);
    }
    return connection;
  }

  return {
    get: async (reference, ask, handle) => {
      const endpoints = [...mirrorsOf(reference, options), null];
      for (const endpoint of endpoints) {
        const connection = connectionTo(reference, endpoint);
        const repository = `${connection.prefix}${reference.repository}`;
        const whole = {
          ...ask,
          repository: reference.repository,
          path: `${repository}/${ask.path}`,
          scope: `repository:${repository}:pull`,
        };
        try {
          return await connection.get(whole, handle);
        } catch (error) {
          // Whatever a mirror says, the registry itself has the last word, except on our own abort.
          if (endpoint === null || options.signal?.aborted === true) throw error;
        }
      }
      assert(false, 'the registry itself is the last endpoint');
    },
    push: (reference, ask, handle) => {
      const { repository } = reference;
      const path = `${repository}/${ask.path}`;
      const scope = `repository:${repository}:pull,push`;
      return connectionTo(reference, null).get({ ...ask, repository, path, scope }, handle);
    },
    close: () => {
      for (const connection of connections.values()) connection.close();
    },
  };
}

function mirrorsOf(reference: ImageReference, options: RegistryOptions): readonly URL[] {
  const mirrors = options.mirrors?.filter(({ registry }) => registry === reference.registry) ?? [];
  return mirrors
    .flatMap(({ endpoints }) => endpoints)
    .map((text) => {
      const url = URL.parse(text);
      if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
        throw new SeaworthyError('usage', `the mirror ${JSON.stringify(text)} is not an address`, {
          advice: 'write it as https://host[:port][/prefix]',
        });
      }
      return url;
    });
}
