// The answer for what is no object of Kubernetes (a Compose service, a Dockerfile, a container): its
// faults under a policy, waivers taken off, in the words of the gate.
import type { LessonId } from '../model/lesson.ts';
import { type Severity, severityRank } from '../model/severity.ts';
import type { Answer, AnsweredUnknown, Decision, Reason, Waived } from './answer.ts';
import { diffOf, type LineEdit, type LineText } from './line-patch.ts';
import { type Edit, patchOf } from './patch.ts';
import { type Path, pathText } from './path.ts';
import { joined, type Mode, modes, type ProfileId } from './profile.ts';
import { clip } from './scalar.ts';
import type { WaiverBook } from './waiver.ts';

/** What a verdict reads of the policy. */
export interface VerdictPolicy {
  readonly profiles: readonly ProfileId[];
  readonly minor: number;
  readonly waivers: WaiverBook;
  readonly onUnknown: Decision;
}

/** What a verdict reads of a control. */
export interface JudgedControl {
  readonly id: string;
  readonly title: string;
  readonly level: 'baseline' | 'restricted' | 'hardening';
  readonly severity: Severity;
  readonly lesson: LessonId;
  readonly fix: string;
}

export interface JudgedFault {
  readonly control: JudgedControl;
  readonly sources: readonly string[];
  readonly path: Path;
  /** Where the document does not tell lines itself. */
  readonly line?: number;
  readonly value: unknown;
  readonly message: string;
  readonly edits: readonly Edit[];
  /** Where the subject is a text of lines. */
  readonly lineEdits?: readonly LineEdit[];
  readonly severity?: Severity;
  readonly secret?: true;
  /** A command that mends it, told behind the fix. */
  readonly command?: string;
}

export interface Judged {
  readonly subject: { readonly apiVersion: string; readonly kind: string; readonly name: string };
  readonly path: Path;
  readonly image: string | null;
  readonly faults: readonly JudgedFault[];
  readonly unknowns: readonly AnsweredUnknown[];
  /** The document, for patches; null: it is none that can be patched. */
  readonly root: unknown;
  /** The file, for differences, where it is one of lines. */
  readonly text?: LineText;
  readonly lineAt: (path: Path) => number | null;
}

/** Reasons that one subject is told; the decision regards all of them. */
const reasonsTold = 500;
const longestMessage = 1000;

/** Applies profiles and waivers to the faults of one subject. */
export function verdictOf(judged: Judged, policy: VerdictPolicy): Answer {
  const { modeOf } = joined(policy.profiles);
  const { subject, image, unknowns, root, path, lineAt } = judged;
  const told: Reason[] = [];
  const waived: Waived[] = [];
  const edits: Edit[] = [];
  const lineEdits: LineEdit[] = [];
  let worst: Mode | null = null;
  let count = 0;
  for (const fault of judged.faults) {
    const severity = fault.severity ?? fault.control.severity;
    const mode = modeOf({ level: fault.control.level, severity });
    if (mode === null) continue;
    const by = policy.waivers.find({
      control: fault.control.id,
      kind: subject.kind,
      name: subject.name,
      namespace: null,
      container: subject.name,
      image,
    });
    if (by === null) {
      count += 1;
      edits.push(...fault.edits);
      lineEdits.push(...(fault.lineEdits ?? []));
      if (worst === null || modes.indexOf(mode) > modes.indexOf(worst)) worst = mode;
    }
    if (told.length + waived.length >= reasonsTold) continue;
    const reason = reasonOf(fault, { mode, severity, judged });
    if (by === null) told.push(reason);
    else {
      const { reason: why, owner, expires } = by;
      waived.push({ reason, by: { reason: why, owner, expires } });
    }
  }
  const unknown = unknowns.length > 0 ? policy.onUnknown : 'allow';
  return {
    decision: decisionOf(worst, unknown),
    subject: { ...subject, namespace: null, path: pathText(path), line: lineAt(path) },
    reasons: told.toSorted(byWeight),
    moreReasons: count - told.length,
    waived,
    unknowns,
    passedOver: null,
    patch: root === null ? [] : patchOf(root, edits),
    ...differenceOf(judged, lineEdits),
    policy: { profiles: policy.profiles, kubernetesVersion: `1.${policy.minor}` },
  };
}

function differenceOf({ text }: Judged, edits: readonly LineEdit[]): { readonly diff?: string } {
  const diff = text === undefined || edits.length === 0 ? '' : diffOf(text, edits);
  return diff === '' ? {} : { diff };
}

function decisionOf(worst: Mode | null, unknown: Decision): Decision {
  if (worst === 'deny' || unknown === 'deny') return 'deny';
  return worst === 'warn' || unknown === 'warn' ? 'warn' : 'allow';
}

interface ReasonContext {
  readonly mode: Mode;
  readonly severity: Severity;
  readonly judged: Judged;
}

function reasonOf(fault: JudgedFault, { mode, severity, judged }: ReasonContext): Reason {
  const { control, path, message, edits, command } = fault;
  const { id, lesson } = control;
  const { root, subject, image, lineAt } = judged;
  const fix = command === undefined ? control.fix : `${control.fix} (${command})`;
  return {
    control: id,
    title: topicOf(id),
    severity,
    mode,
    path: pathText(path),
    line: fault.line ?? lineAt(path),
    value: fault.secret === true ? '***' : fault.value,
    message: clip(message, longestMessage),
    fix,
    patch: root === null ? [] : patchOf(root, edits),
    ...differenceOf(judged, fault.secret === true ? [] : (fault.lineEdits ?? [])),
    lesson,
    sources: fault.sources,
    container: subject.name === '' ? null : subject.name,
    image: image === null ? null : clip(image, 1024),
    secret: fault.secret === true,
  };
}

/** `privileged-port` as a topic: titles of these controls say what should be, messages what is. */
function topicOf(id: string): string {
  const words = id.replaceAll('-', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function byWeight(a: Reason, b: Reason): number {
  const mode = modes.indexOf(b.mode) - modes.indexOf(a.mode);
  return mode === 0 ? severityRank(a.severity) - severityRank(b.severity) : mode;
}
