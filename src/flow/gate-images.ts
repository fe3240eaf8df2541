// Facts of images for the gate: out of a scan, which asks the store first; one flight for each image.
import { messageOf } from '../base/error.ts';
import { isAboutPackage, type Report } from '../model/report.ts';
import {
  type ImageFacts,
  type ImagePolicy,
  imagesIn,
  judgeImage,
  type SignatureState,
} from '../policy/image/index.ts';
import {
  type Answer,
  type Decision,
  type Policy,
  type Reason,
  readManifest,
  subjectsOf,
} from '../policy/index.ts';

export type ImageLookup = (reference: string) => Promise<ImageFacts | null>;

const notVerified: SignatureState = { kind: 'unknown', reason: 'signatures were not looked at' };

/** Whether the facts hold for long: a signature that is missing may be there in a minute. */
export function isLasting({ signature }: ImageFacts): boolean {
  return signature.kind === 'verified' || signature === notVerified;
}

/** What a report of a scan says of its image. */
export function factsOf(
  report: Report,
  reference: string,
  signature: SignatureState = notVerified,
): ImageFacts {
  const { target, findings, packages, unknowns, generatedAt } = report;
  const created = target.config?.created ?? null;
  return {
    reference,
    digest: target.digest,
    scan: {
      at: generatedAt,
      packages: packages.length,
      unknowns: unknowns.length,
      endOfLife: target.os?.endOfLife ?? null,
      system: target.os?.name ?? null,
      findings: findings.map((finding) => ({
        id: finding.id,
        severity: finding.severity,
        package: isAboutPackage(finding) ? finding.package.name : '',
        fixed: !isAboutPackage(finding) || finding.fixedIn.length > 0,
        exploited: isAboutPackage(finding) && finding.kev,
      })),
    },
    createdAt: created === null || Date.parse(created) <= 0 ? null : created,
    user: target.config === undefined ? null : (target.config.user ?? ''),
    signature,
    sbom: true,
  };
}

/** Images of one run that are looked at; the others stay unknown. */
const imagesMost = 5000;

export interface CollectOptions {
  readonly lookup: ImageLookup;
  readonly warn: (line: string) => void;
}

/** Facts of all these images, two at a time; what cannot be looked at is told and stays unknown. */
export async function collectImages(
  references: Iterable<string>,
  { lookup, warn }: CollectOptions,
): Promise<(reference: string) => ImageFacts | null> {
  const known = new Map<string, ImageFacts | null>();
  const open = [...new Set(references)].slice(0, imagesMost);
  const worker = async (): Promise<void> => {
    for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
      try {
        known.set(reference, await lookup(reference));
      } catch (error) {
        known.set(reference, null);
        warn(`${reference} could not be looked at: ${messageOf(error)}`);
      }
    }
  };
  await Promise.all([worker(), worker()]);
  return (reference) => known.get(reference) ?? null;
}

/** The images that the containers of a manifest name. */
export function imagesNamedIn(text: string): readonly string[] {
  return readManifest(text).flatMap((document) =>
    document.kind === 'read' ? (subjectsOf(document.value) ?? []).flatMap(imagesIn) : [],
  );
}

/** The answer about an image alone, outside of any manifest. */
export function judgeLoneImage(
  reference: string,
  facts: ImageFacts | null,
  { policy, images, now }: { policy: Policy; images: ImagePolicy; now: Date },
): Answer {
  const reasons: Reason[] = [];
  const waived: Answer['waived'][number][] = [];
  const unknowns: Answer['unknowns'][number][] = [];
  for (const verdict of judgeImage(reference, facts, { wanted: images.wanted, now })) {
    if (verdict.kind === 'unknown') {
      unknowns.push({ path: '', line: null, reason: verdict.reason });
      continue;
    }
    const { about, message } = verdict;
    const place = { kind: 'Image', name: reference, namespace: null, container: null };
    const reason: Reason = {
      control: about.id,
      title: about.title,
      severity: about.severity,
      mode: images.mode,
      path: '',
      line: null,
      value: reference,
      message,
      fix: about.fix,
      patch: [],
      lesson: about.lesson,
      sources: about.sources,
      container: null,
      image: reference,
      secret: false,
    };
    const waiver = policy.waivers.find({ ...place, control: about.id, image: reference });
    if (waiver === null) reasons.push(reason);
    else waived.push({ reason, by: waiver });
  }
  const order: readonly Decision[] = ['allow', 'warn', 'deny'];
  const byReason = reasons.length === 0 || images.mode === 'audit' ? 'allow' : images.mode;
  const byUnknown = unknowns.length === 0 ? 'allow' : policy.onUnknown;
  return {
    decision: order.indexOf(byReason) > order.indexOf(byUnknown) ? byReason : byUnknown,
    subject: {
      apiVersion: '',
      kind: 'Image',
      name: reference,
      namespace: null,
      path: '',
      line: null,
    },
    reasons,
    moreReasons: 0,
    waived: waived.map(({ reason, by: { reason: why, owner, expires } }) => ({
      reason,
      by: { reason: why, owner, expires },
    })),
    unknowns,
    passedOver: null,
    patch: [],
    policy: { profiles: policy.profiles, kubernetesVersion: `1.${policy.minor}` },
  };
}
