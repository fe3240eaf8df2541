// Package URLs (package-url/purl-spec, ECMA-427): the one name of a package in the whole program.

export interface PurlParts {
  readonly type: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly version: string | null;
  readonly qualifiers?: Readonly<Record<string, string>>;
  readonly subpath?: string | null;
}

/** What a type's definition (purl-spec, `types/`) changes in its parts or demands of them. */
interface TypeRules {
  readonly lowerNamespace?: true;
  readonly lowerName?: true;
  readonly lowerVersion?: true;
  readonly namespace?: 'required' | 'prohibited';
  /** The namespace is one segment, the name is everything behind it. */
  readonly pathName?: true;
  /** A rewriting of the name beyond lower case. */
  name?(name: string, qualifiers: PurlParts['qualifiers']): string;
  problem?(parts: PurlParts): string | null;
}

const lower = { lowerNamespace: true, lowerName: true } as const;

/**
 * `golang` and `npm` are kept as written although their definitions speak of lower case: Go module
 * paths and old npm names (`JSONStream`) are case-sensitive, and advisories name them so.
 */
const typeRules: ReadonlyMap<string, TypeRules> = new Map<string, TypeRules>([
  ['alpm', lower],
  ['apk', lower],
  ['bitbucket', lower],
  ['bitnami', lower],
  ['brew', lower],
  ['chrome-extension', { problem: chromeExtensionProblem }],
  ['composer', lower],
  ['cpan', { problem: cpanProblem }],
  ['deb', lower],
  ['git', { ...lower, pathName: true }],
  ['github', lower],
  ['gitlab', lower],
  ['hex', lower],
  ['huggingface', { lowerVersion: true }],
  ['julia', { problem: juliaProblem }],
  ['luarocks', lower],
  ['mlflow', { name: mlflowName }],
  ['oci', lower],
  ['otp', { lowerName: true, namespace: 'prohibited' }],
  ['pub', { lowerName: true }],
  ['pypi', { name: pypiName }],
  ['qpkg', { lowerNamespace: true }],
  ['rpm', { lowerNamespace: true }],
  ['swift', { namespace: 'required' }],
  ['vcpkg', { namespace: 'prohibited' }],
  ['vscode-extension', { ...lower, namespace: 'required' }],
]);
const noRules: TypeRules = {};

/** Python's normal form of a project name (PEP 503): `Django_package` is `django-package`. */
export function pypiName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** Databricks ignores the case of model names, Azure ML does not. */
function mlflowName(name: string, qualifiers: PurlParts['qualifiers']): string {
  return qualifiers?.['repository_url']?.includes('databricks') ? name.toLowerCase() : name;
}

function chromeExtensionProblem({ name, version }: PurlParts): string | null {
  if (!/^[a-p]{32}$/.test(name)) return 'the name is not a Chrome extension id';
  if (version === null || /^\d+(?:\.\d+){0,3}$/.test(version)) return null;
  return 'the version is not one to four numbers';
}

function cpanProblem({ name }: PurlParts): string | null {
  return name.includes('::') ? 'the name is a module, not a distribution' : null;
}

function juliaProblem({ qualifiers }: PurlParts): string | null {
  return qualifiers?.['uuid'] === undefined ? 'the uuid is missing' : null;
}

const typePattern = /^[a-z][a-z0-9.-]*$/;
const qualifierKeyPattern = /^[a-z][a-z0-9._-]*$/;

/** Why no valid package URL can be made of these parts, in plain words; null if one can. */
export function purlProblem(parts: PurlParts): string | null {
  if (!typePattern.test(parts.type.toLowerCase())) return 'the type is missing or malformed';
  if (parts.name === '') return 'the name is missing';
  for (const key of Object.keys(parts.qualifiers ?? {})) {
    if (!qualifierKeyPattern.test(key.toLowerCase())) return 'a qualifier key is malformed';
  }
  const rules = rulesOf(parts.type);
  const bare = parts.namespace === null || parts.namespace === '';
  if (rules.namespace === 'required' && bare) return 'the namespace is missing';
  if (rules.namespace === 'prohibited' && !bare) return 'this type has no namespace';
  return rules.problem?.(parts) ?? null;
}

function rulesOf(type: string): TypeRules {
  return typeRules.get(type) ?? typeRules.get(type.toLowerCase()) ?? noRules;
}

/**
 * The canonical package URL of the parts (purl-spec, "How to build"): type rules applied, qualifiers
 * sorted with lower-case keys, empty parts left out. An epoch in the version of an rpm moves to the
 * qualifier `epoch`, as its type demands. Never throws; `purlProblem` tells invalid parts.
 */
export function formatPurl(parts: PurlParts): string {
  const rules = rulesOf(parts.type);
  let { version } = parts;
  let text = `pkg:${parts.type.toLowerCase()}/`;
  if (parts.namespace !== null && parts.namespace !== '') {
    const namespace = rules.lowerNamespace ? parts.namespace.toLowerCase() : parts.namespace;
    const path = encodePath(namespace, false);
    if (path !== '') text += `${path}/`;
  }
  const name = normalName(rules, parts);
  text += rules.pathName ? encodePath(name, false) : encodePart(name);
  let epoch = '';
  if (version !== null && version !== '') {
    if (parts.type === 'rpm') {
      epoch = rpmEpoch(version);
      if (epoch !== '') version = version.slice(epoch.length + 1);
    }
    text += `@${encodePart(rules.lowerVersion ? version.toLowerCase() : version)}`;
  }
  if (parts.qualifiers !== undefined || epoch !== '') {
    const qualifiers = formatQualifiers(parts.qualifiers ?? {}, epoch);
    if (qualifiers !== '') text += `?${qualifiers}`;
  }
  const subpath = parts.subpath ? encodePath(parts.subpath, true) : '';
  return subpath === '' ? text : `${text}#${subpath}`;
}

function normalName(rules: TypeRules, parts: PurlParts): string {
  if (rules.name !== undefined) return rules.name(parts.name, parts.qualifiers);
  return rules.lowerName ? parts.name.toLowerCase() : parts.name;
}

/** `1` of `1:4.22.10-1.el6`; empty without epoch. */
function rpmEpoch(version: string): string {
  const colon = version.indexOf(':');
  if (colon <= 0) return '';
  const epoch = version.slice(0, colon);
  return /^\d+$/.test(epoch) ? epoch : '';
}

function formatQualifiers(qualifiers: Readonly<Record<string, string>>, epoch: string): string {
  const pairs: [string, string][] = [];
  for (const [key, value] of Object.entries(qualifiers)) {
    const lowerKey = key.toLowerCase();
    if (value !== '' && qualifierKeyPattern.test(lowerKey)) pairs.push([lowerKey, value]);
  }
  // Epoch 0 says nothing.
  if (/[1-9]/.test(epoch) && !pairs.some(([key]) => key === 'epoch')) pairs.push(['epoch', epoch]);
  if (pairs.length > 1) pairs.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  let text = '';
  let last = '';
  for (const [key, value] of pairs) {
    if (key === last) continue;
    text += `${text === '' ? '' : '&'}${key}=${encodePart(value)}`;
    last = key;
  }
  return text;
}

/** Encodes each segment; empty ones (and `.` and `..` of a subpath) are left out. */
function encodePath(path: string, relative: boolean): string {
  if (!path.includes('/')) return relative && isDots(path) ? '' : encodePart(path);
  let text = '';
  for (const segment of path.split('/')) {
    if (segment === '' || (relative && isDots(segment))) continue;
    text += `${text === '' ? '' : '/'}${encodePart(segment)}`;
  }
  return text;
}

function isDots(segment: string): boolean {
  return segment === '.' || segment === '..';
}

const unreserved = /^[A-Za-z0-9.\-_~:]*$/;

/** Percent-encodes all but letters, digits, `.-_~` and the colon (purl-spec, "Character encoding"). */
function encodePart(text: string): string {
  if (unreserved.test(text)) return text;
  // encodeURIComponent leaves these five and encodes the colon; lone surrogates would make it throw.
  return encodeURIComponent(text.toWellFormed())
    .replaceAll('%3A', ':')
    .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * The parts of a package URL, normalised for its type; null if it is not one (purl-spec, "How to
 * parse"). Lenient where real tools are: any case of scheme, type and keys, slashes behind the
 * scheme, unencoded `@` of npm scopes. Never throws.
 */
export function parsePurl(text: string): PurlParts | null {
  const scheme = /^pkg:\/*/i.exec(text);
  if (scheme === null) return null;
  let rest = text.slice(scheme[0].length);
  const hash = rest.lastIndexOf('#');
  const subpath = hash < 0 ? null : decodePath(rest.slice(hash + 1), true);
  if (hash >= 0) rest = rest.slice(0, hash);
  const mark = rest.lastIndexOf('?');
  const qualifiers = mark < 0 ? null : parseQualifiers(rest.slice(mark + 1));
  if (mark >= 0) rest = rest.slice(0, mark);
  const slash = rest.indexOf('/');
  if (slash < 0 || subpath === undefined || qualifiers === undefined) return null;
  const coordinates = parseCoordinates(rest.slice(0, slash).toLowerCase(), rest.slice(slash + 1));
  if (coordinates === null) return null;
  const parts: PurlParts = {
    ...coordinates,
    ...(qualifiers === null ? {} : { qualifiers }),
    subpath,
  };
  const normal = normalise(parts);
  return purlProblem(normal) === null ? normal : null;
}

function parseCoordinates(type: string, path: string): PurlParts | null {
  const at = versionStart(path);
  const version = at < 0 ? '' : decode(path.slice(at + 1));
  const segments = path.slice(0, at < 0 ? path.length : at).split('/');
  const nameless = segments.at(-1) === '' && at >= 0;
  const filled = segments.filter((segment) => segment !== '');
  if (version === null || nameless || filled.length === 0) return null;
  const inNamespace = rulesOf(type).pathName ? 1 : filled.length - 1;
  const namespace = decodePath(filled.slice(0, inNamespace).join('/'), false);
  const name = decode(filled.slice(inNamespace).join('/'));
  if (name === null || namespace === undefined) return null;
  return { type, namespace, name, version: version === '' ? null : version };
}

/** The `@` before the version, or -1: one that starts a segment before others is an npm scope. */
function versionStart(path: string): number {
  const at = path.lastIndexOf('@');
  const scope = (at === 0 || path.charCodeAt(at - 1) === 47) && path.includes('/', at);
  return scope ? -1 : at;
}

function normalise(parts: PurlParts): PurlParts {
  const rules = rulesOf(parts.type);
  const { namespace, version } = parts;
  return {
    ...parts,
    namespace: rules.lowerNamespace && namespace !== null ? namespace.toLowerCase() : namespace,
    name: normalName(rules, parts),
    version: rules.lowerVersion && version !== null ? version.toLowerCase() : version,
  };
}

/** Null for none at all, undefined where a key is malformed or stands twice. */
function parseQualifiers(text: string): Readonly<Record<string, string>> | null | undefined {
  const found = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const key = (equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    const value = decode(equals < 0 ? '' : pair.slice(equals + 1));
    if (value === null || !qualifierKeyPattern.test(key) || found.has(key)) return undefined;
    if (value !== '') found.set(key, value);
  }
  return found.size === 0 ? null : Object.fromEntries(found);
}

/** Null for an empty path, undefined where it cannot be decoded. */
function decodePath(path: string, relative: boolean): string | null | undefined {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    const decoded = decode(segment);
    if (decoded === null) return undefined;
    if (decoded !== '' && !(relative && isDots(decoded))) segments.push(decoded);
  }
  return segments.length === 0 ? null : segments.join('/');
}

/** Null where a percent sign is followed by no UTF-8. */
function decode(text: string): string | null {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
