// Does what was decided, and takes it back. Each action finds its container anew, does nothing to
// Seaworthy's own, and says in one sentence what came of it.
import { SeaworthyError } from '../../base/error.ts';
import { type Pace, realPace } from '../../base/retry.ts';
import type { ResponseAction, Undo } from '../../model/response.ts';
import type { DockerEngine } from '../docker/index.ts';
import { killGroup, setFrozen, stopGroup } from './control-group.ts';
import { type DenyGuard, type DenyGuardOptions, openDenyGuard } from './deny-guard.ts';
import { imageLayersOf } from './image-layers.ts';
import { type Located, locate, ownPid, refuseOurselves } from './located.ts';
import { cutNetwork, restoreNetwork } from './network.ts';

export interface ActorOptions {
  /** Asked in their order. */
  readonly engines: readonly DockerEngine[];
  /** Of `deny-drift`. */
  readonly guard: DenyGuardOptions;
  /** `deny-drift` also refuses programs on volumes. */
  readonly denyVolumes: boolean;
  readonly graceSeconds: number;
  readonly pace?: Pace;
}

export interface Acted {
  readonly result: string;
  /** Null: it cannot be taken back. */
  readonly undo: Undo | null;
}

export interface Actor {
  /** Throws `SeaworthyError` when it could not be done; its message says why. */
  act(action: ResponseAction, containerId: string): Promise<Acted>;
  /** Takes an action back; what came of it. Throws as `act`. */
  undo(undo: Undo, containerId: string): Promise<string>;
  /** Null while nothing was denied. */
  guard(): DenyGuard | null;
  close(): Promise<void>;
}

/** The guard is started with the first denial. */
export function createActor(options: ActorOptions): Actor {
  let guard: Promise<DenyGuard> | null = null;
  let opened: DenyGuard | null = null;
  const guardOf = async (): Promise<DenyGuard> => {
    guard ??= openDenyGuard(options.guard);
    try {
      opened = await guard;
      return opened;
    } catch (error) {
      // The next one may try again.
      guard = null;
      throw error;
    }
  };
  return {
    guard: () => opened,
    act: async (action, containerId) => {
      refuseOurselves(containerId);
      const located = await locate(containerId, options.engines);
      refuseOurselves(located.id);
      if (action === 'deny-drift') return deny(located, await guardOf(), options.denyVolumes);
      return actOn(action, located, options);
    },
    undo: async (undo, containerId) => {
      if (undo.kind === 'lift-deny') {
        await opened?.lift(containerId);
        return 'everything may run in it again';
      }
      return takeBack(undo, await locate(containerId, options.engines));
    },
    close: async () => {
      await (await guard?.catch(() => null))?.close();
    },
  };
}

async function actOn(
  action: Exclude<ResponseAction, 'deny-drift'>,
  located: Located,
  { graceSeconds, pace = realPace }: ActorOptions,
): Promise<Acted> {
  const { engine, id } = located;
  switch (action) {
    case 'pause':
      if (located.state === 'paused') return { result: 'it was paused before', undo: null };
      if (engine !== null) await engine.control(id, 'pause');
      else setFrozen(located, true);
      return {
        result: 'paused: its processes stand still, its memory is kept',
        undo: { kind: 'unpause', by: engine === null ? 'cgroup' : 'engine' },
      };
    case 'stop':
      if (engine !== null) await engine.control(id, 'stop', graceSeconds);
      else await stopGroup(located, graceSeconds, pace);
      return { result: 'stopped', undo: null };
    case 'kill':
      if (engine !== null) await engine.control(id, 'kill');
      else killGroup(located);
      return { result: 'killed', undo: null };
    case 'cut-network':
      return {
        result: 'its network is cut, standing connections too; loopback works',
        undo: { kind: 'restore-network', namespace: await cutNetwork(located) },
      };
  }
}

async function deny(located: Located, guard: DenyGuard, denyVolumes: boolean): Promise<Acted> {
  const pid = ownPid(located);
  const { lower, volumes } = imageLayersOf(pid);
  await guard.watch({ id: located.id, pid, lower, volumes: denyVolumes ? volumes : [] });
  return {
    result: `programs that are not from its image are refused${denyVolumes ? ', on volumes too' : ''}`,
    undo: { kind: 'lift-deny' },
  };
}

async function takeBack(
  undo: Exclude<Undo, { kind: 'lift-deny' }>,
  located: Located,
): Promise<string> {
  switch (undo.kind) {
    case 'unpause':
      if (undo.by === 'cgroup' || located.engine === null) {
        setFrozen(located, false);
        return 'it goes on';
      }
      if (located.state !== 'paused') return 'it was not paused any more';
      await located.engine.control(located.id, 'unpause');
      return 'it goes on';
    case 'restore-network':
      return (await restoreNetwork(located, undo.namespace))
        ? 'its network is restored'
        : 'it has another network by now: it was started anew';
  }
}

/** Whether an error says that its container is gone. */
export function isGone(error: unknown): boolean {
  return error instanceof SeaworthyError && error.code === 'not-found';
}
