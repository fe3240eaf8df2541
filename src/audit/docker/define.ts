// What the controls of CIS Docker have in common: benchmark, words for the parts, small makers.
import type { LessonId } from '../../model/lesson.ts';
import type { Severity } from '../../model/severity.ts';
import { type AuditControl, type Evidence, told, type Verdict } from '../control.ts';
import type { DockerFacts } from './facts.ts';

export type DockerControl = AuditControl<DockerFacts>;

const benchmark = 'CIS Docker 1.6';

export interface Section {
  readonly profile: string;
  readonly reads: string;
  readonly severity: Severity;
  readonly lesson: LessonId;
}

/** A control with what its section gives to all of its rows. */
export function control(
  section: Section,
  row: Partial<Section> &
    Pick<DockerControl, 'id' | 'title' | 'fix' | 'evaluate'> & { readonly alias?: string },
): DockerControl {
  return { benchmark, ...section, ...row };
}

/** A control that only a person can answer; `how` says how. */
export function byHand(
  section: Section,
  row: Partial<Section> & { readonly id: string; readonly title: string; readonly how: string },
): DockerControl {
  const { how, ...more } = row;
  return {
    benchmark,
    ...section,
    reads: 'by hand',
    ...more,
    fix: how,
    evaluate: () => told('manual', how),
  };
}

/** Evidence about the engine as a whole. */
export function found(place: string, value: unknown, message: string): Evidence {
  return { subject: null, place, value, message };
}

/** Runs `judge` where the files of the host are known. */
export function onHost(facts: DockerFacts, judge: () => Verdict): Verdict {
  return facts.hostProblem === null ? judge() : told('unknown', facts.hostProblem);
}
