// The door of Dockerfiles: reading them, their controls, and the answer of the gate.
import type { Answer } from '../answer.ts';
import { clip } from '../scalar.ts';
import { type JudgedFault, type VerdictPolicy, verdictOf } from '../verdict.ts';
import { baseControls } from './base-controls.ts';
import { contentControls } from './content-controls.ts';
import type { DockerfileControl } from './control.ts';
import { runControls } from './run-controls.ts';
import { type Dockerfile, readDockerfile, type Stage } from './stage.ts';

export type { DockerfileControl } from './control.ts';
export { readDockerfile } from './stage.ts';

/** All controls on Dockerfiles. Adding one = a row in its family's list. */
export const dockerfileControls: readonly DockerfileControl[] = [
  ...baseControls,
  ...contentControls,
  ...runControls,
];

export interface DockerfileOptions {
  /** As the user named it. */
  readonly name: string;
  /** Whether a .dockerignore lies beside it; null: not known. */
  readonly hasIgnoreFile: boolean | null;
  /** `YYYY-MM-DD`, UTC: what has reached its end of life by then. */
  readonly today: string;
}

/** Judges one Dockerfile under a policy. Never throws on content. */
export function judgeDockerfile(
  text: string,
  policy: VerdictPolicy,
  { name, hasIgnoreFile, today }: DockerfileOptions,
): Answer {
  const file = readDockerfile(text);
  const faults = dockerfileControls.flatMap((control) =>
    control.check({ file, hasIgnoreFile, today }).map(
      ({ stage, keyword, edits = [], ...fault }): JudgedFault => ({
        ...fault,
        control,
        sources: control.cis === null ? ['Seaworthy'] : [`CIS Docker ${control.cis}`],
        path: ['stages', stage, keyword],
        edits: [],
        lineEdits: edits,
      }),
    ),
  );
  const unknowns = [
    ...file.problems.map(({ line, reason }) => ({ path: '', line, reason: clip(reason) })),
    ...file.stages.flatMap((stage) => unknownBase(stage)),
  ];
  return verdictOf(
    {
      subject: { apiVersion: 'dockerfile', kind: 'Dockerfile', name: clip(name) },
      path: [],
      image: null,
      faults,
      unknowns,
      root: null,
      text: { name, content: text, hidden: hiddenLines(file, faults) },
      lineAt: () => 1,
    },
    policy,
  );
}

/** All lines of instructions that hold a credential. */
function hiddenLines({ stages }: Dockerfile, faults: readonly JudgedFault[]): ReadonlySet<number> {
  const secret = new Set(faults.flatMap((one) => (one.secret === true ? [one.line] : [])));
  const hidden = new Set<number>();
  for (const { line, endLine } of stages.flatMap(({ instructions }) => instructions)) {
    if (!secret.has(line)) continue;
    for (let at = line; at <= endLine; at += 1) hidden.add(at);
  }
  return hidden;
}

function unknownBase({ index, missing, line }: Stage) {
  if (missing.length === 0) return [];
  const reason = `the base is not known: ${missing.join(', ')} has no default`;
  return [{ path: `stages[${index}].FROM`, line, reason: clip(reason) }];
}
