// What goes wrong with naming, as a gap of the record or a line for a person.
import type { NamerProblem } from '../../host/naming/index.ts';

interface Listener {
  readonly warn: (line: string) => void;
  readonly onGap: (gap: {
    readonly fromNs: bigint;
    readonly toNs: bigint;
    readonly why: string;
  }) => void;
  readonly nowNs: () => bigint;
}

/** A container that was named late says so itself. */
export function tellNamerProblem(problem: NamerProblem, { warn, onGap, nowNs }: Listener): void {
  switch (problem.kind) {
    case 'late':
      return;
    case 'gap':
      onGap({
        fromNs: problem.fromNs,
        toNs: problem.toNs,
        why: `containers started without a name: the naming process was replaced (${problem.reason})`,
      });
      return;
    case 'dropped':
      onGap({
        fromNs: nowNs(),
        toNs: nowNs(),
        why: `${problem.count} names of containers came faster than they were read`,
      });
      return;
    case 'ended':
      warn(`containers are not named before their start any more: ${problem.message}`);
  }
}
