// The sensor's thread, begun again when it ends for whatever reason: what was not seen meanwhile has its
// bounds, and the new one is told all that the old one knew.
import { messageOf } from '../../base/error.ts';
import { type Pace, realPace } from '../../base/retry.ts';
import type { Remains, SensorDeath } from '../../host/sensor/index.ts';
import type { ContainerIdentity } from '../../model/container.ts';
import type { RulesFile } from '../../runtime/rules/index.ts';
import type { FromThread, ThreadFigures } from './messages.ts';
import { openWatchThread, type ThreadRequest, type WatchThread } from './sensor-thread.ts';

export interface KeptThreadRequest extends Omit<ThreadRequest, 'onDeath' | 'remains'> {
  /** It is back: between the two nothing was seen. Nanoseconds since 1970. */
  readonly onBack: (gap: {
    readonly fromNs: bigint;
    readonly toNs: bigint;
    readonly why: string;
  }) => void;
  /** It cannot be begun again; nothing was seen since `fromNs`. */
  readonly onEnded: (error: Error, fromNs: bigint) => void;
  readonly pace?: Pace;
  /** Opens one; for tests. */
  readonly open?: typeof openWatchThread;
}

/** One that dies at once, again and again, is given up after so many. */
const restartsInRow = 5;
const restartMs = 200;
/** Who has lived so long begins to count anew. */
const wellMs = 60_000;
/** Containers that the next thread is told of; as many as it would remember. */
const containersAtMost = 16_384;

interface Known {
  readonly identity: ContainerIdentity;
  readonly cgroupsPath: string | null;
}

/** Opens the first one. Throws as `openWatchThread`. */
export async function openKeptThread(request: KeptThreadRequest): Promise<WatchThread> {
  const kept = new KeptThread(request);
  await kept.begin();
  return kept;
}

class KeptThread implements WatchThread {
  private readonly request: KeptThreadRequest;
  private readonly pace: Pace;
  private current: WatchThread | null = null;
  private readonly known = new Map<string, Known>();
  /** Containers that were seen to live, by their processes. */
  private living = new Set<string>();
  private files: readonly RulesFile[];
  /** Handed over, and not taken yet. */
  private nextFiles: readonly RulesFile[] | null = null;
  private isStopping = false;
  private isBack = false;
  private failures = 0;
  private begunMs = 0;

  constructor(request: KeptThreadRequest) {
    this.request = request;
    this.pace = request.pace ?? realPace;
    this.files = request.options.files;
  }

  /** @param remains of a thread before it */
  async begin(remains: Remains | null = null): Promise<WatchThread> {
    const { options, sensor, open = openWatchThread } = this.request;
    const deaths: SensorDeath[] = [];
    let thread: WatchThread | null = null;
    thread = await open({
      options: { ...options, files: this.files },
      ...(sensor === undefined ? {} : { sensor }),
      remains,
      onMessage: (message) => this.hear(message),
      onDeath: (died) => {
        deaths.push(died);
        if (thread !== null && this.current === thread) void this.replace(died);
      },
    });
    // It died between its word and now.
    const [death] = deaths;
    if (death !== undefined) throw death.error;
    this.current = thread;
    this.begunMs = this.pace.now();
    return thread;
  }

  named(identity: ContainerIdentity, cgroupsPath: string | null): void {
    const { id } = identity;
    const path = cgroupsPath ?? this.known.get(id)?.cgroupsPath ?? null;
    this.known.delete(id);
    this.known.set(id, { identity, cgroupsPath: path });
    const oldest = this.known.size > containersAtMost ? this.known.keys().next() : null;
    if (oldest?.done === false) this.known.delete(oldest.value);
    this.current?.named(identity, cgroupsPath);
  }

  load(files: readonly RulesFile[]): void {
    // Rules that it dies of are not given to the next one.
    if (this.current === null) this.files = files;
    else this.nextFiles = files;
    this.current?.load(files);
  }

  async figures(): Promise<ThreadFigures | null> {
    return (await this.current?.figures()) ?? null;
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.current?.stop();
  }

  private hear(message: FromThread): void {
    const { kind } = message;
    if (kind === 'started') this.living.add(message.id);
    else if (kind === 'ended') this.living.delete(message.id);
    else if (kind === 'settled') this.settled(new Set(message.containerIds));
    else if (kind === 'rules') {
      this.files = this.nextFiles ?? this.files;
      this.nextFiles = null;
    }
    this.request.onMessage(message);
  }

  /** All processes are known: containers that lived before and have none ended while nobody looked. */
  private settled(found: ReadonlySet<string>): void {
    const { isBack, living } = this;
    this.isBack = false;
    this.living = new Set(found);
    if (!isBack) return;
    const atNs = this.nowNs();
    for (const id of living) {
      if (!found.has(id)) this.request.onMessage({ kind: 'ended', id, atNs, exitCode: null });
    }
  }

  private async replace({ error, lastLookMs, remains }: SensorDeath): Promise<void> {
    this.current = null;
    const fromNs = BigInt(Math.trunc(lastLookMs)) * 1_000_000n;
    if (this.pace.now() - this.begunMs > wellMs) this.failures = 0;
    let left: Remains | null = remains;
    let problem = error;
    this.nextFiles = null;
    let thread: WatchThread | null = null;
    while (thread === null) {
      this.failures += 1;
      if (this.failures > restartsInRow) return this.request.onEnded(problem, fromNs);
      await this.pace.sleep(restartMs * (this.failures - 1));
      if (this.isStopping) return;
      try {
        this.isBack = true;
        thread = await this.begin(left);
      } catch (next) {
        left = null;
        problem = next instanceof Error ? next : new Error(String(next));
      }
    }
    if (this.isStopping) return thread.stop();
    for (const { identity, cgroupsPath } of this.known.values()) {
      thread.named(identity, cgroupsPath);
    }
    const why = `the sensor was begun again: ${messageOf(error)}`;
    this.request.onBack({ fromNs, toNs: this.nowNs(), why });
  }

  private nowNs(): bigint {
    return BigInt(this.pace.now()) * 1_000_000n;
  }
}
