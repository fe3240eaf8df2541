// Verdicts that are remembered: good ones for long, failures briefly, and one flight for each question
// however many ask it at once.

export interface VerdictCacheOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How long an answer holds, in milliseconds; 0: not at all. */
  readonly lifeMs: (answer: unknown) => number;
  /** How long a failure holds. */
  readonly failureMs: number;
  /** Answers kept at once; the oldest go first. */
  readonly entries: number;
}

export interface VerdictCache<T> {
  /** The remembered answer, or null. */
  get(key: string): T | null;
  /** The remembered answer or failure; else `make` is asked once for all that wait. */
  once(key: string, make: () => Promise<T>): Promise<T>;
}

type Entry<T> =
  | { readonly ok: true; readonly value: T; readonly until: number }
  | { readonly ok: false; readonly error: unknown; readonly until: number };

/** An empty cache in memory. */
export function createVerdictCache<T>(options: VerdictCacheOptions): VerdictCache<T> {
  const kept = new Map<string, Entry<T>>();
  const flights = new Map<string, Promise<T>>();
  const fresh = (key: string): Entry<T> | null => {
    const entry = kept.get(key);
    if (entry === undefined) return null;
    if (entry.until > options.now()) return entry;
    kept.delete(key);
    return null;
  };
  const keep = (key: string, entry: Entry<T>): void => {
    kept.delete(key);
    kept.set(key, entry);
    const [oldest] = kept.keys();
    if (kept.size > options.entries && oldest !== undefined) kept.delete(oldest);
  };

  async function fly(key: string, make: () => Promise<T>): Promise<T> {
    try {
      const value = await make();
      keep(key, { ok: true, value, until: options.now() + options.lifeMs(value) });
      return value;
    } catch (error) {
      keep(key, { ok: false, error, until: options.now() + options.failureMs });
      throw error;
    } finally {
      flights.delete(key);
    }
  }

  return {
    get: (key) => {
      const entry = fresh(key);
      return entry?.ok === true ? entry.value : null;
    },
    once: (key, make) => {
      const entry = fresh(key);
      if (entry !== null)
        return entry.ok ? Promise.resolve(entry.value) : Promise.reject(entry.error);
      let flight = flights.get(key);
      if (flight === undefined) {
        flight = fly(key, make);
        flights.set(key, flight);
      }
      return flight;
    },
  };
}
