// `npm run fuzz`: feeds every parser broken files, seeded and bounded. Exit code 1 when one of them
// threw, hung, was slow, took too much memory or broke a promise; 2 for wrong usage.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type CampaignResult, distinct, fuzz } from './campaign.ts';
import { inputOf, judge } from './engine.ts';
import { renderPage, renderTable } from './page.ts';
import { fuzzTargets, targetNamed } from './registry.ts';

const usage = `npm run fuzz [-- FLAGS]
  --seed N        other inputs (default 1)
  --inputs N      in all (default 250000)
  --parser NAME   only this parser (repeatable); a name that ends in * is a beginning
  --input I       with --parser: feed this one input here and show what happens
  --save FILE     with --input: write its bytes
  --list          the names of the parsers
  --write-docs    write docs/fuzz.md`;

/** An input that is not done after this time hangs, on a machine with much else to do as well. */
const deadlineMs = 20_000;
/** Of the whole process: two threads, the samples, and the largest input of each. */
const memoryLimitMiB = 2048;

function onProgress(done: number, failures: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} inputs, ${failures} failures `);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      inputs: { type: 'string', default: '250000' },
      parser: { type: 'string', multiple: true },
      input: { type: 'string' },
      save: { type: 'string' },
      list: { type: 'boolean' },
      'write-docs': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return said(usage, 0);
  if (values.list === true) return said(fuzzTargets.map(({ name }) => name).join('\n'), 0);
  const [seed, inputs] = [Number(values.seed), Number(values.inputs)];
  const { parser = [] } = values;
  if (!Number.isInteger(seed) || !Number.isInteger(inputs)) return said(usage, 2);
  if (values.input !== undefined) {
    if (parser[0] === undefined) return said(usage, 2);
    return feedOne({ name: parser[0], seed, index: Number(values.input), save: values.save });
  }
  const targets = fuzzTargets.filter(
    ({ name }) => parser.length === 0 || parser.some((wanted) => fits(name, wanted)),
  );
  if (targets.length === 0) return said(`no parser fits; ${usage}`, 2);
  const threads = Math.max(1, Math.min(4, availableParallelism()));
  const result = await fuzz({ targets, seed, inputs, threads, deadlineMs, onProgress });
  console.log(renderTable(result));
  for (const line of reportOf(result)) console.error(line);
  if (values['write-docs'] === true && parser.length === 0) {
    writeFileSync(
      fileURLToPath(new URL('../../docs/fuzz.md', import.meta.url)),
      renderPage(result),
    );
  }
  const failed = result.parsers.some(({ failures }) => failures.length > 0);
  return failed || result.peakMiB > memoryLimitMiB ? 1 : 0;
}

function said(text: string, code: number): number {
  console.log(text);
  return code;
}

function fits(name: string, wanted: string): boolean {
  return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

function reportOf({ parsers, seed, peakMiB }: CampaignResult): string[] {
  const all = distinct(parsers.flatMap(({ failures }) => failures));
  const lines = all.flatMap(({ failure, count }) => [
    `FAILED ${failure.target} ${failure.kind}: ${failure.message.slice(0, 300)} (${count} like it)`,
    `  again: npm run fuzz -- --parser ${failure.target} --seed ${seed} --input ${failure.input}`,
  ]);
  if (peakMiB > memoryLimitMiB) {
    lines.push(`FAILED: ${Math.round(peakMiB)} MiB at most, more than ${memoryLimitMiB}`);
  }
  return lines;
}

interface OneInput {
  readonly name: string;
  readonly seed: number;
  readonly index: number;
  readonly save: string | undefined;
}

/** A failure again, with its stack; a hang hangs here too, open to a debugger. */
async function feedOne({ name, seed, index, save }: OneInput): Promise<number> {
  const target = targetNamed(name);
  const input = inputOf(target, seed, index);
  if (save !== undefined) writeFileSync(save, input.bytes);
  const head = JSON.stringify(Buffer.from(input.bytes.subarray(0, 200)).toString('latin1'));
  console.log(`${input.path}, ${input.bytes.length} bytes: ${head}`);
  const { failure, cpuMs } = await judge(target, input);
  console.log(
    failure === null
      ? `well, ${cpuMs.toFixed(1)} ms`
      : `${failure.kind}: ${failure.message}\n${failure.stack ?? ''}`,
  );
  return failure === null ? 0 : 1;
}

process.exitCode = await main();
