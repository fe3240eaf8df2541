// The inspector of misconfiguration: asks the rules on files while a layer is walked.
import type { Inspector, IssueFact } from '../../model/inspection.ts';
import { fileRules, imageRules } from './registry.ts';
import type { ImageFacts, RuleFile, Verdict } from './rule.ts';

/** Settings files are small; of anything larger the beginning decides. */
const readBytes = 256 * 1024;
/** Verdicts of one rule on one file. */
const mostVerdicts = 20;

export const misconfigurationInspector: Inspector = {
  name: 'misconfiguration',
  revision: 1,
  kind: 'misconfiguration',
  wants: (path, size, mode) => fileRules.some((rule) => rule.wants(path, size, mode)),
  // Modes and names decide for programs, whatever their content.
  inspect(inspected) {
    const { path, size, mode } = inspected;
    const file: RuleFile = {
      path,
      size,
      mode,
      text: () => Buffer.from(inspected.read(0, Math.min(size, readBytes))).toString('latin1'),
    };
    return fileRules
      .filter((rule) => rule.wants(path, size, mode))
      .flatMap((rule) =>
        rule
          .check(file)
          .slice(0, mostVerdicts)
          .map(({ line, evidence, severity }) => ({
            id: rule.id,
            title: rule.title,
            severity: severity ?? rule.severity,
            ...(line === undefined ? {} : { line }),
            evidence: { ...evidence, why: rule.why },
            fix: rule.fix,
            lesson: rule.lesson,
          })),
      );
  },
};

export interface ImageIssue {
  readonly fact: IssueFact;
  /** diffID of the layer that did it, or null. */
  readonly layer: string | null;
}

/** What the settings and the history of an image say against it. */
export function inspectImage(facts: ImageFacts): readonly ImageIssue[] {
  return imageRules.flatMap((rule) => {
    const verdict: Verdict | null = rule.check(facts);
    if (verdict === null) return [];
    const fact: IssueFact = {
      id: rule.id,
      title: rule.title,
      severity: verdict.severity ?? rule.severity,
      evidence: { ...verdict.evidence, why: rule.why },
      fix: rule.fix,
      lesson: rule.lesson,
    };
    return [{ fact, layer: verdict.layer ?? null }];
  });
}

const ownedFine: ReadonlySet<string> = new Set(
  fileRules.filter((rule) => rule.unlessOwned === true).map(({ id }) => id),
);

/** Whether a rule's finding means nothing in a file that an operating system's package owns. */
export function isFineWhenOwned(id: string): boolean {
  return ownedFine.has(id);
}
