// What no honest client of an engine sends: names that a browser was rebound to, origins, preflights,
// requests that two readers take differently. Asked before any routing.

export interface Screened {
  readonly method: string;
  readonly url: string;
  /** As `IncomingMessage.rawHeaders` gives them: names and values in turn. */
  readonly rawHeaders: readonly string[];
}

export interface ScreenOptions {
  /** Sockets have no names: browsers do not reach them. */
  readonly isSocket: boolean;
  /** Names by which the proxy may be called, lower case, without port. */
  readonly hosts: ReadonlySet<string>;
}

export interface Refusal {
  readonly status: number;
  readonly control: string;
  /** One sentence for whoever asked. */
  readonly message: string;
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']);

/** Why a request is refused; null: it may go on. */
export function screenRequest(request: Screened, options: ScreenOptions): Refusal | null {
  const hosts = valuesOf(request.rawHeaders, 'host');
  const [host = ''] = hosts;
  if (hosts.length !== 1) return refuse(400, 'host-name', 'the request needs one Host');
  if (!options.isSocket && !options.hosts.has(nameOf(host))) {
    const message = `nobody here is called ${JSON.stringify(host.slice(0, 100))} (--allow-host)`;
    return refuse(421, 'host-name', message);
  }
  if (valuesOf(request.rawHeaders, 'origin').length > 0) {
    return refuse(403, 'origin', 'pages of browsers may not use the engine');
  }
  const sites = valuesOf(request.rawHeaders, 'sec-fetch-site');
  if (sites.some((site) => site.trim().toLowerCase() !== 'none')) {
    return refuse(403, 'origin', 'pages of browsers may not use the engine');
  }
  if (!methods.has(request.method)) return refuse(405, 'method', 'no such method here');
  if (!request.url.startsWith('/')) {
    return refuse(400, 'plain-request', 'the request line does not start with a path');
  }
  if (valuesOf(request.rawHeaders, 'content-length').length > 1) {
    return refuse(400, 'plain-request', 'the request has two lengths');
  }
  return null;
}

/**
 * Why the type of a body is refused; null: it may be read. Types that pages send without asking first
 * (forms, plain text) are not taken.
 */
export function screenType(type: string, isStream: boolean): Refusal | null {
  const [plain = ''] = type.toLowerCase().split(';');
  const name = plain.trim();
  if (isStream) {
    const isTar = /^(?:application\/(?:x-tar|tar|octet-stream|x-gzip|gzip|x-bzip2|x-xz|zstd)|)$/;
    if (isTar.test(name)) return null;
    return refuse(415, 'content-type', 'the body must be a tar (application/x-tar)');
  }
  if (name === 'application/json') return null;
  return refuse(415, 'content-type', 'the body must be application/json');
}

function refuse(status: number, control: string, message: string): Refusal {
  return { status, control, message };
}

/** All values of a header: Node joins or drops the second one. */
export function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}

/** `localhost:2375` is `localhost`, `[::1]:2375` is `[::1]`. */
function nameOf(host: string): string {
  const found = /^(\[[0-9a-f:.]{2,45}\]|[\w.-]{1,253})(?::\d{1,5})?$/i.exec(host);
  return (found?.[1] ?? '').toLowerCase().replace(/\.$/, '');
}
