// The signatures of an image as a page tells them: one sentence, and what to do about it. Also the desk
// of servers that ask no registry.
import { SeaworthyError } from '../base/error.ts';
import type { ImageTrust, ImageTrustView } from '../model/image-trust.ts';
import { signerWords } from '../model/trust.ts';
import type { CatalogueEntry } from '../store/catalog/index.ts';

/** What is asked about: an image of a list. */
export type TrustSubject = Pick<CatalogueEntry, 'id' | 'kind' | 'reference'>;

export interface TrustDesk {
  /** What is known; no registry is asked. */
  view(image: TrustSubject): Promise<ImageTrustView>;
  /** Asks for a new look. Rejects with `SeaworthyError` `busy`, `unsupported`. */
  ask(image: TrustSubject): Promise<ImageTrustView>;
}

export interface TrustKnown {
  readonly image: TrustSubject;
  readonly last: ImageTrust | null;
  readonly running: boolean;
  readonly cannotAsk: string | null;
  readonly outdated: boolean;
}

/** What is shown. */
export function imageTrustView({ image, last, ...known }: TrustKnown): ImageTrustView {
  const state = last?.outcome ?? 'not-asked';
  return {
    state,
    sentence: last === null ? notAsked(image) : sentenceOf(last),
    advice: adviceOf(state, last, known.cannotAsk),
    command: commandOf(image, last),
    ...known,
    last,
  };
}

/** A server that asks no registry says so, and how to ask it. */
export function closedTrustDesk(why: string): TrustDesk {
  return {
    view: async (image) =>
      imageTrustView({ image, last: null, running: false, cannotAsk: why, outdated: false }),
    ask: () =>
      Promise.reject(
        new SeaworthyError('unsupported', 'signatures are not looked at here', { advice: why }),
      ),
  };
}

function notAsked({ kind }: TrustSubject): string {
  return kind === 'image'
    ? 'Signatures lie beside the image in its registry, which nobody has asked yet'
    : 'It is no image of a registry: nobody signs it';
}

function sentenceOf(last: ImageTrust): string {
  const { outcome, signatures, reasons, proved, problem, policy } = last;
  const because = reasons.map(({ message }) => message).join('; ');
  switch (outcome) {
    case 'trusted': {
      if (proved.length > 0) return `Trusted: ${proved.join('; ')}`;
      return 'The policy lets it pass: no rule of it wants signatures of this image';
    }
    case 'not-trusted': {
      const isMild = policy?.mode === 'warn' || policy?.mode === 'audit';
      return `Not trusted: ${because}${isMild ? ` (the rule only says ${policy.mode})` : ''}`;
    }
    case 'unsigned':
      return 'Nobody signed it: its registry holds no signature and no attestation';
    case 'not-judged': {
      const good = signatures.filter(({ verified }) => verified);
      const names = [...new Set(good.map(({ signer }) => signerWords(signer)))];
      const found =
        names.length === 0
          ? 'Signatures were found, and none could be verified'
          : `Signed by ${names.slice(0, 3).join(', ')}`;
      return `${found}; no policy says whose signatures count`;
    }
    case 'no-reference':
      return `Nothing to verify: ${problem ?? 'no registry holds it'}`;
    case 'unreachable':
      return `Its registry could not be asked: ${problem ?? 'it did not answer'}`;
  }
}

function adviceOf(
  state: ImageTrustView['state'],
  last: ImageTrust | null,
  cannotAsk: string | null,
): string | null {
  switch (state) {
    case 'not-asked':
      return cannotAsk;
    case 'trusted':
      return null;
    case 'not-trusted':
      return last?.reasons.some(({ code }) => code === 'no-rule') === true
        ? 'Name the image and its signers in the policy, or take an image that it names'
        : 'Take an image that is signed as the policy wants it, or name this signer in the policy if you trust it';
    case 'unsigned':
      return 'Sign it where it is built (`seaworthy sign IMAGE --key KEY`, or cosign), or take a signed one of its publisher';
    case 'not-judged':
      return 'Say whose signatures count: `seaworthy up --trust-policy trust.yaml`';
    case 'no-reference':
      return 'Push it to a registry, sign it there, and run it by the name that it has there';
    case 'unreachable':
      return 'See that the registry answers and that you are logged in (`docker login`), then ask again';
  }
}

/** The same on a command line, with the digest where it is known: a tag may mean another image by now. */
function commandOf({ kind, reference }: TrustSubject, last: ImageTrust | null): string | null {
  if (kind !== 'image' || last?.outcome === 'no-reference') return null;
  const policy = last?.policy == null ? '' : ` --policy ${quoted(last.policy.file)}`;
  return `seaworthy verify ${quoted(last?.reference ?? reference)}${policy}`;
}

/** One word of a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
