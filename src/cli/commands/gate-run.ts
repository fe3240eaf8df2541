// What `gate check` does; loaded only when it is called.
import { oneLine, SeaworthyError } from '../../base/error.ts';
import { type GateAnswer, type GateSource, gateSource } from '../../flow/gate.ts';
import type { ImageFacts } from '../../policy/image/index.ts';
import type { WaiverRemark } from '../../policy/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { viewOf } from '../stdout.ts';
import { version } from '../version.ts';
import { writeResult } from '../write.ts';
import { readSources } from './gate-files.ts';
import type { GateOptions } from './gate-options.ts';
import { type GateSetting, loadSetting, splitImages } from './gate-setting.ts';
import { containerSources, surroundingsOf } from './gate-surroundings.ts';
import { gateTable } from './gate-table.ts';

/** Judges all manifests and writes one result; returns the exit code. */
export async function runGateCheck(
  words: readonly string[],
  options: GateOptions,
): Promise<number> {
  const now = new Date();
  const { images, manifests } = splitImages(words);
  const setting = await loadSetting(options, now);
  const answers: GateAnswer[] = [];
  const lines = new Map<string, readonly string[]>();
  const { sources, rest } = await containerSources(manifests);
  const all = await withoutRecorded([...sources, ...readSources(rest)], options);
  const policy = setting.policy(await knownOf(all, setting, options));
  if (images.length > 0) {
    const { gateImages } = await import('./gate-image-run.ts');
    answers.push(...(await gateImages(images, { gate: setting.gate, policy, options, now })));
  }
  for (const source of all) {
    const own = gateSource(source, policy, surroundingsOf(source.file, options.envFile, now));
    answers.push(...own);
    // Lines are shown for faults only.
    const isShown = own.some(({ reasons, waived }) => reasons.length + waived.length > 0);
    if (isShown) lines.set(source.file, (source.text ?? '').split('\n'));
    if (own.length === 0 && source.isNamed) throw emptyInput(source.file);
  }
  if (answers.length === 0) throw emptyInput(words.join(', '));
  if (options.quiet !== true) {
    for (const remark of policy.waivers.remarks()) {
      process.stderr.write(`seaworthy: ${oneLine(remarkText(remark))}\n`);
    }
  }
  await writeResult(await resultText(answers, { options, lines, now }), options.output);
  const isDenied = answers.some(({ decision }) => decision === 'deny');
  return isDenied ? exitCodes.violated : exitCodes.satisfied;
}

/** Objects whose admission is in the record of the webhook are left out. */
async function withoutRecorded(
  sources: readonly GateSource[],
  { unrecorded: file }: GateOptions,
): Promise<readonly GateSource[]> {
  if (file === undefined) return sources;
  const { readRecord, unrecorded } = await import('../../flow/gate-record.ts');
  const [record] = [...readSources([file])];
  if (typeof record?.text !== 'string') {
    throw new SeaworthyError('unreadable', `${file}: ${record?.reason ?? 'it cannot be read'}`);
  }
  const admitted = readRecord(record.text.split('\n'));
  return sources.map((source) =>
    source.text === null ? source : { ...source, text: unrecorded(source.text, admitted) },
  );
}

/** What the policy has to know of images; nothing where it does not ask. */
async function knownOf(
  sources: readonly { readonly text: string | null }[],
  { asksImages }: GateSetting,
  options: GateOptions,
): Promise<(reference: string) => ImageFacts | null> {
  if (!asksImages) return () => null;
  const { knownImages } = await import('./gate-image-run.ts');
  return knownImages(
    sources.map(({ text }) => text),
    options,
  );
}

/** A renderer that failed leaves an empty stream: no answer is not "allow". */
function emptyInput(file: string): SeaworthyError {
  const name = file === '-' ? 'standard input' : file;
  return new SeaworthyError('malformed', `${name} holds no manifest`, {
    advice: 'check that the tool that renders it did not fail',
  });
}

function remarkText({ kind, waiver }: WaiverRemark): string {
  const { controls, owner, expires, file, line } = waiver;
  const which = `waiver of ${controls.join(', ')} (${owner}, ${file}:${line ?? 1})`;
  if (kind === 'expired') return `the ${which} expired on ${expires ?? ''} and waives nothing`;
  return kind === 'unused'
    ? `the ${which} waived nothing: remove it`
    : `the ${which} has no end: give it an expiry`;
}

interface Told {
  readonly options: GateOptions;
  readonly lines: ReadonlyMap<string, readonly string[]>;
  readonly now: Date;
}

async function resultText(
  answers: readonly GateAnswer[],
  { options, lines, now }: Told,
): Promise<string> {
  if (options.format === 'json') return jsonText(answers);
  const { columns, colour } = viewOf(options.output);
  if (options.format === 'table') return gateTable(answers, { columns, colour, lines });
  const { gateReport } = await import('../../flow/gate-report.ts');
  const { outputs, textOf } = await import('../../report/index.ts');
  const report = gateReport(answers, { generatedAt: now.toISOString(), toolVersion: version });
  const view = { columns, colour, show: null, elapsedSeconds: null };
  return textOf(outputs.sarif, [report], view);
}

/** One object for one document with one object, else an array (DESIGN, section 4). */
function jsonText(answers: readonly GateAnswer[]): string {
  const [only] = answers;
  const told = answers.length === 1 && only?.subject?.path === '' ? only : answers;
  return `${JSON.stringify(told, null, 2)}\n`;
}
