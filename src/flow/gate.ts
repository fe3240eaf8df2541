// The walk "manifests -> decision": documents are read, objects judged one by one, nothing skipped.
import {
  type Answer,
  judge,
  type ManifestDocument,
  notJudged,
  type Policy,
  readManifest,
  subjectsOf,
} from '../policy/index.ts';
import {
  dockerfileAnswer,
  type GateSurroundings,
  isComposeName,
  isDockerfileName,
  looksLikeDockerfile,
  noSurroundings,
  otherAnswers,
} from './gate-subjects.ts';

export interface GateSource {
  /** As the user named it, or found below the folder that the user named. */
  readonly file: string;
  /** Null: it could not be read, for this reason (a plain sentence without full stop). */
  readonly text: string | null;
  readonly reason: string | null;
  /** The user named it: then it is expected to hold something that can be judged. */
  readonly isNamed: boolean;
}

export interface GateAnswer extends Answer {
  readonly file: string;
  /** Index of the document in its file, from 0. */
  readonly document: number;
}

/** Judges all objects of one file. Never throws on content; an empty file has no answers. */
export function gateSource(
  source: GateSource,
  policy: Policy,
  surroundings: GateSurroundings = noSurroundings,
): GateAnswer[] {
  const { file, text } = source;
  if (text === null) {
    const unknown = { path: '', line: null, reason: source.reason ?? 'it cannot be read' };
    return [{ ...notJudged(policy, { unknown }), file, document: 0 }];
  }
  if (isDockerfileName(file) || (source.isNamed && looksLikeDockerfile(text))) {
    return [{ ...dockerfileAnswer({ file, text }, policy, surroundings), file, document: 0 }];
  }
  return readManifest(text).flatMap((document) =>
    answersOf(document, { ...source, surroundings }, policy).map((answer) => ({
      ...answer,
      file,
      document: document.index,
    })),
  );
}

const notOfKubernetes = 'no object of Kubernetes: apiVersion and kind are missing';

interface Surrounded extends GateSource {
  readonly surroundings: GateSurroundings;
}

function answersOf(document: ManifestDocument, source: Surrounded, policy: Policy): Answer[] {
  const isPassable = !source.isNamed && !isComposeName(source.file);
  if (document.kind === 'unreadable') {
    const { line, reason } = document;
    // A folder holds more than manifests; what never says apiVersion is none.
    if (isPassable && source.text?.includes('apiVersion') !== true) {
      return [notJudged(policy, { passedOver: `no object of Kubernetes: ${reason}` })];
    }
    return [notJudged(policy, { unknown: { path: '', line, reason } })];
  }
  const subjects = subjectsOf(document.value);
  if (subjects !== null) {
    return subjects.map((subject) => judge(subject, policy, document.lineAt));
  }
  const others = otherAnswers(document, policy, source);
  if (others !== null) return others;
  if (isPassable) return [notJudged(policy, { passedOver: notOfKubernetes })];
  const unknown = { path: '', line: document.lineAt([]), reason: notOfKubernetes };
  return [notJudged(policy, { unknown })];
}
