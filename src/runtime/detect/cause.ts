// The cause of a detection: rule, workload, program, ancestry and class of target. Two detections of the
// same cause are told once, and an exception for a cause silences just that.
import { createHash } from 'node:crypto';
import { type CauseCheck, checkOfName, checkOfText } from './check.ts';
import type { FieldReader } from './fields.ts';
import { targetOf } from './target.ts';

export interface Cause {
  /** Short, stable, the same on every machine. */
  readonly id: string;
  readonly rule: string;
  /** All hold for a detection of this cause; nearly a rule of its own. */
  readonly checks: readonly CauseCheck[];
  /** What it is about: `opens /etc/shadow`. */
  readonly target: string;
  /** Its checks tell it from all else that the rule sees. */
  readonly hasException: boolean;
}

/** Programs whose work stands in their arguments. */
const interpreter =
  /(?:^|\/)(?:(?:ba|da|a|z|k|c|tc|fi)?sh|busybox|python[\d.]*|perl[\d.]*|ruby[\d.]*|node|nodejs|bun|deno|php[\d.]*|java|lua[\d.]*)$/;

const ancestors = ['proc.pname', 'proc.aname[2]', 'proc.aname[3]'];

/** Rules on what a container was started with: that is its image's doing, whatever starts first in it. */
const ofContainer: ReadonlySet<string> = new Set([
  'Container started privileged',
  'Container started with folders of the node',
  'Container started with the processes of the node',
  'Container started with a dangerous capability',
]);

/** The cause of a detection of `rule` by `event`. */
export function causeOf<Event>(rule: string, event: Event, fields: FieldReader<Event>): Cause {
  const target = targetOf(event, fields);
  const workload = workloadChecks(event, fields);
  if (ofContainer.has(rule)) return caused(rule, workload, { text: 'starts', isWhole: true });
  const checks = [
    ...workload,
    ...programChecks(event, fields),
    ...ancestors.flatMap((field) => checkOf(field, event, fields)),
    ...target.checks,
  ];
  // The rule alone would be its end.
  return caused(rule, checks, { text: target.text, isWhole: checks.length > 1 });
}

function caused(
  rule: string,
  checks: readonly CauseCheck[],
  { text, isWhole }: { readonly text: string; readonly isWhole: boolean },
): Cause {
  const key = JSON.stringify([rule, checks.map(({ field, value }) => [field, value])]);
  const id = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return { id, rule, checks, target: text, hasException: isWhole && checks.length > 0 };
}

function checkOf<Event>(
  field: string,
  event: Event,
  fields: FieldReader<Event>,
): readonly CauseCheck[] {
  const text = fields.text(event, field);
  return text === null ? [] : [checkOfText(field, text)];
}

/** The image and namespace; a container whose image is not known speaks for itself alone. */
function workloadChecks<Event>(event: Event, fields: FieldReader<Event>): readonly CauseCheck[] {
  const image = exactly('container.image.repository', event, fields);
  const space = exactly('k8s.ns.name', event, fields);
  const place = image.length > 0 ? image : exactly('container.id', event, fields);
  return [...place, ...space];
}

function exactly<Event>(
  field: string,
  event: Event,
  fields: FieldReader<Event>,
): readonly CauseCheck[] {
  const text = fields.text(event, field);
  return text === null ? [] : [checkOfName(field, text)];
}

function programChecks<Event>(event: Event, fields: FieldReader<Event>): readonly CauseCheck[] {
  const path = fields.text(event, 'proc.exepath');
  const program = checkOf(path === null ? 'proc.name' : 'proc.exepath', event, fields);
  const name = path ?? fields.text(event, 'proc.name') ?? '';
  const isStart = (fields.text(event, 'evt.type') ?? '').startsWith('exec');
  // What a program was started for is its arguments; later an interpreter is told by them.
  if (!isStart && !interpreter.test(name)) return program;
  return [...program, ...checkOf('proc.args', event, fields)];
}
