// Finds the route of a path: few enough to be tried one after the other.
import type { Route } from '../api/index.ts';

export type Found<Services> =
  | {
      readonly kind: 'route';
      readonly route: Route<Services>;
      readonly parts: ReadonlyMap<string, string>;
    }
  /** The path is known, not with this method. */
  | { readonly kind: 'method'; readonly allowed: readonly string[] }
  | { readonly kind: 'none' };

export type FindRoute<Services> = (method: string, path: string) => Found<Services>;

export function createRouter<Services>(routes: readonly Route<Services>[]): FindRoute<Services> {
  const patterns = routes.map((route) => ({ route, words: route.path.split('/') }));
  return (method, path) => {
    const asked = path.split('/');
    const fitting = patterns.flatMap(({ route, words }) => {
      const parts = partsOf(words, asked);
      return parts === null ? [] : [{ route, parts }];
    });
    // A path without parts is meant before one that has them.
    const found = fitting
      .toSorted((a, b) => a.parts.size - b.parts.size)
      .find(
        ({ route }) => route.method === method || (method === 'HEAD' && route.method === 'GET'),
      );
    if (found !== undefined) return { kind: 'route', ...found };
    if (fitting.length === 0) return { kind: 'none' };
    return { kind: 'method', allowed: fitting.map(({ route }) => route.method) };
  };
}

function partsOf(
  words: readonly string[],
  asked: readonly string[],
): ReadonlyMap<string, string> | null {
  if (words.length !== asked.length) return null;
  const parts = new Map<string, string>();
  for (const [at, word] of words.entries()) {
    const given = asked[at] ?? '';
    if (word.startsWith('{')) {
      const value = decoded(given);
      if (value === null || value === '') return null;
      parts.set(word.slice(1, -1), value);
    } else if (word !== given) return null;
  }
  return parts;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
