// `.seaworthyignore.yaml`: decisions of the user to live with a finding, each with its reason. What
// is wrong in the file is told with its line; a rule that is not understood is never applied.
import { parseYamlDocuments, type YamlDocument } from '../../base/yaml.ts';
import { compileGlob, type Glob, globLength } from './glob.ts';

/** A rule as written, and its scopes compiled. An empty scope means everywhere. */
export interface IgnoreRule {
  /** Ids or aliases, upper case; `*` is every id within the scopes. */
  readonly ids: readonly string[];
  readonly reason: string;
  /** As written; null: does not expire. */
  readonly expires: string | null;
  /** First millisecond at which it no longer holds (end of the day named, UTC), or null. */
  readonly endsAtMs: number | null;
  readonly packages: readonly string[];
  readonly paths: readonly string[];
  readonly images: readonly string[];
  /** Where it stands: `file:line`. */
  readonly where: string;
  readonly packageGlobs: readonly Glob[];
  readonly pathGlobs: readonly Glob[];
  readonly imageGlobs: readonly Glob[];
}

export interface IgnoreProblem {
  readonly line: number | null;
  readonly message: string;
}

export interface IgnoreFile {
  readonly rules: readonly IgnoreRule[];
  readonly problems: readonly IgnoreProblem[];
}

/** A rule per finding of a very bad image; more is not a file that people wrote. */
const rulesLimit = 10_000;
const knownKeys = new Set([
  'id',
  'ids',
  'reason',
  'expires',
  'package',
  'packages',
  'path',
  'paths',
  'image',
  'images',
]);

/**
 * Reads an ignore file. Shape: a mapping with `ignore:` (a list of rules; optionally `version: 1`),
 * or the list itself. A rule has `id` or `ids`, `reason` (required), and optionally `expires` (an
 * ISO date, valid through that day in UTC, or an ISO time), `package` (a purl or a name, with `*`),
 * `path` (glob) and `image` (glob); the plural forms take lists. `name` is told in `where`.
 */
export function parseIgnoreFile(text: string, name: string): IgnoreFile {
  const parsed = parseYamlDocuments(text);
  if (!parsed.ok) {
    return { rules: [], problems: [{ line: parsed.line ?? null, message: parsed.reason }] };
  }
  const [document, second] = parsed.documents;
  if (document === undefined) return { rules: [], problems: [] };
  const reader = new RuleReader(document, name);
  if (second !== undefined)
    reader.problem([], 'more than one YAML document; only the first counts');
  readRoot(document.value, reader);
  return { rules: reader.rules, problems: reader.problems };
}

function readRoot(value: unknown, reader: RuleReader): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    readRules(value, [], reader);
    return;
  }
  if (typeof value !== 'object') {
    reader.problem([], 'expected a mapping with `ignore:` or a list of rules');
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    if (key === 'ignore') {
      if (Array.isArray(child)) readRules(child, ['ignore'], reader);
      else if (child !== null) reader.problem(['ignore'], '`ignore` must be a list of rules');
    } else if (key === 'version') {
      if (child !== 1) reader.problem(['version'], 'unknown version; this program reads version 1');
    } else reader.problem([key], `unknown key \`${clip(key)}\`; known: ignore, version`);
  }
}

function readRules(list: readonly unknown[], path: Path, reader: RuleReader): void {
  for (const [index, value] of list.slice(0, rulesLimit).entries()) {
    reader.read(value, [...path, index]);
  }
  if (list.length > rulesLimit) reader.problem(path, `more than ${rulesLimit} rules`);
}

type Path = readonly (string | number)[];

class RuleReader {
  readonly rules: IgnoreRule[] = [];
  readonly problems: IgnoreProblem[] = [];
  readonly #document: YamlDocument;
  readonly #name: string;

  constructor(document: YamlDocument, name: string) {
    this.#document = document;
    this.#name = name;
  }

  problem(path: Path, message: string): void {
    this.problems.push({ line: this.#document.lineAt(path), message });
  }

  /** Adds one rule, or tells every reason why it is none. */
  read(value: unknown, path: Path): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.problem(path, 'a rule must be a mapping with `id` and `reason`');
      return;
    }
    const before = this.problems.length;
    const fields = new Map<string, unknown>(Object.entries(value));
    for (const key of fields.keys()) {
      if (!knownKeys.has(key)) {
        const known = [...knownKeys].join(', ');
        this.problem([...path, key], `unknown key \`${clip(key)}\`; known: ${known}`);
      }
    }
    const ids = this.#texts(fields, 'id', path).map((id) => id.toUpperCase());
    const packages = this.#texts(fields, 'package', path);
    const paths = this.#texts(fields, 'path', path);
    const images = this.#texts(fields, 'image', path);
    const reason = this.#reason(fields, path);
    const expiry = this.#expiry(fields, path);
    this.#checkIds(ids, packages.length + paths.length + images.length, path);
    if (this.problems.length > before) return;
    const line = this.#document.lineAt(path);
    this.rules.push({
      ids,
      reason,
      expires: expiry?.text ?? null,
      endsAtMs: expiry?.endsAtMs ?? null,
      packages,
      paths,
      images,
      where: line === null ? this.#name : `${this.#name}:${line}`,
      packageGlobs: packages.map((pattern) => compileGlob(pattern, { path: false })),
      pathGlobs: paths.map((pattern) => compileGlob(pattern, { path: true })),
      imageGlobs: images.map((pattern) => compileGlob(pattern, { path: false })),
    });
  }

  #checkIds(ids: readonly string[], scopes: number, path: Path): void {
    if (ids.length === 0) this.problem(path, '`id` is missing: which finding is ignored');
    if (ids.includes('*') && scopes === 0) {
      this.problem(path, '`id: "*"` needs a package, a path or an image');
    }
  }

  /** The texts of `key` and of its plural: one text or a list of them. */
  #texts(fields: ReadonlyMap<string, unknown>, key: string, path: Path): readonly string[] {
    const texts: string[] = [];
    for (const name of [key, `${key}s`]) {
      if (!fields.has(name)) continue;
      const value = fields.get(name);
      const list: readonly unknown[] = Array.isArray(value) ? value : [value];
      if (list.length === 0) this.problem([...path, name], `\`${name}\` is empty`);
      for (const item of list) {
        const text = typeof item === 'string' ? item.trim() : '';
        if (text === '')
          this.problem([...path, name], `\`${name}\` must be text or a list of texts`);
        else if (text.length > globLength) this.problem([...path, name], `\`${name}\` is too long`);
        else texts.push(text);
      }
    }
    return texts;
  }

  #reason(fields: ReadonlyMap<string, unknown>, path: Path): string {
    const value = fields.get('reason');
    const reason = typeof value === 'string' ? value.trim() : '';
    if (reason === '') {
      const message = '`reason` is missing: say why this can be ignored';
      this.problem(fields.has('reason') ? [...path, 'reason'] : path, message);
    }
    return reason;
  }

  #expiry(
    fields: ReadonlyMap<string, unknown>,
    path: Path,
  ): { readonly text: string; readonly endsAtMs: number } | null {
    if (!fields.has('expires')) return null;
    const value = fields.get('expires');
    const text = typeof value === 'string' ? value.trim() : '';
    const endsAtMs = endOf(text);
    if (endsAtMs === null) {
      this.problem([...path, 'expires'], '`expires` must be an ISO date such as 2027-01-31');
      return null;
    }
    return { text, endsAtMs };
  }
}

const dayMs = 86_400_000;

/** First millisecond after an ISO date (UTC), or the instant of an ISO time; null: neither. */
function endOf(text: string): number | null {
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (date === null) {
    if (
      !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/.test(text)
    ) {
      return null;
    }
    const instant = Date.parse(text);
    return Number.isNaN(instant) ? null : instant;
  }
  const [, year, month, day] = date.map(Number);
  const start = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  // 2027-02-30 would roll over into March.
  return start.toISOString().slice(0, 10) === text ? start.getTime() + dayMs : null;
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
