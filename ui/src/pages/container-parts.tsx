// The lists of the container's page: moments at the cursor, detections, files, flows, packages.
import type { JSX } from 'preact';
import type { DetectionFacts, Report, TimelineView } from '../data/answers.ts';
import { answerTo } from '../data/client.ts';
import {
  bytesText,
  counted,
  grouped,
  harmless,
  modeText,
  packageText,
  sentenceOfOutput,
  weightOfPriority,
} from '../data/words.ts';
import { Heads, Parts, Scrolled } from '../parts/controls.tsx';
import { ExposureLink, Time, WeightMark } from '../parts/marks.tsx';
import { type Moment, nearest } from './container-events.ts';

const momentsAtCursor = 9;

export function MomentList({
  moments,
  cursorMs,
  onCursor,
}: {
  readonly moments: readonly Moment[];
  readonly cursorMs: number;
  readonly onCursor: (ms: number) => void;
}): JSX.Element {
  const shown = nearest(moments, cursorMs, momentsAtCursor);
  if (shown.length === 0) return <p class="faint">Nothing of that was recorded.</p>;
  return (
    <ol class="moments" aria-label="Around the cursor">
      {shown.map(({ lane, ms, text, weight }, index) => (
        <li key={`${lane} ${ms} ${index}`} class={ms <= cursorMs ? '' : 'is-past'}>
          <button type="button" class="plain" onClick={() => onCursor(ms)}>
            <Time at={new Date(ms).toISOString()} isExact />
          </button>
          <span class="faint">{lane}</span>
          <span>
            {weight !== null && <WeightMark weight={weight} word="" />}
            {text}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** The worst first; of equal ones in the order of time. */
const weightOrder = ['critical', 'high', 'medium', 'low', 'unknown'];

export function DetectionList({
  detections,
  find,
}: {
  readonly detections: TimelineView['detections'];
  readonly find: string;
}): JSX.Element | null {
  const own = detections.filter(({ rule, output }) => fits(`${rule} ${output}`, find));
  if (own.length === 0) return null;
  const rank = ({ priority }: DetectionFacts): number =>
    weightOrder.indexOf(weightOfPriority(priority));
  const groups = [
    ...Map.groupBy(
      own.toSorted((a, b) => rank(a) - rank(b)),
      ({ rule }) => rule,
    ),
  ];
  return (
    <section aria-labelledby="detected-title">
      <h2 id="detected-title">Detected</h2>
      <Parts items={groups} size={50} noun="rule">
        {(shown) =>
          shown.map(([rule, all]) => {
            const first = all[0] as TimelineView['detections'][number];
            const weight = weightOfPriority(first.priority);
            const total = all.reduce((sum, { count }) => sum + count, 0);
            return (
              <details key={rule} class={`detection is-${weight}`}>
                <summary>
                  <span class="line">
                    <WeightMark weight={weight} word={first.priority} />
                    <b>{harmless(rule)}</b>
                    {total > 1 && <span>×{grouped(total)}</span>}
                    <small>
                      <Time at={first.time} />
                    </small>
                  </span>
                  <span class="said">{sentenceOfOutput(first.output)}</span>
                </summary>
                <div class="evidence">
                  <Evidence detection={first} />
                </div>
              </details>
            );
          })
        }
      </Parts>
    </section>
  );
}

/** What was done about it, and how it is taken back. */
export function ResponseList({
  responses,
}: {
  readonly responses: TimelineView['responses'];
}): JSX.Element | null {
  if (responses.length === 0) return null;
  return (
    <section aria-labelledby="responses-title">
      <h2 id="responses-title">Done about it</h2>
      <ol>
        {responses.map(({ at, action, state, result, because, undo, count }, index) => (
          <li key={`${at} ${index}`}>
            <Time at={at} /> <b>{harmless(action)}</b> ({harmless(state)})
            {count > 1 && ` ×${count}`}: {harmless(result)}
            {because !== null && <span class="faint"> because of {harmless(because)}</span>}
            {undo !== null && (
              <p>
                Take it back: <code>{harmless(undo)}</code>
              </p>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The fields that a detection gives. */
export function Evidence({ detection }: { readonly detection: DetectionFacts }): JSX.Element {
  const fields = Object.entries(detection.output_fields ?? {}).slice(0, 100);
  return (
    <table>
      <caption class="unseen">Evidence</caption>
      <tbody>
        {fields.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{harmless(name)}</th>
            <td>
              <code>{value === null ? 'not known' : harmless(String(value))}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function fits(text: string, find: string): boolean {
  return find === '' || text.toLowerCase().includes(find);
}

export function FileTable({
  files,
  find,
}: {
  readonly files: TimelineView['files'];
  readonly find: string;
}): JSX.Element | null {
  const own = files.filter(({ path, to }) => fits(`${path} ${to}`, find));
  if (own.length === 0) return null;
  return (
    <section aria-labelledby="files-title">
      <h2 id="files-title">Files</h2>
      <Scrolled label="Files">
        <Parts items={own} size={25} noun="file">
          {(shown) => (
            <table>
              <thead>
                <tr>
                  <th scope="col">First</th>
                  <th scope="col">What</th>
                  <th scope="col">File</th>
                  <th scope="col" class="number">
                    Times
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.map(({ path, action, to, count, firstAt }) => (
                  <tr key={`${path} ${action} ${to}`}>
                    <td>
                      <Time at={firstAt} />
                    </td>
                    <td>{harmless(action)}</td>
                    <td>
                      <code>{harmless(path)}</code>
                      {to !== null && <code> → {modeText(to)}</code>}
                    </td>
                    <td class="number">{count}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Parts>
      </Scrolled>
    </section>
  );
}

export function FlowTable({
  flows,
  find,
}: {
  readonly flows: TimelineView['flows'];
  readonly find: string;
}): JSX.Element | null {
  const own = flows.filter(({ remote, name }) => fits(`${remote} ${name}`, find));
  if (own.length === 0) return null;
  return (
    <section aria-labelledby="flows-title">
      <h2 id="flows-title">
        Network{' '}
        <small>
          <a href="#/network">all flows</a>
        </small>
      </h2>
      <Scrolled label="Flows">
        <Parts items={own} size={25} noun="flow">
          {(shown) => (
            <table>
              <Heads words={['First', 'Peer', 'Port', 'Flows', 'Sent', 'Received']} />
              <tbody>
                {shown.map((flow) => (
                  <tr key={`${flow.direction} ${flow.protocol} ${flow.port} ${flow.remote}`}>
                    <td>
                      <Time at={flow.firstAt} />
                    </td>
                    <td>
                      {flow.direction === 'in' ? 'from ' : 'to '}
                      <code>
                        {harmless(
                          flow.name === null ? flow.remote : `${flow.name} (${flow.remote})`,
                        )}
                      </code>
                    </td>
                    <td>{harmless(`${flow.protocol} ${flow.port}`)}</td>
                    <td>{flow.flows}</td>
                    <td>{bytesText(flow.bytesSent)}</td>
                    <td>{bytesText(flow.bytesReceived)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Parts>
      </Scrolled>
    </section>
  );
}

export function PackageList({
  timeline,
  find,
}: {
  readonly timeline: TimelineView;
  readonly find: string;
}): JSX.Element | null {
  const { packages, container } = timeline;
  const { id } = container.image;
  return (
    <section aria-labelledby="used-title">
      <h2 id="used-title">What it used</h2>
      {packages === null ? (
        <p>
          Not known: the files of its image are not mapped to packages yet. They are once the image
          is scanned.
        </p>
      ) : (
        <>
          <p>
            {counted(packages.length, 'package')} ran or {packages.length === 1 ? 'was' : 'were'}{' '}
            loaded
            {id === null ? '.' : <Shipped imageId={id} used={packages.length} />}
          </p>
          <Parts items={packages.filter(({ purl }) => fits(purl, find))} size={15} noun="package">
            {(shown) => (
              <table>
                <caption class="unseen">Packages that were used</caption>
                <tbody>
                  {shown.map(({ purl, files }) => (
                    <tr key={purl}>
                      <td>
                        <ExposureLink asked={purl} text={packageText(purl)} />
                      </td>
                      <td>
                        <code>{harmless(files.slice(0, 20).join(', '))}</code>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </Parts>
        </>
      )}
    </section>
  );
}

/** How many packages the image ships, once its report is there. */
function Shipped({
  imageId,
  used,
}: {
  readonly imageId: string;
  readonly used: number;
}): JSX.Element | null {
  const answer = answerTo<Report>(`/images/${encodeURIComponent(imageId)}`).value;
  if (answer.kind !== 'ready') return null;
  const shipped = answer.value.packages.length;
  return (
    <>
      <span> of the {grouped(shipped)} that its image ships</span>
      <meter min={0} max={Math.max(1, shipped)} value={used} aria-hidden="true" />
    </>
  );
}
