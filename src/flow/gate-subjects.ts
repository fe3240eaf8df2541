// What the gate judges besides objects of Kubernetes: Compose files, Dockerfiles, containers.
import {
  type Answer,
  type Decision,
  isCompose,
  isInspectionDocument,
  judge,
  judgeCompose,
  judgeDockerfile,
  judgeInspection,
  type ManifestDocument,
  type Policy,
  subjectsOfInspections,
} from '../policy/index.ts';

/** What a source needs from its surroundings; all of it is optional. */
export interface GateSurroundings {
  /** `YYYY-MM-DD`, UTC: what has reached its end of life by then. */
  readonly today: string;
  /** Variables for Compose files. */
  readonly values: ReadonlyMap<string, string>;
  /** The text of a file that `file` names, relative to its folder; null: not there. */
  readonly readBeside: (file: string, name: string) => string | null;
  /** Whether a .dockerignore belongs to a Dockerfile; null: not known. */
  readonly hasIgnoreFile: (file: string) => boolean | null;
}

/** A source alone, as standard input is. */
export const noSurroundings: GateSurroundings = {
  today: '1970-01-01',
  values: new Map(),
  readBeside: () => null,
  hasIgnoreFile: () => null,
};

const dockerfileName =
  /(?:^|\/)(?:(?:Dockerfile|Containerfile)(?:\.[^/]+)?|[^/]+\.(?:dockerfile|containerfile))$/i;
const composeName = /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/i;

/** Whether a file is a Dockerfile by its name; its ignore list is none. */
export function isDockerfileName(file: string): boolean {
  return dockerfileName.test(file) && !/\.dockerignore$/i.test(file);
}

/** Whether a file is a Compose file by its name: then it is never passed over. */
export function isComposeName(file: string): boolean {
  return composeName.test(file);
}

/** Whether a text without a telling name (standard input) is a Dockerfile: it starts like one. */
export function looksLikeDockerfile(text: string): boolean {
  const head = text.slice(0, 64 * 1024).split('\n');
  const first = head.find((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  return (
    first !== undefined &&
    /^\s*(?:FROM\s+\S+|ARG\s+\w+(?:=\S*)?\s*$)/i.test(first) &&
    !first.includes(': ')
  );
}

/** The answer for a Dockerfile. */
export function dockerfileAnswer(
  { file, text }: { readonly file: string; readonly text: string },
  policy: Policy,
  surroundings: GateSurroundings,
): Answer {
  const { today, hasIgnoreFile } = surroundings;
  return judgeDockerfile(text, policy, {
    name: file.split('/').at(-1) ?? file,
    hasIgnoreFile: hasIgnoreFile(file),
    today,
  });
}

/** The answers for a document that is a Compose file or an inspection; null: it is neither. */
export function otherAnswers(
  document: ManifestDocument & { readonly kind: 'read' },
  policy: Policy,
  { file, surroundings }: { readonly file: string; readonly surroundings: GateSurroundings },
): Answer[] | null {
  const { value, lineAt } = document;
  if (isCompose(value)) {
    const read = (name: string): string | null => surroundings.readBeside(file, name);
    const context = { values: surroundings.values, read };
    return judgeCompose(value, policy, { context, lineAt });
  }
  if (!isInspectionDocument(value)) return null;
  const answers = judgeInspection(value, policy, lineAt);
  if (policy.inquiries === undefined) return answers;
  const asked = subjectsOfInspections(value).map((subject) =>
    judge(subject, { ...policy, profiles: [] }, lineAt),
  );
  return answers.map((answer, index) => withAnswer(answer, asked[index]));
}

const decisions: readonly Decision[] = ['allow', 'warn', 'deny'];

/** What the controls say of a container, and what policies of users say of it. */
function withAnswer(answer: Answer, other: Answer | undefined): Answer {
  if (other === undefined || other.passedOver !== null) return answer;
  const isStricter = decisions.indexOf(other.decision) > decisions.indexOf(answer.decision);
  return {
    ...answer,
    decision: isStricter ? other.decision : answer.decision,
    reasons: [...other.reasons, ...answer.reasons],
    moreReasons: answer.moreReasons + other.moreReasons,
    waived: [...answer.waived, ...other.waived],
    unknowns: [...answer.unknowns, ...other.unknowns],
    ...(other.annotations === undefined ? {} : { annotations: other.annotations }),
  };
}
