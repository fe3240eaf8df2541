// Spans to a real receiver that checks their shape; the context of callers; settings of the environment.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTraceReceiver, type TraceReceiver } from '../../../test/trace-receiver.ts';
import { realPace } from '../../base/retry.ts';
import { type EndedSpan, setTracing, traced, traceparent } from '../../base/trace.ts';
import { exportTraces, traceSettings } from './index.ts';
import { otlpSpans } from './otlp.ts';

let receiver: TraceReceiver;
let warnings: string[];

beforeEach(async () => {
  receiver = await startTraceReceiver();
  warnings = [];
});
afterEach(async () => {
  setTracing(null);
  if (receiver.flaws.length > 0) throw new Error(receiver.flaws.join('\n'));
  await receiver.close();
});

function start(environment: Record<string, string> = {}) {
  const settings = traceSettings(receiver.url, environment);
  if (settings === null) throw new Error('no settings');
  const warn = (line: string): void => void warnings.push(line);
  const how = { authorities: [], version: '1.2.3', pace: realPace, warn, collectMs: 20 };
  return exportTraces({ settings, ...how });
}

describe('spans', () => {
  test('lie within one another, and say what failed', async () => {
    const traces = start({ OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b,x=y' });
    await traced('outer', { kind: 'server', attributes: { a: 1, b: true, c: 0.5 } }, async () => {
      await traced('inner', {}, (span) => {
        span.set('text', 'x'.repeat(5000));
        return Promise.resolve();
      });
    });
    await expect(
      traced('broken', {}, () => Promise.reject(new Error('that went \u001b[31mwrong'))),
    ).rejects.toThrow('wrong');
    await traces.close();
    const [inner, outer, broken] = receiver.spans;
    expect(receiver.spans.map(({ name }) => name)).toEqual(['inner', 'outer', 'broken']);
    expect(inner).toMatchObject({ traceId: outer?.traceId, parentSpanId: outer?.spanId, kind: 1 });
    expect(inner?.attributes.get('text')).toHaveLength(1024);
    expect(outer).toMatchObject({ parentSpanId: null, kind: 2, failure: null });
    expect(Object.fromEntries(outer?.attributes ?? [])).toEqual({ a: '1', b: true, c: 0.5 });
    expect(broken?.failure).toBe('that went \ufffd[31mwrong');
    expect(broken?.traceId).not.toBe(outer?.traceId);
    expect(outer?.resource.get('service.name')).toBe('seaworthy');
    expect(receiver.requests[0]?.path).toBe('/v1/traces');
    expect(receiver.requests[0]?.headers).toMatchObject({ 'api-key': 'a b', x: 'y' });
  });

  test('take over the context of a caller, and hand on their own', async () => {
    const traces = start();
    const id = '0af7651916cd43dd8448eb211c80319c';
    const parent = `00-${id}-b7ad6b7169203331-01`;
    const told = await traced('a', { parent }, () => Promise.resolve(traceparent()));
    await traced('unsampled', { parent: parent.replace(/01$/, '00') }, async () => {
      expect(traceparent()).toMatch(/-00$/);
      await traced('below', {}, () => Promise.resolve());
    });
    await traced('later', { parent: `01${parent.slice(2)}-more` }, () => Promise.resolve());
    const none = [
      `ff${parent.slice(2)}`,
      `${parent}-more`,
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      `00-${id}-${'0'.repeat(16)}-01`,
      parent.toUpperCase(),
      '',
      'x'.repeat(100_000),
    ];
    for (const wrong of none) await traced('wrong', { parent: wrong }, () => Promise.resolve());
    await traces.close();
    const [a, later, ...wrong] = receiver.spans;
    expect(a).toMatchObject({ traceId: id, parentSpanId: 'b7ad6b7169203331' });
    expect(told).toBe(`00-${id}-${a?.spanId}-01`);
    expect(later).toMatchObject({ name: 'later', traceId: id });
    expect(wrong.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual(
      none.map(() => ['wrong', null]),
    );
    expect(new Set(wrong.map(({ traceId }) => traceId)).size).toBe(none.length);
  });

  test('without tracing nothing is told and nothing is handed on', async () => {
    expect(await traced('x', {}, () => Promise.resolve(traceparent()))).toBeNull();
    expect(traceSettings(undefined, { PATH: '/bin' })).toBeNull();
  });

  test('a receiver that is busy is asked again; one that refuses is not', async () => {
    const traces = start();
    receiver.refuse.push({ status: 503, headers: { 'retry-after': '0' } });
    await traced('first', {}, () => Promise.resolve());
    await expect.poll(() => receiver.spans.length, { timeout: 30_000 }).toBe(1);
    receiver.refuse.push({ status: 400 });
    await traced('lost', {}, () => Promise.resolve());
    await expect.poll(() => warnings.length, { timeout: 30_000 }).toBe(1);
    await traced('last', {}, () => Promise.resolve());
    await traces.close();
    expect(receiver.spans.map(({ name }) => name)).toEqual(['first', 'last']);
    expect(receiver.spans[1]?.resource.get('seaworthy.lost')).toBe('1');
    expect(warnings).toEqual([expect.stringContaining('400')]);
  });

  test('the queue is bounded: what finds no room is counted, and nobody waits', async () => {
    const away = traceSettings('http://127.0.0.1:9', {});
    if (away === null) throw new Error('no settings');
    const how = { authorities: [], version: '1', pace: realPace, warn: () => undefined };
    const traces = exportTraces({ settings: { ...away, timeoutMs: 200 }, ...how });
    for (let one = 0; one < 20_000; one += 1) await traced('x', {}, () => Promise.resolve());
    await traces.close();
    expect(receiver.spans).toEqual([]);
  });

  test('one in ten traces, whole or not at all', async () => {
    const traces = start({
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.1',
    });
    for (let one = 0; one < 1000; one += 1) {
      await traced('outer', {}, () => traced('inner', {}, () => Promise.resolve()));
    }
    await traces.close();
    const count = receiver.spans.length;
    expect(count % 2).toBe(0);
    // Of 1000 with a chance of 0.1: beyond nine standard deviations nobody was ever seen.
    expect(count).toBeGreaterThan(30);
    expect(count).toBeLessThan(400);
  });
});

test('a time beyond 2^53 nanoseconds is told exactly', () => {
  const span: EndedSpan = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    parentId: null,
    name: 'x',
    kind: 'internal',
    startNs: 1_767_323_045_123_456_789n,
    endNs: 1_767_323_045_123_456_790n,
    attributes: new Map(),
    failure: null,
  };
  const text = otlpSpans([span], { attributes: new Map(), version: '1' }, 0);
  expect(text).toContain('"startTimeUnixNano":"1767323045123456789"');
});

describe('settings', () => {
  const place = 'OTEL_EXPORTER_OTLP_ENDPOINT';
  test.each([
    ['http://c:4318', {}, 'http://c:4318/v1/traces'],
    [undefined, { [place]: 'https://c/otlp/' }, 'https://c/otlp/v1/traces'],
    [undefined, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/own' }, 'http://c/own'],
    [
      'http://flag',
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/own' },
      'http://flag/v1/traces',
    ],
    [undefined, { [place]: 'http://c', OTEL_SDK_DISABLED: 'true' }, null],
    [undefined, { [place]: 'http://c', OTEL_TRACES_EXPORTER: 'none' }, null],
    [undefined, { [place]: '  ' }, null],
    [undefined, {}, null],
  ])('%s and %o', (flag, environment, url) => {
    expect(traceSettings(flag, environment)?.url.href ?? null).toBe(url);
  });

  test('what cannot be is said', () => {
    expect(() => traceSettings('collector:4317', {})).toThrow('no http or https address');
    const bad = { OTEL_EXPORTER_OTLP_HEADERS: 'a=%E0%A4%A' };
    expect(() => traceSettings('http://c', bad)).toThrow('not percent-encoded');
    const remark = traceSettings('http://c', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })?.remark;
    expect(remark).toContain('not as grpc');
    const own = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=x,team=a%2Cb', OTEL_SERVICE_NAME: 'y' };
    const settings = traceSettings('http://c', own);
    expect([settings?.service, settings?.resource.get('team')]).toEqual(['y', 'a,b']);
  });
});
