// The door of the built-in set: the flaws that mattered most for containers, for a first run with
// no network. Importing it builds nothing.
export { builtinPage } from './page.ts';
export { builtinRecords } from './records.ts';
export type { BuiltinRange, BuiltinRow } from './row.ts';
export { builtinRows, builtinThemes } from './rows.ts';
export { builtinDate, builtinLesson, builtinSource } from './source.ts';
