// Layers as stacked bars: how much of the size, the packages and the findings each one brought.
import type { JSX } from 'preact';
import type { Report } from '../data/answers.ts';
import { bytesText, grouped, harmless, shortId } from '../data/words.ts';
import { Scrolled } from '../parts/controls.tsx';
import { type LayerShare, layerShares } from './image-groups.ts';

const measures = [
  ['size', 'Size'],
  ['packages', 'Packages'],
  ['findings', 'Findings'],
] as const;

/** So few layers are told without asking. */
const openedMost = 8;
/** More layers than any engine accepts (Docker: 127). */
const layersShown = 200;

export function Layers({ report }: { readonly report: Report }): JSX.Element | null {
  const layers = layerShares(report).slice(0, layersShown);
  if (layers.length === 0) return null;
  const { base } = report.target;
  return (
    <section aria-labelledby="layers-title">
      <h2 id="layers-title">Layers</h2>
      <p class="faint">
        {base === undefined
          ? 'From the first to the last. Which of them are the base image is not known.'
          : `From the first to the last. The hatched ones are the base${base.name === null ? '' : ` ${harmless(base.name)}`}; the rest is yours.`}
      </p>
      <div class="stacks" aria-hidden="true">
        {measures.map(([key, word]) => (
          <Stack key={key} measure={key} word={word} layers={layers} />
        ))}
      </div>
      <details open={layers.length <= openedMost}>
        <summary>Layer by layer</summary>
        <LayerTable layers={layers} hasBase={base !== undefined} />
      </details>
    </section>
  );
}

function Stack({
  measure,
  word,
  layers,
}: {
  readonly measure: 'size' | 'packages' | 'findings';
  readonly word: string;
  readonly layers: readonly LayerShare[];
}): JSX.Element {
  const total = layers.reduce((sum, one) => sum + one[measure], 0);
  const told = measure === 'size' ? bytesText(total) : grouped(total);
  return (
    <div class="lane">
      <span class="lane-name">
        {word} <small>{told}</small>
      </span>
      <div class="stack">
        {layers.map((layer, index) => {
          const value = layer[measure];
          if (value === 0) return null;
          const text = measure === 'size' ? bytesText(value) : grouped(value);
          return (
            <span
              key={`${layer.digest} ${index}`}
              class={`share${layer.isBase ? ' is-base' : ''}`}
              style={{ width: `${(value / total) * 100}%` }}
              title={`Layer ${index + 1}: ${text}`}
            >
              {index + 1}
            </span>
          );
        })}
      </div>
    </div>
  );
}

function LayerTable({
  layers,
  hasBase,
}: {
  readonly layers: readonly LayerShare[];
  readonly hasBase: boolean;
}): JSX.Element {
  return (
    <Scrolled label="Layers">
      <table>
        <thead>
          <tr>
            <th scope="col">Layer</th>
            <th scope="col">Made by</th>
            <th scope="col" class="number">
              Size
            </th>
            <th scope="col" class="number">
              Packages
            </th>
            <th scope="col" class="number">
              Findings
            </th>
          </tr>
        </thead>
        <tbody>
          {layers.map((layer, index) => (
            <tr key={`${layer.digest} ${index}`}>
              <td>
                {index + 1} {hasBase && (layer.isBase ? 'base ' : 'yours ')}
                <small>{shortId(layer.digest)}</small>
              </td>
              <td>
                <code>{harmless((layer.createdBy ?? 'not told').slice(0, 300))}</code>
              </td>
              <td class="number">{bytesText(layer.size)}</td>
              <td class="number">{layer.packages}</td>
              <td class="number">{layer.findings}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}
