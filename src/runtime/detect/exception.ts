// An exception for a cause, ready to be put behind the rules: "this was us". How far it would reach is
// counted on what was seen before.
import {
  type FieldRegistry,
  loadSyscallRules,
  type Rule,
  RuleEngine,
  type RulesFile,
} from '../rules/index.ts';
import type { Cause } from './cause.ts';
import { patterns } from './patterns.ts';

export interface ProposedException {
  /** The name of the exception: `cause_` and the id of the cause. */
  readonly name: string;
  readonly rule: string;
  /** A rules file of its own; to be loaded behind the file of the rule. */
  readonly yaml: string;
}

/**
 * The exception for a cause; null when the cause has nothing but its rule (that would be its end), and for
 * patterns, which are no rules: images that may do it stand in their settings.
 */
export function proposeException(cause: Cause): ProposedException | null {
  const { id, rule, checks, target } = cause;
  if (!cause.hasException || patterns.some((one) => one.rule === rule)) return null;
  const name = `cause_${id}`;
  const lines = [
    `# ${rule}: ${target}`.replaceAll(/[\p{C}\u2028\u2029]/gu, '?').slice(0, 200),
    `- rule: ${JSON.stringify(rule)}`,
    '  exceptions:',
    `    - name: ${name}`,
    `      fields: ${list(checks.map(({ field }) => field))}`,
    `      comps: ${list(checks.map(({ operator }) => operator))}`,
    '      values:',
    `        - ${list(checks.map(({ value }) => value))}`,
    '  override:',
    '    exceptions: append',
  ];
  return { name, rule, yaml: `${lines.join('\n')}\n` };
}

/** A YAML sequence on one line; JSON is YAML. */
function list(items: readonly unknown[]): string {
  return `[${items.map((item) => JSON.stringify(item)).join(', ')}]`;
}

export interface SeenDetection<Event> {
  readonly rule: string;
  readonly event: Event;
  /** Its container; null on the host. */
  readonly containerId: string | null;
}

export interface BlastRadius {
  /** Past detections of the rule, and how many of them the exception would have silenced. */
  readonly ofRule: number;
  readonly silenced: number;
  readonly containers: number;
}

/** The name of the rule that has nothing but the exception. */
const probe = 'exception';

/**
 * How many of the past detections an exception would have silenced. Works on events of a sensor and, with
 * `flatFields`, on the fields of stored alerts; what those do not tell is not silenced.
 */
export function blastRadius<Event extends { readonly type: string }>(
  { checks, rule }: Cause,
  past: Iterable<SeenDetection<Event>>,
  registry: FieldRegistry<Event>,
): BlastRadius {
  const engine = new RuleEngine(probeRules(checks), registry);
  const containers = new Set<string | null>();
  let ofRule = 0;
  let silenced = 0;
  for (const one of past) {
    if (one.rule !== rule) continue;
    ofRule += 1;
    if (engine.match(one.event).length > 0) continue;
    silenced += 1;
    containers.add(one.containerId);
  }
  return { ofRule, silenced, containers: containers.size };
}

function probeRules(checks: Cause['checks']): readonly Rule[] {
  const fields = checks.map(({ field }) => field);
  const comps = checks.map(({ operator }) => operator);
  const value = checks.map((one) => one.value);
  // A rule that holds for everything but the exception: what it does not match is silenced.
  const text = JSON.stringify([
    {
      rule: probe,
      desc: probe,
      condition: 'evt.type exists',
      output: probe,
      priority: 'DEBUG',
      warn_evttypes: false,
      exceptions: [{ name: probe, fields, comps, values: [value] }],
    },
  ]);
  return loadSyscallRules([{ name: probe, text }]).rules;
}

/** Whether a file of exceptions loads behind `files` without a flaw; its flaws as texts. */
export function flawsOfException(
  files: readonly RulesFile[],
  { yaml, name }: ProposedException,
): readonly string[] {
  const { errors, warnings } = loadSyscallRules([...files, { name: `${name}.yaml`, text: yaml }]);
  return [...errors, ...warnings]
    .filter(({ file }) => file === `${name}.yaml`)
    .map(({ code, message }) => `${code}: ${message}`);
}
