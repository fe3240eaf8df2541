// Listings of a repository: its tags, and what refers to a manifest (signatures, SBOMs), page by page
// (OCI distribution spec 1.1, "Listing Tags" and "Listing Referrers").
import { SeaworthyError } from '../../base/error.ts';
import type { HttpResponse } from '../../base/http.ts';
import { asArray, field, parseJson, stringsOf } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Digest } from '../../model/image.ts';
import { fetchManifest } from './fetch-manifest.ts';
import { type Descriptor, parseDescriptor } from './manifest.ts';
import { createReference, type ImageReference, tagIsValid } from './reference.ts';
import type { RepositoryAsk, Session } from './session.ts';

/** Tags of one repository: the busiest public ones have some ten thousand. */
const listedTags = 200_000;
/** Signatures and attestations of one manifest. */
const listedReferrers = 10_000;
/** Pages of one listing, also when a server sends empty ones. */
const listedPages = 500;

/** All tags, as the registry orders them; tags that no reference could hold are left out. */
export async function listTags(
  session: Session,
  reference: ImageReference,
): Promise<readonly string[]> {
  const what = `the tag list of ${reference.registry}/${reference.repository}`;
  const tags: string[] = [];
  await readPages(session, { reference, ask: { path: 'tags/list?n=1000', what } }, (page) => {
    for (const tag of stringsOf(field(page, 'tags'))) if (tagIsValid(tag)) tags.push(tag);
    return tags.length <= listedTags;
  });
  return tags;
}

/**
 * What refers to the manifest `digest`: by the referrers API, else by the fallback tag
 * `sha256-<hex>` of older registries. Empty when there is nothing.
 */
export async function listReferrers(
  session: Session,
  request: { readonly reference: ImageReference; readonly digest: Digest },
): Promise<readonly Descriptor[]> {
  const { reference, digest } = request;
  const what = `the referrers of ${digest}`;
  const found: Descriptor[] = [];
  const ask = { path: `referrers/${digest}`, what, expected: [404] };
  const supported = await readPages(session, { reference, ask }, (page) => {
    for (const entry of asArray(field(page, 'manifests'))) found.push(parseDescriptor(entry, what));
    return found.length <= listedReferrers;
  });
  if (supported) return found;
  const { registry, repository } = reference;
  const tag = digest.replace(':', '-').slice(0, 128);
  try {
    const fallback = createReference({ registry, repository, tag, digest: null });
    const { content } = await fetchManifest(session, fallback);
    return content.kind === 'index' ? content.entries : [];
  } catch (error) {
    if (error instanceof SeaworthyError && error.code === 'not-found') return [];
    throw error;
  }
}

interface Pages {
  readonly reference: ImageReference;
  readonly ask: RepositoryAsk;
}

/** Hands each page to `take` until it says enough; false when the first page is not found. */
async function readPages(
  session: Session,
  pages: Pages,
  take: (page: unknown) => boolean,
): Promise<boolean> {
  const { reference, ask } = pages;
  const seen = new Set<string>();
  let path: string | null = ask.path;
  while (path !== null) {
    if (seen.has(path) || seen.size >= listedPages) throw endless(ask.what);
    seen.add(path);
    const current: string = path;
    const page = await session.get(reference, { ...ask, path: current }, async (response) => {
      if (response.status === 404) {
        response.discard();
        return null;
      }
      const bytes = await response.readBytes({ limit: limits.manifestBytes });
      return { bytes, next: nextPath(response, reference) };
    });
    if (page === null) return seen.size > 1;
    const parsed = parseJson(new TextDecoder().decode(page.bytes));
    if (!parsed.ok) {
      throw new SeaworthyError('malformed', `${ask.what} cannot be read: it is ${parsed.reason}`);
    }
    if (!take(parsed.value)) throw endless(ask.what);
    path = page.next;
  }
  return true;
}

function endless(what: string): SeaworthyError {
  return new SeaworthyError('limit', `${what} does not end`);
}

/** The path below `/v2/REPOSITORY/` of `Link: <...>; rel="next"`; pages elsewhere are not followed. */
function nextPath(response: HttpResponse, reference: ImageReference): string | null {
  const match = /^\s*<([^<>]{1,4096})>\s*;[^,]{0,200}rel="?next"?/.exec(
    response.header('link') ?? '',
  );
  const url = match?.[1] === undefined ? null : URL.parse(match[1], response.url);
  if (url === null || url.origin !== response.url.origin) return null;
  const marker = `${reference.repository}/`;
  const start = url.pathname.indexOf(marker);
  return start === -1 ? null : url.pathname.slice(start + marker.length) + url.search;
}
