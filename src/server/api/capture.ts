// One recorded container as a capture that sysdig, Falco and Stratoshark open.
import { availableParallelism, hostname, totalmem } from 'node:os';
import { runMeant } from '../../flow/machine-evidence.ts';
import { found } from './containers.ts';
import type { MachineServices, Route } from './route.ts';
import { limitSchema, numberValue, timeSchema, timeValue } from './values.ts';

/** A capture is made in memory: about 100 bytes an event. */
const eventsMost = 1_000_000;

const capture: Route<MachineServices> = {
  method: 'GET',
  path: '/api/v1/containers/{id}/capture',
  summary: 'What one container did, as a capture (.scap) for sysdig, Falco and Stratoshark.',
  role: 'viewer',
  query: { since: timeSchema, until: timeSchema, limit: limitSchema(100_000, eventsMost) },
  answer: { type: 'string', description: 'a pcapng file of sysdig' },
  async handle({ services, caller, query, parts }) {
    const { captureTimeline } = await import('../../flow/capture-timeline.ts');
    const record = found(services.record(), parts);
    const stored = found(runMeant(record, parts.get('id') ?? '', caller.teams), parts);
    const { id } = stored.run.identity;
    const now = services.now();
    const sinceNs = timeValue(query, 'since', now);
    const untilNs = timeValue(query, 'until', now);
    const request = {
      container: id,
      query: {
        ...(sinceNs === undefined ? {} : { sinceNs }),
        ...(untilNs === undefined ? {} : { untilNs }),
        limit: numberValue(query, 'limit'),
      },
    };
    const machine = {
      hostName: hostname(),
      processors: availableParallelism(),
      memoryBytes: BigInt(totalmem()),
    };
    const name = `${id.slice(0, 12).replaceAll(/[^\w.-]/g, '-')}.scap`;
    const mediaType = 'application/octet-stream';
    return { kind: 'file', name, mediaType, content: captureTimeline(record, request, machine) };
  },
};

export const captureRoutes: readonly Route<MachineServices>[] = [capture];
