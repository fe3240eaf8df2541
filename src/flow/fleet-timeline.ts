// What the fleet knows of one container: detections, flows, losses, packages it used. Its processes and
// files stay on the node.
import type { TimelineView } from '../model/timeline-view.ts';
import type { FleetStore, StoredFleetRun } from '../store/fleet/index.ts';
import type { EventQuery } from '../store/record/index.ts';
import { containerView } from './container-view.ts';
import { nanoseconds, peerOf, storedRunOf } from './fleet-view.ts';
import { lossView, peerView, toldOf } from './timeline.ts';

/** Detections, flows and losses of one answer. */
const listed = 10_000;

export async function fleetTimeline(
  store: FleetStore,
  one: StoredFleetRun,
  query: EventQuery,
): Promise<TimelineView> {
  const stored = storedRunOf(one);
  const place = { agent: one.agent, container: one.run.container };
  const [detections, flows, losses, used] = await Promise.all([
    store.detections({ ...place, limit: listed }),
    store.flows(place, listed),
    store.losses(place, listed),
    store.used(place),
  ]);
  const found = detections.toReversed().map(({ told }) => {
    const timeNs = nanoseconds(told.timeUs);
    return { timeNs, lastNs: timeNs, detection: told.detection, count: 1 };
  });
  const needle = query.grep?.toLowerCase();
  const isMeant = ({ remote, name }: { remote: string; name: string | null }): boolean =>
    needle === undefined || `${remote} ${name ?? ''}`.toLowerCase().includes(needle);
  return {
    container: containerView(stored),
    startedBy: null,
    command: stored.run.identity.command,
    ports: one.run.ports,
    processes: [],
    files: [],
    flows: flows
      .filter(({ told }) => isMeant(told) && isWithin(told, query))
      .map(({ told }) => peerView(peerOf(told))),
    ...toldOf(found, query),
    losses: losses.map(({ container, what, count, fromUs, toUs, why }) =>
      lossView(
        {
          kind: 'loss',
          containerId: container,
          timeNs: nanoseconds(toUs),
          what,
          count,
          fromNs: nanoseconds(fromUs),
          toNs: nanoseconds(toUs),
          why,
        },
        stored,
      ),
    ),
    packages: used.length === 0 ? null : used.map((purl) => ({ purl, files: [] })),
    events: 0,
    truncated: detections.length === listed || flows.length === listed,
    rawOn: one.node,
    namesakes: 0,
  };
}

function isWithin(
  { firstUs, lastUs }: { readonly firstUs: number; readonly lastUs: number },
  { sinceNs, untilNs }: EventQuery,
): boolean {
  const isLate = sinceNs === undefined || nanoseconds(lastUs) >= sinceNs;
  return isLate && (untilNs === undefined || nanoseconds(firstUs) <= untilNs);
}
