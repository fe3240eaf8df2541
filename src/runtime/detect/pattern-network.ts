// Patterns of the network: scans, guessing of passwords, tunnels through name lookups.
import type { EndpointFacts, RuntimeEvent } from '../../model/event.ts';
import type { Pattern } from './pattern.ts';

function remoteOf({ descriptor }: RuntimeEvent): EndpointFacts | null {
  if (descriptor === null) return null;
  const { kind, remote, protocol } = descriptor;
  if ((kind !== 'ipv4' && kind !== 'ipv6') || remote === null || remote.port === null) return null;
  return protocol === 'udp' ? null : remote;
}

const portScan: Pattern = {
  id: 'port-scan',
  rule: 'Many ports of one machine tried',
  description:
    'A program connects to many ports of one machine within seconds: it does not know what runs there.',
  priority: 'Warning',
  techniques: ['T1046'],
  tactic: 'discovery',
  lesson: 'reconnaissance',
  types: ['connect'],
  onHost: true,
  threshold: { count: 20, windowMs: 10_000 },
  observe(event) {
    const remote = remoteOf(event);
    return remote === null ? null : { within: remote.address, key: String(remote.port) };
  },
  text: (count, within) => `connects to ${count} ports of ${within}`,
};

/** Ports on which honest programs talk to many machines. */
const crowdedPorts: ReadonlySet<number> = new Set([53, 80, 443, 853, 9090, 9100]);

const hostSweep: Pattern = {
  id: 'host-sweep',
  rule: 'One port of many machines tried',
  description:
    'A program tries the same port on many machines within seconds: it searches for a service.',
  priority: 'Warning',
  techniques: ['T1046'],
  tactic: 'discovery',
  lesson: 'reconnaissance',
  types: ['connect'],
  onHost: false,
  threshold: { count: 40, windowMs: 10_000 },
  observe(event) {
    const remote = remoteOf(event);
    if (remote === null || crowdedPorts.has(remote.port ?? 0)) return null;
    return { within: String(remote.port), key: remote.address };
  },
  text: (count, within) => `tries port ${within} of ${count} machines`,
};

/** Ports behind which a password is asked; databases stay out, many programs connect there anew. */
const loginPorts: ReadonlySet<number> = new Set([
  21, 22, 23, 445, 512, 513, 3389, 5900, 5985, 8291,
]);

const guessingOut: Pattern = {
  id: 'login-guessing-out',
  rule: 'Many logins tried at one machine',
  description: 'A program connects to a login again and again, as guessing of passwords does.',
  priority: 'Warning',
  techniques: ['T1110.001'],
  tactic: 'credential_access',
  lesson: 'stolen-credentials',
  types: ['connect'],
  onHost: false,
  threshold: { count: 30, windowMs: 60_000 },
  observe(event) {
    const remote = remoteOf(event);
    if (remote === null || !loginPorts.has(remote.port ?? 0)) return null;
    return { within: `${remote.address} port ${remote.port}`, key: String(event.number) };
  },
  text: (count, within) => `connects ${count} times to ${within}`,
};

const guessingIn: Pattern = {
  id: 'login-guessing-in',
  rule: 'Many logins tried from one machine',
  description: 'A stranger connects to a login of this machine again and again.',
  priority: 'Warning',
  techniques: ['T1110.001', 'T1133'],
  tactic: 'credential_access',
  lesson: 'weak-accounts',
  types: ['accept', 'accept4'],
  onHost: true,
  threshold: { count: 30, windowMs: 60_000 },
  observe(event) {
    const port = event.descriptor?.local?.port ?? null;
    const remote = remoteOf(event);
    if (remote === null || port === null || !loginPorts.has(port)) return null;
    return { within: `${remote.address} at port ${port}`, key: String(event.number) };
  },
  text: (count, within) => `takes ${count} connections of ${within}`,
};

/** Long names carry data: honest ones of content networks stay below, most of the time. */
const longName = 60;
const longLabel = 35;

const nameTunnel: Pattern = {
  id: 'name-tunnel',
  rule: 'Data carried in names',
  description:
    'Many long and different names of one domain are looked up within a minute: data leaves in them.',
  priority: 'Warning',
  techniques: ['T1071.004', 'T1572'],
  tactic: 'command_and_control',
  lesson: 'hidden-channel',
  types: ['sendto', 'sendmsg'],
  onHost: false,
  threshold: { count: 30, windowMs: 60_000 },
  observe(event) {
    if (event.descriptor?.remote?.port !== 53 || event.buffer === null) return null;
    const labels = questionOf(event.buffer);
    if (labels === null) return null;
    const name = labels.join('.');
    if (name.length < longName && !labels.some(({ length }) => length >= longLabel)) return null;
    return { within: labels.slice(-2).join('.').toLowerCase(), key: name };
  },
  text: (count, within) => `looks up ${count} long names below ${within}`,
};

const headerBytes = 12;

/**
 * The labels of the question of a DNS message (RFC 1035, 4.1.2), as far as the kept bytes reach; null
 * when it is none. A name that is cut keeps its labels: its end is not known then, so it is not counted.
 */
export function questionOf(message: Uint8Array): readonly string[] | null {
  const isQuery = ((message[2] ?? 0x80) & 0x80) === 0;
  if (message.length < headerBytes || !isQuery || message[4] !== 0 || message[5] !== 1) return null;
  const labels: string[] = [];
  let at = headerBytes;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > 63) return null;
    if (length === 0) return labels.length < 2 ? null : labels;
    const end = at + 1 + length;
    if (end > message.length) return null;
    const label = Buffer.from(message.buffer, message.byteOffset + at + 1, length).toString(
      'latin1',
    );
    labels.push(label);
    at = end;
  }
}

export const networkPatterns: readonly Pattern[] = [
  portScan,
  hostSweep,
  guessingOut,
  guessingIn,
  nameTunnel,
];
