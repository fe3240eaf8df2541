// The walk "admission review -> decision": an AdmissionReview v1 in, its answer out. What is malformed
// is decided by the fail mode; nothing throws.
import { asRecord, field, parseJson, stringField } from '../base/json.ts';
import { imagesIn, parseImageName } from '../policy/image/index.ts';
import {
  type Answer,
  judge,
  type PatchOperation,
  type Policy,
  type Reason,
  subjectsOf,
} from '../policy/index.ts';

/** A review that was understood. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: string;
  readonly kind: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly user: string;
  readonly isDryRun: boolean;
  /** What is to be judged: the object; what is deleted where there is none. */
  readonly object: unknown;
  readonly oldObject: unknown;
  readonly request: unknown;
}

export type ReadReview =
  | { readonly kind: 'request'; readonly request: AdmissionRequest }
  /** `uid` is empty where even that cannot be read. */
  | { readonly kind: 'malformed'; readonly uid: string; readonly reason: string };

/** Longest body: an object of 3 MiB comes twice on update, and JSON writes it larger. */
export const reviewBytes = 16 * 1024 * 1024;

/** Reads the body of a webhook call; never throws. */
export function readReview(text: string): ReadReview {
  const parsed = parseJson(text, { maximumLength: reviewBytes });
  if (!parsed.ok) return { kind: 'malformed', uid: uidIn(text), reason: parsed.reason };
  const { value } = parsed;
  const request = field(value, 'request');
  const uid = stringField(request, 'uid') ?? '';
  const refuse = (reason: string): ReadReview => ({ kind: 'malformed', uid, reason });
  if (stringField(value, 'kind') !== 'AdmissionReview') return refuse('it is no AdmissionReview');
  if (stringField(value, 'apiVersion') !== 'admission.k8s.io/v1') {
    return refuse('only admission.k8s.io/v1 is understood');
  }
  if (asRecord(request) === null) return refuse('the request is missing');
  if (uid === '') return refuse('the request has no uid');
  const operation = stringField(request, 'operation') ?? '';
  if (!operations.has(operation)) return refuse('the operation is not known');
  const object = field(request, 'object') ?? null;
  const oldObject = field(request, 'oldObject') ?? null;
  return {
    kind: 'request',
    request: {
      uid,
      operation,
      kind: stringField(field(request, 'kind'), 'kind') ?? '',
      resource: stringField(field(request, 'resource'), 'resource') ?? '',
      subresource: stringField(request, 'subResource') ?? '',
      namespace: stringField(request, 'namespace'),
      name: stringField(request, 'name') ?? '',
      user: stringField(field(request, 'userInfo'), 'username') ?? '',
      isDryRun: field(request, 'dryRun') === true,
      object: object ?? oldObject,
      oldObject,
      request,
    },
  };
}

const operations: ReadonlySet<string> = new Set(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']);

/** The uid of a body that is no JSON as a whole: it stands near its beginning. */
function uidIn(text: string): string {
  return /"uid"\s*:\s*"([0-9A-Za-z-]{1,64})"/.exec(text.slice(0, 4096))?.[1] ?? '';
}

/** References of images that the objects of a request name. */
export function imagesOfRequest({ object }: AdmissionRequest): readonly string[] {
  return [...new Set((subjectsOf(object) ?? []).flatMap(imagesIn))];
}

/**
 * Judges a request; one answer for each object in it. Never throws on content.
 *
 * @param namespaceObject the namespace of the object; null: nobody told us of it
 */
export function judgeRequest(
  request: AdmissionRequest,
  policy: Policy,
  namespaceObject: unknown = null,
): Answer[] {
  const subjects = subjectsOf(withKind(request));
  if (subjects === null) {
    const unknown = { path: '', line: null, reason: 'the object has no apiVersion or kind' };
    return [lost(policy, unknown)];
  }
  const { operation, oldObject } = request;
  // Kubernetes asks its own checks of an update only where the change matters: what already runs
  // must still be able to be labelled, finished and deleted.
  const isSettled = operation === 'DELETE' || isUnchanged(request);
  const review = {
    operation,
    oldObject: operation === 'DELETE' ? request.object : oldObject,
    namespaceObject,
    request: request.request,
    isSettled,
  };
  const own: Policy = { ...policy, review, ...(isSettled ? { profiles: [] } : {}) };
  return subjects.map((subject) => {
    const placed = { ...subject, namespace: subject.namespace ?? request.namespace };
    return judge(placed, own, () => null);
  });
}

/** Some objects come without their kind (options of `exec`); the request knows it. */
function withKind({ object, request }: AdmissionRequest): unknown {
  if (asRecord(object) === null || stringField(object, 'kind') !== null) return object;
  const kind = field(request, 'kind');
  const group = stringField(kind, 'group') ?? '';
  const version = stringField(kind, 'version') ?? '';
  return {
    ...asRecord(object),
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind: stringField(kind, 'kind') ?? '',
  };
}

function isUnchanged({ operation, object, oldObject, subresource }: AdmissionRequest): boolean {
  if (operation !== 'UPDATE' || oldObject === null || subresource === 'ephemeralcontainers') {
    return false;
  }
  if (field(field(object, 'metadata'), 'deletionTimestamp') !== undefined) return true;
  return JSON.stringify(field(object, 'spec')) === JSON.stringify(field(oldObject, 'spec'));
}

function lost(policy: Policy, unknown: Answer['unknowns'][number]): Answer {
  return {
    decision: policy.onUnknown,
    subject: null,
    reasons: [],
    moreReasons: 0,
    waived: [],
    unknowns: [unknown],
    passedOver: null,
    patch: [],
    policy: { profiles: policy.profiles, kubernetesVersion: `1.${policy.minor}` },
  };
}

export interface ReviewAnswer {
  readonly allowed: boolean;
  /** Empty where nothing is to be said. */
  readonly message: string;
  readonly warnings: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly patch: readonly PatchOperation[];
}

/** As the API server bounds them: longer warnings are cut there in the middle of a word. */
const warningCharacters = 250;
const warningsTold = 12;
const messageReasons = 5;

/** All answers about one request as one. */
export function reviewAnswer(answers: readonly Answer[]): ReviewAnswer {
  const denied = answers.filter(({ decision }) => decision === 'deny');
  const reasons = answers.flatMap((answer) => answer.reasons);
  const against = reasons.filter(({ mode }) => mode === 'deny');
  const unknowns = denied.flatMap((answer) => answer.unknowns.map(({ reason }) => reason));
  const told = [...against.map(sentence), ...unknowns.map((reason) => `not judged: ${reason}`)];
  const more = told.length > messageReasons ? ` and ${told.length - messageReasons} more` : '';
  const lesson = against[0]?.lesson;
  const learn = lesson === undefined ? '' : ` Learn why: seaworthy learn ${lesson}`;
  const message = `${told.slice(0, messageReasons).join('; ')}${more}.${learn}`;
  const controls = [...new Set(reasons.map(({ control }) => control))];
  const decision = denied.length > 0 ? 'deny' : reasons.length > 0 ? 'warn' : 'allow';
  const waived = [
    ...new Set(answers.flatMap((answer) => answer.waived.map(({ reason }) => reason.control))),
  ];
  return {
    allowed: denied.length === 0,
    message: denied.length === 0 ? '' : message,
    warnings: reasons
      .filter(({ mode }) => mode === 'warn')
      .slice(0, warningsTold)
      .map((reason) => sentence(reason).slice(0, warningCharacters)),
    annotations: {
      decision,
      ...(controls.length === 0 ? {} : { controls: controls.join(',').slice(0, 1000) }),
      ...(waived.length === 0 ? {} : { waived: waived.join(',').slice(0, 1000) }),
      ...policyAnnotations(answers),
    },
    patch: [],
  };
}

/** Keys of annotations hold no slash: the API server puts the name of the webhook before them. */
function policyAnnotations(answers: readonly Answer[]): Record<string, string> {
  const entries = answers.flatMap(({ annotations }) => Object.entries(annotations ?? {}));
  return Object.fromEntries(
    entries.map(([key, value]) => [key.replaceAll(/[^A-Za-z0-9._-]/g, '.').slice(0, 63), value]),
  );
}

function sentence({ control, message }: Reason): string {
  return `${control}: ${message}`;
}

/** Pins the images of a Pod to the digests that are known; containers that have one are left. */
export function pinPatch(
  request: AdmissionRequest,
  digestOf: (reference: string) => string | null,
): readonly PatchOperation[] {
  if (request.kind !== 'Pod' || request.operation !== 'CREATE') return [];
  const spec = field(request.object, 'spec');
  return ['containers', 'initContainers'].flatMap((list) => {
    const containers = field(spec, list);
    return (Array.isArray(containers) ? containers : []).flatMap((one: unknown, index) => {
      const image = stringField(one, 'image') ?? '';
      if (image === '' || parseImageName(image).digest !== null) return [];
      const digest = digestOf(image);
      if (digest === null) return [];
      const value = `${image}@${digest}`;
      return [{ op: 'replace' as const, path: `/spec/${list}/${index}/image`, value }];
    });
  });
}

/** The answer as the API server takes it. */
export function responseText(uid: string, answer: ReviewAnswer): string {
  const { allowed, message, warnings, annotations, patch } = answer;
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed,
      ...(allowed ? {} : { status: { code: 403, reason: 'Forbidden', message } }),
      ...(warnings.length === 0 ? {} : { warnings }),
      auditAnnotations: annotations,
      ...(patch.length === 0
        ? {}
        : {
            patchType: 'JSONPatch',
            patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
          }),
    },
  });
}

/** The answer to what was not understood, or could not be decided. */
export function failAnswer(mode: 'Fail' | 'Ignore', reason: string): ReviewAnswer {
  const allowed = mode === 'Ignore';
  return {
    allowed,
    message: `seaworthy could not decide: ${reason}`,
    warnings: allowed
      ? [`seaworthy could not decide and lets it pass: ${reason}`.slice(0, warningCharacters)]
      : [],
    annotations: {
      decision: allowed ? 'failed-open' : 'failed-closed',
      problem: reason.slice(0, 500),
    },
    patch: [],
  };
}
