// Judges one object under a policy: asks the controls that hold, applies waivers, says why.
import { severityRank } from '../model/severity.ts';
import type { Answer, AnsweredUnknown, Decision, Reason, Waived } from './answer.ts';
import { type Control, type Fault, type Variant, variantFor } from './control.ts';
import { controls } from './controls/index.ts';
import type { About, Inquired, Inquiry, Review } from './inquiry.ts';
import { type Edit, patchOf } from './patch.ts';
import { type Path, pathText, valueAt } from './path.ts';
import { viewPod } from './pod.ts';
import { isAsStrict, joined, type Mode, modes, type ProfileId } from './profile.ts';
import { rbacInquiry } from './rbac/index.ts';
import { clip } from './scalar.ts';
import { misshapen } from './shape.ts';
import type { PodTemplate, Subject } from './subject.ts';
import type { WaiverBook } from './waiver.ts';

export interface Policy {
  readonly profiles: readonly ProfileId[];
  /** Minor version of Kubernetes 1.x. */
  readonly minor: number;
  readonly waivers: WaiverBook;
  /** What it means that something could not be judged. */
  readonly onUnknown: Decision;
  /** Whoever judges whole objects beside the controls of Pods. */
  readonly inquiries?: readonly Inquiry[];
  /** What the API server says of the change; absent for files. */
  readonly review?: Review;
}

interface Asked {
  readonly control: Control;
  readonly variant: Variant;
  readonly mode: Mode;
}

/** Reasons that one object is told; the decision regards all of them. */
const reasonsTold = 500;

/** The controls that a policy asks, each in its variant. A control inside of another is not asked. */
function askedBy({ profiles, minor }: Policy): Asked[] {
  const { modeOf } = joined(profiles);
  const all = controls.flatMap((control): Asked[] => {
    const mode = modeOf(control);
    const variant = variantFor(control, minor);
    return mode === null || variant === null ? [] : [{ control, variant, mode }];
  });
  return all.filter(
    ({ control, mode }) =>
      !all.some(
        (other) =>
          other.control.overrides?.includes(control.id) === true && isAsStrict(other.mode, mode),
      ),
  );
}

interface Found {
  readonly about: About;
  readonly mode: Mode;
  readonly fault: Fault;
  /** From the root of the document to where the path of the fault starts. */
  readonly base: Path;
}

/** All faults of one Pod. One that a stricter control reports at the same place is told once. */
function faultsOf(template: PodTemplate, subject: Subject, asked: readonly Asked[]): Found[] {
  const pod = viewPod(template.root, subject.namespace);
  const byControl = new Map<string, readonly Fault[]>();
  for (const { control, variant } of asked) byControl.set(control.id, variant.check(pod));
  return asked.flatMap((one): Found[] => {
    const faults = byControl.get(one.control.id) ?? [];
    const inner = new Set(
      (one.control.overrides ?? []).flatMap((id) =>
        (byControl.get(id) ?? []).map(({ path }) => pathText(path)),
      ),
    );
    return faults
      .filter(({ path }) => inner.size === 0 || !inner.has(pathText(path)))
      .map((fault) => ({
        about: one.control,
        mode: one.mode,
        fault,
        base: fault.ofObject === true ? subject.path : [...subject.path, ...template.path],
      }));
  });
}

/** Judges one object. `lineAt` knows the lines of its document. Never throws on content. */
export function judge(
  subject: Subject,
  policy: Policy,
  lineAt: (path: Path) => number | null,
): Answer {
  const asked = askedBy(policy);
  const context: Context = { subject, lineAt, edits: [] };
  const told: Reason[] = [];
  const waived: Waived[] = [];
  let worst: Mode | null = null;
  let count = 0;
  const inquired = inquiriesOf(policy).map((inquiry) => inquiry(subject, policy.review ?? null));
  const all = [
    ...subject.pods.flatMap((template) => faultsOf(template, subject, asked)),
    ...inquired.flatMap(({ objections }) =>
      objections.map((one): Found => ({ ...one, base: subject.path })),
    ),
  ];
  for (const found of all) {
    const waiver = policy.waivers.find({
      ...subject,
      control: found.about.id,
      container: found.fault.container?.name ?? null,
      image: found.fault.container?.image ?? null,
    });
    if (waiver === null && (worst === null || isAsStrict(found.mode, worst))) worst = found.mode;
    if (waiver === null) count += 1;
    if (told.length + waived.length >= reasonsTold) continue;
    const reason = reasonOf(found, { ...context, isWaived: waiver !== null });
    if (waiver === null) told.push(reason);
    else {
      const { reason: why, owner, expires } = waiver;
      waived.push({ reason, by: { reason: why, owner, expires } });
    }
  }
  const unknowns = unknownsOf(subject, inquired, lineAt);
  const { apiVersion, kind, name, namespace, path } = subject;
  return {
    decision: decide(worst, unknowns.length > 0 ? policy.onUnknown : 'allow'),
    subject: { apiVersion, kind, name, namespace, path: pathText(path), line: lineAt(path) },
    reasons: told.sort(byWeight),
    moreReasons: count - told.length,
    waived,
    unknowns,
    passedOver: inquired.some(({ isAsked }) => isAsked) ? null : subject.passedOver,
    patch: patchOf(wrapped(subject), context.edits),
    policy: describePolicy(policy),
    ...annotationsOf(inquired),
  };
}

/** Who is asked beside the controls of Pods. */
function inquiriesOf(policy: Policy): readonly Inquiry[] {
  return [rbacInquiry(policy.profiles), ...(policy.inquiries ?? [])];
}

function annotationsOf(inquired: readonly Inquired[]): Pick<Answer, 'annotations'> {
  const all = inquired.flatMap(({ annotations }) => annotations);
  return all.length === 0 ? {} : { annotations: Object.fromEntries(all) };
}

/** The answer for a document that could not be read, or that is no object of Kubernetes. */
export function notJudged(
  policy: Policy,
  because: { readonly unknown: AnsweredUnknown } | { readonly passedOver: string },
): Answer {
  const unknowns = 'unknown' in because ? [because.unknown] : [];
  return {
    decision: unknowns.length > 0 ? policy.onUnknown : 'allow',
    subject: null,
    reasons: [],
    moreReasons: 0,
    waived: [],
    unknowns,
    passedOver: 'passedOver' in because ? because.passedOver : null,
    patch: [],
    policy: describePolicy(policy),
  };
}

function describePolicy({ profiles, minor }: Policy): Answer['policy'] {
  return { profiles, kubernetesVersion: `1.${minor}` };
}

function decide(worst: Mode | null, unknown: Decision): Decision {
  if (worst === 'deny' || unknown === 'deny') return 'deny';
  return worst === 'warn' || unknown === 'warn' ? 'warn' : 'allow';
}

interface Context {
  readonly subject: Subject;
  readonly lineAt: (path: Path) => number | null;
  /** All edits so far, from the root of the document. */
  readonly edits: Edit[];
}

function reasonOf(
  { about: control, mode, fault, base }: Found,
  { subject, lineAt, edits, isWaived }: Context & { readonly isWaived: boolean },
): Reason {
  const path = [...base, ...fault.path];
  const own = fault.edits.map((edit) => ({ ...edit, path: [...base, ...edit.path] }));
  if (!isWaived) edits.push(...own);
  const root = wrapped(subject);
  return {
    control: control.id,
    title: control.title,
    severity: control.severity,
    mode,
    path: pathText(path),
    line: lineAt(path),
    value: fault.secret === true ? '***' : shownValue(valueAt(root, path)),
    message: clip(fault.message, longestMessage),
    fix: control.fix,
    patch: patchOf(root, own),
    lesson: control.lesson,
    sources: control.sources,
    container: fault.container?.name ?? null,
    image: fault.container?.image ?? null,
    secret: fault.secret === true,
  };
}

const longestMessage = 1000;

/** The object at its place of the document, so that paths from the document's root lead into it. */
function wrapped({ object, path }: Subject): unknown {
  return path.reduceRight((inner: unknown, part) => {
    if (typeof part === 'string') return { [part]: inner };
    const list: unknown[] = [];
    list[part] = inner;
    return list;
  }, object);
}

/** Scalars and small objects as they are; larger ones by a word. */
function shownValue(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'string') return clip(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Object.values(value).some((one) => typeof one === 'object' && one !== null)) {
    return Array.isArray(value) ? 'a list' : 'an object';
  }
  const entries = Object.entries(value).slice(0, shownEntries);
  const shown = entries.map(
    ([key, one]) => [clip(key), typeof one === 'string' ? clip(one) : one] as const,
  );
  return Array.isArray(value) ? shown.map(([, one]) => one) : Object.fromEntries(shown);
}

const shownEntries = 20;

function unknownsOf(
  subject: Subject,
  inquired: readonly Inquired[],
  lineAt: Context['lineAt'],
): AnsweredUnknown[] {
  const places = subject.pods.flatMap((template): { path: Path; reason: string }[] =>
    misshapen(template.root).map(({ path, reason }) => ({
      path: [...subject.path, ...template.path, ...path],
      reason,
    })),
  );
  for (const { unknowns } of inquired) {
    for (const { path, reason } of unknowns) {
      places.push({ path: [...subject.path, ...path], reason });
    }
  }
  if (subject.problem !== null) places.push({ path: subject.path, reason: subject.problem });
  return places.map(({ path, reason }) => ({
    path: pathText(path),
    line: lineAt(path),
    reason: clip(reason, longestMessage),
  }));
}

function byWeight(a: Reason, b: Reason): number {
  const mode = modes.indexOf(b.mode) - modes.indexOf(a.mode);
  return mode === 0 ? severityRank(a.severity) - severityRank(b.severity) : mode;
}
