// Who is told of detections and how that fares, with a test; what was done about detections.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Alerts, AlertTest, Page, ResponseRow } from '../data/answers.ts';
import { type Answer, answerTo, ask, refresh } from '../data/client.ts';
import { counted, grouped, harmless, sentenceOfOutput } from '../data/words.ts';
import { Heads, Parts, Scrolled } from '../parts/controls.tsx';
import { ContainerLink, Time } from '../parts/marks.tsx';
import { Empty, Failed, HowTo, Shown } from '../parts/shown.tsx';

const responsesPath = '/responses?limit=200';

export function AlertsPage(): JSX.Element {
  const answer = answerTo<Alerts>('/alerts').value;
  const responses = answerTo<Page<ResponseRow>>(responsesPath).value;
  return (
    <>
      <h1>Alerts and responses</h1>
      <Shown answer={answer} what="the alerts" retry={() => void refresh('/alerts')}>
        {(alerts) =>
          alerts.state === 'off' ? <NobodyTold alerts={alerts} /> : <Told alerts={alerts} />
        }
      </Shown>
      <section aria-labelledby="responses-title">
        <h2 id="responses-title">What was done about detections</h2>
        {answer.kind === 'ready' && <Policy alerts={answer.value} />}
        <Shown answer={responses} what="the responses" retry={() => void refresh(responsesPath)}>
          {({ items }) =>
            items.length === 0 ? <p>Nothing was done to a container.</p> : <Done items={items} />
          }
        </Shown>
      </section>
    </>
  );
}

function NobodyTold({ alerts }: { readonly alerts: Alerts }): JSX.Element {
  return (
    <Empty title="Nobody is told of detections.">
      <p>
        <HowTo text={alerts.howToSwitchOn ?? 'seaworthy up --alerts FILE'} />
      </p>
    </Empty>
  );
}

function Told({ alerts }: { readonly alerts: Alerts }): JSX.Element {
  const { outputs, digest } = alerts;
  const broken = outputs.filter(({ lastProblem, lost }) => lastProblem !== null || lost > 0).length;
  return (
    <>
      <p>
        {counted(outputs.length, 'output')} {outputs.length === 1 ? 'is' : 'are'} told
        {broken === 0 ? '; none had a problem.' : `; ${broken} had a problem.`}
        {digest !== null && ` Repeats wait for a digest of ${digest.seconds} seconds.`}
      </p>
      <Scrolled label="Outputs">
        <table>
          <Heads words={['Output', 'Kind', 'Delivered', 'Waiting', 'Lost', 'Last problem']} />
          <tbody>
            {outputs.map(({ name, kind, delivered, waiting, lost, lastProblem }) => (
              <tr key={name}>
                <td>{harmless(name)}</td>
                <td>{harmless(kind)}</td>
                <td>{grouped(delivered)}</td>
                <td>{grouped(waiting)}</td>
                <td>{lost > 0 ? <b class="alarm">{grouped(lost)}</b> : 0}</td>
                <td>
                  {lastProblem === null ? (
                    'none'
                  ) : (
                    <>
                      <Time at={lastProblem.at} /> {harmless(lastProblem.what)}
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
      <Test />
    </>
  );
}

function Test(): JSX.Element {
  const [isRunning, setRunning] = useState(false);
  const [answer, setAnswer] = useState<Answer<AlertTest> | null>(null);
  const run = async (): Promise<void> => {
    setRunning(true);
    setAnswer(await ask<AlertTest>('/alerts/test', { method: 'POST' }));
    setRunning(false);
    await refresh('/alerts');
  };
  return (
    <>
      <p class="tools">
        <button type="button" disabled={isRunning} onClick={() => void run()}>
          {isRunning ? 'Sending …' : 'Send a test message'}
        </button>
      </p>
      {answer?.kind === 'failed' && <Failed problem={answer.problem} what="the test" />}
      {answer?.kind === 'ready' && (
        <ul role="status">
          {answer.value.outputs.map(({ output, delivered, problem }) => (
            <li key={output}>
              <b>{harmless(output)}</b>:{' '}
              {delivered
                ? 'it arrived'
                : `it did not arrive: ${harmless(problem ?? 'no reason told')}`}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Policy({ alerts }: { readonly alerts: Alerts }): JSX.Element {
  const { state, howToSwitchOn, byHand } = alerts.responses;
  if (state === 'off') {
    return (
      <p class="faint">
        Nothing answers detections here.{' '}
        <HowTo text={howToSwitchOn ?? 'seaworthy up --response FILE'} />
      </p>
    );
  }
  return (
    <p class="faint">
      A policy answers detections.{' '}
      {byHand.length === 0
        ? 'It allows nothing by hand.'
        : `By hand it allows, on the page of a container: ${byHand.map(harmless).join(', ')}.`}
    </p>
  );
}

function Done({ items }: { readonly items: readonly ResponseRow[] }): JSX.Element {
  return (
    <Scrolled label="Responses">
      <Parts items={items} noun="response">
        {(shown) => (
          <table>
            <Heads words={['When', 'Container', 'What', 'Because', 'By', 'Result']} />
            <tbody>
              {shown.map((one) => (
                <tr key={one.id}>
                  <td>
                    <Time at={one.at} />
                  </td>
                  <td>
                    <ContainerLink id={one.container.id} name={one.container.name} />
                  </td>
                  <td>
                    {harmless(one.action)} <small>{harmless(one.state)}</small>
                  </td>
                  <td>{harmless(one.why.rule) || sentenceOfOutput(one.why.output)}</td>
                  <td>{harmless(one.by ?? 'the policy')}</td>
                  <td>
                    {harmless(one.result)}
                    {one.undoneAt !== null && (
                      <small>
                        {' '}
                        taken back <Time at={one.undoneAt} />
                      </small>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Parts>
    </Scrolled>
  );
}
