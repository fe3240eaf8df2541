// The contract of a control: one question to a Pod, with its sources, its fix and its own proof.
import type { LessonId } from '../model/lesson.ts';
import type { Severity } from '../model/severity.ts';
import type { Edit } from './patch.ts';
import type { Path } from './path.ts';
import type { ContainerView, PodView } from './pod.ts';
import { clip } from './scalar.ts';

/** One place that breaks a control. */
export interface Fault {
  /** From the root of the Pod (`metadata`, `spec`), or of the object that makes it (`ofObject`). */
  readonly path: Path;
  readonly ofObject?: true;
  /** In the words of Kubernetes where it has some. */
  readonly message: string;
  /** The container at fault; null: the Pod as a whole. */
  readonly container: ContainerView | null;
  /** What removes it; empty where only a person can decide. */
  readonly edits: readonly Edit[];
  /** The value is a credential: it is never shown. */
  readonly secret?: true;
}

/** A Pod that proves the control; `kubernetes` is its version, by default the newest. */
export interface PodVector {
  readonly kubernetes?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly namespace?: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface Variant {
  /** Minor version of Kubernetes 1.x from which on this variant holds. */
  readonly since: number;
  readonly check: (pod: PodView) => readonly Fault[];
}

export interface Control {
  /** As Kubernetes calls its check, else kebab-case. */
  readonly id: string;
  readonly title: string;
  readonly level: 'baseline' | 'restricted' | 'hardening';
  readonly sources: readonly string[];
  readonly severity: Severity;
  readonly lesson: LessonId;
  /** What to do, one imperative sentence. */
  readonly fix: string;
  /** Oldest first; the newest that is not newer than the asked version is evaluated. */
  readonly variants: readonly [Variant, ...Variant[]];
  /** Controls that this one contains: where it holds they are not asked. */
  readonly overrides?: readonly string[];
  readonly passes: readonly PodVector[];
  readonly fails: readonly PodVector[];
}

/** The variant for Kubernetes 1.`minor`, or null where the control is younger. */
export function variantFor({ variants }: Control, minor: number): Variant | null {
  return variants.findLast(({ since }) => since <= minor) ?? null;
}

export interface FaultDetails {
  readonly message: string;
  readonly edits?: readonly Edit[];
  readonly secret?: true;
}

/** A fault at `inner` of a container. */
export function containerFault(
  container: ContainerView,
  inner: Path,
  { message, edits = [], ...more }: FaultDetails,
): Fault {
  return { path: [...container.path, ...inner], message, container, edits, ...more };
}

/** A fault of the Pod as a whole. */
export function podFault(path: Path, { message, edits = [], ...more }: FaultDetails): Fault {
  return { path, message, container: null, edits, ...more };
}

/** The edit that sets `inner` of a container. */
export function setIn(container: ContainerView, inner: Path, value: unknown): Edit {
  return { kind: 'set', path: [...container.path, ...inner], value };
}

/** The edit that removes `inner` of a container. */
export function removeIn(container: ContainerView, inner: Path): Edit {
  return { kind: 'remove', path: [...container.path, ...inner] };
}

/** `container "web"`, or by its place where it has no name. */
export function nameOf({ name, path }: ContainerView): string {
  return name === '' ? `container ${String(path[2])} of ${String(path[1])}` : `container "${name}"`;
}

/** A value inside of a message: quoted where it is text, cut where it is long. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(clip(value));
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
