// Core metadata of Python packages (METADATA, PKG-INFO): mail headers up to the first blank line.
import type { FileView } from '../ecosystem.ts';

export interface CoreMetadata {
  readonly name: string | null;
  readonly version: string | null;
  readonly licences: readonly string[];
  /** Names of unconditional requirements and of those with an environment marker, not of extras. */
  readonly requires: readonly string[];
}

/** First piece read of a file; headers of honest packages are below 32 kB. */
const firstPieceBytes = 64 * 1024;
/** Headers with long licence texts and thousands of extras stay below this. */
const headerBytes = 2 * 1024 * 1024;

/** The headers of a file as text; the description that follows them is not read. */
export function headersOf(file: FileView): string {
  const decoder = new TextDecoder();
  const first = decoder.decode(file.read(0, firstPieceBytes));
  const end = endOfHeaders(first);
  if (end !== -1) return first.slice(0, end);
  if (file.size <= firstPieceBytes) return first;
  const whole = decoder.decode(file.read(0, headerBytes));
  const late = endOfHeaders(whole);
  return late === -1 ? whole : whole.slice(0, late);
}

function endOfHeaders(text: string): number {
  return text.search(/\r?\n\r?\n/);
}

/** Reads the headers (core metadata 1.0 to 2.4). Lines that are no header are passed over. */
export function readMetadata(headers: string): CoreMetadata {
  const fields = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of headers.split('\n')) {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text.startsWith(' ') || text.startsWith('\t')) {
      if (current !== undefined) current.push(`${current.pop() ?? ''}\n${text.trim()}`);
      continue;
    }
    const colon = text.indexOf(':');
    if (colon < 1) continue;
    const key = text.slice(0, colon).toLowerCase();
    current = fields.get(key) ?? [];
    current.push(text.slice(colon + 1).trim());
    fields.set(key, current);
  }
  const first = (key: string) => fields.get(key)?.[0] || null;
  return {
    name: first('name'),
    version: first('version'),
    licences: licencesOf(first('license-expression'), first('license'), fields.get('classifier')),
    requires: [...(fields.get('requires-dist') ?? []), ...(fields.get('requires') ?? [])].flatMap(
      requiredName,
    ),
  };
}

function requiredName(requirement: string): readonly string[] {
  const marker = requirement.indexOf(';');
  if (marker !== -1 && /\bextra\s*==/.test(requirement.slice(marker))) return [];
  const name = /^[A-Za-z0-9][\w.-]*/.exec(requirement)?.[0];
  return name === undefined ? [] : [name];
}

/** Words of a `License` field beyond this length are a licence text, not a name. */
const licenceLength = 120;

/** The expression, else the short name, else what the classifiers say. */
function licencesOf(
  expression: string | null,
  licence: string | null,
  classifiers: readonly string[] = [],
): readonly string[] {
  if (expression !== null) return [expression.slice(0, 1000)];
  const isName =
    licence !== null &&
    licence.length <= licenceLength &&
    !licence.includes('\n') &&
    !/^unknown$/i.test(licence);
  if (isName) return [licence];
  const words = classifiers
    .filter((classifier) => classifier.startsWith('License ::'))
    .map((classifier) => classifier.slice(classifier.lastIndexOf('::') + 2).trim())
    .filter((word) => word !== '' && word !== 'OSI Approved');
  return [...new Set(words)];
}
