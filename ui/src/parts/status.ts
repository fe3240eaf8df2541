// Who looks at this page, and what they may do.
import { computed, type ReadonlySignal } from '@preact/signals';
import type { Status } from '../data/answers.ts';
import { answerTo } from '../data/client.ts';

/** Responders and admins may change something; until that is known nobody is offered it. */
export const mayRespond: ReadonlySignal<boolean> = computed(() => {
  const status = answerTo<Status>('/status').value;
  if (status.kind !== 'ready') return false;
  return status.value.caller.role !== 'viewer';
});
