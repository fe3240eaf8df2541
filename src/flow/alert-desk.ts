// Alerts as a server keeps them: sent as routes say, their outputs looked at and tested over the API.
import {
  type Alerting,
  type AlertingOptions,
  startAlerting,
  type TestResult,
  testOutputs,
} from './alerts.ts';

/** How an output fares. */
export interface OutputState {
  readonly name: string;
  readonly kind: TestResult['kind'];
  /** Messages in one interval of the digest; what is beyond comes as one digest. */
  readonly atOnce: number;
  readonly delivered: number;
  readonly waiting: number;
  readonly lost: number;
  readonly failures: number;
  /** The newest; without secrets. */
  readonly lastProblem: { readonly at: string; readonly what: string } | null;
}

export interface AlertDesk {
  readonly alerting: Alerting;
  readonly digestSeconds: number;
  outputs(): readonly OutputState[];
  /** Sends a test message to each output, whatever its routes. One at a time. */
  test(): Promise<readonly TestResult[]>;
}

/**
 * Opens all outputs.
 *
 * @throws SeaworthyError `not-found`, `malformed` when a secret or an authority cannot be read
 */
export function openAlertDesk(
  options: Omit<AlertingOptions, 'onProblem'> & {
    readonly now: () => Date;
    /** One line for a person. */
    readonly warn: (line: string) => void;
  },
): AlertDesk {
  const { config, now, warn } = options;
  const problems = new Map<string, OutputState['lastProblem']>();
  const alerting = startAlerting({
    ...options,
    onProblem: (output, what) => {
      problems.set(output, { at: now().toISOString(), what });
      warn(`${output} was not told: ${what}`);
    },
  });
  let testing: Promise<readonly TestResult[]> | null = null;
  return {
    alerting,
    digestSeconds: config.digestSeconds,
    outputs: () =>
      config.outputs.map(({ name, kind, atOnce }) => {
        const none = { delivered: 0, waiting: 0, lost: 0, failures: 0 };
        const figures = alerting.figures().get(name) ?? none;
        return { name, kind, atOnce, ...figures, lastProblem: problems.get(name) ?? null };
      }),
    test: () => {
      testing ??= testOutputs(options).finally(() => {
        testing = null;
      });
      return testing;
    },
  };
}
