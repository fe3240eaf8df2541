// Findings grouped by what to do, each with its evidence.

import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Finding, IssueFinding, Report, VulnerabilityFinding } from '../data/answers.ts';
import { arrows, counted, grouped, harmless, shortId, weightOfSeverity } from '../data/words.ts';
import { Parts } from '../parts/controls.tsx';
import { ExposureLink, LessonLink, WeightMark } from '../parts/marks.tsx';
import { Empty } from '../parts/shown.tsx';
import { type FindingGroup, groupsOf, mergedById } from './image-groups.ts';

const severities = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'];

export function FindingGroups({
  report,
  find,
}: {
  readonly report: Report;
  readonly find: string;
}): JSX.Element {
  const groups = useMemo(() => groupsOf(report), [report]);
  const chosen = groups
    .map((group) => ({ ...group, findings: group.findings.filter((one) => fits(one, find)) }))
    .filter(({ findings }) => findings.length > 0);
  if (report.findings.length === 0) return <Empty title="Nothing is known to be wrong." />;
  if (chosen.length === 0) return <Empty title="No finding fits this search." />;
  return (
    <Parts items={chosen} size={30} noun="group">
      {(shown) =>
        shown.map((group) => (
          <Group
            key={group.title}
            group={group}
            of={report.findings.length}
            isOpen={chosen.length === 1 || find !== ''}
          />
        ))
      }
    </Parts>
  );
}

function fits(finding: Finding, find: string): boolean {
  if (find === '') return true;
  const words = [finding.id, finding.title, ...finding.locations.map(({ path }) => path)];
  const about = 'package' in finding ? [finding.package.purl, ...finding.aliases] : [];
  return [...words, ...about].join('\n').toLowerCase().includes(find);
}

function Group({
  group,
  of,
  isOpen,
}: {
  readonly group: FindingGroup;
  /** All findings of the image. */
  readonly of: number;
  readonly isOpen: boolean;
}): JSX.Element {
  const { title, action, findings } = group;
  const sorted = useMemo(
    () =>
      findings.toSorted(
        (a, b) =>
          priorityOf(b) - priorityOf(a) ||
          severities.indexOf(a.severity) - severities.indexOf(b.severity),
      ),
    [findings],
  );
  const merged = useMemo(() => mergedById(sorted), [sorted]);
  const exploited = findings.filter((one) => 'kev' in one && one.kev).length;
  return (
    <details class="group" open={isOpen}>
      <summary>
        <b>{arrows(title)}</b>{' '}
        <span class="faint">
          {action === null
            ? counted(findings.length, 'finding')
            : `removes ${grouped(findings.length)} of ${counted(of, 'finding')}`}
          {action !== null && action.where !== '' && ` · ${harmless(action.where)}`}
        </span>
        {exploited > 0 && <b class="alarm"> {exploited} exploited</b>}
      </summary>
      <Parts items={merged} size={15} noun="finding">
        {(shown) => (
          <ul class="findings">
            {shown.map((same, index) => (
              <Same key={`${same[0]?.id} ${index}`} findings={same} />
            ))}
          </ul>
        )}
      </Parts>
    </details>
  );
}

/** One flaw, in one package or in several. */
function Same({ findings }: { readonly findings: readonly Finding[] }): JSX.Element | null {
  const [first] = findings;
  if (first === undefined) return null;
  const title = first.title === first.id ? '' : harmless(first.title);
  // What is in use says more than what lies there.
  const told = findings.find((one) => 'inUse' in one && (one.inUse?.containers ?? 0) > 0) ?? first;
  return (
    <li>
      <details>
        <summary>
          <WeightMark weight={weightOfSeverity(first.severity)} word={first.severity} />{' '}
          <b>{harmless(first.id)}</b> <span>{title}</span> <small>{shortFacts(told)}</small>
          {findings.length > 1 && (
            <small> · and {counted(findings.length - 1, 'more package')}</small>
          )}
        </summary>
        {findings.slice(0, 50).map((one, index) => (
          <div key={`${index} ${one.id}`}>
            {'package' in one ? <Flaw flaw={one} /> : <Issue issue={one} />}
          </div>
        ))}
      </details>
    </li>
  );
}

function priorityOf(finding: Finding): number {
  return 'priority' in finding ? finding.priority : 0;
}

function shortFacts(finding: Finding): string {
  if (!('package' in finding)) return harmless(finding.locations[0]?.path ?? '');
  const { name, version } = finding.package;
  const fixed = finding.fixedIn[0] === undefined ? 'no fix yet' : `fixed in ${finding.fixedIn[0]}`;
  const words = [`${name} ${version}`, fixed, ...(finding.kev ? ['exploited'] : [])];
  const use = finding.inUse;
  if (use !== undefined) words.push(use.containers > 0 ? 'in use' : 'not used');
  return harmless(words.join(' · '));
}

function Flaw({ flaw }: { readonly flaw: VulnerabilityFinding }): JSX.Element {
  const { evidence, severitySource, epss, cvss, inUse } = flaw;
  const compared = `${evidence.comparedName} ${evidence.comparedVersion}`;
  const rows: readonly (readonly [string, string])[] = [
    [
      'Why it matched',
      `${compared} lies in ${evidence.range} (${evidence.comparedAs}, ${evidence.ecosystem})`,
    ],
    ['Severity from', severitySource],
    ...cvss
      .slice(0, 4)
      .map((one) => [`CVSS ${one.version}`, `${one.score} ${one.vector}`] as const),
    ...(epss === null ? [] : [['EPSS', `${(epss * 100).toFixed(1)} %`] as const]),
    ...(inUse === undefined
      ? []
      : [
          [
            'In use',
            `in ${grouped(inUse.containers)} of ${counted(inUse.of, 'container')}`,
          ] as const,
        ]),
  ];
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{harmless(value)}</dd>
        </div>
      ))}
      <div>
        <dt>Who ran it</dt>
        <dd>
          <ExposureLink asked={flaw.id} />
        </dd>
      </div>
      <Places finding={flaw} />
    </dl>
  );
}

function Issue({ issue }: { readonly issue: IssueFinding }): JSX.Element {
  return (
    <dl class="facts">
      <div>
        <dt>What to do</dt>
        <dd>{harmless(issue.fix)}</dd>
      </div>
      {Object.entries(issue.evidence)
        .slice(0, 20)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{harmless(name)}</dt>
            <dd>{harmless(String(value))}</dd>
          </div>
        ))}
      <Places finding={issue} />
    </dl>
  );
}

function Places({ finding }: { readonly finding: Finding }): JSX.Element {
  return (
    <>
      <div>
        <dt>Where</dt>
        <dd>
          {finding.locations.slice(0, 20).map(({ path, layer, line }) => (
            <div key={`${path} ${layer}`}>
              <code>{harmless(line === undefined ? path : `${path}:${line}`)}</code>
              {layer !== null && <small> layer {shortId(layer)}</small>}
            </div>
          ))}
        </dd>
      </div>
      <div>
        <dt>Lesson</dt>
        <dd>
          <LessonLink id={finding.lesson} />
        </dd>
      </div>
    </>
  );
}
