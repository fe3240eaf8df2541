// The dashboard's API over a fleet: roles and teams on every route, one stream for all replicas, and those
// who would like to be somebody else.
import { request } from 'node:http';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { newSecret, secretHash } from '../src/base/secret.ts';
import type { FleetRecord } from '../src/model/fleet.ts';
import { routesOfFleet } from '../src/server/api/index.ts';
import { fleetAudit, fleetDecision } from './fleet-house-contract.ts';
import { type Answer, backends, fleetPair, type Json, patience, roles } from './fleet-pair.ts';
import { present } from './present.ts';
import { fleetDetection, fleetRun, sampleUs } from './sample-fleet.ts';
import { idOf, imageIdOf } from './sample-record.ts';

describe.each(backends)('a fleet in %s', (backend) => {
  const { tokens, agents, stores, replicas, tell, ask } = fleetPair(backend);

  const walked = routesOfFleet.map(({ method, path, role, wholeMachine = false }) => {
    const word = path.startsWith('/api/v1/images') ? imageIdOf('shop/api:1.2') : idOf('web');
    const lesson = path.startsWith('/api/v1/lessons') ? 'nothing' : word;
    return {
      method,
      path,
      asked: path.replace('{id}', encodeURIComponent(lesson)),
      role,
      wholeMachine,
    };
  });

  test.each(walked)('$method $path: each role what is its own', async (route) => {
    const { method, asked, role, wholeMachine } = route;
    for (const label of tokens.keys()) {
      const own = roles.find((one) => label.startsWith(one));
      const mayAsk = roles.indexOf(present(own)) >= roles.indexOf(role);
      const isWhole = !label.endsWith('team');
      const { status } = await ask(asked, { method, token: label });
      const isRefused = !mayAsk || (wholeMachine && !isWhole);
      expect([label, status === 403 && isRefused, status]).toEqual([label, isRefused, status]);
      // What is let in is answered, or refused for what it asks; it never breaks.
      expect([label, asked, status < 500 || status === 501]).toEqual([label, asked, true]);
    }
    const agent = present(agents.get('a'));
    for (const token of [null, 'swt_wrong-wrong', agent]) {
      // Too many wrong ones of one address are slowed down.
      expect([401, 429]).toContain((await ask(asked, { method, token })).status);
    }
  });

  test('pages ask what is there, and a team sees its own', async () => {
    const names = async (path: string, token: string): Promise<readonly unknown[]> => {
      const { items } = (await ask(path, { token })).value as { items?: readonly Json[] };
      return (items ?? []).map(
        (one) => one['name'] ?? one['reference'] ?? (one['group'] as Json)['rule'],
      );
    };
    expect((await names('/api/v1/containers', 'viewer')).length).toBe(3);
    expect((await names('/api/v1/containers', 'viewer of a team')).length).toBe(2);
    expect(await names('/api/v1/containers?node=node-b', 'viewer of a team')).toEqual([]);
    expect(await names('/api/v1/images', 'viewer of a team')).toEqual(['shop/api:1.2']);
    expect(await names('/api/v1/detections', 'viewer of a team')).toEqual([
      'Terminal shell in container',
    ]);
    const timeline = await ask(`/api/v1/containers/${idOf('web')}/timeline`);
    expect(timeline.value).toMatchObject({
      rawOn: 'node-a',
      processes: [],
      container: { node: 'node-a', running: true },
      flows: [{ remote: '10.1.2.3' }],
      detections: [{ rule: 'Terminal shell in container' }],
      packages: [{ purl: 'pkg:deb/debian/openssl@3.0.1' }],
    });
    expect((await ask(`/api/v1/containers/${idOf('old').slice(0, 12)}`)).value).toMatchObject({
      container: { name: 'old', running: false, exitCode: 137 },
    });
    const theirs = { token: 'viewer of a team' };
    expect((await ask(`/api/v1/containers/${idOf('db')}`, theirs)).status).toBe(404);
    expect((await ask(`/api/v1/containers/${idOf('db')}/timeline`, theirs)).status).toBe(404);
    const exposed = await ask('/api/v1/exposed?question=pkg:deb/debian/openssl', theirs);
    expect(exposed.value).toMatchObject({ total: { containers: 2 } });
    const { counts } = (await ask('/api/v1/harbour', theirs)).value as { counts: Json };
    expect(counts).toMatchObject({ containersAlive: 1, containersDead: 1 });
    expect((await ask('/api/v1/status')).value).toMatchObject({
      scope: 'fleet',
      pages: expect.arrayContaining(['gate', 'audit']),
    });
    // Files of waivers lie on the nodes.
    expect((await ask('/api/v1/waivers')).status).toBe(404);
  });

  test('gates and audits: said plainly where there are none, then of all nodes', async () => {
    const answered = async (path: string): Promise<Json> => {
      const { status, value } = await ask(path);
      const [, , , name] = path.split(/[/?]/);
      const route = routesOfFleet.find((one) => one.path === `/api/v1/${name}`);
      const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
      const validate = ajv.compile(present(route).answer);
      validate(value);
      expect([path, status, validate.errors]).toEqual([path, 200, null]);
      return value;
    };
    expect(await answered('/api/v1/gate')).toMatchObject({
      state: 'off',
      howToSwitchOn: expect.stringContaining('gate docker --record'),
      nodes: { all: 2, withGate: 0 },
    });
    expect(await answered('/api/v1/audit')).toMatchObject({
      state: 'off',
      howToSwitchOn: expect.stringContaining('audit docker --data'),
    });
    const counts = [{ decision: 'allow', count: 40 }];
    const day = new Date().toISOString().slice(0, 10);
    const atUs = Date.now() * 1000;
    await tell('a', [
      fleetDecision('one'),
      fleetDecision('two', { timeUs: sampleUs + 1 }),
      { kind: 'decided', day, counts },
      fleetAudit(atUs, 71, ['5.4']),
      {
        kind: 'audit-answer',
        audit: 'docker',
        target: '/run/docker.sock',
        atUs,
        answer: { audit: 'docker', controls: [] },
      },
    ]);
    await tell('b', [fleetAudit(atUs, 50, ['5.4', '2.1'])]);
    const first = await answered('/api/v1/gate?limit=1');
    expect(first).toMatchObject({
      state: 'on',
      nodes: { all: 2, withGate: 1 },
      sums: [{ day, decision: 'allow', count: 40, nodes: 1 }],
      decisions: [{ node: 'node-a', decision: 'deny', controls: ['privileged'] }],
    });
    const second = await answered(`/api/v1/gate?limit=1&cursor=${String(first['next'])}`);
    expect(second).toMatchObject({ decisions: [{ node: 'node-a' }], next: null });
    expect(await answered('/api/v1/audit')).toMatchObject({
      nodes: { all: 2, audited: 2 },
      audits: [
        { node: 'node-b', score: 50, failed: ['5.4', '2.1'] },
        { node: 'node-a', score: 71 },
      ],
      controls: [
        { audit: 'docker', control: '5.4', nodes: 2 },
        { control: '2.1', nodes: 1 },
      ],
      history: [{ audit: 'docker', score: 61, nodes: 2 }],
    });
    expect((await ask('/api/v1/audit/a/docker')).value).toMatchObject({ audit: 'docker' });
    expect((await ask('/api/v1/audit/b/docker')).status).toBe(404);
    expect((await ask('/api/v1/audit/a%00/docker%27')).status).toBe(404);
  });

  test('one cause in many containers is one item: how often, where, from when to when', async () => {
    const caused = (name: string, timeUs: number): FleetRecord => {
      const record = fleetDetection(name, 'Miner', timeUs);
      const fields = { ...record.detection.output_fields, 'seaworthy.cause': 'c0ffee123456' };
      return { ...record, detection: { ...record.detection, output_fields: fields } };
    };
    const repeat = { kind: 'repeat', rule: 'Miner', timeUs: sampleUs } as const;
    await tell('a', [
      fleetRun('copy-1'),
      caused('copy-1', sampleUs),
      { ...repeat, container: idOf('copy-1'), count: 90, lastUs: sampleUs + 9e6 },
    ]);
    await tell('b', [
      fleetRun('copy-2'),
      caused('copy-2', sampleUs - 5e6),
      caused('copy-2', sampleUs + 1e6),
    ]);
    const { items } = (await ask('/api/v1/detections')).value as { items: readonly Json[] };
    const groups = items.map((one) => one['group'] as Json);
    expect(groups.filter(({ rule }) => rule === 'Miner')).toMatchObject([
      {
        count: 92,
        firstAt: expect.stringMatching(/^2026-01-02T03:04:00/),
        lastAt: expect.stringMatching(/^2026-01-02T03:04:14/),
        container: { name: 'copy-2' },
        places: { containers: 2, nodes: 2 },
      },
    ]);
  });

  test('tokens are made, listed without their value, and ended', async () => {
    const body = JSON.stringify({ name: 'ann', role: 'responder', teams: ['checkout'] });
    const { value } = await ask('/api/v1/tokens', { method: 'POST', body });
    const { id, token } = value as { id: string; token: string };
    tokens.set('ann', token);
    const { caller } = (await ask('/api/v1/status', { token: 'ann' })).value as { caller: Json };
    expect(caller).toEqual({ id: 'ann', role: 'responder', teams: ['checkout'] });
    const list = await ask('/api/v1/tokens');
    expect(list.text).toContain(id);
    expect(list.text).not.toContain(token);
    expect((await ask(`/api/v1/tokens/${id}`, { method: 'DELETE' })).status).toBe(200);
    // A replica that never heard of it does not let it in; the other one forgets it within seconds.
    expect((await ask('/api/v1/status', { token: 'ann' }, 1)).status).toBe(401);
    const { items } = (await ask('/api/v1/changes')).value as { items: readonly Json[] };
    expect(items.map(({ what }) => what)).toContain('responder ann');
    expect(JSON.stringify(items)).not.toContain(token);
  });

  interface Stream {
    readonly text: () => string;
    readonly end: () => void;
  }

  const openStream = (token: string, at: number, last?: string): Promise<Stream> =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${tokens.get(token) ?? token}`,
        ...(last === undefined ? {} : { 'last-event-id': last }),
      };
      const { port } = present(replicas()[at]).listener;
      const sent = request({ port, path: '/api/v1/stream', headers, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('error', () => undefined);
        response.on('data', (chunk: string) => (text += chunk));
        if (response.statusCode === 200) resolve({ text: () => text, end: () => sent.destroy() });
        else reject(new Error(`status ${response.statusCode}`));
      });
      sent.on('error', reject);
      sent.end();
    });

  test('one stream for all replicas: teams, resuming at another one, what is forgotten', async () => {
    const first = await openStream('viewer', 0);
    const team = await openStream('viewer of a team', 1);
    await expect.poll(first.text, patience).toContain('welcome');
    await expect.poll(team.text, patience).toContain('welcome');
    await tell('a', [fleetRun('live-1'), fleetDetection('live-1', 'Rule one')]);
    await tell('b', [fleetDetection('db', 'Rule of data')]);
    await expect.poll(first.text, patience).toContain('Rule of data');
    expect(first.text()).toMatch(/event: container\ndata: .*"node":"node-a"/);
    await expect.poll(team.text, patience).toContain('Rule one');
    const id = /id: (\d+-\d+)\nevent: container/.exec(first.text())?.[1] ?? '';
    first.end();
    await tell('a', [fleetDetection('live-1', 'Rule two')]);
    await expect.poll(team.text, patience).toContain('Rule two');
    expect(team.text()).not.toContain('Rule of data');
    // It comes back to the other replica and misses nothing, and hears nothing twice.
    const again = await openStream('viewer', 1, id);
    await expect.poll(again.text, patience).toContain('Rule two');
    expect(again.text().match(/"rule":"Rule one"/g)).toHaveLength(1);
    expect(again.text().match(/"rule":"Rule two"/g)).toHaveLength(1);
    expect(again.text()).not.toContain('event: lost');
    for (const wrong of ['1-1', 'abc', '99999999999-1', '0-0', "1' OR 1=1"]) {
      const stream = await openStream('viewer', 1, wrong);
      await expect.poll(stream.text, patience).toContain('event: lost');
      stream.end();
    }
    again.end();
    team.end();
  });

  test('a flood in one batch is one word, and one token has only so many streams', async () => {
    const stream = await openStream('viewer', 0);
    await expect.poll(stream.text, patience).toContain('welcome');
    const flood = Array.from({ length: 700 }, (_, at) => fleetDetection('web', `Flood ${at}`));
    await tell('a', flood);
    await expect.poll(stream.text, patience).toContain('event: lost');
    expect(stream.text()).toContain('Flood 499"');
    expect(stream.text()).not.toContain('Flood 500"');
    stream.end();
    const token = newSecret('swt');
    const hash = secretHash(token);
    await present(stores()[0]).addToken({ hash, role: 'viewer', label: 'many', teams: null });
    const opened = await Promise.all(Array.from({ length: 32 }, () => openStream(token, 0)));
    await expect(openStream(token, 0)).rejects.toThrow('429');
    for (const one of opened) one.end();
  });

  test.each([
    ['the page of another site', { origin: 'https://evil.example' }, 403],
    ['a form without its origin', {}, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['another site, as browsers tell', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a rebound name', { host: 'evil.example', origin: 'http://evil.example' }, 421],
  ])('%s orders nothing', async (_, more, status) => {
    const cookie = `seaworthy=${tokens.get('admin')}`;
    const headers = { cookie, ...(more as Record<string, string>) };
    const body = JSON.stringify({ action: 'pause' });
    const asked = { method: 'POST', token: null, headers, body };
    const answer = await ask(`/api/v1/containers/${idOf('web')}/actions`, asked);
    expect(answer.status).toBe(status);
  });

  test('names of hosts: pages ask for ours, programs with a token need none', async () => {
    const of = (host: string, token: string | null): Promise<Answer> =>
      ask('/api/v1/status', { token, headers: { host } });
    expect((await of('evil.example', null)).status).toBe(421);
    expect((await of('fleet.example', null)).status).toBe(401);
    expect((await of('evil.example', 'viewer')).status).toBe(200);
    expect((await ask('/healthz', { token: null, headers: { host: '10.0.0.7' } })).status).toBe(
      200,
    );
    expect((await ask('/', { token: null, headers: { host: 'evil.example' } })).status).toBe(421);
  });

  test('the entrance: a token by link or by form, never a wrong one', async () => {
    const page = await ask('/', { token: null });
    expect(page).toMatchObject({ status: 200 });
    expect(page.text).toContain('You are not logged in');
    expect(String(page.headers['content-security-policy'])).not.toContain('unsafe');
    const token = present(tokens.get('viewer'));
    const link = await ask(`/?token=${token}`, { token: null });
    const [cookie = ''] = (link.headers['set-cookie'] as string[] | undefined) ?? [];
    expect([link.status, link.headers['location']]).toEqual([302, '/']);
    expect(cookie).toMatch(/^seaworthy=.*HttpOnly; SameSite=Lax$/);
    const origin = `http://127.0.0.1:${present(replicas()[0]).listener.port}`;
    const form = (value: string, from: string): Promise<Answer> =>
      ask('/login/token', {
        method: 'POST',
        token: null,
        headers: {
          origin: from,
          host: new URL(origin).host,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ token: value }).toString(),
      });
    expect((await form(token, origin)).status).toBe(302);
    expect((await form(token, 'https://evil.example')).status).toBe(403);
    let wrong = await form('swt_wrong-wrong-wrong', origin);
    // Wrong ones of one address are slowed down, and other tests have asked with some.
    while (wrong.status === 429) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      wrong = await form('swt_wrong-wrong-wrong', origin);
    }
    expect(wrong.headers['set-cookie']).toBeUndefined();
    expect(wrong.text).toContain('not known');
    const own = { token: null, headers: { cookie: cookie.split(';')[0] ?? '' } };
    expect((await ask('/account', own)).text).toContain('You are viewer: viewer');
    expect((await ask('/api/v1/status', own)).status).toBe(200);
    expect((await ask(`/?token=${agents.get('a')}`, { token: null })).headers['set-cookie']).toBe(
      undefined,
    );
  });
});
