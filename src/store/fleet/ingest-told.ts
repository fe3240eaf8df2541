// What follows from records that were just taken: images that pages list, what is told to open pages,
// what nodes did to containers.
import type { PlainValue } from '../../model/timeline.ts';
import type { FleetResponseState } from './fleet-pages.ts';
import type { Fresh, Row } from './ingest-rows.ts';
import type { LiveRow } from './live.ts';
import type { ToldResponse } from './responses.ts';

export const imageTable = {
  table: 'catalogue',
  columns: [
    ['id', 'text'],
    ['reference', 'text'],
    ['digest', 'text'],
  ],
  tail: 'ON CONFLICT DO NOTHING',
} as const;

/** Images of runs, each once, in one order for all servers. */
export function imagesOf(fresh: readonly Fresh[]): readonly Row[] {
  const images = new Map<string, Row>();
  for (const { record } of fresh) {
    if (record.kind !== 'run' || record.image.id === null) continue;
    const { id, reference, digest } = record.image;
    images.set(id, [id, reference ?? id, digest]);
  }
  return [...images].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** Runs and detections, as records of their nodes. */
export function liveIn({ agent, record }: Fresh): readonly LiveRow[] {
  if (record.kind !== 'run' && record.kind !== 'detection') return [];
  const { kind, container } = record;
  return [{ kind, agent, container, value: JSON.stringify(record) }];
}

/** What a node did, by the fields that its detection has of it. */
export function responsesIn({ agent, record }: Fresh): readonly ToldResponse[] {
  if (record.kind !== 'detection' || record.container === null) return [];
  const { container, timeUs, detection } = record;
  const fields = detection.output_fields;
  const text = (name: string): string | null => {
    const value: PlainValue | undefined = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return typeof value === 'string' ? value : null;
  };
  const id = text('seaworthy.response.id');
  const action = text('seaworthy.response');
  const state = text('seaworthy.response.state');
  if (id === null || action === null || state === null || id.length > 128) return [];
  // A program that was refused is told with the action that refused it.
  if (Object.hasOwn(fields, 'proc.exepath')) return [];
  const at = new Date(timeUs / 1000).toISOString();
  const facts = {
    container: { id: container, name: text('container.name'), image: text('container.image') },
    why: {
      rule: text('seaworthy.response.because') ?? '',
      priority: detection.priority,
      output: detection.output,
      time: at,
    },
    policy: { file: '', rule: text('seaworthy.response.policy') ?? '', line: null },
    result: text('seaworthy.response.result') ?? '',
    canUndo: state === 'done' && text('seaworthy.undo') !== null,
    undoneAt: state === 'undone' ? at : null,
  };
  const known = state as FleetResponseState;
  return [{ agent, id, container, action, state: known, atUs: timeUs, facts }];
}
