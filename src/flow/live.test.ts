// The feed of live events: numbers, places, and what is forgotten.
import { describe, expect, test } from 'vitest';
import { createLiveFeed } from './live.ts';

function moved(id: string, by: number): string {
  return String(Number(id) + by);
}

describe('the live feed', () => {
  test('numbers grow, over restarts too', () => {
    const before = createLiveFeed(1000);
    before.tell('image', {});
    expect(Number(createLiveFeed(1001).lastId)).toBeGreaterThan(Number(before.lastId));
  });

  test('tells what came after a number', () => {
    const feed = createLiveFeed(1000);
    const start = feed.lastId;
    feed.tell('image', { a: 1 });
    const middle = feed.lastId;
    feed.tell('container', { b: 2 }, 'shop');
    expect(feed.since(start)?.map(({ data }) => data)).toEqual(['{"a":1}', '{"b":2}']);
    expect(feed.since(middle)).toMatchObject([{ event: 'container', team: 'shop' }]);
    expect(feed.since(feed.lastId)).toEqual([]);
  });

  test.each(['0', '999999', '2000000', '', 'abc', '9'.repeat(20)])(
    '%j is none of its places',
    (id) => {
      expect(createLiveFeed(1000).since(id)).toBeNull();
    },
  );

  test('keeps so much and says when more is gone', () => {
    const feed = createLiveFeed(1000);
    const start = feed.lastId;
    for (let count = 0; count < 20_000; count += 1) feed.tell('image', { count });
    expect(feed.since(moved(start, 1))).toBeNull();
    expect(feed.since(moved(feed.lastId, -100))).toHaveLength(100);
  });

  test('large events are bounded by their bytes', () => {
    const feed = createLiveFeed(1000);
    const text = 'x'.repeat(1024 * 1024);
    for (let count = 0; count < 40; count += 1) feed.tell('image', { text });
    expect(feed.since(moved(feed.lastId, -10))).toHaveLength(10);
    expect(feed.since(moved(feed.lastId, -30))).toBeNull();
  });

  test('who stops listening hears nothing', () => {
    const feed = createLiveFeed(1000);
    const heard: string[] = [];
    const stop = feed.hear(({ id }) => heard.push(id));
    feed.tell('image', {});
    stop();
    feed.tell('image', {});
    expect(heard).toHaveLength(1);
  });
});
