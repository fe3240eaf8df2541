// The policy of the product: one file, or a folder of them, that CI, admission and audit read alike.
import { SeaworthyError } from '../base/error.ts';
import { asRecord, field, keysOf, stringField, stringsOf } from '../base/json.ts';
import { type Severity, severities } from '../model/severity.ts';
import {
  type ImageFacts,
  type ImagePolicy,
  type ImageRequirements,
  imageInquiry,
  imageValue,
} from '../policy/image/index.ts';
import {
  type Decision,
  type Mode,
  type Policy,
  type ProfileId,
  parseKubernetesVersion,
  profileIds,
  readManifest,
  readWaivers,
  type WaiverBook,
} from '../policy/index.ts';
import {
  type PolicyDocument,
  readUserPolicies,
  type UserPolicies,
  userInquiry,
} from '../policy/user/index.ts';

/** Everything that files of policies say; null: they do not say it. */
export interface GatePolicy {
  readonly name: string;
  readonly profiles: readonly ProfileId[] | null;
  readonly minor: number | null;
  readonly onUnknown: Decision | null;
  readonly images: ImagePolicy | null;
  readonly waivers: readonly WaiverBook[];
  readonly user: UserPolicies;
}

export interface PolicyText {
  readonly file: string;
  readonly text: string;
}

/** The group of our own documents. */
const policyApiVersion = 'seaworthy.dev/v1';

/** What an image must be where no policy says anything: no exploited flaw, nothing critical. */
export const usualImagePolicy: ImagePolicy = {
  mode: 'deny',
  exempt: [],
  wanted: {
    trusted: [],
    pinned: false,
    signed: false,
    maxSeverity: 'high',
    onlyFixed: true,
    noExploited: true,
    maxAgeDays: null,
    scanned: true,
    notRoot: false,
    supportedBase: false,
    sbom: false,
  },
};

/** Reads all files. Throws `SeaworthyError` `malformed` with file and line. */
export function readGatePolicy(texts: readonly PolicyText[], now: Date): GatePolicy {
  const own: PolicyDocument[] = [];
  const others: PolicyDocument[] = [];
  for (const { file, text } of texts) {
    for (const document of readManifest(text)) {
      if (document.kind === 'unreadable') {
        const line = document.line === null ? '' : `:${document.line}`;
        throw new SeaworthyError('malformed', `${file}${line}: ${document.reason}`);
      }
      const { value, lineAt } = document;
      const isOwn =
        stringField(value, 'apiVersion') === policyApiVersion &&
        stringField(value, 'kind') === 'Policy';
      (isOwn ? own : others).push({ file, value, lineAt });
    }
  }
  const [first, second] = own;
  if (second !== undefined) {
    throw wrong(second, [], `a second Policy; ${first?.file ?? ''} holds the first one`);
  }
  const user = readUserPolicies(others);
  if (first === undefined && user.policies.length === 0) {
    const files = texts.map(({ file }) => file).join(', ');
    throw new SeaworthyError('malformed', `${files} holds no policy`, {
      advice: `give a Policy of ${policyApiVersion} or a ValidatingAdmissionPolicy`,
    });
  }
  const said = first === undefined ? nothingSaid : saidBy(first, now);
  return { ...said, user };
}

const nothingSaid: Omit<GatePolicy, 'user'> = {
  name: '',
  profiles: null,
  minor: null,
  onUnknown: null,
  images: null,
  waivers: [],
};

const specKeys = ['profiles', 'kubernetesVersion', 'onUnknown', 'images', 'waivers'] as const;

function wrong(document: PolicyDocument, path: (string | number)[], what: string): SeaworthyError {
  const line = document.lineAt(path);
  const place = line === null ? document.file : `${document.file}:${line}`;
  return new SeaworthyError('malformed', `${place}: ${what}`, { advice: 'mend the policy' });
}

function refuseStrangers(
  document: PolicyDocument,
  path: string[],
  { value, known }: { readonly value: unknown; readonly known: readonly string[] },
): void {
  if (value !== undefined && asRecord(value) === null) {
    throw wrong(document, path, `${path.join('.')} must be an object`);
  }
  const stranger = keysOf(value).find((key) => !known.includes(key));
  if (stranger === undefined) return;
  throw wrong(
    document,
    [...path, stranger],
    `${path.join('.')} has no ${JSON.stringify(stranger)}`,
  );
}

function saidBy(document: PolicyDocument, now: Date): Omit<GatePolicy, 'user'> {
  const spec = field(document.value, 'spec');
  refuseStrangers(document, ['spec'], { value: spec, known: specKeys });
  const profiles = field(spec, 'profiles');
  const version = field(spec, 'kubernetesVersion');
  const onUnknown = field(spec, 'onUnknown');
  return {
    name: stringField(field(document.value, 'metadata'), 'name') ?? '',
    profiles:
      profiles === undefined
        ? null
        : stringsOf(profiles).map((one) =>
            wordIn(document, 'profiles', { one, words: profileIds }),
          ),
    minor: version === undefined ? null : parseKubernetesVersion(versionText(version)),
    onUnknown:
      onUnknown === undefined
        ? null
        : wordIn<Decision>(document, 'onUnknown', {
            one: onUnknown,
            words: ['allow', 'warn', 'deny'],
          }),
    images: imagesOf(document, field(spec, 'images')),
    waivers: waiversOf(document, field(spec, 'waivers'), now),
  };
}

/** `1.33` is a number for YAML. */
function versionText(version: unknown): string {
  return typeof version === 'number' ? String(version) : typeof version === 'string' ? version : '';
}

function wordIn<T extends string>(
  document: PolicyDocument,
  key: string,
  { one, words }: { readonly one: unknown; readonly words: readonly T[] },
): T {
  const found = words.find((word) => word === one);
  if (found !== undefined) return found;
  throw wrong(document, ['spec', key], `${key} knows ${words.join(', ')}`);
}

/** Written out again, each at its own line, so that waivers of both places have one reader. */
function waiversOf(document: PolicyDocument, waivers: unknown, now: Date): readonly WaiverBook[] {
  if (waivers === undefined) return [];
  if (!Array.isArray(waivers)) {
    throw wrong(document, ['spec', 'waivers'], 'a list `waivers` is expected');
  }
  let text = '{"waivers":[';
  let line = 1;
  for (const [index, waiver] of waivers.entries()) {
    if (index > 0) text += ',';
    const own = document.lineAt(['spec', 'waivers', index]) ?? line;
    text += '\n'.repeat(Math.max(0, own - line)) + JSON.stringify(waiver);
    line = Math.max(line, own);
  }
  return [readWaivers(`${text}]}`, document.file, now)];
}

const imageKeys = [
  'mode',
  'exempt',
  'trusted',
  'pinned',
  'signed',
  'maxSeverity',
  'onlyFixed',
  'noExploited',
  'maxAgeDays',
  'scanned',
  'notRoot',
  'supportedBase',
  'sbom',
] as const;

function imagesOf(document: PolicyDocument, value: unknown): ImagePolicy | null {
  if (value === undefined) return null;
  refuseStrangers(document, ['spec', 'images'], { value, known: imageKeys });
  const flag = (key: keyof ImageRequirements): boolean => {
    const found = field(value, key);
    if (found === undefined || typeof found === 'boolean') return found === true;
    throw wrong(document, ['spec', 'images', key], `${key} is true or false`);
  };
  const severity = field(value, 'maxSeverity');
  const days = field(value, 'maxAgeDays');
  if (days !== undefined && (typeof days !== 'number' || days < 0)) {
    throw wrong(document, ['spec', 'images', 'maxAgeDays'], 'maxAgeDays is a number of days');
  }
  const modes: readonly Mode[] = ['audit', 'warn', 'deny'];
  return {
    mode: wordIn(document, 'images', { one: field(value, 'mode') ?? 'deny', words: modes }),
    exempt: stringsOf(field(value, 'exempt')),
    wanted: {
      trusted: stringsOf(field(value, 'trusted')),
      pinned: flag('pinned'),
      signed: flag('signed'),
      maxSeverity:
        severity === undefined
          ? null
          : wordIn<Severity>(document, 'images', { one: severity, words: severities }),
      onlyFixed: flag('onlyFixed'),
      noExploited: flag('noExploited'),
      maxAgeDays: days ?? null,
      scanned: flag('scanned'),
      notRoot: flag('notRoot'),
      supportedBase: flag('supportedBase'),
      sbom: flag('sbom'),
    },
  };
}

/** Whether somebody has to look into the images before this policy can decide. */
export function needsImages({ images, user }: GatePolicy): boolean {
  if (user.policies.some(({ asksImages }) => asksImages)) return true;
  if (images === null) return false;
  const { wanted } = images;
  return (
    wanted.signed ||
    wanted.maxSeverity !== null ||
    wanted.noExploited ||
    wanted.maxAgeDays !== null ||
    wanted.scanned ||
    wanted.notRoot ||
    wanted.supportedBase ||
    wanted.sbom
  );
}

/** Whether its policies ask for labels of namespaces, which an AdmissionReview does not tell. */
export function needsNamespaces({ user }: GatePolicy): boolean {
  return user.policies.some(({ asksNamespaces }) => asksNamespaces);
}

export interface GateDefaults {
  readonly profiles: readonly ProfileId[];
  readonly minor: number;
  readonly onUnknown: Decision;
  readonly waivers: WaiverBook;
}

/** The policy that judges: what files say, else the defaults; with what is known of images. */
export function policyWith(
  gate: GatePolicy,
  defaults: GateDefaults,
  { known, now }: { known: (reference: string) => ImageFacts | null; now: Date },
): Policy {
  const values = (reference: string) => {
    const facts = known(reference);
    return facts === null ? null : imageValue(facts, now);
  };
  return {
    profiles: gate.profiles ?? defaults.profiles,
    minor: gate.minor ?? defaults.minor,
    onUnknown: gate.onUnknown ?? defaults.onUnknown,
    waivers: joinedBooks([defaults.waivers, ...gate.waivers]),
    inquiries: [
      ...(gate.images === null ? [] : [imageInquiry(gate.images, known, now)]),
      userInquiry(gate.user, values),
    ],
  };
}

/** Several books of waivers as one; all of them count what they cover. */
function joinedBooks(books: readonly WaiverBook[]): WaiverBook {
  return {
    find: (fault) =>
      books.map((book) => book.find(fault)).find((waiver) => waiver !== null) ?? null,
    remarks: () => books.flatMap((book) => book.remarks()),
    list: () => books.flatMap((book) => book.list()),
  };
}
