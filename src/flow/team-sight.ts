// What somebody may see of the record of a machine: everything, or what some teams run.

import { SeaworthyError } from '../base/error.ts';
import type { RecordReader, StoredRun } from '../store/record/index.ts';
import type { Teams } from './evidence.ts';

/** Runs of an image that are looked at for one of the teams. */
const runsLookedAt = 500;

export function maySee(teams: Teams, { run }: StoredRun): boolean {
  const { team } = run.workload;
  return teams === null || (team !== null && teams.has(team));
}

/** The same of a container by its id; one that was never recorded is nobody's. */
export function maySeeContainer(teams: Teams, record: RecordReader | null, id: string): boolean {
  if (teams === null) return true;
  return (record?.find(id, 1) ?? []).some((run) => maySee(teams, run));
}

/** A team sees the images that it runs or ran. */
export function maySeeImage(teams: Teams, record: RecordReader | null, imageId: string): boolean {
  if (teams === null) return true;
  const id = imageId.startsWith('container:') ? null : imageId;
  const runs = id === null ? [] : (record?.runs({ image: id, limit: runsLookedAt }) ?? []);
  return runs.some((run) => maySee(teams, run));
}

/** Nothing of what others run is told, not even that it is there. */
export function notHere(what: string): SeaworthyError {
  return new SeaworthyError('not-found', `${what} is not known here`, {
    advice: 'see the list for those that are',
  });
}
