// One batch as it comes over the wire: inflated within a bound, line by line; a bad line is set aside
// and spoils no other.
import { promisify } from 'node:util';
import { gunzip, gunzipSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import type { BatchHead, NumberedRecord } from '../../model/fleet.ts';
import { readBatchHead, readFleetRecord } from '../../model/fleet-record.ts';
import type { RefusedLine } from '../../store/fleet/index.ts';

/** A body as it is sent; agents stay below 1 MiB but for inventories of the largest images. */
export const bodyBytes = 16 * 1024 * 1024;
/** The same inflated: the largest inventories have some 20 MB. */
const inflatedBytes = 64 * 1024 * 1024;
/** Lines of one batch. */
const batchLines = 20_000;

/**
 * Bodies up to this size are inflated where they are, if they stay small: a thread costs more than
 * the work. What grows beyond it is done again by a thread.
 */
const smallBody = 64 * 1024;
const smallInflated = 1024 * 1024;

const inflaters = {
  gzip: { quick: gunzipSync, other: promisify(gunzip) },
  zstd: { quick: zstdDecompressSync, other: promisify(zstdDecompress) },
} as const;

export type BatchRead =
  | {
      readonly kind: 'batch';
      readonly head: BatchHead;
      readonly records: readonly NumberedRecord[];
      readonly refused: readonly RefusedLine[];
      readonly bytes: number;
    }
  | { readonly kind: 'refused'; readonly status: 400 | 413 | 415; readonly why: string };

/** Never throws on content. @param encoding of the header `content-encoding`; null: as it is */
export async function readBatch(body: Uint8Array, encoding: string | null): Promise<BatchRead> {
  let text: string;
  try {
    const inflated = await inflate(body, encoding);
    if (inflated === null) return { kind: 'refused', status: 415, why: 'use gzip or zstd' };
    text = inflated.toString('utf8');
  } catch (error) {
    return isTooLong(error)
      ? { kind: 'refused', status: 413, why: `a batch has at most ${inflatedBytes} bytes` }
      : { kind: 'refused', status: 400, why: 'the body cannot be inflated' };
  }
  return linesOf(text);
}

function isTooLong(error: unknown): boolean {
  return (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
}

async function inflate(body: Uint8Array, encoding: string | null): Promise<Buffer | null> {
  if (encoding === null || encoding === 'identity') return Buffer.from(body);
  if (encoding !== 'gzip' && encoding !== 'zstd') return null;
  const { quick, other } = inflaters[encoding];
  if (body.length <= smallBody) {
    try {
      return quick(body, { maxOutputLength: smallInflated });
    } catch (error) {
      if (!isTooLong(error)) throw error;
    }
  }
  return other(body, { maxOutputLength: inflatedBytes });
}

function linesOf(text: string): BatchRead {
  const lines = text.split('\n', batchLines + 2);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > batchLines + 1) {
    return { kind: 'refused', status: 413, why: `a batch has at most ${batchLines} records` };
  }
  const head = readBatchHead(parsed(lines[0] ?? ''));
  if (typeof head === 'string') return { kind: 'refused', status: 400, why: `head: ${head}` };
  if (head.through < head.after || lines.length - 1 > head.through - head.after) {
    return { kind: 'refused', status: 400, why: 'head: its numbers do not fit its lines' };
  }
  const records: NumberedRecord[] = [];
  const refused: RefusedLine[] = [];
  for (const line of lines.slice(1)) {
    const value = parsed(line);
    const [sequence, content] = Array.isArray(value) ? (value as readonly unknown[]) : [];
    const isNumbered =
      Number.isSafeInteger(sequence) &&
      (sequence as number) > head.after &&
      (sequence as number) <= head.through;
    if (!isNumbered) {
      refused.push({ sequence: null, why: 'the line has no number of this batch', text: line });
      continue;
    }
    const record = readFleetRecord(content);
    if (typeof record === 'string') {
      refused.push({ sequence: sequence as number, why: record, text: line });
    } else records.push({ sequence: sequence as number, record });
  }
  return { kind: 'batch', head, records, refused, bytes: text.length };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
