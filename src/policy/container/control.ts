// The contract of a control on the configuration of one container.
import type { LessonId } from '../../model/lesson.ts';
import type { Severity } from '../../model/severity.ts';
import type { Edit } from '../patch.ts';
import type { Path } from '../path.ts';
import type { ContainerConfig } from './config.ts';

/** One place that breaks a control. */
export interface ContainerFault {
  readonly path: Path;
  /** What stands there; null where nothing does. */
  readonly value: unknown;
  readonly message: string;
  readonly edits: readonly Edit[];
  /** Where this very value weighs other than the ordinary case. */
  readonly severity?: Severity;
  /** The value is a credential: it is never shown. */
  readonly secret?: true;
}

export interface ContainerControl {
  /** Kebab-case; the same word as the control on Pods that asks the same. */
  readonly id: string;
  /** Number in CIS Docker; null: ours alone. */
  readonly cis: string | null;
  readonly title: string;
  readonly level: 'baseline' | 'restricted' | 'hardening';
  readonly severity: Severity;
  readonly lesson: LessonId;
  /** What to do, one imperative sentence. */
  readonly fix: string;
  /** Flags of `docker update` that mend a running container. */
  readonly update?: string;
  /** Flags of `docker run` that a new container wants. */
  readonly run?: string;
  readonly check: (config: ContainerConfig) => readonly ContainerFault[];
}

/** Words of references for people: `CIS Docker 5.5`. */
export function sourcesOf({ cis }: Pick<ContainerControl, 'cis'>): readonly string[] {
  return cis === null ? ['Seaworthy'] : [`CIS Docker ${cis}`];
}

/** The command that mends a container, or what its successor wants. */
export function commandOf(control: ContainerControl, name: string): string | null {
  const safe = /^[\w.-]+$/.test(name) ? name : 'CONTAINER';
  if (control.update !== undefined) return `docker update ${control.update} ${safe}`;
  return control.run === undefined ? null : `docker run ${control.run} ... (recreates ${safe})`;
}
