// Lists and macros: define, replace, append.
import { asArray, field } from '../../../base/json.ts';
import type { Drafts } from './draft.ts';
import type { Issues } from './issue.ts';
import { appends, type Item, overridesOf, textOf, textsOf } from './item.ts';

export interface Target {
  readonly drafts: Drafts;
  readonly issues: Issues;
  readonly rank: number;
}

/** Takes a list into the definitions. */
export function collectList(item: Item, { drafts, issues, rank }: Target): void {
  const items = textsOf(field(item.value, 'items') ?? null);
  if (items === null) {
    const message = 'a list needs items, which are single values';
    issues.error('LOAD_ERR_YAML_VALIDATE', item, item.name, message);
    return;
  }
  const mode = modeOf(item, 'items', issues);
  const prior = drafts.lists.get(item.name);
  if (mode === null || !isChangeOfSomething(mode, prior, item, issues)) return;
  if (prior === undefined) {
    drafts.lists.set(item.name, { item, rank, sees: rank, used: false, items });
    return;
  }
  prior.items = mode === 'append' ? [...prior.items, ...items] : items;
  prior.sees = rank;
  prior.item = item;
}

/** Takes a macro into the definitions. */
export function collectMacro(item: Item, { drafts, issues, rank }: Target): void {
  const condition = textOf(field(item.value, 'condition'));
  if (condition === null || condition.trim() === '') {
    issues.error('LOAD_ERR_YAML_VALIDATE', item, item.name, 'a macro needs a condition');
    return;
  }
  const mode = modeOf(item, 'condition', issues);
  const prior = drafts.macros.get(item.name);
  if (mode === null || !isChangeOfSomething(mode, prior, item, issues)) return;
  if (prior === undefined) {
    drafts.macros.set(item.name, { item, rank, sees: rank, used: false, condition });
    return;
  }
  prior.condition = mode === 'append' ? `${prior.condition} ${condition}` : condition;
  prior.sees = rank;
  prior.item = item;
}

type Mode = 'define' | 'append' | 'replace';

/** What an item of a single overridable key does; null after an error. */
function modeOf(item: Item, key: string, issues: Issues): Mode | null {
  const overrides = overridesOf(item.value);
  if (appends(item.value)) {
    if (overrides !== null) {
      const message = "'append' and 'override' exclude each other";
      issues.error('LOAD_ERR_YAML_VALIDATE', item, item.name, message);
      return null;
    }
    const message = "'append' is deprecated; use 'override'";
    issues.warn('LOAD_DEPRECATED_ITEM', item.placeOf('append'), item.name, message);
    return 'append';
  }
  if (overrides === null) return 'define';
  const strange = [...overrides.keys()].find((one) => one !== key);
  const mode = overrides.get(key);
  if (strange !== undefined || (mode !== 'append' && mode !== 'replace')) {
    const message = `override of a ${item.kind} is {${key}: append} or {${key}: replace}`;
    issues.error('LOAD_ERR_YAML_VALIDATE', item.placeOf('override'), item.name, message);
    return null;
  }
  return mode;
}

function isChangeOfSomething(
  mode: Mode,
  prior: object | undefined,
  item: Item,
  issues: Issues,
): boolean {
  if (mode === 'define' || prior !== undefined) return true;
  const message = `there is no ${item.kind} of this name to ${mode} to`;
  issues.error('LOAD_ERR_VALIDATE', item, item.name, message);
  return false;
}

/** The values of a key that must be a list of mappings. */
export function mappingsOf(value: unknown): readonly unknown[] | null {
  return value === undefined ? [] : Array.isArray(value) ? asArray(value) : null;
}
