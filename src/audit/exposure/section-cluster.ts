// Kubernetes' interfaces as the network sees them: kubelet, API server, etcd, dashboard, metrics.
import { compareUpstream, upstreamOf } from '../upstream-order.ts';
import { aside, bad, type ExposureControl, good, portControl, unsure } from './define.ts';
import type { PortFact } from './facts.ts';
import { answerOf } from './question.ts';
import { turnedAway } from './section-engine.ts';
import { demandsCertificate, foreignHost, textIn } from './service.ts';

const openPorts = 'exposed-management-port';

/** CVE-2026-33413: authentication of etcd is gone around below these, by branch. */
const etcdFixes = ['3.4.42', '3.5.28', '3.6.9'];

function lacksEtcdFix(text: string): string | null {
  const version = upstreamOf(text);
  if (version === null) return null;
  for (const fix of etcdFixes) {
    const parsed = upstreamOf(fix);
    if (parsed === null || parsed.numbers[1] !== version.numbers[1]) continue;
    return compareUpstream(version, parsed) < 0 ? fix : null;
  }
  return (version.numbers[1] ?? 0) < 4 ? (etcdFixes[0] ?? null) : null;
}

export const clusterControls: readonly ExposureControl[] = [
  portControl({
    id: 'kubelet.open',
    services: ['kubelet'],
    title: 'The kubelet obeys only the API server',
    severity: 'critical',
    lesson: openPorts,
    reads: 'GET /healthz, GET /pods; never /run or /exec',
    fix: 'Set authentication.anonymous.enabled: false and authorization.mode: Webhook, and readOnlyPort: 0',
    judge: (port) => {
      const pods = answerOf(port, '/pods');
      if (pods?.status === 200) {
        if (port.tls === null) {
          return bad('the read-only port tells all pods with their settings', 'PodList', 'high');
        }
        return bad(
          'anonymous may do everything (authorisation AlwaysAllow): commands in every pod of the node',
          'PodList',
        );
      }
      if (pods?.status === 403) {
        return bad(
          'anonymous requests are taken and only then refused: one role too many opens it',
          403,
          'medium',
        );
      }
      const away = turnedAway(port, '/pods');
      return away === null ? unsure('it gave no clear answer') : good(away);
    },
  }),
  portControl({
    id: 'kubelet.rebinding',
    services: ['kubelet'],
    title: 'The kubelet answers only to its own name',
    severity: 'high',
    lesson: 'request-forgery',
    reads: `GET /pods with the Host and Origin of a page at ${foreignHost}`,
    fix: 'Demand client certificates or tokens: a page in a browser has neither',
    judge: (port) => {
      const rebound = answerOf(port, 'rebound /pods');
      if (rebound?.status === 200)
        return bad('a page in a browser that reaches it reads and commands it', foreignHost);
      return rebound === null && !demandsCertificate(port) ? aside : good('a page gets nothing');
    },
  }),
  portControl({
    id: 'api-server.insecure',
    services: ['api-server'],
    title: 'The API server has no port without authentication',
    severity: 'critical',
    lesson: openPorts,
    reads: 'GET /api in plain text',
    fix: 'Remove --insecure-port and --insecure-bind-address, or the proxy (kubectl proxy) that listens there',
    judge: (port) => {
      if (port.tls !== null) return good('it speaks TLS');
      return answerOf(port, '/api')?.status === 200
        ? bad('everybody who reaches it is administrator of the cluster', '/api')
        : unsure('it speaks plain text, but refused /api');
    },
  }),
  portControl({
    id: 'api-server.anonymous',
    services: ['api-server'],
    title: 'Strangers learn nothing from the API server',
    severity: 'medium',
    lesson: 'information-leak',
    reads: 'GET /version, GET /api',
    fix: 'Set --anonymous-auth=false, or bind no roles to system:unauthenticated',
    judge: (port) => {
      if (answerOf(port, '/api')?.status === 200) {
        return bad('anonymous requests may list the API: roles are bound to strangers', '/api');
      }
      const version = textIn(port, '/version', 'gitVersion');
      if (version !== null) {
        return bad('it tells its version to strangers (the default of Kubernetes)', version, 'low');
      }
      const away = turnedAway(port, '/api') ?? turnedAway(port, '/version');
      return away === null ? unsure('it gave no clear answer') : good(away);
    },
  }),
  portControl({
    id: 'etcd.open',
    services: ['etcd'],
    title: 'Only the API server reaches etcd',
    severity: 'high',
    lesson: openPorts,
    reads: 'GET /version, GET /health',
    fix: 'Set --client-cert-auth=true with --trusted-ca-file, and let it listen on addresses of the control plane only',
    judge: (port) => {
      if (answerOf(port, '/version')?.status === 200) {
        const how =
          port.tls === null ? 'in plain text' : 'by TLS that demands no client certificate';
        return bad(
          `it answers everybody, ${how}: all secrets of the cluster lie there`,
          textIn(port, '/version', 'etcdserver'),
        );
      }
      const away = turnedAway(port, '/version');
      return away === null ? unsure('it gave no clear answer') : good(away);
    },
  }),
  portControl({
    id: 'etcd.keys',
    services: ['etcd'],
    title: 'Strangers read no keys of etcd',
    severity: 'critical',
    lesson: openPorts,
    reads: 'with --consent: POST /v3/kv/range for one key, without its value',
    fix: 'Set --client-cert-auth=true, and rotate every secret that lay there',
    judge: (port, { hasConsent }) => {
      if (!hasConsent)
        return demandsCertificate(port)
          ? good('it demands a client certificate')
          : unsure('reading a key was not tried: give --consent');
      const range = answerOf(port, 'range');
      if (range?.status === 200) return bad('everybody reads every key', 'range');
      if (range === null)
        return demandsCertificate(port)
          ? good('it demands a client certificate')
          : unsure('it gave no clear answer');
      return good(`reading is refused (${range.status})`);
    },
  }),
  portControl({
    id: 'etcd.version',
    services: ['etcd'],
    title: 'etcd is free of CVE-2026-33413',
    severity: 'medium',
    lesson: 'broken-access-control',
    reads: 'GET /version',
    fix: 'Update etcd to 3.4.42, 3.5.28 or 3.6.9; with client certificates, as Kubernetes uses it, the flaw is out of reach',
    judge: (port) => {
      const version = textIn(port, '/version', 'etcdserver');
      if (version === null) return aside;
      const fix = lacksEtcdFix(version);
      return fix === null
        ? good(`${version} has the fix`)
        : bad(`passwords of etcd can be gone around in ${version} (fixed in ${fix})`, version);
    },
  }),
  portControl({
    id: 'dashboard.open',
    services: ['dashboard'],
    title: 'The dashboard asks who is there, and speaks TLS',
    severity: 'high',
    lesson: openPorts,
    reads: 'GET /api/v1/login/status, /api/v1/login/skippable, /',
    fix: 'Remove --enable-skip-login and --enable-insecure-login, and reach the dashboard by kubectl port-forward',
    judge: dashboardVerdict,
  }),
  portControl({
    id: 'metrics.open',
    services: ['metrics'],
    title: 'Metrics of containers are not told to everybody',
    severity: 'medium',
    lesson: 'information-leak',
    reads: 'GET /metrics, /containers/, /healthz',
    fix: 'Let it listen on 127.0.0.1, or put kube-rbac-proxy before it',
    judge: (port) => {
      const isOpen = ['/metrics', '/containers/', '/v1/metrics'].some(
        (key) => answerOf(port, key)?.status === 200,
      );
      if (!isOpen) return good('only its health is told');
      return bad(
        'it tells names, images and load of containers to everybody',
        null,
        port.reach === 'loopback' ? 'low' : 'medium',
      );
    },
  }),
];

function dashboardVerdict(port: PortFact) {
  const skippable = /"skippable"\s*:\s*true/.test(
    answerOf(port, '/api/v1/login/skippable')?.body ?? '',
  );
  if (skippable)
    return bad(
      'the login can be skipped: strangers act with the rights of the dashboard',
      'skippable',
      'critical',
    );
  if (port.tls === null && port.reach !== 'loopback')
    return bad('tokens of administrators travel in plain text', 'http');
  if (/"httpsMode"\s*:\s*false/.test(answerOf(port, '/api/v1/login/status')?.body ?? '')) {
    return bad('it says itself that it is not reached by https', 'httpsMode: false', 'medium');
  }
  return good('it asks for a login');
}
