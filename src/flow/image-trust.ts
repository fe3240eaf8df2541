// The walk "who signed the images that are here": the digest that the engine knows, its registry, the
// policy of now; the answer is remembered with its time. Asked for one image at a time, by people.
import { messageOf, SeaworthyError } from '../base/error.ts';
import { limits } from '../base/limits.ts';
import type { ImageTrust, ImageTrustView } from '../model/image-trust.ts';
import { normalName } from '../model/repository-name.ts';
import type { Catalogue } from '../store/catalog/index.ts';
import { imageTrustView, type TrustDesk, type TrustSubject } from './image-trust-view.ts';
import type { TrustSetting, TrustSource } from './trust/index.ts';

export interface TrustDeskOptions {
  readonly catalogue: Pick<Catalogue, 'trust' | 'putTrust'>;
  /** Who is trusted now; loaded when somebody asks. Rejects with `SeaworthyError` of a spoilt file. */
  readonly setting: () => Promise<TrustSetting>;
  /** `name@sha256:...` under which engines got an image; null: none of them holds it. */
  readonly digestsOf: (imageId: string) => Promise<readonly string[] | null>;
  /** An image of a registry; ends by itself after a while. */
  readonly open: (reference: string) => Promise<TrustSource>;
  /** Why nobody may ask here; null: they may. */
  readonly cannotAsk: string | null;
  readonly onProgress: (progress: TrustProgress) => void;
  readonly onDone: (imageId: string) => void;
  readonly now: () => Date;
  readonly warn: (line: string) => void;
}

export interface TrustProgress {
  readonly name: string;
  readonly waiting: number;
  readonly running: number;
  readonly done: number;
}

/** Registries that are asked at the same time. */
const atOnce = 2;
/** The same image is not looked at again sooner: a button that is held down must not ask the world. */
const restMs = 5000;

/** A desk without work. */
export function createTrustDesk(options: TrustDeskOptions): TrustDesk {
  return new Desk(options);
}

class Desk implements TrustDesk {
  readonly #options: TrustDeskOptions;
  readonly #waiting: TrustSubject[] = [];
  readonly #running = new Set<string>();
  #done = 0;

  constructor(options: TrustDeskOptions) {
    this.#options = options;
  }

  async view(image: TrustSubject): Promise<ImageTrustView> {
    const { catalogue, cannotAsk } = this.#options;
    const outdated = await this.#isOutdated(catalogue.trust(image.id));
    const last = catalogue.trust(image.id);
    const running = this.#isOpen(image.id);
    return imageTrustView({ image, last, running, cannotAsk, outdated });
  }

  async ask(image: TrustSubject): Promise<ImageTrustView> {
    const { catalogue, cannotAsk, now } = this.#options;
    if (cannotAsk !== null) {
      throw new SeaworthyError('unsupported', 'signatures are not looked at here', {
        advice: cannotAsk,
      });
    }
    if (this.#isOpen(image.id)) return this.view(image);
    const last = catalogue.trust(image.id);
    if (last !== null && now().getTime() - Date.parse(last.checkedAt) < restMs) {
      throw new SeaworthyError('busy', `${image.reference} was looked at this moment`, {
        advice: `wait ${restMs / 1000} seconds`,
      });
    }
    if (this.#waiting.length >= limits.trustLooksWaiting) {
      throw new SeaworthyError('busy', `${this.#waiting.length} images wait to be looked at`, {
        advice: 'wait until some of them are done',
      });
    }
    this.#waiting.push(image);
    this.#begin();
    return this.view(image);
  }

  #isOpen(id: string): boolean {
    return this.#running.has(id) || this.#waiting.some((one) => one.id === id);
  }

  async #isOutdated(last: ImageTrust | null): Promise<boolean> {
    if (last === null) return false;
    try {
      const { policy, root } = await this.#options.setting();
      const revision = policy?.policy.hash ?? null;
      return revision !== (last.policy?.revision ?? null) || root.hash !== last.rootRevision;
    } catch {
      // What cannot be read now is told by the next look.
      return true;
    }
  }

  #begin(): void {
    while (this.#running.size < atOnce) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#running.add(next.id);
      void this.#look(next);
      this.#tell(next.reference);
    }
  }

  #tell(name: string): void {
    const waiting = this.#waiting.length;
    const running = this.#running.size;
    this.#options.onProgress({ name, waiting, running, done: this.#done });
    // What was begun together is counted together.
    if (waiting + running === 0) this.#done = 0;
  }

  async #look(image: TrustSubject): Promise<void> {
    const { catalogue, onDone, warn } = this.#options;
    try {
      catalogue.putTrust(image.id, await this.#verdict(image));
    } catch (error) {
      warn(`the signatures of ${image.reference} could not be looked at: ${messageOf(error)}`);
    } finally {
      this.#running.delete(image.id);
      this.#done += 1;
      this.#tell(image.reference);
      onDone(image.id);
      this.#begin();
    }
  }

  async #verdict(image: TrustSubject): Promise<ImageTrust> {
    const { setting, open, digestsOf, now } = this.#options;
    const { lookAtSignatures, withoutLook } = await import('./trust/index.ts');
    const trusted = await setting();
    const none = (problem: string): ImageTrust =>
      withoutLook('no-reference', problem, { setting: trusted, reference: null, now });
    if (image.kind !== 'image') return none('it is no image of a registry');
    const digests = await digestsOf(image.id);
    if (digests === null) {
      return none('no engine here holds it any more, so its digest in a registry is not known');
    }
    const reference = chosen(digests, image.reference);
    if (reference === null) {
      return none('it was built or loaded here: no registry is known to hold it');
    }
    const source = await open(reference);
    try {
      return await lookAtSignatures(source, trusted, now);
    } finally {
      source.close();
    }
  }
}

/** Of several registries the one that the image is called by. */
function chosen(digests: readonly string[], reference: string): string | null {
  const name = normalName(reference);
  return digests.find((one) => normalName(one) === name) ?? digests[0] ?? null;
}
