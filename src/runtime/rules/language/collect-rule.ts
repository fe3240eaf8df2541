// Rules: define, replace, append, override, and the short form that only switches one on or off.
import { field, keysOf } from '../../../base/json.ts';
import { mappingsOf, type Target } from './collect-named.ts';
import type { RuleDraft } from './draft.ts';
import { type RuleException, readException } from './exceptions.ts';
import { appends, flagOf, type Item, overridesOf, textOf, textsOf } from './item.ts';
import { priorityOf } from './priority.ts';

/** What a rule is said to be, as far as it is said; a wrong value is an error. */
interface Said {
  description?: string;
  condition?: string;
  output?: string;
  priority?: RuleDraft['priority'];
  source?: string;
  tags?: readonly string[];
  exceptions?: readonly unknown[];
  enabled?: boolean;
  warnsOfEventTypes?: boolean;
  skipsUnknownFilter?: boolean;
}

/** Takes a rule into the definitions. */
export function collectRule(item: Item, target: Target): void {
  const said = read(item, target);
  if (said === null) return;
  const overrides = overridesOf(item.value);
  const prior = target.drafts.rules.get(item.name);
  if (overrides !== null) {
    override(item, said, { target, prior, overrides });
  } else if (appends(item.value)) {
    const message = "'append' is deprecated; use 'override'";
    target.issues.warn('LOAD_DEPRECATED_ITEM', item.placeOf('append'), item.name, message);
    append(item, said, { target, prior });
  } else if (isSwitch(item)) {
    if (prior === undefined) fail(item, target, 'there is no rule of this name to switch');
    else {
      prior.enabled = said.enabled ?? true;
      const message = "a rule with 'enabled' alone is deprecated; use 'override'";
      target.issues.warn('LOAD_DEPRECATED_ITEM', item, item.name, message);
    }
  } else {
    define(item, said, { target, prior });
  }
}

interface Change {
  readonly target: Target;
  readonly prior: RuleDraft | undefined;
}

function fail(item: Item, { issues }: Target, message: string): void {
  issues.error('LOAD_ERR_VALIDATE', item, item.name, message);
}

function isSwitch(item: Item): boolean {
  return keysOf(item.value).every((key) => key === 'rule' || key === 'enabled');
}

function read(item: Item, { issues }: Target): Said | null {
  const said: Said = {};
  const value = (key: string): unknown => field(item.value, key);
  const wrong = (key: string, wanted: string): null => {
    const message = `${key} must be ${wanted}`;
    issues.error('LOAD_ERR_YAML_VALIDATE', item.placeOf(key), item.name, message);
    return null;
  };
  for (const [key, name] of textKeys) {
    if (value(key) === undefined) continue;
    const text = textOf(value(key));
    if (text === null) return wrong(key, 'a text');
    said[name] = text;
  }
  for (const [key, name] of flagKeys) {
    if (value(key) === undefined) continue;
    const flag = flagOf(value(key));
    if (flag === null) return wrong(key, 'true or false');
    said[name] = flag;
  }
  if (value('priority') !== undefined) {
    const priority = priorityOf(textOf(value('priority')) ?? '');
    if (priority === null) return wrong('priority', 'a priority, from Emergency to Debug');
    said.priority = priority;
  }
  if (value('tags') !== undefined) {
    const tags = textsOf(value('tags'));
    if (tags === null) return wrong('tags', 'a list of texts');
    said.tags = tags;
  }
  const exceptions = mappingsOf(value('exceptions'));
  if (exceptions === null) return wrong('exceptions', 'a list');
  if (value('exceptions') !== undefined) said.exceptions = exceptions;
  return said;
}

const textKeys = [
  ['desc', 'description'],
  ['condition', 'condition'],
  ['output', 'output'],
  ['source', 'source'],
] as const;

const flagKeys = [
  ['enabled', 'enabled'],
  ['warn_evttypes', 'warnsOfEventTypes'],
  ['skip-if-unknown-filter', 'skipsUnknownFilter'],
] as const;

function define(item: Item, said: Said, { target, prior }: Change): void {
  const { description, condition, output, priority, source = 'syscall' } = said;
  if (
    description === undefined ||
    condition === undefined ||
    output === undefined ||
    priority === undefined
  ) {
    const missing = ['desc', 'condition', 'output', 'priority'].find(
      (key) => field(item.value, key) === undefined,
    );
    const message = `a rule needs ${missing ?? 'more'}`;
    target.issues.error('LOAD_ERR_YAML_VALIDATE', item, item.name, message);
    return;
  }
  if (prior !== undefined && prior.source !== source) {
    fail(item, target, `is defined anew for another source (${prior.source}, now ${source})`);
    return;
  }
  const exceptions = readExceptions(item, said.exceptions ?? [], target);
  if (exceptions === null) return;
  target.drafts.rules.set(item.name, {
    item,
    rank: prior?.rank ?? target.rank,
    sees: target.rank,
    used: true,
    source,
    description,
    condition,
    output: output.trim(),
    priority,
    tags: said.tags ?? [],
    exceptions,
    enabled: said.enabled ?? true,
    warnsOfEventTypes: said.warnsOfEventTypes ?? true,
    skipsUnknownFilter: said.skipsUnknownFilter ?? false,
  });
}

function readExceptions(
  item: Item,
  values: readonly unknown[],
  target: Target,
): readonly RuleException[] | null {
  const exceptions: RuleException[] = [];
  for (const value of values) {
    const exception = readException(value);
    if (!exception.ok) {
      target.issues.error(
        'LOAD_ERR_VALIDATE',
        item.placeOf('exceptions'),
        item.name,
        exception.reason,
      );
      return null;
    }
    const { name } = exception.value;
    if (exceptions.some((one) => one.name === name)) {
      const message = `exception ${name} is defined twice`;
      target.issues.warn('LOAD_EXCEPTION_NAME_NOT_UNIQUE', item, item.name, message);
    }
    exceptions.push(exception.value);
  }
  return exceptions;
}

function append(item: Item, said: Said, { target, prior }: Change): void {
  if (prior === undefined) {
    fail(item, target, 'there is no rule of this name to append to');
    return;
  }
  if (said.condition === undefined && said.exceptions === undefined) {
    fail(item, target, 'an appended rule has a condition or exceptions');
    return;
  }
  const exceptions = appendExceptions(item, said.exceptions ?? [], { target, prior });
  if (exceptions === null) return;
  prior.exceptions = exceptions;
  if (said.condition !== undefined) prior.condition = `${prior.condition} ${said.condition}`;
  prior.sees = target.rank;
}

/** Values join the exception of the same name; an exception with fields is a new one. */
function appendExceptions(
  item: Item,
  values: readonly unknown[],
  { target, prior }: Required<Change>,
): readonly RuleException[] | null {
  const exceptions = [...(prior?.exceptions ?? [])];
  for (const value of values) {
    const name = textOf(field(value, 'name'));
    const index = exceptions.findIndex((one) => one.name === name);
    const known = exceptions[index];
    if (known === undefined) {
      const added = readException(value);
      if (!added.ok) {
        fail(item, target, added.reason);
        return null;
      }
      exceptions.push(added.value);
      continue;
    }
    const more = mappingsOf(field(value, 'values'));
    if (more === null || more.length === 0) {
      const message = `exception ${known.name} is extended without values`;
      target.issues.warn('LOAD_APPEND_NO_VALUES', item, item.name, message);
      continue;
    }
    exceptions[index] = { ...known, values: [...known.values, ...more] };
  }
  return exceptions;
}

const appendable = new Set(['condition', 'output', 'desc', 'tags', 'exceptions']);
const replaceable = new Set([
  ...appendable,
  'priority',
  'enabled',
  'capture',
  'capture_duration',
  'warn_evttypes',
  'skip-if-unknown-filter',
]);

interface Override extends Change {
  readonly overrides: ReadonlyMap<string, string>;
}

function override(item: Item, said: Said, { target, prior, overrides }: Override): void {
  if (appends(item.value)) {
    fail(item, target, "'append' and 'override' exclude each other");
    return;
  }
  if (prior === undefined) {
    fail(item, target, 'there is no rule of this name to override');
    return;
  }
  const given = keysOf(item.value).filter((key) => key !== 'rule' && key !== 'override');
  const unnamed = given.find((key) => !overrides.has(key) && replaceable.has(key));
  if (unnamed !== undefined) {
    fail(item, target, `has ${unnamed} without saying whether it is appended or replaced`);
    return;
  }
  for (const [key, mode] of overrides) {
    const allowed = mode === 'append' ? appendable : mode === 'replace' ? replaceable : new Set();
    if (!allowed.has(key)) {
      fail(item, target, `${key} cannot be overridden with ${mode === '' ? 'nothing' : mode}`);
      return;
    }
    if (field(item.value, key) === undefined) {
      fail(item, target, `overrides ${key} without giving it`);
      return;
    }
  }
  if (overrides.size === 0) {
    fail(item, target, 'override is a mapping of keys to append or replace');
    return;
  }
  apply(item, said, { target, prior, overrides });
}

function apply(item: Item, said: Said, { target, prior, overrides }: Override): void {
  if (prior === undefined) return;
  const joined = (key: string, old: string, added: string | undefined): string => {
    const mode = overrides.get(key);
    if (mode === undefined || added === undefined) return old;
    return mode === 'append' ? `${old} ${added}` : added;
  };
  if (overrides.has('exceptions')) {
    const values = said.exceptions ?? [];
    const exceptions =
      overrides.get('exceptions') === 'append'
        ? appendExceptions(item, values, { target, prior })
        : readExceptions(item, values, target);
    if (exceptions === null) return;
    prior.exceptions = exceptions;
  }
  prior.condition = joined('condition', prior.condition, said.condition);
  prior.output = joined('output', prior.output, said.output).trim();
  prior.description = joined('desc', prior.description, said.description);
  if (overrides.has('tags')) {
    const tags = said.tags ?? [];
    prior.tags = overrides.get('tags') === 'append' ? [...prior.tags, ...tags] : tags;
  }
  prior.priority = said.priority ?? prior.priority;
  prior.enabled = said.enabled ?? prior.enabled;
  prior.warnsOfEventTypes = said.warnsOfEventTypes ?? prior.warnsOfEventTypes;
  prior.skipsUnknownFilter = said.skipsUnknownFilter ?? prior.skipsUnknownFilter;
  if (overrides.get('condition') === 'replace') prior.item = item;
  prior.sees = target.rank;
}
