// The interfaces that are looked for: where they listen, what they are asked, how they are recognised.
import { parseJson, stringField } from '../../base/json.ts';
import type { AnswerFact, PortFact } from './facts.ts';
import { answerOf, type ServiceQuestion } from './question.ts';

export interface Service {
  readonly id: string;
  readonly name: string;
  /** Where it usually listens. */
  readonly ports: readonly number[];
  readonly questions: readonly ServiceQuestion[];
  recognises(port: PortFact): boolean;
}

export const foreignHost = 'rebinding.seaworthy.invalid';
const foreignOrigin = `http://${foreignHost}`;

function get(path: string): ServiceQuestion {
  return { key: path, method: 'GET', path };
}

/** What a page sends whose name was bound to this address: its own Host and Origin. */
function rebound(path: string): ServiceQuestion {
  return {
    key: `rebound ${path}`,
    method: 'GET',
    path,
    host: foreignHost,
    headers: { Origin: foreignOrigin, 'Sec-Fetch-Site': 'cross-site' },
  };
}

/** The server turned away who shows no client certificate. */
export function demandsCertificate(port: PortFact): boolean {
  return [...port.answers.values()].some((one) => one.kind === 'none' && one.demandsCertificate);
}

function jsonOf(answer: AnswerFact | null): unknown {
  if (answer === null) return null;
  const parsed = parseJson(answer.body);
  return parsed.ok ? parsed.value : null;
}

/** A text member of a JSON answer. */
export function textIn(port: PortFact, key: string, member: string): string | null {
  return stringField(jsonOf(answerOf(port, key)), member);
}

function has(port: PortFact, key: string, pattern: RegExp): boolean {
  return pattern.test(answerOf(port, key)?.body ?? '');
}

function header(port: PortFact, key: string, name: string): string {
  return answerOf(port, key)?.headers.get(name) ?? '';
}

const docker: Service = {
  id: 'docker',
  name: 'Docker API',
  ports: [2375, 2376],
  questions: [get('/_ping'), get('/version'), rebound('/_ping')],
  recognises: (port) =>
    header(port, '/_ping', 'server').startsWith('Docker/') ||
    header(port, '/_ping', 'api-version') !== '' ||
    textIn(port, '/version', 'ApiVersion') !== null ||
    (port.port === 2376 && demandsCertificate(port)),
};

const kubelet: Service = {
  id: 'kubelet',
  name: 'kubelet',
  ports: [10250, 10255],
  questions: [get('/healthz'), get('/pods'), get('/metrics'), rebound('/pods')],
  recognises: (port) =>
    has(port, '/pods', /"kind"\s*:\s*"PodList"/) ||
    (port.port === 10250 && [401, 403].includes(answerOf(port, '/pods')?.status ?? 0)) ||
    (has(port, '/pods', /system:anonymous/) && has(port, '/pods', /resource=nodes/)) ||
    has(port, '/metrics', /^kubelet_/m) ||
    (port.port === 10250 && demandsCertificate(port)),
};

const apiServer: Service = {
  id: 'api-server',
  name: 'Kubernetes API server',
  ports: [6443, 8080],
  questions: [get('/version'), get('/api')],
  recognises: (port) =>
    (textIn(port, '/version', 'gitVersion') !== null &&
      textIn(port, '/version', 'platform') !== null) ||
    has(port, '/api', /"kind"\s*:\s*"APIVersions"/) ||
    // Two searches: one pattern over both would take quadratic time on a hostile answer.
    (has(port, '/api', /"kind"\s*:\s*"Status"/) &&
      has(port, '/api', /"(?:Unauthorized|Forbidden)"/)) ||
    (port.port === 6443 && demandsCertificate(port)),
};

/** The first key only, and not its value: enough to know whether reading is allowed. */
const oneKey = '{"key":"AA==","range_end":"AA==","keys_only":true,"limit":1}';

const etcd: Service = {
  id: 'etcd',
  name: 'etcd',
  ports: [2379, 2380, 4001],
  questions: [
    get('/version'),
    get('/health'),
    { key: 'range', method: 'POST', path: '/v3/kv/range', body: oneKey, needsConsent: true },
  ],
  recognises: (port) =>
    textIn(port, '/version', 'etcdserver') !== null ||
    ([2379, 2380].includes(port.port) && demandsCertificate(port)),
};

const registry: Service = {
  id: 'registry',
  name: 'image registry',
  ports: [5000, 443],
  questions: [get('/v2/'), get('/v2/_catalog?n=1')],
  recognises: (port) =>
    header(port, '/v2/', 'docker-distribution-api-version') !== '' ||
    (answerOf(port, '/v2/')?.status === 401 &&
      /^(?:bearer|basic)/i.test(header(port, '/v2/', 'www-authenticate'))),
};

const dashboard: Service = {
  id: 'dashboard',
  name: 'Kubernetes dashboard',
  ports: [8443, 9090, 30000],
  questions: [
    get('/api/v1/login/status'),
    get('/api/v1/login/skippable'),
    get('/api/v1/csrftoken/login'),
    get('/'),
  ],
  recognises: (port) =>
    has(port, '/api/v1/login/status', /"(?:tokenPresent|httpsMode)"\s*:/) ||
    has(port, '/', /<title>\s*Kubernetes Dashboard/i),
};

const metrics: Service = {
  id: 'metrics',
  name: 'metrics',
  ports: [4194, 8080, 10249, 10256, 9091, 1338],
  questions: [get('/metrics'), get('/healthz'), get('/containers/'), get('/v1/metrics')],
  recognises: (port) =>
    has(port, '/metrics', /^(?:kubeproxy_|container_|cadvisor_|felix_)/m) ||
    has(port, '/v1/metrics', /^(?:container_|containerd_)/m) ||
    has(port, '/containers/', /<title>cAdvisor/i) ||
    (port.port === 10256 && textIn(port, '/healthz', 'lastUpdated') !== null),
};

const portainer: Service = {
  id: 'portainer',
  name: 'Portainer',
  ports: [9000, 9443],
  questions: [get('/api/status')],
  recognises: (port) =>
    textIn(port, '/api/status', 'InstanceID') !== null &&
    textIn(port, '/api/status', 'Version') !== null,
};

/** All that are asked by HTTP, most telling first: a port is the first that recognises it. */
const services: readonly Service[] = [
  docker,
  etcd,
  registry,
  dashboard,
  portainer,
  apiServer,
  kubelet,
  metrics,
];

/** Ports that say nothing to a stranger by HTTP: that they take connections is all that is asked. */
export const silentPorts: ReadonlyMap<number, string> = new Map([
  [2377, 'Swarm management'],
  [7946, 'Swarm gossip'],
  [4244, 'Hubble'],
  [6784, 'Weave'],
  [10010, 'CRI streaming (exec, attach, port-forward)'],
]);

/** Ports that are asked on a host that was named without one. */
export const usualPorts: readonly number[] = [
  ...new Set([...services.flatMap(({ ports }) => ports), ...silentPorts.keys()]),
].toSorted((a, b) => a - b);

/** Questions for a port: those of the services that usually listen there, else all. */
export function questionsFor(port: number): readonly ServiceQuestion[] {
  if (silentPorts.has(port)) return [];
  const usual = services.filter(({ ports }) => ports.includes(port));
  const chosen = usual.length > 0 ? usual : services;
  const byKey = new Map(chosen.flatMap(({ questions }) => questions.map((one) => [one.key, one])));
  return [...byKey.values()];
}

/** The service that answers there; null: none that we know. */
export function recognise(port: PortFact): string | null {
  return services.find((one) => one.recognises(port))?.id ?? null;
}
