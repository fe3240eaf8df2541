// References of images as manifests write them: the full name, the tag and the digest.

export interface ImageName {
  /** With registry and folder: `docker.io/library/nginx`. */
  readonly name: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

/** Splits a reference; short names mean Docker Hub, as container engines take them. */
export function parseImageName(reference: string): ImageName {
  const at = reference.indexOf('@');
  const digest = at === -1 ? null : reference.slice(at + 1);
  const rest = at === -1 ? reference : reference.slice(0, at);
  const colon = rest.indexOf(':', rest.lastIndexOf('/') + 1);
  const short = colon === -1 ? rest : rest.slice(0, colon);
  return { name: fullName(short), tag: colon === -1 ? null : rest.slice(colon + 1), digest };
}

function fullName(short: string): string {
  const slash = short.indexOf('/');
  const first = slash === -1 ? '' : short.slice(0, slash);
  const isHost = first.includes('.') || first.includes(':') || first === 'localhost';
  if (isHost) return first === 'index.docker.io' ? `docker.io/${short.slice(slash + 1)}` : short;
  return slash === -1 ? `docker.io/library/${short}` : `docker.io/${short}`;
}

/** The same image in full: `docker.io/library/nginx:1.27`, `...@sha256:...`. */
export function fullReference(reference: string): string {
  const { name, tag, digest } = parseImageName(reference);
  return `${name}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;
}
