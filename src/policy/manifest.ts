// A stream of YAML or JSON documents as kubectl takes it. One broken document hides no other.
import { parseJson } from '../base/json.ts';
import { type ParsedYaml, parseYamlDocuments, type YamlDocument } from '../base/yaml.ts';
import type { Path } from './path.ts';

export type ManifestDocument =
  | {
      readonly kind: 'read';
      /** Counted from 0 over the whole stream, empty documents left out. */
      readonly index: number;
      readonly value: unknown;
      /** 1-based line of the place or of its nearest ancestor; null where it is not known. */
      readonly lineAt: (path: Path) => number | null;
    }
  | {
      readonly kind: 'unreadable';
      readonly index: number;
      /** Plain sentence without full stop. */
      readonly reason: string;
      readonly line: number | null;
    };

/**
 * Documents of one stream that are read apart, so that one that is broken hides no other and lines
 * are found in its own text alone.
 */
const documentsApart = 10_000;

/** All documents of `text`; never throws. */
export function readManifest(text: string): ManifestDocument[] {
  const bare = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const json = /^\s*\{/.test(bare.slice(0, 1000)) ? parseJson(bare) : null;
  if (json?.ok === true) {
    let positions: ParsedYaml | null = null;
    const lineAt = (path: Path): number | null => {
      positions ??= parseYamlDocuments(bare);
      return positions.ok ? (positions.documents[0]?.lineAt(path) ?? null) : null;
    };
    return [{ kind: 'read', index: 0, value: json.value, lineAt }];
  }
  const parts = splitDocuments(bare);
  if (parts.length <= documentsApart) return numbered(parts.flatMap(readPart));
  return numbered(readPart({ text: bare, skipped: 0 }));
}

type Loose =
  | { readonly value: unknown; readonly lineAt: (path: Path) => number | null }
  | { readonly reason: string; readonly line: number | null };

function numbered(parts: readonly Loose[]): ManifestDocument[] {
  return parts
    .filter((part) => !('value' in part) || (part.value !== null && part.value !== undefined))
    .map((part, index) =>
      'value' in part ? { kind: 'read', index, ...part } : { kind: 'unreadable', index, ...part },
    );
}

function failed({ reason, line }: { reason: string; line?: number }, skipped: number): Loose {
  // The parser counts lines from the start of its own text.
  const told = skipped === 0 ? reason : reason.replace(/ ?\(line \d+: /, ' (');
  return { reason: told, line: line === undefined ? null : line + skipped };
}

interface Part {
  readonly text: string;
  /** Lines before it. */
  readonly skipped: number;
}

function readPart({ text, skipped }: Part): Loose[] {
  const parsed = parseYamlDocuments(text);
  if (!parsed.ok) return [failed(parsed, skipped)];
  return parsed.documents.map((one) => shifted(one, skipped));
}

/** A document whose text starts `skipped` lines after the start of the stream. */
function shifted(document: YamlDocument, skipped: number): Loose {
  return {
    value: document.value,
    lineAt(path) {
      const line = document.lineAt(path);
      return line === null ? null : line + skipped;
    },
  };
}

/** Cuts at lines that are `---`, blanks or a comment behind it allowed, as kubectl does. */
function splitDocuments(text: string): Part[] {
  const parts: Part[] = [];
  let start = 0;
  let line = 0;
  let skipped = 0;
  for (let at = 0; at < text.length; line += 1) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline + 1;
    if (text.startsWith('---', at) && /^---\s*(?:#|$)/.test(text.slice(at, end).trimEnd())) {
      parts.push({ text: text.slice(start, at), skipped });
      start = end;
      skipped = line + 1;
    }
    at = end;
  }
  parts.push({ text: text.slice(start), skipped });
  return parts.filter((part) => part.text.trim() !== '');
}
