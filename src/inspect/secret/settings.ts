// Secrets in the settings of an image: environment, build history, labels. Whoever can pull the image
// can read all of them with one command.
import type { IssueFact } from '../../model/inspection.ts';
import type { Hit } from './detector.ts';
import { factOf } from './inspector.ts';
import { maskedHint } from './mask.ts';
import { isRealPassword, namesCredential } from './placeholder.ts';
import { type Found, Search } from './search.ts';

/** One text of the settings. */
export interface Setting {
  /** Where it stands, for people: `ENV DB_PASSWORD`, `history line 3`, `label build.token`. */
  readonly where: string;
  readonly kind: 'environment' | 'history' | 'label';
  readonly text: string;
}

/** One finding with every setting that holds the same value. */
export interface SettingIssue {
  readonly fact: IssueFact;
  readonly where: readonly string[];
}

const mostSettings = 10_000;

const namedValue: Found['detector'] = {
  id: 'image-setting-credential',
  title: 'Credential in the settings of the image',
  severity: 'high',
  issuer: 'the service',
  hint: 'nothing',
};

/** Finds secrets in settings; the same value in several of them is one finding. */
export function inspectSettings(settings: readonly Setting[]): readonly SettingIssue[] {
  const byValue = new Map<string, { found: Found; where: string[] }>();
  for (const setting of settings.slice(0, mostSettings)) {
    for (const found of secretsIn(setting.text, setting.kind)) {
      const key = found.hit.value;
      const known = byValue.get(key);
      if (known === undefined) byValue.set(key, { found, where: [setting.where] });
      else if (!known.where.includes(setting.where)) known.where.push(setting.where);
    }
  }
  return [...byValue.values()].map(({ found, where }) => ({ fact: factOf(found, 1, 0), where }));
}

/**
 * The text with every secret replaced by its hint, so that it can be shown: a build instruction, a label,
 * a command. Linear in the text.
 */
export function redactSecrets(text: string): string {
  const found = secretsIn(text, 'history');
  let redacted = '';
  let from = 0;
  for (const { detector, hit } of found) {
    redacted += text.slice(from, hit.start) + maskedHint(hit.value, detector.hint);
    from = hit.end;
  }
  return redacted + text.slice(from);
}

function secretsIn(text: string, kind: Setting['kind']): readonly Found[] {
  const search = new Search(kind === 'environment' ? 'ENV' : 'history', false);
  search.feed(narrow(text), { from: 0, to: text.length }, 0);
  const found = [...search.take()];
  if (kind !== 'label') {
    for (const hit of namedValues(text)) {
      if (found.some((one) => hit.start < one.hit.end && one.hit.start < hit.end)) continue;
      found.push({ detector: namedValue, hit });
    }
  }
  return found.toSorted((a, b) => a.hit.start - b.hit.start);
}

/** One byte a character, so that offsets stay those of the text. */
function narrow(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    bytes[index] = unit < 0x80 ? unit : 0x3f;
  }
  return bytes;
}

const value = '("[^"]{1,500}"|\'[^\']{1,500}\'|[^\\s"\';&|]{1,500})';
const assignments: readonly RegExp[] = [
  new RegExp(`(?<![\\w.$-])([A-Za-z_][A-Za-z0-9_]{2,79})=${value}`, 'g'),
  // The older form of the Dockerfile.
  new RegExp(`\\b(?:ENV|ARG)[ \\t]{1,8}([A-Za-z_][A-Za-z0-9_]{2,79})[ \\t]${value}`, 'g'),
];

/** `NAME=value`, where the name says that it is a credential. */
function namedValues(text: string): Hit[] {
  const hits: Hit[] = [];
  for (const match of assignments.flatMap((pattern) => [...text.matchAll(pattern)])) {
    const [whole, name = '', raw = ''] = match;
    const quoted = raw.startsWith('"') || raw.startsWith("'");
    const inner = quoted ? raw.slice(1, -1) : raw;
    if (!namesCredential(name) || isKnownPublic(name) || !isRealPassword(inner)) continue;
    const start = match.index + whole.length - raw.length + (quoted ? 1 : 0);
    hits.push({ start, end: start + inner.length, value: inner, evidence: { name } });
  }
  return hits;
}

/** Variables of well-known base images that only sound secret. */
function isKnownPublic(name: string): boolean {
  return /^(?:GPG_KEYS?|.*_GPG_KEYS?|.*PUBLIC_KEY|.*_KEYSERVER|.*SHA\d*|.*CHECKSUM)$/.test(name);
}
