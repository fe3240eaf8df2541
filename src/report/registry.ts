// All outputs of a scan, by the word of `--format`.
import { json } from './json.ts';
import type { Output } from './output.ts';
import { table } from './table/index.ts';

export const outputs = { table, json } as const satisfies Record<string, Output>;
export type OutputFormat = keyof typeof outputs;
