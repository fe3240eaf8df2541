// TLS of what answers, ports of other container software, and what this machine itself offers.
import { type Evidence, failedBy, passed, told, type Verdict } from '../control.ts';
import { type ExposureControl, placeOf } from './define.ts';
import type { ExposureFacts, ListenerFact, PortFact } from './facts.ts';
import { silentPorts } from './service.ts';

const benchmark = 'Exposed interfaces';
const oldProtocols: ReadonlySet<string> = new Set(['TLSv1', 'TLSv1.1', 'SSLv3']);

function tlsVerdict({ ports, now }: ExposureFacts): Verdict {
  const spoken = ports.filter(({ tls, service }) => tls !== null && service !== null);
  if (spoken.length === 0) return told('not-applicable', 'none of the interfaces speaks TLS');
  const bad = spoken.flatMap((port): Evidence[] => {
    const { tls } = port;
    if (tls === null) return [];
    const place = placeOf(port);
    const base = { subject: place, place, detail: { tls } };
    const found: Evidence[] = [];
    if (oldProtocols.has(tls.protocol)) {
      found.push({
        ...base,
        value: tls.protocol,
        message: `${place}: it still speaks ${tls.protocol}`,
      });
    }
    if (tls.validTo !== null && tls.validTo < now.toISOString()) {
      found.push({
        ...base,
        value: tls.validTo,
        message: `${place}: its certificate ended on ${tls.validTo.slice(0, 10)}`,
      });
    }
    return found;
  });
  if (bad.length > 0) return failedBy(bad);
  return passed(
    spoken.map((port): Evidence => {
      const place = placeOf(port);
      const { protocol = '', subject = '', isTrusted = false } = port.tls ?? {};
      const trust = isTrusted ? 'trusted here' : 'by an authority of its own';
      return {
        subject: place,
        place,
        value: subject,
        message: `${place}: ${protocol}, certified ${trust}`,
      };
    }),
  );
}

function sentence(port: PortFact): Evidence {
  const place = placeOf(port);
  const what = silentPorts.get(port.port) ?? '';
  return {
    subject: place,
    place,
    value: port.port,
    message: `${place}: ${what} takes connections`,
  };
}

function silentVerdict({ ports }: ExposureFacts): Verdict {
  const open = ports.filter((one) => silentPorts.has(one.port) && one.state === 'open');
  if (open.length === 0) return told('not-applicable', 'none takes connections');
  const bad = open.filter(({ reach }) => reach !== 'loopback');
  return bad.length > 0 ? failedBy(bad.map(sentence)) : passed(open.map(sentence));
}

const engines = /^(?:dockerd|docker-daemon|containerd|crio|cri-dockerd|podman)$/;
/** What these have on TCP is exec, attach and port-forward of the CRI, behind tokens that live a minute. */
const streaming: ReadonlySet<string> = new Set(['containerd', 'crio', 'cri-dockerd']);

function isLoopback({ address }: ListenerFact): boolean {
  return address.startsWith('127.') || address === '::1';
}

function listenerVerdict({ listeners }: ExposureFacts): Verdict {
  if (listeners === null)
    return told(
      'not-applicable',
      'no host that was named is this machine, or its processes cannot be seen',
    );
  const bad = listeners
    .filter(({ program }) => engines.test(program))
    .filter((one) => !(streaming.has(one.program) && isLoopback(one)));
  if (bad.length > 0) {
    return failedBy(
      bad.map(
        (one): Evidence => ({
          ...evidenceOf(one),
          message: `${one.program} (process ${one.pid}) listens on ${placeTold(one)}${streaming.has(one.program) ? ', the streams of exec and attach' : ''}${one.isHostNamespace ? '' : ' in a network namespace of its own'}`,
          severity: isLoopback(one) || streaming.has(one.program) ? 'high' : 'critical',
        }),
      ),
    );
  }
  return passed(
    listeners.map((one) => ({
      ...evidenceOf(one),
      message: `${one.program} listens on ${placeTold(one)}`,
    })),
  );
}

function placeTold({ address, port }: ListenerFact): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function evidenceOf(one: ListenerFact): Omit<Evidence, 'message'> {
  return { subject: one.program, place: `/proc/${one.pid}/net/tcp`, value: placeTold(one) };
}

function socketVerdict({ sockets }: ExposureFacts): Verdict {
  if (sockets === null) return told('not-applicable', 'no host that was named is this machine');
  if (sockets.length === 0) return told('not-applicable', 'no socket of an engine is there');
  const evidence = sockets.map(({ path, owner, group, mode, members }): Evidence => {
    const everybody = (mode & 0o002) !== 0;
    const people = (mode & 0o020) === 0 || group === 'root' ? [] : (members ?? []);
    const who = everybody
      ? 'everybody on this machine'
      : people.length > 0
        ? `root and ${people.join(', ')}`
        : 'root';
    return {
      subject: path,
      place: path,
      value: `0${mode.toString(8)} ${owner}:${group}`,
      message: `${who} can command it`,
      ...(everybody ? { severity: 'critical', command: `chmod o-rwx ${path}` } : {}),
      detail: { people, everybody },
    };
  });
  const open = evidence.filter(({ detail }) => detail?.['everybody'] === true);
  if (open.length > 0) return failedBy(open);
  const shared = evidence.filter(({ message }) => message !== 'root can command it');
  return shared.length > 0 ? { status: 'manual', evidence: shared } : passed(evidence);
}

function mountVerdict({ mounters }: ExposureFacts): Verdict {
  if (mounters === null) return told('not-applicable', 'no engine of this machine was asked');
  return failedBy(
    mounters.map(({ name, detail }) => ({
      subject: name,
      place: 'Mounts',
      value: detail,
      message: `${name} commands the engine, read-only or not`,
    })),
  );
}

export const localControls: readonly ExposureControl[] = [
  {
    id: 'tls.sound',
    benchmark,
    profile: 'tls',
    title: 'Certificates are valid and protocols are of today',
    severity: 'medium',
    lesson: 'weak-cryptography',
    reads: 'TLS handshake',
    fix: 'Renew the certificate, and allow TLS 1.2 and 1.3 only',
    evaluate: tlsVerdict,
  },
  {
    id: 'other.reachable',
    benchmark,
    profile: 'other',
    title: 'Ports between nodes are closed to others',
    severity: 'medium',
    lesson: 'exposed-management-port',
    reads: `whether ${[...silentPorts.keys()].join(', ')} take connections`,
    fix: 'Let a firewall pass them between the nodes of the cluster only',
    evaluate: silentVerdict,
  },
  {
    id: 'local.listeners',
    benchmark,
    profile: 'this machine',
    title: 'No engine of this machine listens on TCP',
    severity: 'high',
    lesson: 'engine-api',
    reads: '/proc/PID/net/tcp of every namespace, /proc/PID/fd',
    fix: 'Remove -H tcp:// from the command line and hosts from daemon.json; set stream_server_address (containerd), stream_address (CRI-O) or --streaming-bind-addr (cri-dockerd) to 127.0.0.1',
    evaluate: listenerVerdict,
  },
  {
    id: 'local.sockets',
    benchmark,
    profile: 'this machine',
    title: 'Only root reaches the sockets of engines',
    severity: 'high',
    lesson: 'engine-api',
    reads: 'mode, owner and group of the sockets',
    fix: 'Take rights of others off the socket, and people out of its group',
    evaluate: socketVerdict,
  },
  {
    id: 'local.mounts',
    benchmark,
    profile: 'this machine',
    title: 'No container has the socket of an engine',
    severity: 'critical',
    lesson: 'engine-api',
    reads: 'mounts of all containers, parents of the socket included',
    fix: 'Remove the mount: read-only is no protection',
    evaluate: mountVerdict,
  },
];
