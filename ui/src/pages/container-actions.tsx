// What a responder does to a container by hand, where the policy allows it: asked twice, done once.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ContainerActions, ResponseRow } from '../data/answers.ts';
import { type Answer, answerTo, ask, refresh } from '../data/client.ts';
import { harmless } from '../data/words.ts';
import { Failed } from '../parts/shown.tsx';

const words: Readonly<Record<string, string>> = {
  pause: 'Pause it',
  unpause: 'Let it go on',
  stop: 'Stop it',
  kill: 'Kill it',
  'cut-network': 'Cut its network',
  'restore-network': 'Restore its network',
  'deny-drift': 'Refuse programs that are not of the image',
  'lift-deny': 'Allow all programs again',
};

/** What takes back another one has a use only while that one holds. */
const takesBack: Readonly<Record<string, string>> = {
  unpause: 'pause',
  'restore-network': 'cut-network',
  'lift-deny': 'deny-drift',
};

function isUseful(action: string, done: readonly ResponseRow[]): boolean {
  const before = Object.hasOwn(takesBack, action) ? takesBack[action] : undefined;
  const isHolding = (word: string): boolean =>
    done.some((one) => one.action === word && one.canUndo && one.undoneAt === null);
  return before === undefined ? !isHolding(action) : isHolding(before);
}

export function Actions({
  id,
  isRunning,
}: {
  readonly id: string;
  readonly isRunning: boolean;
}): JSX.Element | null {
  const path = `/containers/${encodeURIComponent(id)}/actions`;
  const answer = answerTo<ContainerActions>(path).value;
  const [wanted, setWanted] = useState<string | null>(null);
  const [done, setDone] = useState<Answer<ResponseRow> | null>(null);
  if (!isRunning || answer.kind !== 'ready' || answer.value.state === 'off') return null;
  // What a fleet's node has not answered yet changes in the list.
  const asked = done?.kind === 'ready' ? done.value : null;
  const newest = answer.value.items.find((one) => one.id === asked?.id) ?? asked;
  const allowed = answer.value.allowed.filter((one) => isUseful(one, answer.value.items));
  if (allowed.length === 0) return null;
  const act = async (action: string): Promise<void> => {
    setWanted(null);
    setDone({ kind: 'loading' });
    setDone(await ask<ResponseRow>(path, { method: 'POST', body: { action } }));
    await refresh(path);
    await refresh(`/containers/${encodeURIComponent(id)}/timeline`);
  };
  return (
    <section aria-labelledby="act-title">
      <h2 id="act-title">Do something about it</h2>
      <p class="tools">
        {allowed.map((action) => (
          <button
            key={action}
            type="button"
            aria-expanded={wanted === action}
            onClick={() => setWanted(wanted === action ? null : action)}
          >
            {words[action] ?? harmless(action)}
          </button>
        ))}
      </p>
      {wanted !== null && (
        <p class="tools" role="group" aria-label="Really?">
          <span>
            {words[wanted] ?? harmless(wanted)}? It happens at once, and is recorded with your name.
          </span>
          <button type="button" onClick={() => void act(wanted)}>
            Yes, do it
          </button>
          <button type="button" onClick={() => setWanted(null)}>
            No
          </button>
        </p>
      )}
      <div role="status">
        {done?.kind === 'loading' && 'Asking …'}
        {newest !== null && done?.kind === 'ready' && (
          <p>
            <b>{harmless(newest.state)}</b>: {harmless(newest.result)}
          </p>
        )}
      </div>
      {done?.kind === 'failed' && <Failed problem={done.problem} what="the action" />}
    </section>
  );
}
