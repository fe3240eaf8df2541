// The sensor with its consumer, as the owner of both sees them.
import { entryOf } from '../../host/program/index.ts';
import {
  openSensor,
  type Remains,
  type SensorDeath,
  type SensorOptions,
} from '../../host/sensor/index.ts';
import type { ContainerIdentity } from '../../model/container.ts';
import type { RulesFile } from '../../runtime/rules/index.ts';
import type { FromThread, ThreadFigures, ThreadOptions, ToThread } from './messages.ts';

export interface WatchThread {
  named(identity: ContainerIdentity, cgroupsPath: string | null): void;
  load(files: readonly RulesFile[]): void;
  /** Null when it has died. */
  figures(): Promise<ThreadFigures | null>;
  /** Reads what is left and ends. */
  stop(): Promise<void>;
}

export interface ThreadRequest {
  readonly options: ThreadOptions;
  readonly sensor?: Partial<SensorOptions>;
  readonly onMessage: (message: FromThread) => void;
  readonly onDeath: (death: SensorDeath) => void;
  /** Of a thread before it. */
  readonly remains?: Remains | null;
}

/** Starts it; when the promise is kept everything is watched. Throws as `openSensor`. */
export async function openWatchThread(request: ThreadRequest): Promise<WatchThread> {
  const asks: ((figures: ThreadFigures | null) => void)[] = [];
  const hear = (message: unknown): void => {
    const told = message as FromThread;
    if (told.kind === 'figures') asks.shift()?.(told.figures);
    else request.onMessage(told);
  };
  const sensor = await openSensor({
    options: request.sensor ?? {},
    consumer: {
      entry: entryOf('watch', import.meta.url),
      options: request.options,
    },
    handlers: {
      onMessage: hear,
      onDeath: (death) => {
        for (const answer of asks.splice(0)) answer(null);
        request.onDeath(death);
      },
    },
    remains: request.remains ?? null,
  });
  const post = (message: ToThread): void => sensor.post(message);
  return {
    named: (identity, cgroupsPath) => post({ kind: 'named', identity, cgroupsPath }),
    load: (files) => post({ kind: 'rules', files }),
    figures: () =>
      new Promise((resolve) => {
        asks.push(resolve);
        post({ kind: 'figures' });
      }),
    stop: () => sensor.stop(),
  };
}
