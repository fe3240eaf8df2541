// A score over time as a line, with the same as a table for who does not see it. The library that
// draws is loaded when the first line is drawn.

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { rested } from '../data/rested.ts';

export interface Point {
  /** ISO 8601, a day or a moment. */
  readonly at: string;
  readonly score: number;
}

const height = 110;

export function Trend({
  points,
  title,
}: {
  readonly points: readonly Point[];
  readonly title: string;
}): JSX.Element | null {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => (place.current === null ? undefined : draw(place.current, points)), [points]);
  if (points.length < 2) {
    return <p class="faint">{title}: the line begins with the second day.</p>;
  }
  return (
    <figure class="trend">
      <figcaption>{title}</figcaption>
      <div ref={place} aria-hidden="true" class="line" />
      <details>
        <summary>As a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Score</th>
            </tr>
          </thead>
          <tbody>
            {points.map(({ at, score }) => (
              <tr key={at}>
                <td>{at}</td>
                <td>{score}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

/** Draws until the returned function is called; follows the width of the place and the theme. */
function draw(place: HTMLElement, points: readonly Point[]): () => void {
  let isOver = false;
  let end = (): void => {};
  // The answer and the containers are drawn first.
  void rested()
    .then(() => import('uplot'))
    .then(({ default: Plot }) => {
      if (isOver) return;
      const style = getComputedStyle(place);
      const colour = (name: string): string => style.getPropertyValue(name);
      const axis = { stroke: colour('--faint'), grid: { stroke: colour('--line'), width: 1 } };
      const plot = new Plot(
        {
          width: place.clientWidth,
          height,
          legend: { show: false },
          cursor: { show: false },
          scales: { y: { range: [0, 100] } },
          axes: [
            { ...axis, size: 30 },
            { ...axis, size: 40, splits: () => [0, 50, 100] },
          ],
          series: [
            {},
            { stroke: colour('--accent'), width: 2, points: { show: points.length < 8 } },
          ],
        },
        [points.map(({ at }) => Date.parse(at) / 1000), points.map(({ score }) => score)],
        place,
      );
      const observer = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height }));
      observer.observe(place);
      end = () => {
        observer.disconnect();
        plot.destroy();
      };
    });
  return () => {
    isOver = true;
    end();
  };
}
