// What a verified payload says: cosign's simple signing document, and in-toto statements with SLSA
// provenance (v0.2 and v1). The names in it are the signer's words; only digests bind it to an image.
import { asArray, asRecord, field, stringField } from '../base/json.ts';
import type { Digest } from '../model/image.ts';
import type { Provenance } from '../model/trust.ts';
import { strictJson } from './document.ts';

export type Meaning =
  | {
      readonly ok: true;
      readonly kind: 'signature' | 'attestation';
      /** The digests it speaks about. */
      readonly digests: readonly Digest[];
      readonly predicateType: string | null;
      readonly predicate: unknown;
    }
  | { readonly ok: false; readonly reason: string };

/** The predicate of an image signature in cosign's new format. */
export const signPredicateType = 'https://sigstore.dev/cosign/sign/v1';

const simpleTypes: ReadonlySet<string> = new Set([
  'cosign container image signature',
  'atomic container signature',
  signPredicateType,
]);

const statementTypes: ReadonlySet<string> = new Set([
  'https://in-toto.io/Statement/v0.1',
  'https://in-toto.io/Statement/v1',
]);

/** An address in a statement: longer ones are no addresses. */
const textLength = 2048;

/** Subjects of one statement; a release of many platforms has some dozens. */
const subjectsOfStatement = 10_000;

/** The document `critical.image.docker-manifest-digest`; its `docker-reference` is not believed. */
export function readSimpleSigning(bytes: Uint8Array): Meaning {
  const parsed = strictJson(bytes, 'the signed payload');
  if (!parsed.ok) return parsed;
  const critical = field(parsed.value, 'critical');
  const type = stringField(critical, 'type') ?? '';
  if (!simpleTypes.has(type)) {
    return {
      ok: false,
      reason: `the signed payload is of the type ${JSON.stringify(type.slice(0, 60))}`,
    };
  }
  const digest = stringField(field(critical, 'image'), 'docker-manifest-digest');
  if (digest === null) return { ok: false, reason: 'the signed payload names no digest' };
  return { ok: true, kind: 'signature', digests: [digest], predicateType: null, predicate: null };
}

/** An in-toto statement. */
export function readStatement(payloadType: string, payload: Uint8Array): Meaning {
  if (payloadType !== 'application/vnd.in-toto+json') {
    const shown = JSON.stringify(payloadType.slice(0, 60));
    return { ok: false, reason: `the envelope holds ${shown}, not an in-toto statement` };
  }
  const parsed = strictJson(payload, 'the statement');
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  if (!statementTypes.has(stringField(value, '_type') ?? '')) {
    return { ok: false, reason: 'the signed payload is no in-toto statement' };
  }
  const subjects = asArray(field(value, 'subject'));
  if (subjects.length > subjectsOfStatement) {
    return { ok: false, reason: `the statement has ${subjects.length} subjects` };
  }
  const predicateType = stringField(value, 'predicateType');
  if (predicateType === null || predicateType.length > textLength) {
    return { ok: false, reason: 'the statement has no predicateType' };
  }
  return {
    ok: true,
    kind: predicateType === signPredicateType ? 'signature' : 'attestation',
    digests: subjects.flatMap((subject) => digestsOf(field(subject, 'digest'))),
    predicateType,
    predicate: field(value, 'predicate'),
  };
}

function digestsOf(value: unknown): Digest[] {
  return ['sha256', 'sha384', 'sha512'].flatMap((algorithm) => {
    const hex = stringField(value, algorithm);
    return hex === null ? [] : [`${algorithm}:${hex}`];
  });
}

const short: ReadonlyMap<string, readonly string[]> = new Map([
  ['slsaprovenance', ['https://slsa.dev/provenance/v0.2', 'https://slsa.dev/provenance/v1']],
  ['slsaprovenance02', ['https://slsa.dev/provenance/v0.2']],
  ['slsaprovenance1', ['https://slsa.dev/provenance/v1']],
  ['spdx', ['https://spdx.dev/Document']],
  ['spdxjson', ['https://spdx.dev/Document']],
  ['cyclonedx', ['https://cyclonedx.org/bom']],
  ['vuln', ['https://cosign.sigstore.dev/attestation/vuln/v1']],
  ['openvex', ['https://openvex.dev/ns']],
  ['link', ['https://in-toto.io/Link/v1']],
  ['custom', ['https://cosign.sigstore.dev/attestation/v1']],
]);

/** The predicate types of one of cosign's short names, or the given address itself; null: neither. */
export function predicateTypes(name: string): readonly string[] | null {
  const known = short.get(name);
  if (known !== undefined) return known;
  return /^[a-z][a-z0-9+.-]*:\S+$/i.test(name) ? [name] : null;
}

/** Short names, for messages. */
export const predicateNames: readonly string[] = [...short.keys()];

/** Is it of this type? SPDX and OpenVEX write a version behind theirs. */
export function isOfType(predicateType: string, wanted: readonly string[]): boolean {
  return wanted.some(
    (one) =>
      predicateType === one ||
      (predicateType.startsWith(one) && /^\/v\d[\w.]{0,20}$/.test(predicateType.slice(one.length))),
  );
}

/** Provenance of SLSA v0.2 and v1; null for other predicates. */
export function provenanceOf(predicateType: string | null, predicate: unknown): Provenance | null {
  if (predicateType === 'https://slsa.dev/provenance/v0.2') return provenance02(predicate);
  return predicateType === 'https://slsa.dev/provenance/v1' ? provenance1(predicate) : null;
}

/** Materials of one build that are looked at. */
const materials = 100;

function textOf(value: unknown, key: string): string | null {
  const text = stringField(value, key);
  return text !== null && text.length <= textLength ? text : null;
}

function provenance02(predicate: unknown): Provenance {
  const invocation = field(predicate, 'invocation');
  const config = field(invocation, 'configSource');
  const uris = [config, ...asArray(field(predicate, 'materials')).slice(0, materials)];
  return {
    builder: textOf(field(predicate, 'builder'), 'id'),
    buildType: textOf(predicate, 'buildType'),
    sources: uris.map((one) => textOf(one, 'uri')).filter((uri) => uri !== null),
    sourceRef: refOf(textOf(config, 'uri')),
  };
}

function provenance1(predicate: unknown): Provenance {
  const definition = field(predicate, 'buildDefinition');
  const external = field(definition, 'externalParameters');
  const workflow = field(external, 'workflow');
  const source = field(external, 'source');
  const listed = asArray(field(definition, 'resolvedDependencies')).slice(0, materials);
  const uris = [
    textOf(workflow, 'repository'),
    asRecord(source) === null ? textOf(external, 'source') : textOf(source, 'uri'),
    ...listed.map((one) => textOf(one, 'uri')),
  ].filter((uri) => uri !== null);
  return {
    builder: textOf(field(field(predicate, 'runDetails'), 'builder'), 'id'),
    buildType: textOf(definition, 'buildType'),
    sources: uris,
    sourceRef: textOf(workflow, 'ref') ?? refOf(uris.find((uri) => refOf(uri) !== null) ?? null),
  };
}

/** `refs/heads/main` of `git+https://host/name@refs/heads/main`. */
function refOf(uri: string | null): string | null {
  const at = uri?.lastIndexOf('@refs/') ?? -1;
  return uri === null || at === -1 ? null : uri.slice(at + 1);
}

/** `https://host/owner/name` of a source address, without `git+`, ref and `.git`. */
export function bareSource(uri: string): string {
  const plain = uri.replace(/^git\+/, '');
  // A name before the host (`git@`) is no ref.
  const path = plain.indexOf('/', plain.indexOf('://') + 3);
  const at = path === -1 ? -1 : plain.indexOf('@', path);
  const named = at === -1 ? plain : plain.slice(0, at);
  return named.replace(/\/+$/, '').replace(/\.git$/, '');
}
