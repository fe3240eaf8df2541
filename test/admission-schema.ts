// AdmissionReview v1 as a JSON Schema: kubernetes-types leaves this object out, for no API server serves it.
// Written after k8s.io/api/admission/v1 (types.go) and meta/v1 (Status), version 0.37; strict in what we give.
import { Ajv2020 } from 'ajv/dist/2020.js';

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;

/** What audits call it: a qualified name (k8s.io/apimachinery, validation.IsQualifiedName), without prefix. */
const annotationKey = '^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$';

const kind = (name: string) => ({
  type: 'object',
  required: ['group', 'version', name],
  properties: { group: text, version: text, [name]: text },
  additionalProperties: false,
});

const request = {
  type: 'object',
  required: ['uid', 'kind', 'resource', 'operation', 'userInfo', 'object', 'oldObject', 'options'],
  properties: {
    uid: { type: 'string', minLength: 1 },
    kind: kind('kind'),
    resource: kind('resource'),
    subResource: text,
    requestKind: kind('kind'),
    requestResource: kind('resource'),
    requestSubResource: text,
    name: text,
    namespace: text,
    operation: { enum: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] },
    userInfo: {
      type: 'object',
      properties: {
        username: text,
        uid: text,
        groups: texts,
        extra: { type: 'object', additionalProperties: texts },
      },
      additionalProperties: false,
    },
    object: { type: ['object', 'null'] },
    oldObject: { type: ['object', 'null'] },
    dryRun: { type: 'boolean' },
    options: { type: ['object', 'null'] },
  },
  additionalProperties: false,
};

const response = {
  type: 'object',
  required: ['uid', 'allowed'],
  properties: {
    uid: text,
    allowed: { type: 'boolean' },
    status: {
      type: 'object',
      required: ['code', 'reason', 'message'],
      properties: {
        code: { type: 'integer', minimum: 400, maximum: 599 },
        reason: { enum: ['Forbidden'] },
        message: { type: 'string', minLength: 1 },
      },
      additionalProperties: false,
    },
    patch: { type: 'string', pattern: '^[A-Za-z0-9+/]+={0,2}$' },
    patchType: { enum: ['JSONPatch'] },
    auditAnnotations: {
      type: 'object',
      propertyNames: { pattern: annotationKey },
      additionalProperties: text,
    },
    // The API server cuts what is longer than 4096 bytes in all, and warnings beyond 256 characters.
    warnings: {
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: 256 },
      maxItems: 16,
    },
  },
  // Whoever is denied is told why; a patch says of what kind it is, and only where it is let through.
  oneOf: [
    {
      properties: { allowed: { const: false } },
      required: ['status'],
      not: { required: ['patch'] },
    },
    { properties: { allowed: { const: true } }, not: { required: ['status'] } },
  ],
  dependentRequired: { patch: ['patchType'], patchType: ['patch'] },
  additionalProperties: false,
};

const ajv = new Ajv2020({
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  allErrors: true,
});
const review = (part: 'request' | 'response', schema: object) =>
  ajv.compile({
    type: 'object',
    required: ['apiVersion', 'kind', part],
    properties: {
      apiVersion: { const: 'admission.k8s.io/v1' },
      kind: { const: 'AdmissionReview' },
      [part]: schema,
    },
    additionalProperties: false,
  });
const requests = review('request', request);
const responses = review('response', response);

function problems(validate: typeof requests, document: unknown): readonly string[] {
  if (validate(document)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

/** What is wrong with a review as the API server sends it; empty: nothing. */
export function requestProblems(document: unknown): readonly string[] {
  return problems(requests, document);
}

/** What is wrong with an answer as the API server reads it; empty: nothing. */
export function responseProblems(document: unknown): readonly string[] {
  return problems(responses, document);
}
