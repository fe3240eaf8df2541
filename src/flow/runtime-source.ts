// Where `up` hears of containers from: the sensor with naming, or the events of engines alone. Whoever
// hears also records: what is told to the listener is on its way into the record.
import type { RunUpdate } from '../host/naming/index.ts';
import type { DetectionFacts } from '../model/timeline.ts';

/** What is switched on here, and what is not. */
export interface Coverage {
  /** `sensor`, `naming`, `engine docker`, `engine podman`, `containerd`, `advisories`, ... */
  readonly what: string;
  readonly state: 'on' | 'off' | 'limited';
  readonly why: string;
  /** Null where nothing is to be done. */
  readonly howToSwitchOn: string | null;
}

export interface RuntimeListener {
  onRun(update: RunUpdate): void;
  /** @param containerId null: on the host */
  onDetection(detection: DetectionFacts, containerId: string | null): void;
}

export interface RuntimeSource {
  /** Begins to hear. Throws `SeaworthyError` `busy` when another process records in this folder. */
  start(listener: RuntimeListener): Promise<void>;
  /** A run that is known better now (its image was graded) is recorded anew. */
  grade(imageId: string, letter: string): void;
  coverage(): readonly Coverage[];
  /** Commits what was heard and ends. */
  stop(): Promise<void>;
}
