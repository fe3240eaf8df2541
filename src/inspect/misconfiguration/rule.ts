// The contract of a rule on images: about its settings, or about single files in it.

import type { ImageConfig, Layer, TargetKind } from '../../model/image.ts';
import type { LessonId } from '../../model/lesson.ts';
import type { Package } from '../../model/package.ts';
import type { Severity } from '../../model/severity.ts';

interface Described {
  /** Stable: users write it into ignore files. */
  readonly id: string;
  /** What is wrong, as a statement. */
  readonly title: string;
  readonly severity: Severity;
  /** One sentence: what it gives an attacker. */
  readonly why: string;
  /** What to do, one imperative sentence. */
  readonly fix: string;
  readonly lesson: LessonId;
}

/** What a rule on settings may look at. */
export interface ImageFacts {
  readonly name: string;
  readonly kind: TargetKind;
  readonly config: ImageConfig | null;
  readonly layers: readonly Layer[];
  readonly packages: readonly Package[];
}

export interface Verdict {
  readonly evidence: Readonly<Record<string, string | number | boolean>>;
  /** diffID, where one layer did it. */
  readonly layer?: string;
  readonly severity?: Severity;
}

/** A rule on the settings and the history of an image. Pure. */
export interface ImageRule extends Described {
  check(facts: ImageFacts): Verdict | null;
}

export interface RuleFile {
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  /** The first 256 KiB, one unit a byte. */
  text(): string;
}

export interface FileVerdict {
  readonly line?: number;
  readonly evidence: Readonly<Record<string, string | number | boolean>>;
  readonly severity?: Severity;
}

/** A rule on single files. Pure; never throws on content. */
export interface FileRule extends Described {
  /** Asked for every file: cheap. */
  wants(path: string, size: number, mode: number): boolean;
  check(file: RuleFile): readonly FileVerdict[];
  /** Fine in a file that an operating system's package owns: the distribution answers for it. */
  readonly unlessOwned?: true;
}

/** 1-based numbers of the lines that fit, with the line. The pattern must be linear. */
export function linesThat(
  text: string,
  fits: (line: string) => boolean,
): { line: number; text: string }[] {
  return text
    .split('\n')
    .map((content, index) => ({ line: index + 1, text: content }))
    .filter((one) => fits(one.text));
}
