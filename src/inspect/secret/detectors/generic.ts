// Credentials of no certain maker: addresses with passwords, bearer tokens, cluster configurations.
import { base64url, entropyOf, padded64, runEnd } from '../alphabet.ts';
import { assigned } from '../assignment.ts';
import { type Hit, type SecretDetector, textOf } from '../detector.ts';
import { isRealPassword, isStandIn } from '../placeholder.ts';
import { type Judgement, startsFresh } from '../token.ts';

const longestUser = 64;
const longestPassword = 128;
/** Last letters of https, http, ftp, postgresql, mongodb, ..., each a cheap anchor. */
const schemeEnds = ['s', 'p', 'l', 'b', 'v', 'h', 't', 'e', 'a', 'c', '5'];

/** `scheme://user:password@host` (RFC 3986, section 3.2.1). */
const urlPassword: SecretDetector = {
  id: 'url-password',
  title: 'Password in an address',
  severity: 'high',
  issuer: 'the service',
  hint: 'nothing',
  onlyOwnFiles: true,
  anchors: schemeEnds.map((letter) => `${letter}://`),
  find({ bytes, at, anchor }) {
    const from = at + anchor.length;
    const end = userInfoEnd(bytes, from);
    if (end === -1) return null;
    const info = textOf(bytes, from, end);
    const colon = info.indexOf(':');
    if (colon === -1 || colon > longestUser) return null;
    const password = info.slice(colon + 1);
    const host = /^\[?[\w.:-]{1,253}/.exec(textOf(bytes, end + 1, end + 260))?.[0] ?? '';
    if (!isLiveHost(host) || !isUrlPassword(info.slice(0, colon), password)) return null;
    const start = from + colon + 1;
    const scheme = /[a-z][a-z0-9+.-]{0,20}$/i.exec(textOf(bytes, at - 20, at + 1))?.[0] ?? '';
    return { start, end, value: password, evidence: { scheme: scheme.toLowerCase() } };
  },
};

/** Index of the `@` that ends user and password, or -1. */
function userInfoEnd(bytes: Uint8Array, from: number): number {
  const end = Math.min(bytes.length, from + longestUser + longestPassword);
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte === 0x40) return at;
    // Blanks, quotes, brackets, slash, backslash, question mark, hash end it.
    if (byte <= 0x20 || byte >= 0x7f || stops.has(byte)) return -1;
  }
  return -1;
}

const stops = new Set(Buffer.from('"\'`<>()[]/\\?#,;|'));

function isLiveHost(host: string): boolean {
  if (host === '' || host.startsWith('$') || host.startsWith('%')) return false;
  return !/(?:^|\.)example(?:\.\w+)?(?::\d+)?$|^(?:host|hostname|server|domain)(?::|\.com|$)|\.(?:invalid|test)$/i.test(
    host,
  );
}

function isUrlPassword(user: string, password: string): boolean {
  if (!isRealPassword(password) || password === user || /[{}<>$]/.test(user)) return false;
  // A port and a path are no password: `http://a:8080@b` is rarer than a mistake in a text.
  return !/^(?:user(?:name)?|login|username|xxx+)$/i.test(user) || entropyOf(password) >= 2.8;
}

/** Three parts in base64url, the first two of them JSON (RFC 7519). */
const jsonWebToken: SecretDetector = {
  id: 'json-web-token',
  title: 'Bearer token (JWT)',
  severity: 'medium',
  issuer: 'its issuer',
  variants: ['kubernetes-account-token', 'supabase-service-key', 'supabase-public-key'],
  hint: 'ends',
  onlyOwnFiles: true,
  anchors: ['eyJhbGci', 'eyJ0eXAi', 'eyJraWQi', 'eyJqa3Ui', 'eyJ4NXQi', 'eyJlbmMi', 'eyJ6aXAi'],
  find({ bytes, at, path }) {
    if (!startsFresh(bytes, at)) return null;
    const headEnd = runEnd(base64url, bytes, at, at + 2000);
    if (bytes[headEnd] !== 0x2e) return null;
    const bodyEnd = runEnd(base64url, bytes, headEnd + 1, headEnd + 6000);
    if (bytes[bodyEnd] !== 0x2e) return null;
    const end = runEnd(base64url, bytes, bodyEnd + 1, bodyEnd + 1500);
    const head = jsonOf(textOf(bytes, at, headEnd));
    const body = jsonOf(textOf(bytes, headEnd + 1, bodyEnd));
    if (head === null || body === null || end - bodyEnd < 20) return null;
    const value = textOf(bytes, at, end);
    if (isStandIn(value) || body.get('sub') === '1234567890') return null;
    return { start: at, end, value, ...judgeToken(body, path, textOf(bytes, at - 80, at)) };
  },
};

function jsonOf(part: string): ReadonlyMap<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return new Map(Object.entries(value));
  } catch {
    // Not JSON: no token.
    return null;
  }
}

function judgeToken(
  body: ReadonlyMap<string, unknown>,
  path: string,
  before: string,
): Pick<Hit, 'id' | 'title' | 'severity' | 'evidence'> {
  const issuer = body.get('iss');
  const expiry = body.get('exp');
  const evidence = { expires: typeof expiry === 'number' ? dayOf(expiry) : 'never' };
  const isAccount = body.has('kubernetes.io') || issuer === 'kubernetes/serviceaccount';
  if (isAccount || path.endsWith('serviceaccount/token')) {
    const title = 'Kubernetes service account token';
    return { id: 'kubernetes-account-token', title, severity: 'critical', evidence };
  }
  if (body.get('role') === 'service_role') {
    const title = 'Supabase service role key';
    return { id: 'supabase-service-key', title, severity: 'critical', evidence };
  }
  if (body.get('role') === 'anon') {
    const title = 'Supabase public (anon) key';
    return { id: 'supabase-public-key', title, severity: 'negligible', evidence };
  }
  // Without a name in front that speaks of a credential it may be a sample.
  const named = /token|auth|bearer|jwt|secret|key|cookie|session/i.test(before);
  return { severity: named ? 'medium' : 'low', evidence };
}

function dayOf(seconds: number): string {
  const milliseconds = seconds * 1000;
  if (!Number.isFinite(milliseconds) || Math.abs(milliseconds) > 8.64e15) return 'never';
  return new Date(milliseconds).toISOString().slice(0, 10);
}

/** The two ways in which a kubeconfig lets its holder in beside tokens. */
const kubernetesKey = assigned({
  id: 'kubernetes-client-key',
  title: 'Kubernetes client key',
  severity: 'critical',
  issuer: 'your cluster',
  words: [],
  spellings: ['client-key-data', 'clientKeyData'],
  alphabet: padded64,
  length: [200, 8000],
  hint: 'nothing',
  judge: (value): Judgement =>
    Buffer.from(value.slice(0, 64), 'base64').toString('latin1').startsWith('-----BEGIN'),
});

const basicAuth: SecretDetector = {
  id: 'basic-authorization',
  title: 'User and password in an Authorization header',
  severity: 'high',
  issuer: 'the service',
  hint: 'nothing',
  onlyOwnFiles: true,
  anchors: ['uthorization: Basic ', 'uthorization":"Basic ', 'uthorization": "Basic '],
  find({ bytes, at, anchor }) {
    const start = at + anchor.length;
    const end = runEnd(padded64, bytes, start, start + 300);
    const value = textOf(bytes, start, end);
    const plain = Buffer.from(value, 'base64').toString('latin1');
    const colon = plain.indexOf(':');
    if (value.length < 12 || colon < 1 || /[^\x20-\x7e]/.test(plain)) return null;
    return isRealPassword(plain.slice(colon + 1)) ? { start, end, value } : null;
  },
};

/** Crypt hashes behind a name: `user:$apr1$...` of htpasswd, `user:$6$...` of shadow files. */
const passwordHash: SecretDetector = {
  id: 'password-hash',
  title: 'Password hash of an account',
  severity: 'low',
  issuer: 'you',
  hint: 'nothing',
  onlyOwnFiles: true,
  anchors: [':$apr1$', ':$2y$', ':$2a$', ':$2b$', ':$1$', ':$5$', ':$6$', ':$y$', ':$7$', ':{SHA}'],
  find({ bytes, at, path }) {
    const value = /^[\w$./={}+-]{20,200}/.exec(textOf(bytes, at + 1, at + 220))?.[0];
    const user = /(?:^|\n)([\w.@-]{1,40})$/.exec(textOf(bytes, at - 42, at))?.[1];
    if (value === undefined || user === undefined || isStandIn(value)) return null;
    if (/^\$\w+\$\D{0,6}$/.test(value)) return null;
    const isSystem = /(?:^|\/)g?shadow-?$/.test(path);
    return {
      start: at + 1,
      end: at + 1 + value.length,
      value,
      ...(isSystem ? { severity: 'medium', title: 'Password hash of a system account' } : {}),
    };
  },
};

/** Django draws keys from letters, digits and `!@#$%^&*(-_=+)`. */
const keyBytes = {
  ...padded64,
  has: padded64.has.map((known, byte) =>
    '!@#$%^&*(-_=+):'.includes(String.fromCharCode(byte)) ? 1 : known,
  ),
};

const frameworkKey = assigned({
  id: 'framework-secret-key',
  title: 'Secret key of a web framework',
  severity: 'high',
  issuer: 'you',
  words: ['secret_key_base', 'app_key'],
  spellings: ['SECRET_KEY'],
  alphabet: keyBytes,
  length: [32, 160],
  hint: 'nothing',
  onlyOwnFiles: true,
  tail: (tail) => tail === '',
  judge: (value) =>
    value.startsWith('django-insecure-') ? { severity: 'medium' } : isFrameworkKey(value),
});

function isFrameworkKey(value: string): boolean {
  if (/[.(]\w+\(|^os\.|environ|getenv|config\(/.test(value)) return false;
  return (
    /^base64:[A-Za-z0-9+/]{43}=$/.test(value) ||
    /^[0-9a-f]{64,128}$/.test(value) ||
    (entropyOf(value) >= 3.8 && /\d/.test(value) && /[a-z]/i.test(value))
  );
}

export const generic: readonly SecretDetector[] = [
  kubernetesKey,
  jsonWebToken,
  basicAuth,
  passwordHash,
  frameworkKey,
  urlPassword,
];
