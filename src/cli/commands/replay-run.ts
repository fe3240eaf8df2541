// What `replay` does; loaded only when it is called.
import { createReadStream, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { loadReplayRules, type Recording, type ReplaySummary, replay } from '../../flow/replay.ts';
import { builtinAuditRules } from '../../host/rules/index.ts';
import { type Detection, detectionJson } from '../../runtime/rules/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeResult } from '../write.ts';
import { failPriorities, type ReplayOptions } from './replay-options.ts';
import { detectionText, replayText } from './replay-text.ts';
import { readRules } from './rules-files.ts';

/** Detections that are kept to be printed; beyond it they are only counted. */
const shownAtMost = 100_000;

/** Replays recordings; 1 when `--fail-on` is met, 3 when nothing of a recording could be read. */
export async function runReplay(paths: readonly string[], options: ReplayOptions): Promise<number> {
  const files =
    options.rules.length === 0
      ? [...readRules([]), ...builtinAuditRules()]
      : readRules(options.rules);
  requireSound(files);
  const lines: string[] = [];
  let worst = -1;
  const summary = await replay(
    paths.map((path) => recordingOf(path)),
    {
      files,
      matching: options.all === true ? 'all' : 'first',
      hostname: hostname(),
      detected: (detection) => {
        worst = Math.max(worst, rankOf(detection));
        if (lines.length < shownAtMost) lines.push(lineOf(detection, options.format));
      },
    },
  );
  await writeResult(resultText(summary, lines, options), options.output);
  if (summary.recordings.some(({ kind }) => kind === 'unknown')) return exitCodes.failed;
  const limit = options.failOn === undefined ? null : failPriorities.indexOf(options.failOn);
  return limit !== null && worst >= limit ? exitCodes.violated : exitCodes.satisfied;
}

/** Broken rules would silently say nothing. */
function requireSound(files: Parameters<typeof loadReplayRules>[0]): void {
  const { errors } = loadReplayRules(files);
  const [first] = errors;
  if (first === undefined) return;
  const place = first.line === null ? first.file : `${first.file}:${first.line}`;
  throw new SeaworthyError('malformed', `${place}: ${first.item ?? 'file'}: ${first.message}`, {
    advice: 'run `seaworthy rules check` for all flaws',
  });
}

function rankOf({ priority }: Detection): number {
  const name = priority === 'Informational' ? 'info' : priority.toLowerCase();
  return failPriorities.findIndex((one) => one === name);
}

function lineOf(detection: Detection, format: ReplayOptions['format']): string {
  return format === 'table' ? detectionText(detection) : detectionJson(detection);
}

function resultText(
  summary: ReplaySummary,
  lines: readonly string[],
  { format, quiet }: ReplayOptions,
): string {
  if (format === 'json') {
    const { rules, recordings, detections } = summary;
    const head = JSON.stringify({ rules, recordings, byRule: detections });
    return `${head.slice(0, -1)},"detections":[${lines.join(',')}]}\n`;
  }
  if (format === 'jsonl') {
    if (quiet !== true) process.stderr.write(replayText(summary));
    return lines.map((line) => `${line}\n`).join('');
  }
  return `${lines.map((line) => `${line}\n`).join('')}${lines.length > 0 ? '\n' : ''}${replayText(summary)}`;
}

function recordingOf(path: string): Recording {
  if (path === '-') return { name: 'stdin', open: () => process.stdin };
  try {
    if (!statSync(path).isFile()) {
      throw new SeaworthyError('not-found', `${path} is no file`, { advice: 'name a recording' });
    }
  } catch (cause) {
    if (cause instanceof SeaworthyError) throw cause;
    throw new SeaworthyError('not-found', `${path} cannot be read (${messageOf(cause)})`, {
      cause,
      advice: 'check the path',
    });
  }
  return { name: path, open: () => createReadStream(path, { highWaterMark: 1024 * 1024 }) };
}
