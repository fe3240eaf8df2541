// What can be chosen about a sensor, and what is chosen when nobody says.

export interface SensorOptions {
  /** Bytes of each ring: a power of two, of whole pages. */
  readonly lifecycleBytes: number;
  readonly eventBytes: number;
  readonly networkBytes: number;
  /** Names of calls that are told; null for all that the sensor knows. */
  readonly calls: readonly string[] | null;
  /** Leaves out calls of processes in the host's mount namespace; their births and deaths are told. */
  readonly dropHostCalls: boolean;
  /** Programs (comm, 15 characters) of the host whose calls are told all the same. */
  readonly keptPrograms: readonly string[];
  /**
   * The same program reading the same file again in this time is counted, not told. 0: each is told.
   * Opens for writing are told each.
   */
  readonly openWindowMs: number;
  /** The same for reads that fail with the same error. */
  readonly failedOpenWindowMs: number;
  /** Names below the root whose files are told each time they are opened. */
  readonly watchedTopNames: readonly string[];
  /** Sends and receives told of each socket, peer and call in `transferWindowMs`. */
  readonly transfersPerFlow: number;
  readonly transferWindowMs: number;
  /** Pauses behind looks that found records: the first after a rest, the longest of a row. */
  readonly pauseMinMs: number;
  readonly pauseMaxMs: number;
  /** Also tell the processes that live already. */
  readonly tellExisting: boolean;
}

const MiB = 1024 * 1024;

/** For a machine that runs containers: nothing of them is left out, repeated reads are told once. */
export const defaultSensorOptions: SensorOptions = {
  lifecycleBytes: 8 * MiB,
  eventBytes: 16 * MiB,
  networkBytes: 4 * MiB,
  calls: null,
  dropHostCalls: false,
  keptPrograms: [
    'runc',
    'crun',
    'youki',
    'conmon',
    'dockerd',
    'containerd',
    'containerd-shim',
    'crio',
    'podman',
    'kubelet',
  ],
  openWindowMs: 10_000,
  failedOpenWindowMs: 10_000,
  watchedTopNames: ['etc', 'root', 'home', 'boot'],
  transfersPerFlow: 4,
  transferWindowMs: 10_000,
  pauseMinMs: 1,
  pauseMaxMs: 8,
  tellExisting: true,
};
