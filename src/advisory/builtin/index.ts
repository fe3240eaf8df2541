// The door of the built-in set: the flaws that mattered most for containers, for a first run with
// no network. Importing it builds nothing.
export { builtinPage } from './page.ts';
export type { BuiltinRange, BuiltinRow } from './row.ts';
export { builtinRows } from './rows.ts';
export { builtinLesson, builtinSource } from './source.ts';
