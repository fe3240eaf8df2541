// One image: what to do first, what is wrong by what removes it, its layers, where it ran.

import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ContainerView, Page, Report } from '../data/answers.ts';
import { addressOfQuestion, answerTo, refresh } from '../data/client.ts';
import { counted, harmless, shortId } from '../data/words.ts';
import { Parts, Scrolled, SearchField } from '../parts/controls.tsx';
import { ContainerLink, GradeMark, Time } from '../parts/marks.tsx';
import { nowMs } from '../parts/now.ts';
import { Shown } from '../parts/shown.tsx';
import { replaceQuery, route } from '../routing.ts';
import { lifeText } from './harbour-map.tsx';
import { FindingGroups } from './image-findings.tsx';
import { Layers } from './image-layers.tsx';
import { ImageSignatures } from './image-trust.tsx';

export function ImagePage({ id }: { readonly id: string }): JSX.Element {
  const path = `/images/${encodeURIComponent(id)}`;
  const answer = answerTo<Report>(path).value;
  return (
    <Shown answer={answer} isPage what="this image" retry={() => void refresh(path)}>
      {(report) => <Told report={report} path={path} id={id} />}
    </Shown>
  );
}

function Told({
  report,
  path,
  id,
}: {
  readonly report: Report;
  readonly path: string;
  readonly id: string;
}): JSX.Element {
  const { target, grade, suppressed, unknowns } = report;
  const name = harmless(target.name);
  const find = route.value.query.get('find') ?? '';
  return (
    <>
      <h1 class="answer">
        <GradeMark letter={grade.letter} isLarge />
        <span>{sentenceOf(report)}</span>
      </h1>
      <p class="counts">
        <span>{target.os === null ? 'no operating system known' : harmless(target.os.name)}</span>
        {target.os?.endOfLife && <span>supported to {harmless(target.os.endOfLife)}</span>}
        <span>{counted(report.packages.length, 'package')}</span>
        {target.layers.length > 0 && <span>{counted(target.layers.length, 'layer')}</span>}
        <span>
          scanned <Time at={report.generatedAt} />
        </span>
        {report.database !== null && (
          <span>advisories {Math.round(report.database.ageHours)} h old</span>
        )}
      </p>
      <Downloads {...{ path, name }} />
      <section aria-labelledby="findings-title">
        <h2 id="findings-title">What is wrong, by what to do</h2>
        <div class="tools">
          <SearchField
            label="Search findings"
            placeholder="CVE, package, path"
            value={find}
            onValue={(value) => replaceQuery({ find: value })}
          />
        </div>
        <FindingGroups report={report} find={find.toLowerCase()} />
      </section>
      <Layers report={report} />
      <Runs {...{ id, report }} />
      <Unused report={report} />
      <ImageSignatures path={path} />
      {(unknowns.length > 0 || suppressed.length > 0) && <Held report={report} />}
    </>
  );
}

function sentenceOf({ target, grade, summary }: Report): string {
  const name = harmless(target.name);
  const [first] = grade.because;
  if (first !== undefined) {
    const isGood = grade.letter === 'A' || grade.letter === 'B';
    const verdict = isGood ? 'is seaworthy' : 'is not seaworthy';
    return `${name} ${verdict}: ${grade.because.slice(0, 2).map(harmless).join(', ')}`;
  }
  return `${name}: ${counted(summary.exploited, 'exploited flaw')}, ${counted(summary.secrets, 'secret')}`;
}

const sbomFormats = [
  ['cyclonedx', 'CycloneDX'],
  ['spdx', 'SPDX'],
  ['json', 'own JSON'],
] as const;

function Downloads({ path, name }: { readonly path: string; readonly name: string }): JSX.Element {
  const file = name.replaceAll(/[^A-Za-z0-9.-]+/g, '-').slice(0, 80);
  return (
    <p class="tools">
      <span>Bill of materials:</span>
      {sbomFormats.map(([format, word]) => (
        <a
          key={format}
          class="button"
          href={addressOfQuestion(`${path}/sbom?format=${format}`)}
          download={`${file}.${format}.json`}
        >
          {word}
        </a>
      ))}
      <a class="button" href={addressOfQuestion(path)} download={`${file}.report.json`}>
        whole report
      </a>
    </p>
  );
}

function Runs({ id, report }: { readonly id: string; readonly report: Report }): JSX.Element {
  // The digest of the configuration is what containers know of their image.
  const image = encodeURIComponent(report.target.digest ?? id);
  const answer = answerTo<Page<ContainerView>>(`/containers?limit=100&image=${image}`).value;
  return (
    <section aria-labelledby="ran-title">
      <h2 id="ran-title">Where it ran</h2>
      <Shown answer={answer} what="its containers">
        {({ items, next }) =>
          items.length === 0 ? (
            <p>No container of this image has been recorded.</p>
          ) : (
            <Parts items={items} size={20} noun="container">
              {(shown) => (
                <>
                  <ul class="runs">
                    {shown.map((one) => (
                      <li key={one.id}>
                        <ContainerLink id={one.id} name={one.name} />{' '}
                        <span class="faint">
                          {lifeText(one, nowMs.value)}, from <Time at={one.startedAt} />
                        </span>
                      </li>
                    ))}
                  </ul>
                  {next !== null && <p class="faint">Older runs are not listed here.</p>}
                </>
              )}
            </Parts>
          )
        }
      </Shown>
    </section>
  );
}

/** Packages with flaws of which no recorded container ran a file. */
function Unused({ report }: { readonly report: Report }): JSX.Element | null {
  const names = useMemo(() => {
    const unused = report.findings.flatMap((one) =>
      (one.kind === 'vulnerability' || one.kind === 'malware') && one.inUse?.containers === 0
        ? [`${one.package.name} ${one.package.version}`]
        : [],
    );
    return [...new Set(unused)];
  }, [report]);
  if (names.length === 0) return null;
  return (
    <section>
      <h2>What was never used</h2>
      <p>
        {counted(names.length, 'package')} with known flaws never ran in a recorded container. Leave{' '}
        {names.length === 1 ? 'it' : 'them'} out of the image:
      </p>
      <p>{names.slice(0, 50).map(harmless).join(', ')}</p>
    </section>
  );
}

function Held({ report }: { readonly report: Report }): JSX.Element {
  const { unknowns, suppressed } = report;
  return (
    <section>
      {unknowns.length > 0 && (
        <details>
          <summary>
            <h2 class="inline">Not judged: {unknowns.length}</h2>
          </summary>
          <Parts items={unknowns} size={50} noun="place">
            {(shown) => (
              <ul>
                {shown.map(({ path, layer, reason }) => (
                  <li key={`${path} ${layer} ${reason}`}>
                    {path !== '' && <code>{harmless(path)} </code>}
                    {harmless(reason)}
                    {layer !== null && <small> in layer {shortId(layer)}</small>}
                  </li>
                ))}
              </ul>
            )}
          </Parts>
        </details>
      )}
      {suppressed.length > 0 && (
        <details>
          <summary>
            <h2 class="inline">Suppressed: {suppressed.length}</h2>
          </summary>
          <Scrolled label="Suppressed findings">
            <table>
              <tbody>
                {suppressed.slice(0, 500).map(({ finding, by, reason, expires }, index) => (
                  <tr key={`${finding.id} ${index}`}>
                    <td>{harmless(finding.id)}</td>
                    <td>
                      {by}: {harmless(reason)}
                    </td>
                    <td>{expires === null ? 'for good' : `until ${harmless(expires)}`}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolled>
        </details>
      )}
    </section>
  );
}
