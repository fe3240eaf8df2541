// Every route against its own schema, over a real record and catalogue; filters, pages and scopes.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf, imageIdOf } from '../../../test/sample-record.ts';
import { openServerLab, type ServerLab } from '../../../test/server-lab.ts';
import { openApi, queryValues, routesOfMachine as routes } from './index.ts';
import { cursorSchema, limitSchema, placeOf, timeSchema, timeValue } from './values.ts';

let lab: ServerLab;
beforeAll(async () => {
  lab = await openServerLab();
});
afterAll(() => lab.close());

const shop = imageIdOf('shop/api:1.2');

/** What is asked of each route; all others fail here. */
const asked: Readonly<Record<string, readonly string[]>> = {
  '/api/v1/harbour': ['/api/v1/harbour'],
  '/api/v1/status': ['/api/v1/status'],
  '/api/v1/containers': [
    '/api/v1/containers',
    '/api/v1/containers?alive=true&limit=1',
    '/api/v1/containers?image=shop&name=we&since=2026-01-01',
  ],
  '/api/v1/containers/{id}': [`/api/v1/containers/${idOf('web')}`, '/api/v1/containers/old'],
  '/api/v1/containers/{id}/timeline': ['/api/v1/containers/web/timeline?grep=sh&since=7d'],
  '/api/v1/containers/{id}/capture': [],
  '/api/v1/images': ['/api/v1/images', '/api/v1/images?search=SHOP'],
  '/api/v1/images/{id}': [`/api/v1/images/${shop}`, '/api/v1/images/shop%2Fapi%3A1.2'],
  '/api/v1/images/{id}/sbom': [
    `/api/v1/images/${shop}/sbom`,
    `/api/v1/images/${shop}/sbom?format=spdx`,
    `/api/v1/images/${shop}/sbom?format=json`,
  ],
  '/api/v1/images/{id}/trust': [`/api/v1/images/${shop}/trust`],
  '/api/v1/exposed': ['/api/v1/exposed?question=pkg:npm/lodash'],
  '/api/v1/detections': ['/api/v1/detections', '/api/v1/detections?priority=critical&since=1h'],
  '/api/v1/network': ['/api/v1/network', '/api/v1/network?since=2026-01-01T00:00:00Z'],
  '/api/v1/audit': ['/api/v1/audit'],
  '/api/v1/gate': ['/api/v1/gate'],
  '/api/v1/alerts': ['/api/v1/alerts'],
  '/api/v1/responses': ['/api/v1/responses', '/api/v1/responses?active=true&limit=1'],
  '/api/v1/containers/{id}/actions': ['/api/v1/containers/web/actions'],
  '/api/v1/waivers': ['/api/v1/waivers'],
  '/api/v1/changes': ['/api/v1/changes'],
  '/api/v1/tokens': ['/api/v1/tokens'],
  '/api/v1/lessons': ['/api/v1/lessons'],
  '/api/v1/lessons/{id}': ['/api/v1/lessons/container-escape'],
};

describe('routes', () => {
  const reading = routes.filter(({ method }) => method === 'GET');
  test.each(reading.map((route) => [route.path, route] as const))('%s', async (path, route) => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
    const validate = ajv.compile(route.answer);
    expect(asked[path], 'a route without a test').toBeDefined();
    for (const one of asked[path] ?? []) {
      const { status, value } = await lab.ask(one);
      expect(`${one} ${status} ${JSON.stringify(value).slice(0, 300)}`).toContain(`${one} 200`);
      validate(value);
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  test('the description names each of them and is sound', async () => {
    const { value, status } = await lab.ask('/api/v1/openapi.json');
    expect(status).toBe(200);
    expect(value).toEqual(JSON.parse(JSON.stringify(openApi(routes, '0.0.0'))));
    const paths = Object.keys((value as { paths: object }).paths);
    expect(paths).toEqual(expect.arrayContaining(routes.map(({ path }) => path)));
  });
});

interface Page {
  readonly items: readonly { readonly id: string; readonly name?: string }[];
  readonly next: string | null;
}

describe('lists', () => {
  test('pages of one give each container once, newest first', async () => {
    const names: unknown[] = [];
    let next: string | null = '';
    for (let page = 0; next !== null && page < 10; page += 1) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const { value } = await lab.ask(`/api/v1/containers?limit=1${cursor}`);
      const got = value as Page;
      names.push(...got.items.map(({ name }) => name));
      ({ next } = got);
    }
    expect(names.map(String).toSorted()).toEqual(['billing', 'old', 'web']);
  });

  test('a capture of a container is a file that begins as captures do', async () => {
    const { status, headers, text } = await lab.ask('/api/v1/containers/web/capture');
    expect([status, headers['content-type']]).toEqual([200, 'application/octet-stream']);
    expect(headers['content-disposition']).toMatch(/^attachment; filename="[0-9a-f]{12}\.scap"$/);
    // The section header block of pcapng.
    expect([...Buffer.from(text).subarray(0, 4)]).toEqual([10, 13, 13, 10]);
    const { token } = lab.tokens.create({ name: 'other', role: 'viewer', teams: ['nobody'] });
    expect((await lab.ask('/api/v1/containers/web/capture', { token })).status).toBe(404);
  });

  test('pages of images follow their names', async () => {
    const first = (await lab.ask('/api/v1/images?limit=1')).value as Page;
    expect(first.next).not.toBeNull();
    const second = (await lab.ask(`/api/v1/images?limit=1&cursor=${first.next}`)).value as Page;
    expect(second).toMatchObject({ items: [{ reference: 'shop/api:1.2' }], next: null });
  });

  test('a container without a grade of its own has that of its image', async () => {
    const { value } = await lab.ask('/api/v1/containers?name=web');
    expect(value).toMatchObject({
      items: [{ name: 'web', grade: expect.stringMatching(/[A-F]/) }],
    });
  });

  test('repeated detections are one item with a count', async () => {
    const { value } = await lab.ask('/api/v1/detections');
    expect((value as Page).items).toHaveLength(1);
    expect(value).toMatchObject({
      items: [{ group: { count: 2, rule: 'Terminal shell in container' } }],
    });
  });

  test('who talks to whom', async () => {
    const { value } = await lab.ask('/api/v1/network?since=2026-01-01');
    expect(value).toMatchObject({
      nodes: [
        { name: 'web', kind: 'container' },
        { name: 'db.shop', kind: 'external' },
      ],
      flows: [{ from: idOf('web'), to: 'address:10.1.2.3' }],
    });
  });
});

describe('values that are refused', () => {
  test.each([
    ['/api/v1/containers?limit=0', 'limit'],
    ['/api/v1/containers?limit=100000', 'limit'],
    ['/api/v1/containers?limit=1&limit=2', 'twice'],
    ['/api/v1/containers?colour=red', 'colour'],
    ['/api/v1/containers?since=yesterday', 'since'],
    ['/api/v1/containers?since=2026-99-99', 'since'],
    ['/api/v1/containers?cursor=!!', 'cursor'],
    ['/api/v1/containers?cursor=W10', 'cursor'],
    ['/api/v1/containers?cursor=WyJhIiwiYiJd', 'cursor'],
    ['/api/v1/containers?alive=maybe', 'alive'],
    ['/api/v1/detections?priority=urgent', 'priority'],
    ['/api/v1/exposed', 'question'],
    ['/api/v1/exposed?question=nonsense%20', ''],
    [`/api/v1/containers?name=${'x'.repeat(301)}`, 'name'],
  ])('%s', async (path, word) => {
    const { status, value } = await lab.ask(path);
    expect([400, 404]).toContain(status);
    expect(value).toMatchObject({ error: { message: expect.stringContaining(word) } });
  });

  test('SQL in a filter is a text', async () => {
    const word = encodeURIComponent(`' OR 1=1; DROP TABLE run; --`);
    for (const path of [
      `/api/v1/containers?name=${word}`,
      `/api/v1/containers?image=${word}`,
      `/api/v1/images?search=${word}`,
    ]) {
      expect((await lab.ask(path)).value).toMatchObject({ items: [] });
    }
    expect((await lab.ask('/api/v1/containers')).value).toMatchObject({ items: { length: 3 } });
  });

  test('times and places mean what they say', () => {
    const schemas = { since: timeSchema, cursor: cursorSchema, limit: limitSchema(5, 9) };
    const values = queryValues(new URLSearchParams('since=2h'), schemas);
    const now = new Date('2026-01-02T04:00:00Z');
    expect(timeValue(values, 'since', now)).toBe(1_767_319_200_000_000_000n);
    expect(values.get('limit')).toBe(5);
    expect(placeOf(values, 2)).toBeUndefined();
  });
});

describe('roles and teams', () => {
  const tokenOf = (role: 'viewer' | 'responder' | 'admin', teams: readonly string[] | null) =>
    lab.tokens.create({ name: role, role, teams }).token;

  test.each([
    ['viewer', 'POST', '/api/v1/audit/run', 403],
    ['viewer', 'GET', '/api/v1/tokens', 403],
    ['viewer', 'DELETE', '/api/v1/tokens/abc', 403],
    ['responder', 'POST', '/api/v1/audit/run', 200],
    ['responder', 'POST', '/api/v1/tokens', 403],
    ['admin', 'GET', '/api/v1/tokens', 200],
  ] as const)('a %s asks %s %s', async (role, method, path, status) => {
    const token = tokenOf(role, null);
    expect((await lab.ask(path, { token, method })).status).toBe(status);
  });

  test('a team sees its own containers, images, detections and flows, and nothing else', async () => {
    const token = tokenOf('viewer', ['billing']);
    const list = (await lab.ask('/api/v1/containers', { token })).value as Page;
    expect(list.items.map(({ name }) => name)).toEqual(['billing']);
    expect((await lab.ask('/api/v1/images', { token })).value).toMatchObject({ items: [] });
    expect((await lab.ask('/api/v1/detections', { token })).value).toMatchObject({ items: [] });
    expect((await lab.ask('/api/v1/network?since=2026-01-01', { token })).value).toMatchObject({
      nodes: [],
      flows: [],
    });
    for (const path of [
      '/api/v1/containers/web',
      '/api/v1/containers/web/timeline',
      `/api/v1/images/${shop}`,
      `/api/v1/images/${shop}/sbom`,
    ]) {
      expect((await lab.ask(path, { token })).status, path).toBe(404);
    }
    expect((await lab.ask('/api/v1/audit', { token })).status).toBe(403);
    const harbour = (await lab.ask('/api/v1/harbour', { token })).value;
    expect(harbour).toMatchObject({ counts: { containersAlive: 1, detections24h: 0, images: 0 } });
  });

  test('a token is made, works, is in no list, and ends', async () => {
    const body = JSON.stringify({ name: 'ann', role: 'viewer', teams: null });
    const headers = { 'content-type': 'application/json' };
    const made = await lab.ask('/api/v1/tokens', { method: 'POST', body, headers });
    const { token, id } = made.value as { token: string; id: string };
    expect((await lab.ask('/api/v1/status', { token })).status).toBe(200);
    const list = await lab.ask('/api/v1/tokens');
    expect(list.text).toContain(id);
    expect(list.text).not.toContain(token);
    expect((await lab.ask(`/api/v1/tokens/${id}`, { method: 'DELETE' })).status).toBe(200);
    expect((await lab.ask('/api/v1/status', { token })).status).toBe(401);
  });

  test.each([
    [{ name: 'x', role: 'root', teams: null }],
    [{ name: 'x', role: 'viewer' }],
    [{ name: 'x', role: 'viewer', teams: null, more: 1 }],
    [{ name: '', role: 'viewer', teams: null }],
    [{ name: 'x', role: 'viewer', teams: [1] }],
    ['text'],
  ])('a body that the schema does not allow: %j', async (value) => {
    const body = JSON.stringify(value);
    const headers = { 'content-type': 'application/json' };
    const { status } = await lab.ask('/api/v1/tokens', { method: 'POST', body, headers });
    expect(status).toBe(400);
  });
});
