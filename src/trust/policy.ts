// The trust policy: for which images whose signatures and which attestations are wanted. A file that
// is not understood in every word would trust something else than was meant, so nothing is guessed.
import { createHash } from 'node:crypto';
import { SeaworthyError } from '../base/error.ts';
import { asArray, asRecord, asString, field, keysOf } from '../base/json.ts';
import { compileStars } from '../base/path-pattern.ts';
import { parseYamlDocuments, type YamlDocument } from '../base/yaml.ts';
import { compileNamePattern } from '../model/repository-name.ts';
import { readPublicKey, type TrustedKey } from './key.ts';
import { compileExpression } from './pattern.ts';
import { predicateNames, predicateTypes } from './statement.ts';

export type TrustMode = 'deny' | 'warn' | 'audit';

/** A test of one text, with the words it was written in. */
export interface TextTest {
  readonly text: string;
  readonly matches: (value: string) => boolean;
}

export type Authority =
  | {
      readonly kind: 'key';
      readonly name: string;
      readonly fingerprint: string;
      readonly log: boolean;
    }
  | {
      readonly kind: 'identity';
      readonly name: string;
      readonly issuer: TextTest;
      readonly subject: TextTest;
      readonly sourceRepository: TextTest | null;
      readonly sourceRef: TextTest | null;
    };

export interface AttestationDemand {
  /** As written: a short name or an address. */
  readonly type: string;
  readonly types: readonly string[];
  readonly builder: TextTest | null;
  readonly source: TextTest | null;
  readonly ref: TextTest | null;
  readonly buildType: TextTest | null;
}

export interface TrustRule {
  readonly patterns: readonly TextTest[];
  readonly mode: TrustMode;
  /** `signed`: as demanded below. `trusted`: without signature. `refused`: never. */
  readonly verdict: 'signed' | 'trusted' | 'refused';
  /** Which digest must be signed. `either`: an index vouches for the manifests that it lists. */
  readonly subject: 'either' | 'index' | 'manifest';
  readonly authorities: readonly Authority[];
  /** How many of the authorities must have signed; 0: signatures are not asked for. */
  readonly threshold: number;
  readonly attestations: readonly AttestationDemand[];
  readonly line: number;
}

export interface TrustPolicy {
  readonly rules: readonly TrustRule[];
  /** For images that no rule names. */
  readonly otherwise: TrustMode | 'allow';
  readonly keys: readonly TrustedKey[];
  /** `sha256:` of its text and its keys: part of the key of cached verdicts. */
  readonly hash: string;
}

/** Rules, authorities, demands and keys of one file. */
const listed = 1000;

/** Reads a key file that a policy names, relative to it; throws `SeaworthyError`. */
export type ReadKeyFile = (name: string) => string;

/**
 * Reads the member `trust` of a policy file (YAML). Throws `SeaworthyError` `malformed` with file and
 * line.
 */
export function readTrustPolicy(text: string, file: string, readKeyFile: ReadKeyFile): TrustPolicy {
  const parsed = parseYamlDocuments(text);
  if (!parsed.ok) throw new SeaworthyError('malformed', `${file}: ${parsed.reason}`);
  const [document, ...others] = parsed.documents.filter(
    (one) => field(one.value, 'trust') !== undefined,
  );
  if (document === undefined || others.length > 0) {
    throw new SeaworthyError('malformed', `${file}: one member \`trust\` is expected`);
  }
  const reader: Reader = { document, file, keys: new Map() };
  const trust = field(document.value, 'trust');
  onlyKeys(reader, ['trust'], ['default', 'keys', 'images']);
  readKeys(reader, field(trust, 'keys'), readKeyFile);
  const rules = items(reader, ['trust', 'images']).map((_, index) =>
    ruleOf(reader, ['trust', 'images', index]),
  );
  const otherwise = choice(
    reader,
    ['trust', 'default'],
    ['deny', 'warn', 'audit', 'allow'],
    'deny',
  );
  const keys = [...reader.keys.values()];
  const hash = createHash('sha256').update(text);
  for (const { fingerprint } of keys) hash.update(fingerprint);
  return { rules, otherwise, keys, hash: `sha256:${hash.digest('hex')}` };
}

type Path = readonly (string | number)[];

interface Reader {
  readonly document: YamlDocument;
  readonly file: string;
  readonly keys: Map<string, TrustedKey>;
}

function at(reader: Reader, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof key === 'number' ? asArray(value)[key] : field(value, key)),
    reader.document.value,
  );
}

function wrong(reader: Reader, path: Path, what: string): SeaworthyError {
  const line = reader.document.lineAt(path) ?? 1;
  return new SeaworthyError('malformed', `${reader.file}:${line}: ${what}`, {
    advice: 'docs/verify.md describes the trust policy',
  });
}

function onlyKeys(reader: Reader, path: Path, known: readonly string[]): void {
  const value = at(reader, path);
  const name = String(path.findLast((part) => typeof part === 'string'));
  if (asRecord(value) === null) throw wrong(reader, path, `${name} must be an object`);
  const stranger = keysOf(value).find((key) => !known.includes(key));
  if (stranger !== undefined) {
    const shown = JSON.stringify(stranger.slice(0, 60));
    throw wrong(
      reader,
      [...path, stranger],
      `${name} has no key ${shown} (known: ${known.join(', ')})`,
    );
  }
}

function items(reader: Reader, path: Path): readonly unknown[] {
  const value = at(reader, path);
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong(reader, path, `${String(path.at(-1))} must be a list`);
  if (value.length > listed) throw wrong(reader, path, `more than ${listed} entries`);
  return value;
}

function choice<T extends string>(reader: Reader, path: Path, words: readonly T[], usual: T): T {
  const value = at(reader, path);
  if (value === undefined) return usual;
  const found = words.find((word) => word === value);
  if (found === undefined)
    throw wrong(reader, path, `${String(path.at(-1))} is one of ${words.join(', ')}`);
  return found;
}

function readKeys(reader: Reader, value: unknown, readKeyFile: ReadKeyFile): void {
  for (const name of keysOf(value)) {
    const path = ['trust', 'keys', name];
    const written = at(reader, path);
    const inline = asString(written);
    const text = inline ?? readKeyFile(asString(field(written, 'file')) ?? refuseKey(reader, path));
    reader.keys.set(name, readPublicKey(text, name));
  }
}

function refuseKey(reader: Reader, path: Path): never {
  throw wrong(reader, path, 'a key is PEM text, or an object with `file`');
}

function ruleOf(reader: Reader, path: Path): TrustRule {
  onlyKeys(reader, path, [
    'pattern',
    'mode',
    'verdict',
    'subject',
    'authorities',
    'require',
    'attestations',
  ]);
  const verdict = choice(reader, [...path, 'verdict'], ['signed', 'trusted', 'refused'], 'signed');
  const authorities = items(reader, [...path, 'authorities']).map((_, index) =>
    authorityOf(reader, [...path, 'authorities', index]),
  );
  const attestations = items(reader, [...path, 'attestations']).map((_, index) =>
    demandOf(reader, [...path, 'attestations', index]),
  );
  if (verdict === 'signed' && authorities.length === 0) {
    throw wrong(reader, path, 'a rule that wants signatures needs authorities');
  }
  if (verdict !== 'signed' && authorities.length + attestations.length > 0) {
    throw wrong(
      reader,
      path,
      `a rule with the verdict ${verdict} has no authorities or attestations`,
    );
  }
  const threshold = thresholdOf(reader, [...path, 'require'], authorities.length);
  if (verdict === 'signed' && threshold + attestations.length === 0) {
    throw wrong(reader, path, 'require: attestations needs attestations, else anything is trusted');
  }
  return {
    patterns: patternsOf(reader, [...path, 'pattern']),
    mode: choice(reader, [...path, 'mode'], ['deny', 'warn', 'audit'], 'deny'),
    verdict,
    subject: choice(reader, [...path, 'subject'], ['either', 'index', 'manifest'], 'either'),
    authorities,
    threshold,
    attestations,
    line: reader.document.lineAt(path) ?? 1,
  };
}

function patternsOf(reader: Reader, path: Path): TextTest[] {
  const value = at(reader, path);
  const list = typeof value === 'string' ? [value] : asArray(value);
  if (list.length === 0) throw wrong(reader, path, 'a rule needs pattern, such as ghcr.io/acme/**');
  return list.map((one) => {
    const compiled = compileNamePattern(asString(one) ?? '');
    if (one === '' || typeof one !== 'string') throw wrong(reader, path, 'a pattern is text');
    if (!compiled.ok) throw wrong(reader, path, compiled.reason);
    return compiled;
  });
}

function thresholdOf(reader: Reader, path: Path, count: number): number {
  const value = at(reader, path) ?? 'any';
  if (value === 'any') return Math.min(1, count);
  if (value === 'all') return count;
  // An attestation-only rule: its attestations carry the signatures.
  if (value === 'attestations') return 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= count)
    return value;
  throw wrong(reader, path, `require is any, all, attestations, or a number from 1 to ${count}`);
}

function authorityOf(reader: Reader, path: Path): Authority {
  onlyKeys(reader, path, ['name', 'key', 'log', 'identity']);
  const key = asString(at(reader, [...path, 'key']));
  const identity = at(reader, [...path, 'identity']);
  if ((key === null) === (identity === undefined)) {
    throw wrong(reader, path, 'an authority has either key or identity');
  }
  const name = asString(at(reader, [...path, 'name']));
  if (key !== null) {
    const known = reader.keys.get(key);
    if (known === undefined) {
      throw wrong(reader, path, `there is no key ${JSON.stringify(key.slice(0, 60))} under keys`);
    }
    const log =
      choice(reader, [...path, 'log'], ['required', 'optional'], 'optional') === 'required';
    return { kind: 'key', name: name ?? key, fingerprint: known.fingerprint, log };
  }
  const inside = [...path, 'identity'];
  onlyKeys(reader, inside, [
    ...tests('issuer'),
    ...tests('subject'),
    ...tests('repository'),
    ...tests('ref'),
  ]);
  const issuer = testOf(reader, inside, 'issuer');
  const subject = testOf(reader, inside, 'subject');
  if (issuer === null || subject === null) {
    throw wrong(
      reader,
      inside,
      'an identity needs both issuer and subject: one alone names strangers',
    );
  }
  return {
    kind: 'identity',
    name: name ?? subject.text,
    issuer,
    subject,
    sourceRepository: testOf(reader, inside, 'repository'),
    sourceRef: testOf(reader, inside, 'ref'),
  };
}

function demandOf(reader: Reader, path: Path): AttestationDemand {
  const names = ['builder', 'source', 'ref', 'buildType'] as const;
  onlyKeys(reader, path, ['type', ...names.flatMap(tests)]);
  const type = asString(at(reader, [...path, 'type'])) ?? '';
  const types = predicateTypes(type);
  if (types === null) {
    throw wrong(
      reader,
      path,
      `type is one of ${predicateNames.join(', ')}, or a predicate's address`,
    );
  }
  const [builder, source, ref, buildType] = names.map((key) => testOf(reader, path, key));
  return {
    type,
    types,
    builder: builder ?? null,
    source: source ?? null,
    ref: ref ?? null,
    buildType: buildType ?? null,
  };
}

function tests(key: string): string[] {
  return [key, `${key}Pattern`, `${key}RegExp`];
}

/** `key` exactly, `keyPattern` with `*` and `**`, or `keyRegExp` over the whole text. */
function testOf(reader: Reader, path: Path, key: string): TextTest | null {
  const found = tests(key).filter((name) => at(reader, [...path, name]) !== undefined);
  const [name, ...more] = found;
  if (name === undefined) return null;
  const text = asString(at(reader, [...path, name])) ?? '';
  if (more.length > 0) throw wrong(reader, path, `${key} is given twice`);
  if (text === '') throw wrong(reader, [...path, name], `${name} must be text`);
  const compiled = textTest(
    text,
    name === key ? 'exact' : name.endsWith('RegExp') ? 'expression' : 'glob',
  );
  if (typeof compiled === 'string') throw wrong(reader, [...path, name], `${name}: ${compiled}`);
  return compiled;
}

/** Compiles one test; the reason as text when it cannot be. */
export function textTest(text: string, kind: 'exact' | 'glob' | 'expression'): TextTest | string {
  if (kind === 'exact') return { text, matches: (value) => value === text };
  if (kind === 'glob') return { text, matches: compileStars(text) };
  const compiled = compileExpression(text);
  return compiled.ok ? { text, matches: compiled.matches } : compiled.reason;
}
