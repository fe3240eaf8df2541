// CIS Docker 5.23 and 5.24: programs that somebody started in running containers. The record of `watch`
// and `up` knows all that it saw; the engine knows those that run now, with what was asked for.
import { capabilities as names } from '../../base/capability.ts';
import { type Evidence, failedBy, passed, told, type Verdict } from '../control.ts';
import { control, type DockerControl, found, type Section } from './define.ts';
import type { ContainerFact, DockerFacts, ExecFact } from './facts.ts';

const section: Section = {
  profile: 'container runtime',
  reads: 'record of what containers ran, execs that run now',
  severity: 'high',
  lesson: 'least-privilege',
};

/** What Docker gives to a container that asks for nothing (moby, oci/caps/defaults.go). */
const defaultCapabilities = bitsOf([0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31]);
const allCapabilities = (1n << BigInt(names.length)) - 1n;
const namesTold = 50;
const how = 'Keep `seaworthy watch` or `up` running, and audit again';

function bitsOf(numbers: readonly number[]): bigint {
  return numbers.reduce((bits, one) => bits | (1n << BigInt(one)), 0n);
}

/** What programs of the container hold at most by its own settings. */
function ownCapabilities({ config }: ContainerFact): bigint {
  if (config.privileged.value) return allCapabilities;
  const bits = (list: readonly string[]): bigint =>
    list.reduce((sum, one) => {
      const name = one.toUpperCase().replace(/^CAP_/, '');
      if (name === 'ALL') return allCapabilities;
      const at = names.indexOf(name);
      return at === -1 ? sum : sum | (1n << BigInt(at));
    }, 0n);
  const dropped = bits(config.droppedCapabilities.value);
  return (defaultCapabilities & ~dropped) | bits(config.addedCapabilities.value);
}

function runsAsRoot({ config }: ContainerFact): boolean {
  const [account = ''] = (config.user.value ?? '').split(':');
  return account === '' || account === 'root' || /^0+$/.test(account);
}

type Judge = (one: ExecFact, container: ContainerFact) => string | null;

function privilegedExec({ isPrivileged, capabilities }: ExecFact, container: ContainerFact) {
  if (isPrivileged !== null) return isPrivileged ? 'was started with --privileged' : null;
  const more = (capabilities ?? 0n) & ~ownCapabilities(container);
  if (more === 0n) return null;
  const held = names.filter((_, at) => ((more >> BigInt(at)) & 1n) === 1n);
  const list =
    held.slice(0, 3).join(', ') + (held.length > 3 ? ` and ${held.length - 3} more` : '');
  return `held ${list}, which the container has not`;
}

function rootExec({ user, source }: ExecFact, container: ContainerFact): string | null {
  const isRoot = user !== null && (user === 'root' || /^0+$/.test(user));
  // The engine tells what was asked for; the record tells who it was, and root may be the usual user.
  if (!isRoot || (source === 'record' && runsAsRoot(container))) return null;
  return `was started as root${runsAsRoot(container) ? '' : ', which the container is not'}`;
}

function judged(facts: DockerFacts, judge: Judge, good: string): Verdict {
  const { execs, containers } = facts;
  if (containers.length === 0) return told('not-applicable', 'there are no containers');
  const faults = containers.flatMap((container) => {
    const own = execs.programs.filter(({ containerId }) => containerId === container.id);
    return own.flatMap((one): Evidence[] => {
      const fault = judge(one, container);
      if (fault === null) return [];
      const when = one.at === null ? 'now' : one.at.slice(0, 19).replace('T', ' ');
      const message = `${container.name}: ${one.command === '' ? 'a program' : one.command} (${when}) ${fault}`;
      const place = one.source === 'engine' ? 'ExecIDs' : 'record';
      const { name: subject, image } = container;
      return [{ subject, image, place, value: one.command, message }];
    });
  });
  if (faults.length > 0) return failedBy(faults.slice(0, 1000));
  if (execs.problem !== null) return told('manual', `${execs.problem}. ${how}`);
  const running = containers.filter(({ config }) => config.isRunning);
  const unseen = running.filter(({ id }) => !execs.seen.has(id));
  if (unseen.length > 0) {
    const list = unseen
      .slice(0, namesTold)
      .map(({ name }) => name)
      .join(', ');
    return told('unknown', `the record knows nothing of ${list}`, 'record');
  }
  const holed = containers.filter(({ id }) => execs.seen.get(id)?.isWhole === false);
  if (holed.length > 0) {
    const list = holed
      .slice(0, namesTold)
      .map(({ name }) => name)
      .join(', ');
    return told('unknown', `the record of ${list} has gaps`, 'record');
  }
  if (execs.seen.size === 0) return told('manual', `the record knows none of them. ${how}`);
  const since = [...execs.seen.values()].map((one) => one.since).toSorted()[0] ?? '';
  const count = execs.programs.filter(({ source }) => source === 'record').length;
  const message = `of ${count} programs that were started in containers since ${since.slice(0, 10)} ${good}`;
  return passed([found('record', count, message)]);
}

export const execControls: readonly DockerControl[] = [
  control(section, {
    id: '5.23',
    title: 'Nobody uses docker exec --privileged',
    fix: 'Start a container that has the one right that is needed; keep `seaworthy watch` running, and let `seaworthy gate docker` deny such execs',
    evaluate: (facts) => judged(facts, privilegedExec, 'none held more than its container'),
  }),
  control(section, {
    id: '5.24',
    title: 'Nobody uses docker exec as root without need',
    fix: 'Leave `-u root` out of docker exec; let `seaworthy gate docker` with the profile restricted deny it',
    severity: 'medium',
    evaluate: (facts) => judged(facts, rootExec, 'none was root where the container is not'),
  }),
];
