// The last whole answer of each kind of audit, in the data folder: what a page shows and a fleet is told.
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../base/folder.ts';
import { parseJson, stringField } from '../base/json.ts';

/** Kinds of audits whose answers are kept, each in a file of its own. */
export const auditKinds = ['docker', 'host', 'kubernetes', 'exposure'] as const;
export type AuditKind = (typeof auditKinds)[number];

/** What is sure of a kept answer; the rest is as the audit wrote it. */
export interface KeptAnswer {
  readonly audit: string;
  readonly target: string;
  /** ISO 8601. */
  readonly generatedAt: string;
}

const answerBytes = 64 * 1024 * 1024;

function fileOf(folder: string, kind: AuditKind): string {
  return join(folder, `audit-${kind}.json`);
}

/** Null: none was kept, or it is not to be read. */
function readAuditAnswer(folder: string, kind: AuditKind): KeptAnswer | null {
  let text: string;
  try {
    if (statSync(fileOf(folder, kind)).size > answerBytes) return null;
    text = readFileSync(fileOf(folder, kind), 'utf8');
  } catch {
    return null;
  }
  const parsed = parseJson(text, { maximumLength: answerBytes });
  if (!parsed.ok) return null;
  const isAnswer = ['audit', 'target', 'generatedAt'].every(
    (name) => stringField(parsed.value, name) !== null,
  );
  return isAnswer ? (parsed.value as KeptAnswer) : null;
}

/** Changes when an audit is kept in this folder, of whatever kind. */
export function auditStamp(folder: string): string {
  const files = [join(folder, 'audits.jsonl'), ...auditKinds.map((kind) => fileOf(folder, kind))];
  return files
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((found) => `${found?.ino ?? 0} ${found?.size ?? 0} ${found?.mtimeMs ?? 0}`)
    .join('\n');
}

/** All that are kept. */
export function readAuditAnswers(folder: string): readonly KeptAnswer[] {
  return auditKinds.flatMap((kind) => readAuditAnswer(folder, kind) ?? []);
}

/** @returns why it could not be kept, or null */
export function keepAuditAnswer(
  folder: string,
  kind: AuditKind,
  answer: KeptAnswer,
): string | null {
  const file = fileOf(folder, kind);
  try {
    makeFolder(folder);
    writeFileSync(`${file}.part`, JSON.stringify(answer), { mode: 0o600 });
    renameSync(`${file}.part`, file);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'the answer cannot be kept';
  }
}
