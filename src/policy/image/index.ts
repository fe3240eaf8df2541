// The door of image controls: what a policy wants of every image that is to run.
import { asString } from '../../base/json.ts';
import { compilePattern } from '../../base/path-pattern.ts';
import { fullReference } from '../image-name.ts';
import { type Inquiry, notAsked, type Objection } from '../inquiry.ts';
import type { Path } from '../path.ts';
import { viewPod } from '../pod.ts';
import type { Mode } from '../profile.ts';
import type { Subject } from '../subject.ts';
import type { ImageFacts } from './facts.ts';
import { type ImageRequirements, judgeImage } from './requirements.ts';

export interface ImagePolicy {
  readonly wanted: ImageRequirements;
  readonly mode: Mode;
  /** Patterns of references that are not asked. */
  readonly exempt: readonly string[];
}

/** Facts by reference; null: nobody knows it. */
export type KnownImages = (reference: string) => ImageFacts | null;

/** Judges the images of all containers. */
export function imageInquiry(policy: ImagePolicy, known: KnownImages, now: Date): Inquiry {
  const exempt = policy.exempt.map(compilePattern);
  return (subject, review) => {
    if (review?.isSettled === true) return notAsked;
    const objections: Objection[] = [];
    const unknowns: { path: Path; reason: string }[] = [];
    let isAsked = false;
    for (const template of subject.pods) {
      for (const container of viewPod(template.root).containers) {
        const image = asString(container.image);
        if (image === null || image === '') continue;
        isAsked = true;
        const names = [image, fullReference(image)];
        if (exempt.some((matches) => names.some(matches))) continue;
        const path = [...template.path, ...container.path, 'image'];
        for (const verdict of judgeImage(image, known(image), { wanted: policy.wanted, now })) {
          if (verdict.kind === 'unknown') unknowns.push({ path, reason: verdict.reason });
          else {
            const { about, message } = verdict;
            const fault = { path, ofObject: true as const, message, container, edits: [] };
            objections.push({ about, mode: policy.mode, fault });
          }
        }
      }
    }
    return { isAsked, objections, unknowns, annotations: [] };
  };
}

/** References that the containers of an object name, each once. */
export function imagesIn({ pods }: Subject): readonly string[] {
  const names = pods.flatMap(({ root }) => viewPod(root).containers.map(({ image }) => image));
  return [...new Set(names.filter((image) => image !== null && image !== ''))] as string[];
}

export { parseImageName } from '../image-name.ts';
export { type ImageFacts, type ImageFinding, type SignatureState } from './facts.ts';
export { type ImageRequirements, imageControls, judgeImage } from './requirements.ts';
export { imageValue } from './values.ts';
