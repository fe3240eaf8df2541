// Docker's API and registries as the network sees them.
import { aside, bad, type ExposureControl, good, portControl, unsure } from './define.ts';
import type { PortFact } from './facts.ts';
import { answerOf } from './question.ts';
import { demandsCertificate, foreignHost, textIn } from './service.ts';

/** What a port that turned us away says of itself. */
export function turnedAway(port: PortFact, key: string): string | null {
  if (demandsCertificate(port)) return 'it demands a client certificate';
  const status = answerOf(port, key)?.status;
  return status === 401 || status === 403 ? `it asks who is there (${status})` : null;
}

function versionOf(port: PortFact): string | null {
  return (
    textIn(port, '/version', 'Version') ?? answerOf(port, '/_ping')?.headers.get('server') ?? null
  );
}

export const engineControls: readonly ExposureControl[] = [
  portControl({
    id: 'docker.open',
    services: ['docker'],
    title: 'Nobody commands Docker without proving who they are',
    severity: 'critical',
    lesson: 'engine-api',
    reads: 'GET /_ping, GET /version',
    fix: 'Stop dockerd from listening on TCP (no -H tcp://, no hosts in daemon.json); reach it by ssh, or demand client certificates (--tlsverify)',
    judge: (port) => {
      const ping = answerOf(port, '/_ping');
      if (ping?.status === 200 || answerOf(port, '/version')?.status === 200) {
        const how =
          port.tls === null
            ? 'in plain text, without any password'
            : 'by TLS that demands no client certificate';
        return bad(
          `it takes commands from everybody who reaches it, ${how}: root on that host`,
          versionOf(port),
        );
      }
      const away = turnedAway(port, '/_ping');
      return away === null ? unsure('it gave no clear answer') : good(away);
    },
  }),
  portControl({
    id: 'docker.rebinding',
    services: ['docker'],
    title: 'Docker answers only to its own name',
    severity: 'high',
    lesson: 'request-forgery',
    reads: `GET /_ping with the Host and Origin of a page at ${foreignHost}`,
    fix: 'Listen on the Unix socket only, or put a proxy before it that checks Host and Origin: seaworthy gate docker',
    judge: (port) => {
      const rebound = answerOf(port, 'rebound /_ping');
      if (rebound === null)
        return demandsCertificate(port) ? good('a page has no client certificate') : aside;
      if (rebound.status === 200) {
        return bad(
          'a page in a browser that reaches it commands it: it takes any Host and any Origin',
          foreignHost,
        );
      }
      return [400, 401, 403, 421].includes(rebound.status)
        ? good(`a foreign Host is refused (${rebound.status})`)
        : aside;
    },
  }),
  portControl({
    id: 'registry.read',
    services: ['registry'],
    title: 'Only those who log in read images',
    severity: 'medium',
    lesson: 'information-leak',
    reads: 'GET /v2/, GET /v2/_catalog?n=1; nothing is written',
    fix: 'Set auth (token or htpasswd) in the configuration of the registry, and TLS with it',
    judge: (port) => {
      const base = answerOf(port, '/v2/');
      const catalog = answerOf(port, '/v2/_catalog?n=1');
      if (base?.status === 200) {
        const more = catalog?.status === 200 ? ', and lists their names' : '';
        return bad(
          `it hands out images to everybody${more}`,
          catalog?.status === 200 ? 'catalog' : null,
          port.reach === 'loopback' ? 'low' : 'medium',
        );
      }
      const away = turnedAway(port, '/v2/');
      return away === null ? unsure('it gave no clear answer') : good(away);
    },
  }),
  portControl({
    id: 'registry.plain',
    services: ['registry'],
    title: 'Images travel encrypted',
    severity: 'medium',
    lesson: 'unverified-download',
    reads: 'whether the port speaks TLS',
    fix: 'Give the registry a certificate (http.tls in its configuration)',
    judge: (port) => {
      if (port.tls !== null) return good(`it speaks ${port.tls.protocol}`);
      if (port.reach === 'loopback') return good('it is reached on this machine only');
      const asks = answerOf(port, '/v2/')?.status === 401;
      return bad(
        `images${asks ? ' and passwords' : ''} travel in plain text: whoever is on the way exchanges them`,
        null,
        asks ? 'high' : 'medium',
      );
    },
  }),
  portControl({
    id: 'portainer.reachable',
    services: ['portainer'],
    title: 'Portainer is not reachable from other hosts',
    severity: 'medium',
    lesson: 'exposed-management-port',
    reads: 'GET /api/status',
    fix: 'Let Portainer listen on 127.0.0.1 or behind a proxy that asks who is there',
    judge: (port) =>
      port.reach === 'loopback'
        ? good('it was reached on this machine')
        : bad(
            'whoever guesses a password there commands the engine',
            textIn(port, '/api/status', 'Version'),
          ),
  }),
];
