// A page of grouped detections ends where the next one begins: none is told twice, none is left out.
import { expect, test } from 'vitest';
import { detected, idOf } from '../../test/sample-record.ts';
import { type GroupedDetection, groupDetections, groupView } from './detection-groups.ts';

/** Newest first; the container of each is its word. */
function told(words: readonly string[]): readonly GroupedDetection[] {
  return words.map((word, at) => ({
    id: words.length - at,
    agent: 'node-1',
    container: idOf(word),
    timeNs: BigInt(words.length - at),
    lastNs: BigInt(words.length - at),
    count: 1,
    run: null,
    detection: detected(word, 'Terminal shell').detection,
  }));
}

test.each([
  { acrossContainers: true, most: 2 },
  { acrossContainers: false, most: 1 },
  { acrossContainers: false, most: 9 },
])('pages of %o have every detection once', (options) => {
  const all = told(['a', 'b', 'a', 'c', 'b', 'c', 'c', 'a']);
  const seen: number[] = [];
  for (let rest = all; rest.length > 0; ) {
    const { groups, lastId, isCut } = groupDetections(rest, options);
    expect(groups.length).toBeLessThanOrEqual(options.most);
    seen.push(...groups.flatMap(({ own }) => own.map(({ id }) => id)));
    expect(isCut).toBe(rest.some(({ id }) => id < (lastId ?? 0)));
    rest = rest.filter(({ id }) => id < (lastId ?? 0));
  }
  expect(seen.toSorted((a, b) => b - a)).toEqual(all.map(({ id }) => id));
});

test('a group is told by its newest, wherever its run is known from', () => {
  const [group] = groupDetections(told(['a', 'b', 'a']), {
    acrossContainers: true,
    most: 9,
  }).groups;
  if (group === undefined) throw new Error('there is no group');
  expect(groupView(group)).toMatchObject({
    group: { count: 2, container: null, places: { containers: 1, nodes: 1 } },
  });
  expect(groupDetections([], { acrossContainers: true, most: 9 }).lastId).toBeNull();
});
