// Sizes, names and calls that the house does not want, with what to do instead, and the exceptions.

/** Lines of a file and of a function. */
export const fileLines = 400;
export const functionLines = 70;

/** Files that are one table of data, with nothing to understand between the rows. */
export const dataTables: readonly string[] = [];

/**
 * Files and functions that are too long and are to be cut: lines at most. The list may only shrink;
 * an entry that is longer than needed fails as well.
 */
export const longFiles: Readonly<Record<string, number>> = {};
export const longFunctions: Readonly<Record<string, number>> = {};

/** Words that say nothing, as a name of their own or as a part of one. */
export const bannedNames: Readonly<Record<string, string>> = {
  common: 'say what it is',
  helper: 'say what it does',
  helpers: 'say what it does',
  manager: 'say what it does',
  misc: 'say what it is',
  stuff: 'say what it is',
  util: 'say what it does',
  utils: 'say what it does',
};

/** Words that say something only together with another. */
export const bannedAlone: Readonly<Record<string, string>> = {
  constants: 'put a constant beside its only user, a bound into base/limits.ts',
  lib: 'say what it is',
  shared: 'name what is shared',
  types: 'put a type where its noun lives: model or the contract of the room',
};

export interface BannedCall {
  /** `Date.now`, `new Date()`, `fetch`, `console` (any member). */
  readonly what: string;
  readonly instead: string;
  /** Path prefixes below `src` that may, each with its reason. */
  readonly allowed?: Readonly<Record<string, string>>;
}

/** What the product may not call, and where it may. */
export const bannedCalls: readonly BannedCall[] = [
  {
    what: 'mkdirSync',
    instead: 'use makeFolder: recursive making never returns below /proc',
    allowed: { 'base/folder.ts': 'the one place' },
  },
  {
    what: 'Date.now',
    instead: 'take a clock: `now: () => Date`',
    allowed: {
      'base/retry.ts': 'the real pace, passed in as one',
      'store/sqlite.ts': 'day of last use: decides only what a cache forgets',
      'advisory/database/disk.ts': 'age of files left by dead processes',
    },
  },
  {
    what: 'new Date()',
    instead: 'take a clock: `now: () => Date`',
    allowed: { 'cli/': 'the composition root gives the real clock' },
  },
  {
    what: 'performance.now',
    instead: 'measure in cli, or take a clock',
    allowed: { 'cli/': 'elapsed time is shown', 'base/http.ts': 'patience of timeouts' },
  },
  {
    what: 'Math.random',
    instead: 'take a source of randomness',
    allowed: { 'base/retry.ts': 'the real pace, passed in as one' },
  },
  {
    what: 'randomBytes',
    instead: 'take a source of randomness',
    allowed: {
      'inventory/image/spool.ts': 'an unguessable name of a temporary file',
      'advisory/database/disk.ts': 'as above',
      'server/http/tokens.ts': 'tokens that nobody can guess',
      'base/secret.ts': 'tokens that nobody can guess: chance is what they are made of',
    },
  },
  { what: 'randomUUID', instead: 'take a source of randomness' },
  { what: 'console', instead: 'return text, or take `warn` and `progress`' },
  {
    what: 'process.exit',
    instead: 'throw a SeaworthyError, or set process.exitCode in cli',
    allowed: { 'cli/': 'a closed pipe ends the program' },
  },
  {
    what: 'process',
    instead: 'take what you need from the environment as an argument',
    allowed: {
      'cli/': 'the command line',
      'base/http.ts': 'proxy variables, unless the caller gives others',
      'host/': 'the outside: environment and platform',
      'inventory/image/oci-layout.ts': 'the architecture of this machine, unless one is given',
      'advisory/database/disk.ts': 'the owner of a temporary file',
    },
  },
  { what: 'fetch', instead: 'use base/http.ts: bounded, checked redirects' },
  {
    what: 'setTimeout',
    instead: 'let base/retry.ts or the host wait',
    allowed: {
      'base/http.ts': 'timeouts',
      'host/registry/credential-helper.ts': 'its deadline',
    },
  },
  { what: 'setInterval', instead: 'do it when asked' },
  { what: 'eval', instead: 'nothing: input is never executed' },
  { what: 'Function', instead: 'nothing: input is never executed' },
  { what: 'exec', instead: 'execFile or spawn with an array: no shell' },
  { what: 'execSync', instead: 'spawn with an array: no shell' },
  { what: 'import()', instead: 'a plain `import type` at the top' },
  { what: 'localeCompare', instead: 'compare with <: the order must not depend on the machine' },
];
