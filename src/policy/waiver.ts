// Waivers: faults that somebody answers for, for a reason and for a time. Each names the control and
// as much of the place as it likes; what is expired or waives nothing is told.

import { SeaworthyError } from '../base/error.ts';
import { asRecord, asString, field, keysOf } from '../base/json.ts';
import { compilePattern } from '../base/path-pattern.ts';
import { parseYamlDocuments } from '../base/yaml.ts';
import { fullReference } from './image-name.ts';
import { itemsOf } from './scalar.ts';

export interface Waiver {
  readonly controls: readonly string[];
  readonly reason: string;
  readonly owner: string;
  /** Last day (UTC) on which it holds, `YYYY-MM-DD`; null: without end. */
  readonly expires: string | null;
  readonly file: string;
  readonly line: number | null;
}

/** What a fault is about, as patterns see it. */
export interface Waivable {
  readonly control: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | null;
  /** Null: the fault is the Pod's. */
  readonly container: string | null;
  readonly image: string | null;
}

export interface WaiverBook {
  /** The waiver that covers a fault today, or null. */
  find(fault: Waivable): Waiver | null;
  /** What the owners should know: expired waivers, and those that waived nothing so far. */
  remarks(): readonly WaiverRemark[];
  /** All of them, the expired ones too. */
  list(): readonly Waiver[];
}

export interface WaiverRemark {
  readonly kind: 'expired' | 'unused' | 'endless';
  readonly waiver: Waiver;
}

export const noWaivers: WaiverBook = { find: () => null, remarks: () => [], list: () => [] };

interface Compiled {
  readonly waiver: Waiver;
  readonly isExpired: boolean;
  readonly matches: (fault: Waivable) => boolean;
  uses: number;
  /** Faults that it would have covered, had it not expired. */
  missed: number;
}

const patternKeys = ['control', 'container', 'image', 'workload', 'namespace'] as const;
const knownKeys: ReadonlySet<string> = new Set([...patternKeys, 'reason', 'owner', 'expires']);

/**
 * Reads a file `waivers: [{control, reason, owner, ...}]`. A waiver that is not understood would
 * waive something else than was meant: `SeaworthyError` `malformed` with file and line.
 */
export function readWaivers(text: string, file: string, now: Date): WaiverBook {
  const parsed = parseYamlDocuments(text);
  if (!parsed.ok) throw new SeaworthyError('malformed', `${file}: ${parsed.reason}`);
  const today = now.toISOString().slice(0, 10);
  const compiled = parsed.documents.flatMap((document) => {
    const list = field(document.value, 'waivers');
    if (!Array.isArray(list)) {
      throw wrong(file, document.lineAt([]), 'a list `waivers` is expected');
    }
    return itemsOf(list).map((one, index) =>
      compileWaiver(one, { file, line: document.lineAt(['waivers', index]) ?? 1, today }),
    );
  });
  return bookOf(compiled);
}

function bookOf(compiled: readonly Compiled[]): WaiverBook {
  return {
    find(fault) {
      let found: Waiver | null = null;
      for (const one of compiled) {
        if (!one.matches(fault)) continue;
        if (one.isExpired) one.missed += 1;
        else {
          one.uses += 1;
          found ??= one.waiver;
        }
      }
      return found;
    },
    list: () => compiled.map(({ waiver }) => waiver),
    remarks: () =>
      compiled.flatMap(({ waiver, isExpired, uses, missed }): WaiverRemark[] => {
        if (isExpired) return [{ kind: 'expired', waiver }];
        if (uses + missed === 0) return [{ kind: 'unused', waiver }];
        return waiver.expires === null ? [{ kind: 'endless', waiver }] : [];
      }),
  };
}

interface Where {
  readonly file: string;
  readonly line: number | null;
  readonly today: string;
}

function compileWaiver(value: unknown, { file, line, today }: Where): Compiled {
  const refuse = (what: string): SeaworthyError => wrong(file, line, what);
  if (asRecord(value) === null) throw refuse('a waiver is an object');
  const stranger = keysOf(value).find((key) => !knownKeys.has(key));
  if (stranger !== undefined) throw refuse(`a waiver has no key ${JSON.stringify(stranger)}`);
  const text = (key: string): string => {
    const found = asString(field(value, key))?.trim() ?? '';
    if (found === '') throw refuse(`a waiver needs ${key}`);
    return found;
  };
  const expires = field(value, 'expires') === undefined ? null : text('expires');
  if (expires !== null && !isDay(expires)) throw refuse('expires is a day: 2027-06-30');
  const controls = patternsOf(field(value, 'control'), 'control', refuse);
  if (controls === null) throw refuse('a waiver needs control');
  const tests = patternKeys.flatMap((key) => {
    const patterns = patternsOf(field(value, key), key, refuse);
    if (patterns === null) return [];
    const compiled = patterns.map(compilePattern);
    return (fault: Waivable) =>
      namesOf(fault, key).some((name) => compiled.some((matches) => matches(name)));
  });
  return {
    waiver: { controls, reason: text('reason'), owner: text('owner'), expires, file, line },
    isExpired: expires !== null && expires < today,
    matches: (fault) => tests.every((test) => test(fault)),
    uses: 0,
    missed: 0,
  };
}

/** A pattern, or a list of which one must fit; null where the key is absent. */
function patternsOf(
  value: unknown,
  key: string,
  refuse: (what: string) => SeaworthyError,
): string[] | null {
  if (value === undefined) return null;
  const list = typeof value === 'string' ? [value] : itemsOf(value);
  const patterns = list.filter((one) => typeof one === 'string' && one !== '') as string[];
  if (patterns.length === 0 || patterns.length < list.length) {
    throw refuse(`${key} is a pattern or a list of patterns`);
  }
  return patterns;
}

/** What a pattern of `key` is held against. A fault of the Pod has no container and no image. */
function namesOf(fault: Waivable, key: (typeof patternKeys)[number]): string[] {
  const { control, container, image, kind, name, namespace } = fault;
  if (key === 'control') return [control];
  if (key === 'container') return container === null ? [] : [container];
  if (key === 'image') return image === null ? [] : [image, fullReference(image)];
  if (key === 'namespace') return [namespace ?? 'default'];
  return [name, `${kind}/${name}`, `${namespace ?? 'default'}/${kind}/${name}`];
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function wrong(file: string, line: number | null, what: string): SeaworthyError {
  const place = line === null ? file : `${file}:${line}`;
  return new SeaworthyError('malformed', `${place}: ${what}`);
}
