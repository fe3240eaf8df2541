// Former audits, one JSON line each: what a trend is made from. Losing it costs the trend only.
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../base/folder.ts';
import { asNumber, field, parseJson, stringField, stringsOf } from '../base/json.ts';

export interface StoredAudit {
  /** ISO 8601. */
  readonly at: string;
  readonly score: number;
  readonly failed: readonly string[];
  /** What was audited, and how: only like runs are compared. */
  readonly target: string;
}

/** Runs that are kept; three years of daily ones. */
const runsKept = 1000;
const fileBytes = 16 * 1024 * 1024;

function fileOf(folder: string): string {
  return join(folder, 'audits.jsonl');
}

/** All runs that are kept, oldest first; lines that cannot be read are passed over. */
export function readAudits(folder: string): readonly StoredAudit[] {
  let text: string;
  try {
    text = readFileSync(fileOf(folder), 'utf8').slice(-fileBytes);
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => auditOf(line) ?? []);
}

function auditOf(line: string): StoredAudit | null {
  const parsed = line === '' ? null : parseJson(line);
  if (parsed?.ok !== true) return null;
  const at = stringField(parsed.value, 'at');
  const target = stringField(parsed.value, 'target');
  const score = asNumber(field(parsed.value, 'score'));
  if (at === null || target === null || score === null) return null;
  return { at, target, score, failed: stringsOf(field(parsed.value, 'failed')) };
}

/**
 * Keeps one run. A line is appended at once, so that two audits at a time lose nothing.
 * @returns why it could not be kept, or null
 */
export function keepAudit(folder: string, run: StoredAudit): string | null {
  try {
    makeFolder(folder);
    appendFileSync(fileOf(folder), `${JSON.stringify(run)}\n`, { mode: 0o600 });
    const kept = readAudits(folder);
    if (kept.length > runsKept * 2) rewrite(folder, kept.slice(-runsKept));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'the run cannot be kept';
  }
}

function rewrite(folder: string, runs: readonly StoredAudit[]): void {
  const part = `${fileOf(folder)}.part`;
  writeFileSync(part, runs.map((run) => `${JSON.stringify(run)}\n`).join(''), { mode: 0o600 });
  renameSync(part, fileOf(folder));
}
