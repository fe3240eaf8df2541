// One benchmark: each control as a sentence with what breaks it and what mends it; the score over time.
import type { JSX } from 'preact';
import type { AuditAnswer, AuditResult, Audits } from '../data/answers.ts';
import { counted, harmless, weightOfSeverity } from '../data/words.ts';
import { CopyButton, Parts, SearchField } from '../parts/controls.tsx';
import { LessonLink, Time, WeightMark } from '../parts/marks.tsx';
import { Trend } from '../parts/trend.tsx';
import { replaceQuery, route } from '../routing.ts';

const groups = [
  ['fail', 'Broken'],
  ['unknown', 'Could not be judged'],
  ['manual', 'For you to judge'],
  ['pass', 'Hold'],
  ['not-applicable', 'Do not apply, or somebody answers for them'],
] as const;

/** One audit: its score, and each control by what became of it. */
export function Benchmark({
  audit,
  history,
}: {
  readonly audit: AuditAnswer;
  readonly history: Audits['history'];
}): JSX.Element {
  const find = route.value.query.get('find') ?? '';
  const failed = audit.controls.filter(({ status }) => status === 'fail').length;
  const points = history
    .filter(({ benchmark }) => benchmark === `${audit.audit}:${audit.target}:`)
    .map(({ at, score }) => ({ at, score }));
  return (
    <section>
      <div class="head">
        <div>
          <h2 class="answer">
            {harmless(audit.controls[0]?.benchmark ?? audit.audit)}: {audit.score} of 100,{' '}
            {counted(failed, 'control')} broken
          </h2>
          <p class="faint">
            {harmless(audit.target)}, <Time at={audit.generatedAt} />
          </p>
          {audit.summary.map(({ sentence, details }) => (
            <p key={sentence}>
              {harmless(sentence)} <small>{harmless(details.slice(0, 5).join(', '))}</small>
            </p>
          ))}
        </div>
        {history.length > 0 && <Trend points={points} title="Score over time" />}
      </div>
      <div class="tools">
        <SearchField
          label="Search controls"
          value={find}
          onValue={(value) => replaceQuery({ find: value })}
        />
      </div>
      {groups.map(([status, word]) => {
        const own = audit.controls.filter(
          (one) =>
            one.status === status &&
            `${one.id} ${one.title}`.toLowerCase().includes(find.toLowerCase()),
        );
        if (own.length === 0) return null;
        return (
          <details key={status} class="group" open={status === 'fail' || find !== ''}>
            <summary>
              <b>{word}</b> <span class="faint">{own.length}</span>
            </summary>
            <Parts items={worstFirst(own)} size={100} noun="control">
              {(shown) =>
                shown.map((one) => <Control key={`${one.benchmark} ${one.id}`} control={one} />)
              }
            </Parts>
          </details>
        );
      })}
    </section>
  );
}

const order = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'];

function worstFirst(controls: AuditResult[]): AuditResult[] {
  return controls.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

function Control({ control }: { readonly control: AuditResult }): JSX.Element {
  const { id, title, severity, status, evidence, moreEvidence, fix, commands, waived } = control;
  return (
    <details class="control">
      <summary>
        {status === 'fail' && <WeightMark weight={weightOfSeverity(severity)} word={severity} />}{' '}
        <b>{harmless(id)}</b> {harmless(title)}
      </summary>
      <ul>
        {evidence.slice(0, 50).map(({ subject, place, message, value }, index) => (
          <li key={`${place} ${index}`}>
            {subject !== null && <b>{harmless(subject)}: </b>}
            {harmless(message)} <code>{harmless(place)}</code>
            {value !== null && value !== undefined && (
              <code> = {harmless(JSON.stringify(value) ?? '').slice(0, 300)}</code>
            )}
          </li>
        ))}
        {moreEvidence > 0 && <li class="faint">and {moreEvidence} more places</li>}
      </ul>
      <p>
        {harmless(fix)} <LessonLink id={control.lesson} />
      </p>
      {commands.length > 0 && (
        <>
          <pre>
            <code>{harmless(commands.join('\n'))}</code>
          </pre>
          <CopyButton text={commands.join('\n')} label="Copy" />
        </>
      )}
      {waived.map((one) => (
        <p key={`${one.evidence.place} ${one.owner}`} class="faint">
          Waived by {harmless(one.owner)}: {harmless(one.reason)}
          {one.expires !== null && `, until ${harmless(one.expires)}`}
        </p>
      ))}
    </details>
  );
}
