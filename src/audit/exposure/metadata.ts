// The metadata service of a cloud: it gives the credentials of the machine to whatever it is asked by.
// It is asked only when the user wants it, and never for a credential.
import type { Severity } from '../../model/severity.ts';
import { type Evidence, passed, told, type Verdict } from '../control.ts';
import { type ExposureControl, placeOf } from './define.ts';
import type { AnswerFact, ExposureFacts, PortFact } from './facts.ts';
import { answerOf, type ServiceQuestion } from './question.ts';

export const metadataService = 'cloud-metadata';
/** Where AWS, Google, Azure, Oracle, OpenStack and others have it. */
export const metadataHost = '169.254.169.254';
export const metadataPort = 80;

/** The first path of each cloud; none of them is one below which credentials lie. */
export const metadataQuestions: readonly ServiceQuestion[] = [
  { key: 'open', method: 'GET', path: '/latest/meta-data/' },
  {
    key: 'token',
    method: 'PUT',
    path: '/latest/api/token',
    // A second: nobody will find a use for it.
    headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '1' },
  },
  {
    key: 'google',
    method: 'GET',
    path: '/computeMetadata/v1/',
    headers: { 'Metadata-Flavor': 'Google' },
  },
  {
    key: 'azure',
    method: 'GET',
    path: '/metadata/versions',
    headers: { Metadata: 'true' },
  },
  {
    key: 'oracle',
    method: 'GET',
    path: '/opc/v2/',
    headers: { Authorization: 'Bearer Oracle' },
  },
];

interface Way {
  readonly key: string;
  readonly severity: Severity;
  readonly words: string;
  readonly holds: (answer: AnswerFact) => boolean;
}

const isGood = ({ status }: AnswerFact): boolean => status === 200;

/** Worst first. */
const ways: readonly Way[] = [
  {
    key: 'open',
    severity: 'critical',
    words: 'it answers a plain GET: one forged request of any program here reads the credentials',
    holds: isGood,
  },
  {
    key: 'token',
    severity: 'high',
    words: 'it gives a session token: whatever runs here may read the credentials of the machine',
    holds: ({ status, body }) => status === 200 && /^[\w+/=-]{16,}$/.test(body.trim()),
  },
  {
    key: 'google',
    severity: 'high',
    words: 'it answers as that of Google: whatever runs here may read tokens of the machine',
    holds: (answer) => isGood(answer) && answer.headers.get('metadata-flavor') === 'Google',
  },
  {
    key: 'azure',
    severity: 'high',
    words: 'it answers as that of Azure: whatever runs here may read tokens of the machine',
    holds: (answer) => isGood(answer) && answer.body.includes('apiVersions'),
  },
  {
    key: 'oracle',
    severity: 'high',
    words: 'it answers as that of Oracle: whatever runs here may read keys of the machine',
    holds: isGood,
  },
];

function metadataVerdict({ ports, asker }: ExposureFacts): Verdict {
  const asked = ports.filter(({ service }) => service === metadataService);
  if (asked.length === 0) return told('not-applicable', 'it was not asked: give --metadata');
  const judged = asked.map((port) => ({ port, way: wayOf(port) }));
  const bad = judged.flatMap(({ port, way }): Evidence[] =>
    way === null ? [] : [reached(port, way, asker)],
  );
  if (bad.length > 0) return { status: 'fail', evidence: bad };
  const odd = asked.filter(({ state, answers }) => state === 'open' && !isRefused(answers));
  if (odd.length > 0) {
    const message = 'something takes connections there, and gave no clear answer';
    return {
      status: 'unknown',
      evidence: odd.map((port) => ({ ...base(port), message: `${placeOf(port)}: ${message}` })),
    };
  }
  return passed(
    asked.map((port) => ({
      ...base(port),
      message:
        port.state === 'open'
          ? `${placeOf(port)}: it refuses who asks from here`
          : `${placeOf(port)}: it cannot be reached from here`,
    })),
  );
}

function wayOf(port: PortFact): Way | null {
  return (
    ways.find(({ key, holds }) => {
      const answer = answerOf(port, key);
      return answer !== null && holds(answer);
    }) ?? null
  );
}

function isRefused(answers: PortFact['answers']): boolean {
  return [...answers.values()].some(
    (one) => one.kind === 'answer' && (one.status === 401 || one.status === 403),
  );
}

function base(port: PortFact): Omit<Evidence, 'message'> {
  return { subject: placeOf(port), place: placeOf(port), value: null };
}

/** The machine itself may ask; a container should not. */
function reached(port: PortFact, way: Way, asker: ExposureFacts['asker']): Evidence {
  const where =
    asker === 'container'
      ? 'asked from inside a container'
      : 'asked by the machine itself, which may; whether its containers can, only a question from inside of one tells';
  return {
    ...base(port),
    value: way.key,
    message: `${placeOf(port)}: ${way.words} (${where})`,
    severity: asker === 'container' ? way.severity : way.key === 'open' ? 'medium' : 'low',
    detail: { asker, way: way.key },
  };
}

export const metadataControls: readonly ExposureControl[] = [
  {
    id: 'metadata.reachable',
    benchmark: 'Exposed interfaces',
    profile: metadataService,
    title: 'Containers do not reach the credentials of their machine',
    severity: 'high',
    lesson: 'stolen-credentials',
    reads: 'with --metadata: first paths of the metadata service, PUT /latest/api/token',
    fix: 'Demand session tokens with a hop limit of 1 (AWS), or drop traffic of containers to 169.254.169.254; give workloads identities of their own',
    evaluate: metadataVerdict,
  },
];
