// Orders of people to nodes of a fleet: given once, to the node that is meant, at whichever replica it asks;
// ended in time; and no answer of anybody else counts.
import { describe, expect, test } from 'vitest';
import { type Answer, backends, fleetPair, type Json } from './fleet-pair.ts';
import { present } from './present.ts';
import { fleetDetection } from './sample-fleet.ts';
import { idOf } from './sample-record.ts';

describe.each(backends)('orders of a fleet in %s', (backend) => {
  const { agents, stores, tell, ask, asAgent } = fleetPair(backend);

  const order = (action: string, token = 'responder', at = 0): Promise<Answer> =>
    ask(
      `/api/v1/containers/${idOf('web')}/actions`,
      { method: 'POST', token, body: JSON.stringify({ action, reason: 'a drill' }) },
      at,
    );
  const policy = { file: 'response.yaml', rule: 'manual', line: null };

  test('an order: to one replica, done by the node at the other, once, and taken back', async () => {
    expect(await order('pause')).toMatchObject({
      status: 403,
      value: { error: { code: 'denied' } },
    });
    await asAgent('a', { byHand: ['pause'], answers: [], now: true });
    expect((await order('kill')).status).toBe(403);
    const asking = asAgent('a', { byHand: ['pause'], answers: [] });
    const made = await order('pause');
    expect(made).toMatchObject({ status: 200, value: { state: 'waiting', by: 'responder' } });
    const { id } = made.value as { id: string };
    expect((await order('pause', 'admin', 1)).value['id']).toBe(id);
    const { orders } = (await asking).value as { orders: readonly Json[] };
    expect(orders).toMatchObject([{ id, action: 'pause', by: 'responder', reason: 'a drill' }]);
    // Its answer was lost on the way: it is given again, to this node alone.
    const again = await asAgent('a', { byHand: ['pause'], answers: [], now: true });
    expect(again.value).toMatchObject({ orders: [{ id }] });
    const answer = { id, state: 'done', result: 'paused', canUndo: true, undoes: null, policy };
    await asAgent('b', { byHand: [], answers: [answer], now: true });
    const item = async (): Promise<Json> => {
      const { value } = await ask(`/api/v1/containers/${idOf('web')}/actions`, { token: 'viewer' });
      return present((value as { items: readonly Json[] }).items.find((one) => one['id'] === id));
    };
    expect((await item())['state']).toBe('waiting');
    await asAgent('a', { byHand: ['pause'], answers: [answer], now: true });
    expect(await item()).toMatchObject({ state: 'done', result: 'paused', canUndo: true });
    // An answer that comes again, or another one, changes nothing.
    const lie = { ...answer, state: 'failed', result: 'a lie' };
    await asAgent('a', { byHand: ['pause'], answers: [lie, answer], now: true });
    expect(await item()).toMatchObject({ state: 'done', result: 'paused' });
    const back = (await order('unpause')).value as { id: string };
    await asAgent('a', { byHand: ['pause'], answers: [], now: true });
    const undone = { ...answer, id: back.id, result: 'goes on', canUndo: false, undoes: id };
    await asAgent('a', { byHand: ['pause'], answers: [undone], now: true });
    expect(await item()).toMatchObject({ state: 'undone', canUndo: false });
    const list = (await ask('/api/v1/responses', { token: 'viewer' })).value;
    expect(list['items']).toHaveLength(2);
    const changes = (await ask('/api/v1/changes')).value as { items: readonly Json[] };
    const told = changes.items.map(({ what, caller, status }) => [caller, what, status]);
    expect(told).toContainEqual(['responder', 'pause', 200]);
    expect(told).toContainEqual(['responder', 'kill', 403]);
  });

  test('an order that nobody comes for ends, and is never done later', async () => {
    const store = present(stores()[0]);
    const facts = {
      container: { id: idOf('web'), name: 'web', image: null },
      why: { rule: 'asked for', priority: 'Notice', output: '', time: '' },
      policy,
      result: 'waits',
      canUndo: false,
      undoneAt: null,
    };
    const late = { agent: 'a', container: idOf('web'), action: 'stop', by: 'ann', facts };
    await store.order({ ...late, id: 'late', lifeMs: -1000 });
    const { value } = await asAgent('a', { byHand: ['pause'], answers: [], now: true });
    expect(value['orders']).toEqual([]);
    const answer = { id: 'late', state: 'done', result: 'x', canUndo: false, undoes: null, policy };
    await asAgent('a', { byHand: ['pause'], answers: [answer], now: true });
    const [stored] = await store.responses({ container: idOf('web'), agent: 'a', limit: 1 });
    expect(stored).toMatchObject({ id: 'late', state: 'expired' });
    const found = await ask('/api/v1/responses?limit=1');
    expect(found.text).toContain('nothing was done');
  });

  test('a revoked agent, a person, a stranger: no orders', async () => {
    const question = JSON.stringify({ byHand: ['pause'], answers: [], now: true });
    const post = (token: string | null): Promise<Answer> =>
      ask('/api/v1/agents/orders', { method: 'POST', token, body: question });
    expect((await post(null)).status).toBe(401);
    expect((await post('admin')).status).toBe(403);
    expect((await post('swa_guess-guess-guess')).status).toBe(401);
    for (const body of ['[]', '{', '{"answers":[{"id":1}]}', `{"answers":${'['.repeat(50_000)}`]) {
      const token = present(agents.get('b'));
      const { status } = await ask('/api/v1/agents/orders', { method: 'POST', token, body });
      expect([body.slice(0, 20), status]).toEqual([body.slice(0, 20), 400]);
    }
  });

  test('what a node did by its own rules is told, and a node speaks of itself alone', async () => {
    const { detection, ...told } = fleetDetection('db', 'Response: pause');
    const fields = {
      'seaworthy.response': 'pause',
      'seaworthy.response.id': 'r1',
      'seaworthy.response.state': 'done',
      'seaworthy.response.result': 'paused by the engine',
      'seaworthy.response.because': 'Drift',
      'seaworthy.undo': 'seaworthy respond undo r1',
    };
    const record = { ...told, detection: { ...detection, output_fields: fields } };
    await tell('b', [record]);
    const { items } = (await ask('/api/v1/responses?active=true')).value as {
      items: readonly Json[];
    };
    expect(items).toMatchObject([{ id: 'r1', state: 'done', by: null, canUndo: true }]);
    // Another node that uses the same id makes a record of its own.
    const forged = { ...fields, 'seaworthy.response.state': 'undone' };
    await tell('a', [{ ...record, detection: { ...detection, output_fields: forged } }]);
    const after = (await ask('/api/v1/responses?active=true')).value;
    expect(after['items']).toHaveLength(1);
  });
});
