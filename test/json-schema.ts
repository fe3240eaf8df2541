// Validators of JSON Schemas for the tests of outputs: ours by ajv's strict mode, those of standards as
// their projects publish them (draft 4, 7 and 2020-12).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { sharedData } from './shared-data.ts';

// The package is CommonJS: under ESM its default export is the module itself.
const addFormats = addFormatsModule as unknown as typeof addFormatsModule.default;

/** Problems in words, empty for a valid document. */
export type Validator = (document: unknown) => readonly string[];

/** Our own schema of this name in `docs/schema`, strict: a keyword that means nothing is an error. */
export function ownSchema(name: string): Validator {
  const path = fileURLToPath(new URL(`../docs/schema/${name}`, import.meta.url));
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  addFormats(ajv);
  return told(ajv.compile(parse(path)));
}

/**
 * A published schema of the shared data with those that it refers to; null where the data is absent.
 */
export function publishedSchema(name: string, others: readonly string[] = []): Validator | null {
  const path = sharedData(`schemas/${name}`);
  if (path === null) return null;
  const ajv = new Ajv({ strict: false, validateFormats: true, logger: false, allErrors: true });
  addFormats(ajv);
  ajv.addFormat('iri-reference', true);
  ajv.addFormat('idn-email', true);
  for (const other of others) ajv.addSchema(parse(sharedData(`schemas/${other}`) ?? ''));
  return told(ajv.compile(parse(path)));
}

function parse(path: string): Record<string, unknown> {
  const schema = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  // Draft 4 differs from draft 7 only in keywords that these schemas do not use.
  if (String(schema['$schema']).includes('draft-04')) {
    delete schema['$schema'];
    delete schema['id'];
  }
  return schema;
}

interface Compiled {
  (document: unknown): unknown;
  errors?: readonly { instancePath: string; message?: string; params?: unknown }[] | null;
}

function told(validate: Compiled): Validator {
  return (document) => {
    if (validate(document) === true) return [];
    return (validate.errors ?? [])
      .slice(0, 20)
      .map((error) => `${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`);
  };
}
