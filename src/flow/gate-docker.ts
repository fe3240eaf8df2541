// The walk "request to an engine -> decision": its path is told apart, the rules are asked, its body is
// judged as the engine will read it. What cannot be judged is denied; nothing throws on content.
import { asRecord, keysOf, stringField } from '../base/json.ts';
import {
  createBodyOfService,
  isRead,
  type JudgeOptions,
  judgeBody,
  type KnownVolume,
  namedVolumes,
  networksOfService,
  type OperationRules,
  parseAsGo,
  type Routed,
  routeOf,
} from '../policy/docker-api/index.ts';
import type { ImageFacts } from '../policy/image/index.ts';
import {
  type Answer,
  type Decision,
  judge,
  type Policy,
  type Reason,
  subjectOfCreateBody,
} from '../policy/index.ts';

export interface EngineRequest {
  readonly method: string;
  /** Path and query of the request line. */
  readonly uri: string;
  readonly header: (name: string) => string | null;
  /** Null: there is none, or it is not shown to us. */
  readonly body: Uint8Array | null;
}

export interface GuardImages {
  /** Judges what is known of an image; `isPull`: by its name alone. */
  readonly judge: (reference: string, facts: ImageFacts | null, isPull: boolean) => Answer | null;
  /** Facts within a deadline; null: they are not known by then. */
  readonly known: (reference: string) => Promise<ImageFacts | null>;
}

/** What the engine has already. Nothing throws. */
export interface GuardEngine {
  /** Null: it has none of this name. */
  volume(name: string): Promise<KnownVolume | null>;
  /** By name or id. */
  network(name: string): Promise<KnownNetwork>;
}

type KnownNetwork =
  | { readonly kind: 'absent' }
  | { readonly kind: 'known'; readonly driver: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Volumes and networks of one container that are asked for; more is no honest request. */
const volumesMost = 200;
const networksMost = 50;

export interface GuardSetting {
  readonly rules: OperationRules;
  readonly policy: Policy;
  /** Null: the policy asks nothing of images. */
  readonly images: GuardImages | null;
  readonly resolve: JudgeOptions['resolve'];
  /** Null: the engine cannot be asked. */
  readonly engine: GuardEngine | null;
}

export interface GuardDecision {
  readonly decision: Decision;
  /** `container.create`; empty where the request could not be told apart. */
  readonly operation: string;
  /** The container, image, network ... that it is about. */
  readonly target: string;
  readonly image: string | null;
  /** Ids of what denied or warned. */
  readonly controls: readonly string[];
  readonly waived: readonly string[];
  /** One line for whoever asked; empty where it is allowed without a remark. */
  readonly message: string;
}

export type Admitted =
  | { readonly kind: 'denied'; readonly decision: GuardDecision }
  | { readonly kind: 'admitted'; readonly route: Routed };

/** What can be decided before a body is read: path, operation, kind of content. */
export function admitRequest(request: EngineRequest, rules: OperationRules): Admitted {
  const route = routeOf(request.method, request.uri);
  const denied = (control: string, message: string): Admitted => {
    const of =
      route.kind === 'routed'
        ? { operation: route.id, target: route.target }
        : { operation: '', target: '' };
    return { kind: 'denied', decision: { ...nothing, ...of, ...refusal(control, message) } };
  };
  if (route.kind === 'refused') return denied('plain-request', route.reason);
  if (!rules.isAllowed(route.id)) {
    return denied('operation', operationMessage(route, request.method));
  }
  const type = contentType(request);
  if (/^(?:application\/x-www-form-urlencoded|multipart\/.*)$/.test(type)) {
    // Engines take parameters out of such bodies, where no rule sees them.
    return denied('content-type', `a body of type ${type.slice(0, 60)} is not judged`);
  }
  return { kind: 'admitted', route };
}

function operationMessage(route: Routed, method: string): string {
  if (route.operation !== null) {
    return `${route.id} is not allowed here (whoever runs Seaworthy may --allow ${route.id})`;
  }
  const what = isRead(method) ? 'this endpoint' : 'an endpoint that is not known';
  return `${what} (${method} ${route.path.slice(0, 80)}) is not allowed here`;
}

const nothing: GuardDecision = {
  decision: 'allow',
  operation: '',
  target: '',
  image: null,
  controls: [],
  waived: [],
  message: '',
};

function refusal(control: string, message: string) {
  return { decision: 'deny', controls: [control], message } as const;
}

function contentType(request: EngineRequest): string {
  const [type = ''] = (request.header('content-type') ?? '').split(';');
  return type.trim().toLowerCase();
}

/** Decides on a request and its body. */
export async function decideRequest(
  request: EngineRequest,
  setting: GuardSetting,
): Promise<GuardDecision> {
  const admitted = admitRequest(request, setting.rules);
  if (admitted.kind === 'denied') return admitted.decision;
  const { route } = admitted;
  const about = { ...nothing, operation: route.id, target: route.target };
  const body = bodyOf(request, route);
  if (body.kind === 'denied') return { ...about, ...refusal('body', body.reason) };
  const answers: Answer[] = [];
  const { made, doubt } = await createBodyOf(route, body.value, setting.engine);
  const judged =
    route.operation?.body === 'judged'
      ? judgeBody(route.id, body.value, {
          name: route.query.get('name') ?? route.target,
          resolve: setting.resolve,
          volumes: await volumesOf(made, setting.engine),
          made,
          doubt,
          policy: setting.policy,
        })
      : null;
  if (judged !== null) answers.push(judged);
  // Policies of users see what is to be made as they see it in `docker inspect`.
  if (made !== null && setting.policy.inquiries !== undefined) {
    const name = route.query.get('name') ?? stringField(body.value, 'Name') ?? '';
    const subject = subjectOfCreateBody(made, name);
    answers.push(judge(subject, { ...setting.policy, profiles: [] }, () => null));
  }
  const asked = queryFault(route);
  if (asked !== null) return { ...about, ...refusal('host-network', asked) };
  const image = imageOf(route, made);
  // What is denied anyway is not looked at: that may take seconds.
  if (image !== null && setting.images !== null && judged?.decision !== 'deny') {
    const isPull = route.id === 'image.pull';
    const facts = isPull ? null : await setting.images.known(image);
    const answer = setting.images.judge(image, facts, isPull);
    if (answer !== null) answers.push(answer);
  }
  return { ...about, image, ...joinedAnswers(answers) };
}

interface Made {
  /** What the containers of a request are made by; null: it makes none, or none that can be judged. */
  readonly made: unknown;
  /** Why not all of it is known; null: it is. */
  readonly doubt: string | null;
}

async function createBodyOf(
  { id }: Routed,
  body: unknown,
  engine: GuardEngine | null,
): Promise<Made> {
  if (id === 'container.create') return { made: body, doubt: null };
  if (id !== 'service.create' && id !== 'service.update') return { made: null, doubt: null };
  // Clients name networks by their ids: that of the host as well.
  const hosts = new Set<string>();
  let doubt: string | null = null;
  const networks = networksOfService(body);
  if (networks.length > networksMost) doubt = `the service has more than ${networksMost} networks`;
  for (const name of networks.slice(0, networksMost)) {
    const found = await engine?.network(name);
    if (found?.kind === 'known' && found.driver === 'host') hosts.add(name);
    if (found?.kind === 'unknown') doubt = `a network could not be asked (${found.reason})`;
  }
  return { made: createBodyOfService(body, (name) => hosts.has(name)), doubt };
}

/**
 * Volumes that are there already were perhaps made where nobody watched. Those of a service are asked of
 * this engine: it is one of the nodes that may run it.
 */
async function volumesOf(
  made: unknown,
  engine: GuardEngine | null,
): Promise<ReadonlyMap<string, KnownVolume>> {
  const found = new Map<string, KnownVolume>();
  if (engine === null || made === null) return found;
  const names = namedVolumes(made);
  const asked = await Promise.all(
    names.slice(0, volumesMost).map(async (name) => ({ name, known: await engine.volume(name) })),
  );
  for (const { name, known } of asked) if (known !== null) found.set(name, known);
  for (const name of names.slice(volumesMost)) {
    found.set(name, { kind: 'unknown', reason: `more than ${volumesMost} volumes` });
  }
  return found;
}

type Body =
  | { readonly kind: 'body'; readonly value: unknown }
  | { readonly kind: 'denied'; readonly reason: string };

function bodyOf(request: EngineRequest, { operation }: Routed): Body {
  const rule = operation?.body ?? 'none';
  const { body } = request;
  const isAbsent = body === null || body.length === 0;
  if (rule === 'stream') return { kind: 'body', value: undefined };
  if (isAbsent) {
    if (rule !== 'judged') return { kind: 'body', value: undefined };
    const reason =
      'its body is not shown (absent, of unknown length, not application/json, or of 1 MiB and more)';
    return { kind: 'denied', reason };
  }
  const parsed = parseAsGo(body);
  if (!parsed.ok) return { kind: 'denied', reason: parsed.reason };
  if (rule === 'none' && !isEmpty(parsed.value)) {
    // Engines before API 1.24 took a whole HostConfig with `start`.
    return { kind: 'denied', reason: 'it has a body, where none belongs' };
  }
  return { kind: 'body', value: parsed.value };
}

function isEmpty(value: unknown): boolean {
  return value === null || (asRecord(value) !== null && keysOf(value).length === 0);
}

/** What a build asks for in its query. */
function queryFault({ operation, query }: Routed): string | null {
  if (operation?.id !== 'image.build') return null;
  const isOpen = query.getAll('networkmode').some((one) => /^(?:host$|container:)/.test(one));
  if (isOpen) return 'the build shares the network of the host or of another container';
  const hasParent = query.getAll('cgroupparent').some((one) => one !== '');
  if (hasParent) return 'the build chooses its own cgroup';
  const hasOptions = query.getAll('securityopt').some((one) => !/^(?:|null|\[\])$/.test(one));
  return hasOptions ? 'the build changes its security options' : null;
}

function imageOf({ id, query }: Routed, made: unknown): string | null {
  if (made !== null) return stringField(made, 'Image') ?? '';
  if (id !== 'image.pull') return null;
  const name = query.get('fromImage') ?? '';
  const tag = query.get('tag') ?? '';
  if (tag === '') return name;
  return tag.includes(':') ? `${name}@${tag}` : `${name}:${tag}`;
}

const order: readonly Decision[] = ['allow', 'warn', 'deny'];

function joinedAnswers(answers: readonly Answer[]) {
  const decision = answers
    .map((answer) => answer.decision)
    .reduce<Decision>((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'allow');
  const reasons = answers.flatMap((answer) => answer.reasons);
  const waived = answers.flatMap((answer) => answer.waived.map(({ reason }) => reason.control));
  const unknowns = answers.flatMap((answer) => answer.unknowns);
  const told = reasons.filter(({ mode }) => mode === decision);
  const controls = [...new Set(told.map(({ control }) => control))];
  if (told.length === 0 && unknowns.length > 0 && decision !== 'allow') controls.push('unknown');
  const sentences = [
    ...told.slice(0, sentencesTold).map(sentenceOf),
    ...unknowns.slice(0, 1).map(({ reason }) => `not judged: ${reason}`),
  ];
  const more = told.length - sentencesTold;
  if (more > 0) sentences.push(`and ${more} more`);
  const message = decision === 'allow' ? '' : oneLineOf(sentences.join('; '));
  return { decision, controls, waived: [...new Set(waived)], message };
}

const sentencesTold = 3;
const longestMessage = 1000;

function sentenceOf({ control, message, path, fix }: Reason): string {
  const place = path === '' ? '' : ` at ${path}`;
  return `${message} [${control}${place}]. ${fix}`;
}

/** It ends up on terminals: no line feeds, no control characters. */
function oneLineOf(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, longestMessage);
}
