// The walks "are these rules sound" and "why does this rule match, or not".
import { SeaworthyError } from '../base/error.ts';
import { parseJson } from '../base/json.ts';
import { auditEvent, auditFields } from '../runtime/audit-log/index.ts';
import {
  type Explanation,
  explain,
  flatEvent,
  flatFields,
  type LoadError,
  type LoadedRules,
  type LoadWarning,
  type Rule,
  type RulesFile,
  unknownNames,
} from '../runtime/rules/index.ts';
import { loadReplayRules } from './replay.ts';

/** The answer of `rules check`; its JSON is the contract. */
export interface RulesReport {
  /** Rules that were loaded without errors. */
  readonly rules: number;
  readonly enabled: number;
  readonly lists: number;
  readonly macros: number;
  readonly errors: readonly RulesIssue[];
  readonly warnings: readonly RulesIssue[];
}

export interface RulesIssue {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  /** The rule, macro or list. */
  readonly rule: string | null;
  readonly code: string;
  readonly message: string;
}

/** Loads the files as one set and tells what is wrong with them. */
export function checkRules(files: readonly RulesFile[]): RulesReport {
  const { rules, lists, macros, errors, warnings } = loadReplayRules(files);
  return {
    rules: rules.length,
    enabled: rules.filter(({ enabled }) => enabled).length,
    lists,
    macros,
    errors: errors.map((issue) => reported(issue)),
    warnings: warnings.map((issue) => reported(issue)),
  };
}

function reported({
  file,
  line,
  column,
  item,
  code,
  message,
}: LoadError | LoadWarning): RulesIssue {
  return { file, line, column, rule: item, code, message };
}

/** The answer of `rules explain`. */
export interface RuleExplanation {
  readonly rule: string;
  readonly file: string;
  readonly line: number | null;
  readonly enabled: boolean;
  readonly matches: boolean;
  readonly condition: Explanation;
  /** What a reader should know: fields of the event that do not exist, a rule that is off. */
  readonly remarks: readonly string[];
}

/**
 * Explains one rule for an event given as JSON text. Throws `SeaworthyError`: `not-found` for an
 * unknown rule, `malformed` for a broken rule or an event that is none.
 */
export function explainRule(
  name: string,
  files: readonly RulesFile[],
  eventText: string,
): RuleExplanation {
  const loaded = loadReplayRules(files);
  const rule = findRule(name, loaded);
  const parsed = parseJson(eventText);
  if (!parsed.ok) throw new SeaworthyError('malformed', `the event is ${parsed.reason}`);
  const { condition, remarks } = explainEvent(rule, parsed.value);
  if (!rule.enabled) remarks.push('the rule is disabled');
  const { file, line } = rule.place();
  return {
    rule: rule.name,
    file,
    line,
    enabled: rule.enabled,
    matches: condition.outcome === 'true',
    condition,
    remarks,
  };
}

interface EventExplanation {
  readonly condition: Explanation;
  readonly remarks: string[];
}

/** An entry of an audit log for rules of that source, else a flat event. */
function explainEvent(rule: Rule, value: unknown): EventExplanation {
  if (rule.source === 'k8s_audit') {
    const entry = auditEvent(value, 1);
    if (entry !== null) return { condition: explain(rule, entry, auditFields), remarks: [] };
    throw new SeaworthyError('malformed', 'the event is no entry of an audit log', {
      advice: 'give one line of the log of the API server: it has auditID and verb',
    });
  }
  const event = flatEvent(value);
  if (event === null) {
    throw new SeaworthyError('malformed', 'the event has no evt.type', {
      advice: 'give an object of fields, such as {"evt.type": "execve", "proc.name": "bash"}',
    });
  }
  const remarks = unknownNames(event).map((one) => `the event has ${one}, which is no field`);
  return { condition: explain(rule, event, flatFields), remarks };
}

function findRule(name: string, { rules, errors }: LoadedRules): Rule {
  const exact = rules.find((rule) => rule.name === name);
  const folded = name.toLowerCase();
  const near = rules.filter((rule) => rule.name.toLowerCase().includes(folded));
  const [only] = near;
  if (exact !== undefined) return exact;
  const broken = errors.find((error) => error.item === name) ?? (near.length === 0 && errors[0]);
  if (broken) {
    const place = broken.line === null ? broken.file : `${broken.file}:${broken.line}`;
    throw new SeaworthyError('malformed', `${place}: ${broken.item ?? 'file'}: ${broken.message}`, {
      advice: 'run `seaworthy rules check` for all flaws',
    });
  }
  if (only !== undefined && near.length === 1) return only;
  const names = near.slice(0, 5).map((rule) => rule.name);
  throw new SeaworthyError('not-found', `there is no rule ${name} in these files`, {
    advice: names.length === 0 ? 'check its name' : `did you mean ${names.join(' or ')}?`,
  });
}
