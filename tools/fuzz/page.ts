// What a fuzz run tells, on a terminal and as a page.
import { type CampaignResult, distinct, type ParserResult } from './campaign.ts';

const head = ['parser', 'samples', 'inputs', 'slowest', 'failures'] as const;

/** Aligned columns. */
export function renderTable(result: CampaignResult): string {
  const table = [head, ...result.parsers.map(cellsOf)];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', summaryOf(result)].join('\n');
}

/** The page `docs/fuzz.md`. */
export function renderPage(result: CampaignResult): string {
  return [
    '# Fuzzing',
    '',
    'Every parser that reads what strangers write is fed real samples that were broken: flipped bits,',
    'cuts, splices, repeated blocks, extreme numbers, deep nesting, words of its own language. For each',
    'input it must answer: no exception but a refusal with a code, no hang, bounded time and memory, and',
    'a result that is well-formed (names and versions that are texts, package URLs that read back, reasons',
    'that are sentences, orders of versions that are orders).',
    '',
    `\`npm run fuzz -- --seed ${result.seed}\` feeds these very inputs again; \`--write-docs\` writes this page.`,
    'A part of them runs with the tests (`tools/fuzz/fuzz.test.ts`).',
    '',
    summaryOf(result),
    '',
    `| ${head.join(' | ')} |`,
    '|---|---|---|---|---|',
    ...result.parsers.map((parser) => `| ${cellsOf(parser).join(' | ')} |`),
    '',
  ].join('\n');
}

function cellsOf({ name, samples, inputs, slowestMs, failures }: ParserResult): string[] {
  const slowest = slowestMs < 1 ? 'below 1 ms' : `${Math.round(slowestMs)} ms`;
  return [name, String(samples), String(inputs), slowest, String(distinct(failures).length)];
}

function summaryOf({ inputs, parsers, elapsedMs, peakMiB, seed }: CampaignResult): string {
  const failures = distinct(parsers.flatMap((parser) => parser.failures)).length;
  return (
    `${inputs} inputs over ${parsers.length} parsers in ${Math.round(elapsedMs / 1000)} s, seed ${seed}: ` +
    `${failures} failures, ${Math.round(peakMiB)} MiB at most.`
  );
}
