// The one normal form of an image's name, so that a policy cannot be passed by writing it otherwise:
// case, ports, trailing dots and slashes, Docker Hub's many hosts, internationalised hosts; and patterns of
// such names. Trust policies and the gate have the same.
import { domainToASCII } from 'node:url';
import { compileStars } from '../base/path-pattern.ts';

const hubHosts: ReadonlySet<string> = new Set([
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
]);

/**
 * `registry/repository` in normal form of an image reference or a plain name; tag and digest are
 * dropped. Null when the text names no repository that could exist.
 */
export function normalName(reference: string): string | null {
  const at = reference.indexOf('@');
  const named = (at === -1 ? reference : reference.slice(0, at)).trim();
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const name = colon === -1 ? named : named.slice(0, colon);
  const parts = name.split('/').filter((part) => part !== '');
  const [first = ''] = parts;
  const isHost =
    parts.length > 1 &&
    (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  const host = isHost ? normalHost(first) : 'docker.io';
  const path = isHost ? parts.slice(1) : parts;
  if (host === null || path.length === 0 || !path.every(isComponent)) return null;
  // A host that its normal form no longer shows as one would be read as a folder of Docker Hub.
  if (!/[.:]/.test(host) && host !== 'localhost') return null;
  if (host === 'docker.io' && path.length === 1) path.unshift('library');
  return `${host}/${path.join('/')}`;
}

/** One component of a repository's path (distribution/reference). */
function isComponent(text: string): boolean {
  return text.split(/\.|__|_|-+/).every((word) => /^[a-z0-9]+$/.test(word));
}

/** A registry's host in normal form, with its port unless that is 443; null when it is none. */
function normalHost(text: string): string | null {
  const match = /^(\[[0-9a-f:]{2,45}\]|[^:[\]]{1,253})(?::(\d{1,5}))?$/i.exec(text);
  if (match === null) return null;
  const [, written = '', port] = match;
  const isAddress = written.startsWith('[');
  const host = isAddress ? written.toLowerCase() : domainToASCII(written.replace(/\.$/, ''));
  if (!isAddress && !/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(host)) return null;
  if (hubHosts.has(host)) return 'docker.io';
  const number = port === undefined ? null : Number(port);
  return number === null || number === 443 ? host : `${host}:${number}`;
}

export type CompiledName =
  | { readonly ok: true; readonly text: string; readonly matches: (name: string) => boolean }
  | { readonly ok: false; readonly reason: string };

/**
 * A pattern of image names, `registry/repository` with `*` and `**`. The registry is brought into its
 * normal form as names are; a slash at the end means everything below.
 */
export function compileNamePattern(written: string): CompiledName {
  const trimmed = written.trim();
  if (trimmed === '**') return { ok: true, text: trimmed, matches: () => true };
  const whole = trimmed.endsWith('/') ? `${trimmed.replace(/\/+$/, '')}/**` : trimmed;
  const slash = whole.indexOf('/');
  const first = slash === -1 ? whole : whole.slice(0, slash);
  const rest = slash === -1 ? '' : whole.slice(slash + 1).replaceAll(/\/{2,}/g, '/');
  if (/[.:]/.test(first) && slash === -1) {
    return { ok: false, reason: `${written} names a registry only: write ${first}/**` };
  }
  if (/[@\s]/.test(whole) || /:[^/]*$/.test(rest)) {
    return { ok: false, reason: `${written} must not have a tag or digest` };
  }
  if (rest !== rest.toLowerCase()) {
    return { ok: false, reason: `${written} has upper-case letters: no repository has` };
  }
  const isHost = slash !== -1 && (/[.:*]/.test(first) || first === 'localhost');
  if (!isHost) {
    const full = slash === -1 ? `docker.io/library/${whole}` : `docker.io/${whole}`;
    return { ok: true, text: full, matches: compileStars(full) };
  }
  const host = first.includes('*') ? first.toLowerCase() : normalHost(first);
  if (host === null) return { ok: false, reason: `${written} names no valid registry` };
  const short = host === 'docker.io' && !rest.includes('/') && rest !== '**' ? 'library/' : '';
  const text = `${host}/${short}${rest}`;
  return { ok: true, text, matches: compileStars(text) };
}
