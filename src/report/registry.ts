// All outputs of a scan, by the word of `--format`.
import { cyclonedx } from './cyclonedx/index.ts';
import { json } from './json.ts';
import type { Output } from './output.ts';
import { sarif } from './sarif/index.ts';
import { spdx } from './spdx/index.ts';
import { table } from './table/index.ts';

export const outputs = {
  table,
  json,
  sarif,
  cyclonedx,
  spdx,
} as const satisfies Record<string, Output>;
