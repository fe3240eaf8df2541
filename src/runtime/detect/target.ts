// What an event is about, as a class: the same file under another process number, or another address of
// the same network, is the same target.
import { type CauseCheck, checkOfText } from './check.ts';
import type { FieldReader } from './fields.ts';

export interface Target {
  /** For people: `reads /etc/shadow`, `connects to 10.0.0.0/8 port 22`. */
  readonly text: string;
  readonly checks: readonly CauseCheck[];
}

const blocks: readonly (readonly [RegExp, string])[] = [
  [/^127\./, '127.0.0.0/8'],
  [/^10\./, '10.0.0.0/8'],
  [/^192\.168\./, '192.168.0.0/16'],
  [/^172\.(?:1[6-9]|2\d|3[01])\./, '172.16.0.0/12'],
  [/^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./, '100.64.0.0/10'],
  [/^169\.254\.169\.254$/, '169.254.169.254/32'],
  [/^169\.254\./, '169.254.0.0/16'],
  [/^::1$/, '::1/128'],
  [/^f[cd][0-9a-f]{2}:/i, 'fc00::/7'],
  [/^fe[89ab][0-9a-f]:/i, 'fe80::/10'],
];

/** The private block of an address, or the network around a public one (/24, /48). */
export function networkOf(address: string): string | null {
  const private_ = blocks.find(([pattern]) => pattern.test(address));
  if (private_ !== undefined) return private_[1];
  const four = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(address);
  if (four !== null) return `${four[1]}.0/24`;
  const six = /^([0-9a-f]{1,4}):([0-9a-f]{1,4}):([0-9a-f]{1,4}):/i.exec(address);
  if (six !== null) return `${six[1]}:${six[2]}:${six[3]}::/48`;
  return address.includes(':') ? `${address}/128` : null;
}

const verbs: readonly (readonly [RegExp, string])[] = [
  [/^exec/, 'starts'],
  [/^(?:open|creat)/, 'opens'],
  [/^connect$/, 'connects to'],
  [/^accept/, 'takes a connection of'],
  [/^send/, 'sends to'],
  [/^dup/, 'ties a stream to'],
  [/^unlink|^rmdir/, 'removes'],
  [/^rename/, 'renames'],
  [/^(?:f)?chmod/, 'changes the rights of'],
  [/^mount|mount$/, 'mounts'],
];

/** Arguments that say what a call is about, the most telling first. */
const telling = [
  'type',
  'domain',
  'cmd',
  'request',
  'nstype',
  'fsname',
  'filename',
  'name',
  'path',
];
const places = ['target', 'linkpath', 'oldpath', 'newpath', 'dir', 'dev'];
const tellingAtMost = 2;

/** The target of an event; without checks when nothing but its process tells it. */
export function targetOf<Event>(event: Event, fields: FieldReader<Event>): Target {
  const read = (name: string): string | null => fields.text(event, name);
  const type = read('evt.type') ?? 'does';
  const verb = verbs.find(([pattern]) => pattern.test(type))?.[1] ?? `calls ${type} on`;
  if (type.startsWith('exec')) return { text: 'starts', checks: [] };
  const network = networkTarget(read, verb);
  if (network !== null) return network;
  const name = read('fd.name');
  if (name !== null && name !== '') {
    return { text: `${verb} ${name}`, checks: [checkOfText('fd.name', name)] };
  }
  const known = [...telling, ...places]
    .map((one) => ({ field: `evt.arg.${one}`, value: read(`evt.arg.${one}`) ?? '' }))
    .filter(({ value }) => value !== '')
    .slice(0, tellingAtMost);
  if (known.length === 0) return { text: `calls ${type}`, checks: [] };
  return {
    text: `${verb} ${known.map(({ value }) => value).join(' ')}`,
    checks: known.map(({ field, value }) => checkOfText(field, value)),
  };
}

function networkTarget(read: (name: string) => string | null, verb: string): Target | null {
  const address = read('fd.sip');
  if (address === null) return null;
  const network = networkOf(address);
  if (network === null) return null;
  const port = read('fd.sport');
  const checks: CauseCheck[] = [{ field: 'fd.snet', operator: 'in', value: [network] }];
  if (port !== null) checks.push({ field: 'fd.sport', operator: '=', value: port });
  return { text: `${verb} ${network}${port === null ? '' : ` port ${port}`}`, checks };
}
