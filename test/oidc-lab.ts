// Providers of identities on loopback for tests of logins: a certified one, where people log in without
// typing, and a scripted one that signs whatever it is told; and a browser that only keeps cookies.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export const clientSecret = 'a-secret-of-the-client-that-is-long-enough';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface LabProvider {
  readonly issuer: string;
  close(): Promise<void>;
}

async function listen(
  makeHandler: (issuer: string) => Handler,
  host = '127.0.0.1',
): Promise<LabProvider> {
  let handler: Handler | null = null;
  const server = createServer((incoming, response) => handler?.(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const issuer = `http://${host}:${(server.address() as AddressInfo).port}`;
  handler = makeHandler(issuer);
  return {
    issuer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface Person {
  readonly email: string;
  readonly groups: readonly string[];
}

/**
 * `people`: who there is, by subject; `who()` logs in next. `host`: the name that it goes by, `localhost`
 * where it shall be another site for browsers.
 */
export function certifiedProvider(options: {
  readonly redirect: string;
  readonly people: ReadonlyMap<string, Person>;
  readonly who: () => string;
  readonly host?: string;
}): Promise<LabProvider> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' };
  return listen((issuer) => {
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: 'seaworthy',
          client_secret: clientSecret,
          redirect_uris: [options.redirect],
          grant_types: ['authorization_code'],
          response_types: ['code'],
        },
      ],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
      cookies: { keys: ['of the test'] },
      features: { devInteractions: { enabled: false } },
      findAccount: (_: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, email_verified: true, ...options.people.get(id) }),
      }),
      interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      jwks: { keys: [jwk] },
      pkce: { required: () => true },
      ttl: { AccessToken: 300, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 },
    });
    const callback = provider.callback();
    return (incoming, response) => {
      if (incoming.url?.startsWith('/interaction/') === true) {
        void logIn(provider, options.who(), { incoming, response });
      } else callback(incoming, response);
    };
  }, options.host);
}

async function logIn(
  provider: Provider,
  accountId: string,
  { incoming, response }: { incoming: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { params } = await provider.interactionDetails(incoming, response);
  const grant = new provider.Grant({ accountId, clientId: String(params['client_id']) });
  grant.addOIDCScope(String(params['scope']));
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(incoming, response, { login: { accountId }, consent });
}

export type Algorithm = 'RS256' | 'ES256' | 'EdDSA';

export interface SigningKey {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly privateKey: KeyObject;
  readonly publicJwk: Readonly<Record<string, unknown>>;
}

export function signingKey(id: string, algorithm: Algorithm): SigningKey {
  const { privateKey, publicKey } =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : algorithm === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519');
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid: id, use: 'sig' };
  return { id, algorithm, privateKey, publicJwk };
}

/** A signed token of these claims; `header` replaces words of the header, also the algorithm. */
export function signed(key: SigningKey, claims: object, header: object = {}): string {
  const head = { alg: key.algorithm, kid: key.id, ...header };
  const text = [head, claims].map((part) => base64url(JSON.stringify(part))).join('.');
  const how =
    key.algorithm === 'ES256'
      ? { key: key.privateKey, dsaEncoding: 'ieee-p1363' as const }
      : key.privateKey;
  const hash = key.algorithm === 'EdDSA' ? null : 'sha256';
  return `${text}.${sign(hash, Buffer.from(text), how).toString('base64url')}`;
}

export function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

export interface Script {
  /** What the provider publishes now. */
  keys: readonly SigningKey[];
  /** The next ID token. */
  idToken: string;
  userInfo: Readonly<Record<string, unknown>> | null;
  /** Bodies that came to its token endpoint. */
  readonly exchanged: URLSearchParams[];
}

/** Checks nothing: tests say what it answers. */
export function scriptedProvider(script: Script): Promise<LabProvider> {
  return listen((issuer) => (incoming, response) => {
    const answer = (value: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    const { pathname } = new URL(incoming.url ?? '/', issuer);
    if (pathname === '/.well-known/openid-configuration') {
      return answer({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        ...(script.userInfo === null ? {} : { userinfo_endpoint: `${issuer}/userinfo` }),
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        // Some providers list what nobody should take.
        id_token_signing_alg_values_supported: ['RS256', 'ES256', 'EdDSA', 'HS256', 'none'],
        code_challenge_methods_supported: ['S256'],
      });
    }
    if (pathname === '/keys') return answer({ keys: script.keys.map((key) => key.publicJwk) });
    if (pathname === '/userinfo') return answer(script.userInfo);
    if (pathname !== '/token') return void response.writeHead(404).end();
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      script.exchanged.push(new URLSearchParams(body));
      answer({ access_token: 'an-access-token', token_type: 'Bearer', id_token: script.idToken });
    });
  });
}

export interface BrowserAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** Keeps cookies by port, as a browser keeps them by host; follows nothing by itself. */
export class Browser {
  readonly cookies = new Map<string, Map<string, string>>();

  async ask(
    address: string | URL,
    options: { method?: string; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<BrowserAnswer> {
    const url = new URL(address);
    const jar = this.#jar(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await new Promise<BrowserAnswer>((resolve, reject) => {
      const outgoing = request(
        url,
        {
          method: options.method ?? 'GET',
          headers: { ...(cookie === '' ? {} : { cookie }), ...options.headers },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end();
    });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /Max-Age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  /** Follows redirects until `stop` says that the next address is not to be asked. */
  async follow(
    address: string | URL,
    stop: (next: URL) => boolean = () => false,
  ): Promise<BrowserAnswer & { readonly at: URL; readonly next: URL | null }> {
    let at = new URL(address);
    for (let step = 0; step < 12; step += 1) {
      const answer = await this.ask(at);
      const { location } = answer.headers;
      const next = location === undefined ? null : new URL(location, at);
      if (next === null || stop(next)) return { ...answer, at, next };
      at = next;
    }
    throw new Error('too many redirects');
  }

  #jar({ host }: URL): Map<string, string> {
    const known = this.cookies.get(host);
    if (known !== undefined) return known;
    const made = new Map<string, string>();
    this.cookies.set(host, made);
    return made;
  }
}
