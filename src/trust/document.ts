// Small readers that the files of this wing have in common: strict JSON, strict base64, PEM.
import { parseJson } from '../base/json.ts';
import { duplicateKey } from './duplicate-keys.ts';

export type Document =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/** JSON in valid UTF-8 without keys that stand twice; the reason is a plain sentence. */
export function strictJson(bytes: Uint8Array, what: string): Document {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, reason: `${what} is not valid UTF-8` };
  }
  const parsed = parseJson(text);
  if (!parsed.ok) return { ok: false, reason: `${what} is ${parsed.reason}` };
  const twice = duplicateKey(text);
  if (twice !== null) {
    const shown = JSON.stringify(twice.slice(0, 60));
    return { ok: false, reason: `${what} has the key ${shown} twice, so readers may disagree` };
  }
  return parsed;
}

/** Bytes of base64 (RFC 4648, both alphabets, padding optional); null for anything else. */
export function fromBase64(text: unknown): Buffer | null {
  if (typeof text !== 'string' || text === '') return null;
  const bare = text.replace(/\s+/g, '').replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/_-]+$/.test(bare) || bare.length % 4 === 1) return null;
  return Buffer.from(bare, /[-_]/.test(bare) ? 'base64url' : 'base64');
}

/** The DER bytes of the PEM blocks of one label, at most `most` of them. */
export function pemBlocks(text: string, label: string, most: number): Buffer[] {
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const blocks: Buffer[] = [];
  let at = text.indexOf(begin);
  while (at !== -1 && blocks.length < most) {
    const stop = text.indexOf(end, at);
    if (stop === -1) break;
    const bytes = fromBase64(text.slice(at + begin.length, stop));
    if (bytes !== null) blocks.push(bytes);
    at = text.indexOf(begin, stop);
  }
  return blocks;
}

/** A date of RFC 3339 as the protobuf JSON mapping writes it; null when it is none. */
export function dateOf(value: unknown): Date | null {
  if (
    typeof value !== 'string' ||
    !/^\d{4}-\d{2}-\d{2}T[\d:.]{8,20}(?:Z|[+-]\d{2}:\d{2})$/.test(value)
  ) {
    return null;
  }
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : new Date(time);
}
