// One service as Compose sees it: what it extends below, itself on top, each value with its place.
import { asRecord, asString, entriesOf, field } from '../../../base/json.ts';
import type { Path } from '../../path.ts';
import { clip, itemsOf } from '../../scalar.ts';
import type { Setting } from '../config.ts';
import { interpolate } from './interpolate.ts';

export interface Layer {
  readonly value: unknown;
  readonly path: Path;
}

/** A service with its layers, lowest first. */
export interface Service {
  readonly name: string;
  readonly path: Path;
  readonly layers: readonly Layer[];
  /** What could not be read of what it extends. */
  readonly problems: readonly Setting<string>[];
  /** Variables without a value, where a control reads them. */
  readonly unresolved: readonly Setting<string>[];
}

/** The value of `key` in the highest layer that has it, with its place; else where it would stand. */
export function scalarOf(service: Service, ...keys: readonly string[]): Setting<unknown> {
  for (const { value, path } of service.layers.toReversed()) {
    let inner: unknown = value;
    for (const key of keys) inner = field(inner, key);
    if (inner !== undefined && inner !== null) return { value: inner, path: [...path, ...keys] };
  }
  return { value: null, path: [...service.path, ...keys] };
}

/** The items of a list of all layers, as Compose joins them. */
export function listOf(service: Service, key: string): readonly Setting<unknown>[] {
  return service.layers.flatMap(({ value, path }) =>
    itemsOf(field(value, key)).map((item, index) => ({ value: item, path: [...path, key, index] })),
  );
}

/** A list of texts with the place of the list: of the highest layer that has one. */
export function textsOf(service: Service, key: string): Setting<readonly string[]> {
  const items = listOf(service, key).flatMap(({ value }) => asString(value) ?? []);
  return { value: items, path: scalarOf(service, key).path };
}

/** Entries of a map, or of a list of `NAME=value`, of all layers; higher ones win. */
export function pairsOf(service: Service, key: string): ReadonlyMap<string, Setting<string>> {
  const found = new Map<string, Setting<string>>();
  for (const { value, path } of service.layers) {
    const inner = field(value, key);
    for (const [name, one] of entriesOf(inner)) {
      const text = typeof one === 'string' ? one : JSON.stringify(one);
      // A null takes the value of the shell: it is not written here.
      if (one === null || typeof one === 'object') continue;
      found.set(name, { value: text, path: [...path, key, name] });
    }
    for (const [index, one] of itemsOf(inner).entries()) {
      const text = asString(one) ?? '';
      const equals = text.indexOf('=');
      if (equals <= 0) continue;
      const name = text.slice(0, equals);
      found.set(name, { value: text.slice(equals + 1), path: [...path, key, index] });
    }
  }
  return found;
}

/** Values of one service that are walked; the text itself is bounded before. */
const nodesMost = 100_000;
const depthMost = 60;

/** A copy whose texts have their variables replaced; `tell` hears of those without a value. */
export function withValues(
  value: unknown,
  values: ReadonlyMap<string, string>,
  tell: (missing: Setting<string>) => void,
): unknown {
  let nodes = 0;
  const walk = (one: unknown, path: Path): unknown => {
    nodes += 1;
    if (nodes > nodesMost || path.length > depthMost) return null;
    if (typeof one === 'string') {
      const { text, missing } = interpolate(one, values);
      for (const name of missing) tell({ value: clip(name, 100), path });
      return text;
    }
    if (Array.isArray(one)) return one.map((item, index) => walk(item, [...path, index]));
    if (asRecord(one) === null) return one;
    return Object.fromEntries(
      entriesOf(one).map(([key, item]) => [key, walk(item, [...path, key])]),
    );
  };
  return walk(value, []);
}
