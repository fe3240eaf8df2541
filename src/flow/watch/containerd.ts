// containerd's containers by its own events, the last way of all: it tells ids, images, starts and ends with
// their codes, and nothing else. Those that Docker makes in it are Docker's to tell.
import { SeaworthyError } from '../../base/error.ts';
import { backoffMs, type Pace, realPace } from '../../base/retry.ts';
import { type ContainerdEvent, containerdEvents } from '../../host/containerd/index.ts';
import { bundleIdentity } from '../../host/identity/index.ts';
import type { Lifecycle } from '../../host/naming/index.ts';

export interface ContainerdOptions {
  readonly lifecycle: Pick<Lifecycle, 'named' | 'started' | 'ended' | 'aliveOf'>;
  readonly signal: AbortSignal;
  readonly onGap: (gap: {
    readonly fromNs: bigint;
    readonly toNs: bigint;
    readonly why: string;
  }) => void;
  readonly warn: (line: string) => void;
  /** Default: those of this machine. */
  readonly events?: (signal: AbortSignal) => AsyncIterable<ContainerdEvent>;
  readonly pace?: Pace;
}

const dockersNamespace = 'moby';
/** Holds a pod's namespaces and runs nothing. */
const sandboxImage = /(?:^|\/)pause(?:-[a-z0-9]+)?[:@]/;
const longestTries = 3;

/** Follows them until the signal is aborted; resolves when it has answered first. False: it may not be asked. */
export function followContainerd(options: ContainerdOptions): Promise<boolean> {
  const first = Promise.withResolvers<boolean>();
  void follow(options, first.resolve);
  return first.promise;
}

async function follow(
  options: ContainerdOptions,
  answered: (hasAnswered: boolean) => void,
): Promise<void> {
  const { signal, onGap, warn, events = containerdEvents, pace = realPace } = options;
  const nowNs = (): bigint => BigInt(pace.now()) * 1_000_000n;
  let lostNs: bigint | null = null;
  for (let failures = 0, isFirst = true; !signal.aborted; ) {
    try {
      for await (const event of events(signal)) {
        if (event.kind !== 'connected') take(event, options);
        else if (isFirst) {
          isFirst = false;
          answered(true);
          warn(
            'containers of containerd are known by its events: id, image, start and end; not by name, ' +
              'label or pod, and those of before not at all',
          );
        } else if (lostNs !== null) {
          onGap({
            fromNs: lostNs,
            toNs: nowNs(),
            why: 'the events of containerd could not be heard',
          });
        }
        failures = 0;
        lostNs = null;
      }
    } catch (error) {
      if (!(error instanceof SeaworthyError)) throw error;
    }
    if (isFirst) return answered(false);
    lostNs ??= nowNs();
    failures = Math.min(failures + 1, longestTries);
    await pace.sleep(backoffMs(failures, pace), signal).catch(() => undefined);
  }
}

function take(
  event: Exclude<ContainerdEvent, { kind: 'connected' }>,
  { lifecycle }: ContainerdOptions,
): void {
  const { kind, id, namespace, atNs } = event;
  if (namespace === dockersNamespace) return;
  if (kind === 'ended') return lifecycle.ended(id, atNs, event.exitCode);
  if (kind === 'created' && sandboxImage.test(event.image)) return;
  if (kind === 'started' && lifecycle.aliveOf(id) !== null) return lifecycle.started(id, atNs);
  if (kind === 'started') return;
  const identity = bundleIdentity({ id, engine: 'containerd', oci: null });
  lifecycle.named({
    identity: { ...identity, image: { ...identity.image, reference: event.image || null } },
    naming: 'after-start',
    namedAtNs: atNs,
    heldMs: 0,
    bundle: '',
    stamp: `told ${atNs}`,
    cgroupsPath: null,
    namespace,
    exitFile: null,
    pidFile: null,
    engineFolder: null,
    isSandbox: false,
  });
}
