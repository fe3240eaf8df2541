// Images: the list with what each holds, the whole report of one, its SBOM.
import type { Report } from '../../model/report.ts';
import { type Call, json, type Route } from './route.ts';
import {
  count,
  countOrNull,
  list,
  momentOrNull,
  object,
  open,
  orNull,
  pageOf,
  text,
  textOrNull,
  yesOrNo,
} from './schema.ts';
import { cursorOf, cursorSchema, limitSchema, numberValue, placeOf, textValue } from './values.ts';

const imageSchema = object({
  id: text,
  kind: { type: 'string', enum: ['image', 'container', 'machine'] },
  reference: text,
  digest: textOrNull,
  os: textOrNull,
  packages: countOrNull,
  layers: countOrNull,
  size: countOrNull,
  grade: orNull(object({ letter: text, score: count })),
  summary: orNull(open),
  fixFirst: list(open),
  runs: count,
  alive: count,
  scannedAt: momentOrNull,
  state: { type: 'string', enum: ['waiting', 'scanning', 'scanned', 'failed'] },
  why: textOrNull,
  present: yesOrNo,
});

const listImages: Route = {
  method: 'GET',
  path: '/api/v1/images',
  summary: 'Images that are or were here, in the order of their names.',
  role: 'viewer',
  query: {
    search: { type: 'string', minLength: 1, maxLength: 300, description: 'part of the name' },
    limit: limitSchema(100, 1000),
    cursor: cursorSchema,
  },
  answer: pageOf(imageSchema),
  async handle({ services, caller, query }) {
    const place = placeOf(query, 2);
    const search = textValue(query, 'search');
    const asked = {
      limit: numberValue(query, 'limit'),
      ...(place === undefined ? {} : { after: { reference: place[0] ?? '', id: place[1] ?? '' } }),
      ...(search === undefined ? {} : { search }),
    };
    const { items, next } = await services.evidence.images(asked, caller.teams);
    return json({ items, next: next === null ? null : cursorOf(next.reference, next.id) });
  },
};

async function reportOf({ services, caller, parts }: Call): Promise<Report> {
  return services.evidence.report(parts.get('id') ?? '', caller.teams);
}

const oneImage: Route = {
  method: 'GET',
  path: '/api/v1/images/{id}',
  summary: 'The whole report of an image, as `scan --format json` gives it.',
  role: 'viewer',
  query: {},
  answer: { ...open, description: 'docs/schema/report-1.schema.json' },
  handle: async (call) => json(await reportOf(call)),
};

const sbom: Route = {
  method: 'GET',
  path: '/api/v1/images/{id}/sbom',
  summary: 'The inventory of an image as a file: CycloneDX, SPDX or our own JSON.',
  role: 'viewer',
  query: {
    format: { type: 'string', enum: ['cyclonedx', 'spdx', 'json'], default: 'cyclonedx' },
  },
  answer: { ...open, description: 'a document of the format that was asked for' },
  async handle(call) {
    const report = await reportOf(call);
    const { inventoryContent } = await import('../../flow/report-documents.ts');
    const asked = textValue(call.query, 'format');
    const format = asked === 'spdx' || asked === 'json' ? asked : 'cyclonedx';
    const inventory = inventoryContent(report, format);
    const name = report.target.name.replaceAll(/[^\w.-]+/g, '-').slice(0, 100);
    return {
      kind: 'file',
      name: `${name}.${format === 'json' ? 'sbom' : format}.json`,
      mediaType: inventory.mediaType,
      content: inventory.text,
    };
  },
};

export const imageRoutes: readonly Route[] = [listImages, oneImage, sbom];
