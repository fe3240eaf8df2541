// Which SBOM format a text is in, looking through the envelopes that SBOMs are delivered in.
import {
  asArray,
  asRecord,
  type DocumentRecord,
  field,
  parseJson,
  stringField,
} from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { parseXml } from '../../base/xml.ts';
import { readCycloneDx } from './cyclonedx.ts';
import { cycloneDxOfXml } from './cyclonedx-xml.ts';
import type { SbomReading } from './document.ts';
import { readSpdx } from './spdx.ts';
import { spdxOfTagValue } from './spdx-tag-value.ts';
import { readSyft } from './syft.ts';

/** A statement inside an envelope inside an answer: deeper nesting is no honest SBOM. */
const envelopesOpened = 4;
/** Documents of one array, as `--format cyclonedx` writes it for several targets. */
const documentsRead = 10_000;

/** The documents of a text: one, or those of an array. Never throws. */
export function readDocuments(text: string): readonly SbomReading[] {
  const start = text.trimStart();
  if (start.startsWith('{') || start.startsWith('[')) return readJson(text);
  if (start.startsWith('<')) return [readXml(text)];
  const document = spdxOfTagValue(text);
  if (document !== null) return [readSpdx(document)];
  return [{ ok: false, reason: 'neither JSON nor XML nor SPDX tag-value' }];
}

function readXml(text: string): SbomReading {
  const parsed = parseXml(text);
  if (!parsed.ok) return { ok: false, reason: withLine(parsed.reason, parsed.line) };
  const document = cycloneDxOfXml(parsed.root);
  if (document !== null) return readCycloneDx(document);
  return { ok: false, reason: `XML whose root "${parsed.root.name.slice(0, 40)}" is no CycloneDX` };
}

function readJson(text: string): readonly SbomReading[] {
  const parsed = parseJson(text, { maximumLength: limits.sbomBytes });
  if (!parsed.ok) return [{ ok: false, reason: withLine(parsed.reason, parsed.line) }];
  if (!Array.isArray(parsed.value)) return [readValue(parsed.value)];
  if (parsed.value.length === 0) return [{ ok: false, reason: 'an empty array' }];
  return asArray(parsed.value).slice(0, documentsRead).map(readValue);
}

function readValue(value: unknown): SbomReading {
  let inner = value;
  for (let depth = 0; depth < envelopesOpened; depth += 1) {
    const document = asRecord(inner);
    if (document === null) break;
    const reading = readDocument(document);
    if (reading !== null) return reading;
    inner = openEnvelope(document);
  }
  return { ok: false, reason: 'JSON that is neither CycloneDX nor SPDX 2 nor of Syft' };
}

function readDocument(document: DocumentRecord): SbomReading | null {
  if (stringField(document, 'bomFormat') === 'CycloneDX') return readCycloneDx(document);
  if (stringField(document, 'spdxVersion') !== null) return readSpdx(document);
  if (isSpdx3(document)) return { ok: false, reason: 'SPDX 3 is not read, SPDX 2.3 is' };
  const isSyft =
    Array.isArray(field(document, 'artifacts')) && asRecord(field(document, 'schema')) !== null;
  return isSyft ? readSyft(document) : null;
}

function isSpdx3(document: DocumentRecord): boolean {
  const context = field(document, '@context');
  return typeof context === 'string' && context.includes('spdx.org/rdf/3');
}

/**
 * The content of a DSSE envelope, of an in-toto statement (cosign, BuildKit), or of the answer of
 * GitHub's dependency graph; undefined for anything else.
 */
function openEnvelope(document: DocumentRecord): unknown {
  const payload = stringField(document, 'payload');
  if (payload !== null && stringField(document, 'payloadType') !== null) {
    const parsed = parseJson(new TextDecoder().decode(Buffer.from(payload, 'base64')), {
      maximumLength: limits.sbomBytes,
    });
    return parsed.ok ? parsed.value : undefined;
  }
  const predicate = field(document, 'predicate') ?? field(document, 'sbom');
  // cosign once put the document under `Data`.
  return field(predicate, 'Data') ?? predicate;
}

function withLine(reason: string, line: number | undefined): string {
  return line === undefined ? reason : `${reason} (line ${line})`;
}
