// Who looks at this page, at what, and what they may do.
import { computed, type ReadonlySignal } from '@preact/signals';
import type { Status } from '../data/answers.ts';
import { type Answer, answerTo } from '../data/client.ts';

const status: ReadonlySignal<Answer<Status>> = computed(() => answerTo<Status>('/status').value);

/** Responders and admins may change something; until that is known nobody is offered it. */
export const mayRespond: ReadonlySignal<boolean> = computed(
  () => status.value.kind === 'ready' && status.value.value.caller.role !== 'viewer',
);

/** What the server watches; a server that does not say it is a machine's. */
export const scope: ReadonlySignal<'machine' | 'fleet' | 'unknown'> = computed(() => {
  const { value } = status;
  if (value.kind === 'loading') return 'unknown';
  return value.kind === 'ready' ? value.value.scope : 'machine';
});
