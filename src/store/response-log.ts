// What was done to containers, one JSON line for each change of state; the last line of an action holds.
// A line is on the disk before the action is begun, so that nothing is done that nobody knows of.
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { messageOf, SeaworthyError } from '../base/error.ts';
import { makeFolder } from '../base/folder.ts';
import { asRecord, field, parseJson, stringField } from '../base/json.ts';
import { type ResponseRecord, responseActions } from '../model/response.ts';

/** A file beyond it is written anew with the last line of each action. */
const compactBytes = 16 * 1024 * 1024;
/** Actions that are kept then. */
const recordsKept = 5000;

export interface ResponseLog {
  /** Throws `SeaworthyError` `disk-full`, `unreadable`: then nothing must be done. */
  write(record: ResponseRecord): void;
  /** The last state of each action, the oldest first. */
  read(): readonly ResponseRecord[];
  /** Changes when somebody wrote. */
  stamp(): string;
}

/** The log of a data folder. Several processes may write: a line is appended at once. */
export function openResponseLog(folder: string): ResponseLog {
  const path = join(folder, 'responses.jsonl');
  return {
    write: (record) => append(folder, path, record),
    read: () => readAll(path),
    stamp: () => {
      const file = statSync(path, { throwIfNoEntry: false });
      return file === undefined ? '' : `${file.ino} ${file.size} ${file.mtimeMs}`;
    },
  };
}

function append(folder: string, path: string, record: ResponseRecord): void {
  try {
    makeFolder(folder);
    const descriptor = openSync(path, 'a+', 0o600);
    try {
      const { size } = fstatSync(descriptor);
      const last = Buffer.alloc(1);
      // A line that a crash cut short must not swallow this one.
      const broken = size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== 10;
      const bytes = Buffer.from(`${broken ? '\n' : ''}${JSON.stringify(record)}\n`);
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (statSync(path).size > compactBytes) compact(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new SeaworthyError(
      code === 'ENOSPC' ? 'disk-full' : 'unreadable',
      `${path} cannot be written (${messageOf(cause)})`,
      { cause, advice: 'without its log nothing is done to containers' },
    );
  }
}

function readAll(path: string): readonly ResponseRecord[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  const records = new Map<string, ResponseRecord>();
  for (const line of text.split('\n')) {
    const record = recordOf(line);
    if (record !== null) records.set(record.id, record);
  }
  return [...records.values()];
}

/** A line that we wrote; null for anything else. */
function recordOf(line: string): ResponseRecord | null {
  const parsed = line === '' ? null : parseJson(line);
  if (parsed?.ok !== true) return null;
  const { value } = parsed;
  const isOurs =
    stringField(value, 'id') !== null &&
    stringField(value, 'at') !== null &&
    stringField(value, 'state') !== null &&
    responseActions.some((action) => action === field(value, 'action')) &&
    [field(value, 'container'), field(value, 'why'), field(value, 'policy')].every(
      (part) => asRecord(part) !== null,
    );
  return isOurs ? (value as ResponseRecord) : null;
}

function isActive({ state, undo }: ResponseRecord): boolean {
  return state === 'done' && undo !== null;
}

function compact(path: string): void {
  const records = readAll(path);
  const recent = new Set(records.slice(-recordsKept));
  const kept = records.filter((record) => recent.has(record) || isActive(record));
  const part = `${path}.part`;
  const descriptor = openSync(part, 'w', 0o600);
  try {
    writeSync(descriptor, kept.map((record) => `${JSON.stringify(record)}\n`).join(''));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(part, path);
}
