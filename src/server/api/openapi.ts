// The description of the API, OpenAPI 3.1, out of the schemas that check it.
import type { Route } from './route.ts';
import { object, open, type Schema, text } from './schema.ts';

/** What a route says of itself, whatever it works with. */
type RouteFacts = Omit<Route, 'handle'>;

const errorSchema = object({ error: object({ code: text, message: text, advice: text }) });

/** Errors that every route may answer with. */
const problems: Readonly<Record<string, string>> = {
  400: 'a value that the schema does not allow',
  401: 'no token, or one that is not known',
  403: 'a token of another role or team, or a foreign origin',
  404: 'not here, or not for this token',
  421: 'a Host that is none of ours',
  429: 'too many requests',
};

/** The document. */
export function openApi(routes: readonly RouteFacts[], version: string): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = (paths[route.path] ??= {});
    path[route.method.toLowerCase()] = operationOf(route);
  }
  paths['/api/v1/stream'] = { get: streamOperation };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Seaworthy',
      version,
      description: 'How safe are your containers - at every stage of their life?',
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { cookie: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'seaworthy' },
      },
      schemas: { Error: errorSchema },
    },
  };
}

function operationOf(route: RouteFacts): unknown {
  const { summary, role, query, body, answer, path } = route;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(query).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    ...(schema.description === undefined ? {} : { description: schema.description }),
    schema,
  }));
  return {
    summary,
    description: `Needs the role ${role}.`,
    ...(inPath.length + inQuery.length === 0 ? {} : { parameters: [...inPath, ...inQuery] }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: jsonContent(body) } }),
    responses: { 200: { description: 'the answer', content: jsonContent(answer) }, ...refusals() },
  };
}

function refusals(): Record<string, unknown> {
  const content = jsonContent({ $ref: '#/components/schemas/Error' } as Schema);
  return Object.fromEntries(
    Object.entries(problems).map(([status, description]) => [status, { description, content }]),
  );
}

function jsonContent(schema: Schema): unknown {
  return { 'application/json': { schema } };
}

const streamOperation = {
  summary: 'What happens now, as server-sent events; `Last-Event-ID` takes up where a reader was.',
  description:
    `Events: container, image, trust, detection, response, audit, lost, progress. \`lost\` with \`what: "stream"\` says
that more happened than is kept: ask the lists again. Needs the role viewer.`.replaceAll('\n', ' '),
  parameters: [
    { name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'string' } },
  ],
  responses: {
    200: { description: 'a stream', content: { 'text/event-stream': { schema: open } } },
    ...refusals(),
  },
};
