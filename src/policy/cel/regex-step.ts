// One step of a compiled regular expression.

/** One step of a compiled pattern. */
export type Step =
  | { readonly kind: 'character'; readonly matches: (code: number) => boolean }
  /** Both ways are open; the first is preferred. */
  | { readonly kind: 'fork'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'assert'; readonly holds: (text: readonly number[], at: number) => boolean }
  | { readonly kind: 'match' };
