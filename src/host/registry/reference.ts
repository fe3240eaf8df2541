// Image references as Docker reads them (grammar of distribution/reference): defaults, limits and the
// sentence a person needs when one is wrong.
import { SeaworthyError } from '../../base/error.ts';
import type { Digest } from '../../model/image.ts';
import { digestProblem } from './digest.ts';

export interface ImageReference {
  /** Host and port as written: `docker.io`, `localhost:5000`, `[::1]:5000`. */
  readonly registry: string;
  /** Path inside the registry, `library/` filled in for Docker Hub. */
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: Digest | null;
  /** In full: `registry/repository:tag@digest`, `:latest` where neither tag nor digest is given. */
  canonical(): string;
}

/** What the registry is asked for when a reference names neither tag nor digest. */
export const defaultTag = 'latest';

/** The registry of references that name none. */
export const defaultRegistry = 'docker.io';

/** Of the repository path: the grammar's bound, which registries enforce too. */
const repositoryLength = 255;
const tagLength = 128;
/** Longest text looked at: registry 253 + repository + tag + a sha512 digest fit with room. */
const referenceLength = 1024;

/**
 * Parses `[registry/]repository[:tag][@digest]`. Short names belong to Docker Hub (`debian` is
 * `docker.io/library/debian`); the part before the first slash is a registry when it has a dot, a
 * colon or an upper-case letter, or is `localhost`. Errors: `usage`.
 */
export function parseReference(text: string): ImageReference {
  if (text.length > referenceLength) {
    throw refuse(`${text.slice(0, 40)}...`, `has ${text.length} characters`);
  }
  const at = text.indexOf('@');
  const digest = at === -1 ? null : text.slice(at + 1);
  const named = at === -1 ? text : text.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  // `host:5000/name` has its colon before the last slash; `[::1]` alone is not a repository either.
  const tag = colon === -1 ? null : named.slice(colon + 1);
  const name = colon === -1 ? named : named.slice(0, colon);
  const { registry, repository } = splitRegistry(name);
  const problem =
    nameProblem(name, repository) ??
    (registryIsValid(registry) ? null : 'names a registry that is not a host name') ??
    (tag === null ? null : tagProblem(tag)) ??
    (digest === null ? null : digestProblem(digest));
  if (problem !== null) throw refuse(text, problem);
  return createReference({ registry, repository, tag, digest });
}

interface ReferenceParts {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: Digest | null;
}

/** A reference of parts that are known to be valid. */
export function createReference(parts: ReferenceParts): ImageReference {
  const { registry, repository, digest } = parts;
  const tag = parts.tag ?? (digest === null ? defaultTag : null);
  const canonical =
    `${registry}/${repository}` +
    (tag === null ? '' : `:${tag}`) +
    (digest === null ? '' : `@${digest}`);
  return { ...parts, canonical: () => canonical };
}

/** Is this one path component: letters and digits, joined by one dot, one or two `_`, or dashes? */
function componentIsValid(text: string): boolean {
  return text.split(/\.|__|_|-+/).every((word) => /^[a-z0-9]+$/.test(word));
}

/** Is this a tag as registries take it? */
export function tagIsValid(text: string): boolean {
  return text.length <= tagLength && /^\w[\w.-]*$/.test(text);
}

/** Is this a repository path as registries take it? */
function repositoryIsValid(text: string): boolean {
  return text.length <= repositoryLength && text.split('/').every(componentIsValid);
}

function splitRegistry(name: string): Pick<ReferenceParts, 'registry' | 'repository'> {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(0, slash));
  const isRegistry =
    slash !== -1 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  const registry = isRegistry ? first : defaultRegistry;
  const rest = isRegistry ? name.slice(slash + 1) : name;
  if (registry !== defaultRegistry && registry !== 'index.docker.io') {
    return { registry, repository: rest };
  }
  return {
    registry: defaultRegistry,
    repository: rest === '' || rest.includes('/') ? rest : `library/${rest}`,
  };
}

function registryIsValid(registry: string): boolean {
  const match = /^(\[[0-9a-fA-F:]{2,45}\]|[^:[\]]{1,253})(?::(\d{1,5}))?$/.exec(registry);
  const host = match?.[1];
  if (host === undefined || Number(match?.[2] ?? 1) > 65_535) return false;
  if (host.startsWith('[')) return URL.canParse(`http://${host}/`);
  return host.split('.').every((label) => /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/.test(label));
}

function nameProblem(name: string, repository: string): string | null {
  if (name === '') return 'is empty';
  if (/^[0-9a-f]{64}$/.test(name)) {
    return 'is an image id, which registries do not know: name a repository';
  }
  if (repository === '') return 'names no repository';
  if (repository.length > repositoryLength) {
    return `has a repository of more than ${repositoryLength} characters`;
  }
  if (repositoryIsValid(repository)) return null;
  return repositoryIsValid(repository.toLowerCase())
    ? 'has upper-case letters in its repository: it must be lower case'
    : 'has a repository that is not made of lower-case letters, digits and single . _ - /';
}

function tagProblem(tag: string): string | null {
  if (tag === '') return 'has an empty tag';
  if (tag.length > tagLength) return `has a tag of more than ${tagLength} characters`;
  return tagIsValid(tag) ? null : 'has a tag with characters other than letters, digits and . _ -';
}

function refuse(text: string, problem: string): SeaworthyError {
  // Control characters of a hostile list of images must not reach a terminal.
  const shown = JSON.stringify(text);
  return new SeaworthyError('usage', `the image reference ${shown} ${problem}`, {
    advice: 'write it as [registry/]repository[:tag][@sha256:...]',
  });
}
