// What a caller may see: everything, or what the teams of the token run.
import { SeaworthyError } from '../../base/error.ts';
import type { RecordReader, StoredRun } from '../../store/record/index.ts';
import type { Caller } from './route.ts';

/** Runs of an image that are looked at for one of the caller's teams. */
const runsLookedAt = 500;

export function maySee(caller: Caller, { run }: StoredRun): boolean {
  const { team } = run.workload;
  return caller.teams === null || (team !== null && caller.teams.has(team));
}

/** The same of a container by its id; one that was never recorded is nobody's. */
export function maySeeContainer(caller: Caller, record: RecordReader | null, id: string): boolean {
  if (caller.teams === null) return true;
  return (record?.find(id, 1) ?? []).some((run) => maySee(caller, run));
}

/** A team sees the images that it runs or ran. */
export function maySeeImage(caller: Caller, record: RecordReader | null, imageId: string): boolean {
  if (caller.teams === null) return true;
  const id = imageId.startsWith('container:') ? null : imageId;
  const runs = id === null ? [] : (record?.runs({ image: id, limit: runsLookedAt }) ?? []);
  return runs.some((run) => maySee(caller, run));
}

/** Nothing of what others run is told, not even that it is there. */
export function notHere(what: string): SeaworthyError {
  return new SeaworthyError('not-found', `${what} is not known here`, {
    advice: 'see the list for those that are',
  });
}
