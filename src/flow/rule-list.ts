// The walk "which rules are there, and what are they for".
import { SeaworthyError } from '../base/error.ts';
import { factsOfRule, officialRules, techniqueOf } from '../runtime/catalog/index.ts';
import { loadSyscallRules, type Rule, type RulesFile } from '../runtime/rules/index.ts';

/** One rule of `rules list`; its JSON is the contract. */
export interface RuleRow {
  readonly rule: string;
  readonly description: string;
  readonly priority: string;
  readonly maturity: string | null;
  readonly enabled: boolean;
  /** ATT&CK, ids of v19. */
  readonly techniques: readonly string[];
  readonly lesson: string | null;
  readonly tags: readonly string[];
  readonly file: string;
  readonly line: number | null;
}

/**
 * Rules in the order of their definition. Throws `SeaworthyError` `malformed` when files have errors
 * and `usage` for an unknown technique.
 * @param technique an id of ATT&CK v18 or v19; sub-techniques count for their technique
 */
export function listRules(
  files: readonly RulesFile[],
  technique: string | null,
): readonly RuleRow[] {
  const wanted = technique === null ? null : wantedId(technique);
  const { rules, errors } = loadSyscallRules(files);
  const [error] = errors;
  if (error !== undefined) {
    throw new SeaworthyError('malformed', `${error.file}: ${error.message}`, {
      advice: 'run `seaworthy rules check` for all flaws',
    });
  }
  return rules
    .map(rowOf)
    .filter(({ techniques }) => wanted === null || techniques.some((id) => isBelow(id, wanted)));
}

function wantedId(text: string): string {
  const found = techniqueOf(text);
  if (found !== null) return found.id;
  if (/^T\d{4}(?:\.\d{3})?$/i.test(text)) return text.toUpperCase();
  throw new SeaworthyError('usage', `${text} is no technique of ATT&CK`, {
    advice: 'give an id such as T1611',
  });
}

function isBelow(id: string, wanted: string): boolean {
  return id === wanted || id.startsWith(`${wanted}.`);
}

function rowOf(rule: Rule): RuleRow {
  const facts = factsOfRule(rule.name) ?? officialRules.get(rule.name) ?? null;
  const { name, description, priority, enabled, tags } = rule;
  const { file, line } = rule.place();
  const maturity = tags.find((tag) => tag.startsWith('maturity_')) ?? null;
  return {
    rule: name,
    description: description.trim(),
    priority,
    maturity: maturity === null ? null : maturity.slice('maturity_'.length),
    enabled,
    techniques: facts?.techniques ?? techniquesOfTags(tags),
    lesson: facts?.lesson ?? null,
    tags,
    file,
    line,
  };
}

/** Techniques that a stranger's tags name, as v19 calls them. */
function techniquesOfTags(tags: readonly string[]): readonly string[] {
  const ids = tags.filter((tag) => /^T\d{4}(?:\.\d{3})?$/.test(tag));
  return [...new Set(ids.map((id) => techniqueOf(id)?.id ?? id))];
}
