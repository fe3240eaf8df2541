// Who may talk to us at all: names of hosts against DNS rebinding, origins against foreign pages.
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

export interface HostRule {
  /** Where the server listens. */
  readonly host: string;
  /** Further names that this machine is called by. */
  readonly names: readonly string[];
  /** Origins of ours beside those that the Host tells, behind something that changes it. */
  readonly origins?: readonly string[];
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '::1']);

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return loopbackNames.has(host) || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/**
 * Whether a request's Host is one of ours. A page of another site reaches us only by a name of that
 * site, so that addresses are let pass where we listen for others. The port is not asked: forwarded
 * ports have other numbers.
 */
export function isOurHost(header: string | undefined, rule: HostRule): boolean {
  const name = hostName(header ?? '');
  if (name === null) return false;
  if (loopbackNames.has(name) || rule.names.includes(name)) return true;
  if (name === rule.host.toLowerCase()) return true;
  if (rule.names.some((one) => one.startsWith('*.') && isBelow(name, one.slice(1)))) return true;
  return !isLoopback(rule.host) && isIP(name) !== 0;
}

/** A star of a certificate stands for one label (RFC 9525, section 6.3). */
function isBelow(name: string, ending: string): boolean {
  return name.endsWith(ending) && /^[^.]+$/.test(name.slice(0, -ending.length));
}

/** `[::1]:7070` and `localhost:7070` without port and brackets; null for what is neither. */
function hostName(header: string): string | null {
  const match = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([A-Za-z0-9._-]{1,253}))(?::\d{1,5})?$/.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase() ?? null;
}

/**
 * Whether the page that asks is ours, or none at all. Browsers send `Origin` with all that changes
 * something and `Sec-Fetch-Site` with everything; programs send neither.
 * `byCookie`: the browser added the token by itself, then the origin must be told.
 */
export function isOurOrigin(
  method: string,
  headers: IncomingHttpHeaders,
  { byCookie, origins = [] }: { readonly byCookie: boolean; readonly origins?: readonly string[] },
): boolean {
  const { host = '' } = headers;
  const site = headers['sec-fetch-site'];
  // Our pages send no referrer, and of such a page's form browsers hide the origin (Fetch, 3.2): `null`.
  const isHidden = headers.origin === 'null' && site === 'same-origin';
  const origin = isHidden ? `http://${host}` : headers.origin;
  const isChange = method !== 'GET' && method !== 'HEAD';
  const ours = [`http://${host}`, `https://${host}`, ...origins];
  if (origin !== undefined && !ours.includes(origin)) {
    return false;
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return !(isChange && byCookie && origin === undefined);
}
