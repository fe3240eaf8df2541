// Reads rules files into definitions: later ones replace or extend earlier ones of the same name.
import { asArray, asRecord, field, keysOf } from '../../../base/json.ts';
import { parseYamlDocuments, type YamlDocument } from '../../../base/yaml.ts';
import { collectList, collectMacro } from './collect-named.ts';
import { collectRule } from './collect-rule.ts';
import type { Drafts } from './draft.ts';
import type { Issues, Place } from './issue.ts';
import { type Item, type ItemKind, itemAt, type RulesFile, textOf } from './item.ts';
import { engineVersion, isNewer, knownPlugins, parseVersion } from './versions.ts';

/** Items of all files together; the official files have 560. */
const itemsAtMost = 100_000;

const allowedKeys: Readonly<Record<ItemKind, ReadonlySet<string>>> = {
  list: new Set(['list', 'items', 'append', 'override']),
  macro: new Set(['macro', 'condition', 'append', 'override']),
  rule: new Set([
    'rule',
    'desc',
    'condition',
    'output',
    'priority',
    'source',
    'enabled',
    'tags',
    'exceptions',
    'append',
    'override',
    'capture',
    'capture_duration',
    'warn_evttypes',
    'skip-if-unknown-filter',
  ]),
};

const invalidName = {
  list: 'LOAD_INVALID_LIST_NAME',
  macro: 'LOAD_INVALID_MACRO_NAME',
  rule: 'LOAD_INVALID_RULE_NAME',
} as const;

/** Gathers the definitions of all files, in their order. */
export function collect(files: readonly RulesFile[], issues: Issues): Drafts {
  const drafts: Drafts = { lists: new Map(), macros: new Map(), rules: new Map() };
  let rank = 0;
  for (const file of files) {
    const parsed = parseYamlDocuments(file.text);
    if (!parsed.ok) {
      const at = { file: file.name, line: parsed.line ?? null, column: null };
      issues.error('LOAD_ERR_YAML_PARSE', at, null, parsed.reason);
      continue;
    }
    for (const document of parsed.documents) {
      rank = collectDocument({ file, document, drafts, issues }, rank);
    }
  }
  return drafts;
}

interface DocumentContext {
  readonly file: RulesFile;
  readonly document: YamlDocument;
  readonly drafts: Drafts;
  readonly issues: Issues;
}

function collectDocument(context: DocumentContext, firstRank: number): number {
  const { file, document, issues } = context;
  if (document.value === null || document.value === undefined) return firstRank;
  if (!Array.isArray(document.value)) {
    const at = { file: file.name, line: document.lineAt([]), column: null };
    issues.error('LOAD_ERR_YAML_VALIDATE', at, null, 'a rules file is a list of items');
    return firstRank;
  }
  let rank = firstRank;
  for (const [index, value] of document.value.entries()) {
    rank += 1;
    if (rank > itemsAtMost) {
      const at = placeAt(context, index);
      issues.error('LOAD_ERR_VALIDATE', at, null, `more than ${itemsAtMost} items`);
      break;
    }
    collectItem(context, { index, value, rank });
  }
  return rank;
}

/** The place of an item; its line waits until someone asks, as that needs a slow parse. */
function placeAt({ file, document }: DocumentContext, index: number): Place {
  return {
    file: file.name,
    get line() {
      return document.lineAt([index]);
    },
    column: null,
  };
}

interface Entry {
  readonly index: number;
  readonly value: unknown;
  readonly rank: number;
}

function collectItem(context: DocumentContext, { index, value, rank }: Entry): void {
  const { file, document, drafts, issues } = context;
  const at = placeAt(context, index);
  if (asRecord(value) === null) {
    issues.error('LOAD_ERR_YAML_VALIDATE', at, null, 'an item is a mapping');
    return;
  }
  const kind = (['rule', 'macro', 'list'] as const).find((one) => field(value, one) !== undefined);
  if (kind === undefined) {
    collectRequirement(value, at, issues);
    return;
  }
  const item = itemAt(file, document, index, kind);
  if (item === null) {
    issues.error('LOAD_ERR_YAML_VALIDATE', at, null, `a ${kind} without a name`);
    return;
  }
  checkItem(item, issues);
  const target = { drafts, issues, rank };
  if (kind === 'list') collectList(item, target);
  else if (kind === 'macro') collectMacro(item, target);
  else collectRule(item, target);
}

function checkItem(item: Item, issues: Issues): void {
  const { kind, name, value } = item;
  for (const key of keysOf(value).filter((one) => !allowedKeys[kind].has(one))) {
    const message = `a ${kind} has no key ${key}`;
    issues.warn('LOAD_UNKNOWN_KEY', item.placeOf(key), name, message);
  }
  if (kind !== 'rule' && !/^[a-zA-Z][a-zA-Z0-9_-]*$/.test(name)) {
    issues.warn(invalidName[kind], item, name, `${name} cannot be referred to: use a-z, 0-9, _`);
  }
}

function collectRequirement(value: unknown, at: Place, issues: Issues): void {
  const engine = field(value, 'required_engine_version');
  const plugins = field(value, 'required_plugin_versions');
  if (engine !== undefined) {
    const wanted = parseVersion(textOf(engine) ?? '');
    if (wanted === null) {
      const message = 'required_engine_version is no version';
      issues.error('LOAD_ERR_YAML_VALIDATE', at, null, message);
    } else if (isNewer(wanted, engineVersion)) {
      const message = `needs engine ${wanted.join('.')}; this one is ${engineVersion.join('.')}`;
      issues.error('LOAD_ERR_VALIDATE', at, null, message);
    }
  } else if (plugins !== undefined) {
    for (const plugin of asArray(plugins)) checkPlugin(plugin, at, issues);
  } else {
    const [first = 'nothing'] = keysOf(value);
    const message = `${first} is no rule, macro, list or requirement`;
    issues.warn('LOAD_UNKNOWN_ITEM', at, null, message);
  }
}

/** One of the named plugins and its alternatives is enough. */
function checkPlugin(plugin: unknown, at: Place, issues: Issues): void {
  const choices = [plugin, ...asArray(field(plugin, 'alternatives'))].map((one) => ({
    name: textOf(field(one, 'name')) ?? '',
    version: parseVersion(textOf(field(one, 'version')) ?? ''),
  }));
  if (choices.some(({ name, version }) => name === '' || version === null)) {
    issues.error(
      'LOAD_ERR_YAML_VALIDATE',
      at,
      null,
      'a required plugin needs a name and a version',
    );
    return;
  }
  const present = choices.filter(({ name }) => knownPlugins.has(name));
  const names = choices.map(({ name }) => name).join(' or ');
  if (present.length === 0) {
    const message = `plugin ${names} is not built in; rules for its events are left out`;
    issues.warn('LOAD_UNKNOWN_SOURCE', at, null, message);
  } else if (
    present.every(({ name, version }) => isNewer(version ?? [0, 0, 0], knownPlugins.get(name)))
  ) {
    issues.error('LOAD_ERR_VALIDATE', at, null, `plugin ${names} is needed in a newer version`);
  }
}
