// Where all requests are decided, whichever way they come: judged, counted, recorded, told.
import { messageOf } from '../../base/error.ts';
import {
  decideRequest,
  type EngineRequest,
  type GuardDecision,
  type GuardSetting,
} from '../../flow/gate-docker.ts';
import { createMetrics, createRecorder } from '../admission/index.ts';

export interface DeskOptions {
  /** The setting of now; asked for each request. */
  readonly setting: () => GuardSetting;
  /** Decide and record, and let everything pass. */
  readonly isAudit: boolean;
  readonly recordFile: string | null;
  readonly now: () => Date;
  readonly clockMs: () => number;
  readonly warn: (line: string) => void;
}

/** One line of the record. */
export interface GuardRecord {
  readonly time: string;
  readonly by: 'plugin' | 'proxy';
  /** Of the client's TLS certificate; empty on sockets. */
  readonly user: string;
  readonly method: string;
  /** Without the query: it may hold credentials. */
  readonly path: string;
  readonly operation: string;
  readonly target: string;
  readonly image: string | null;
  readonly decision: string;
  /** False in audit mode: it passed all the same. */
  readonly isEnforced: boolean;
  readonly controls: readonly string[];
  readonly waived: readonly string[];
  readonly message: string;
  readonly elapsedMs: number;
}

export interface Asked {
  readonly by: GuardRecord['by'];
  readonly user: string;
}

export interface Ruling {
  readonly isAllowed: boolean;
  readonly decision: GuardDecision;
}

/** Longest path that is recorded. */
const pathMost = 500;

export class Desk {
  readonly #options: DeskOptions;
  readonly #metrics = createMetrics('seaworthy_docker');
  readonly #recorder;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#recorder = createRecorder<GuardRecord>(options.recordFile, options.warn);
  }

  /** The rules of now. */
  get rules(): GuardSetting['rules'] {
    return this.#options.setting().rules;
  }

  /** Decides, records, never throws. */
  async decide(request: EngineRequest, asked: Asked): Promise<Ruling> {
    const started = this.#options.clockMs();
    let decision: GuardDecision;
    try {
      decision = await decideRequest(request, this.#options.setting());
    } catch (error) {
      // A defect of ours must not open the engine.
      decision = brokenDecision(messageOf(error));
    }
    return this.conclude(request, asked, { decision, started });
  }

  /** Records a decision that was made before its body was read. */
  conclude(
    request: EngineRequest,
    { by, user }: Asked,
    { decision, started }: { readonly decision: GuardDecision; readonly started: number },
  ): Ruling {
    const { isAudit, warn, now, clockMs } = this.#options;
    const isDenied = decision.decision === 'deny';
    const elapsedMs = clockMs() - started;
    this.#metrics.count(isDenied && isAudit ? 'audited' : decision.decision);
    this.#metrics.observe(elapsedMs);
    const { operation, target, image, controls, waived, message } = decision;
    this.#recorder.add({
      time: now().toISOString(),
      by,
      user,
      method: request.method.slice(0, 20),
      path: (request.uri.split('?', 1)[0] ?? '').slice(0, pathMost),
      operation,
      target: target.slice(0, pathMost),
      image: image === null ? null : image.slice(0, pathMost),
      decision: decision.decision,
      isEnforced: !isAudit,
      controls,
      waived,
      message,
      elapsedMs: Math.round(elapsedMs * 1000) / 1000,
    });
    // Warnings stand in the record: nobody reads a line for each container.
    if (isDenied) {
      const word = isAudit ? 'would deny' : 'denied';
      const who = target === '' ? '' : ` of ${target.slice(0, 80)}`;
      warn(`${word}: ${operation === '' ? request.method : operation}${who}: ${message}`);
    }
    return { isAllowed: !isDenied || isAudit, decision };
  }

  /** Figures in the text format of Prometheus. */
  metrics(): string {
    return this.#metrics.text({ records_lost: this.#recorder.lost() });
  }

  /** Writes what waits to be recorded. */
  async close(): Promise<void> {
    await this.#recorder.flush();
  }
}

function brokenDecision(reason: string): GuardDecision {
  return {
    decision: 'deny',
    operation: '',
    target: '',
    image: null,
    controls: ['defect'],
    waived: [],
    message: `the request could not be judged: ${reason}`,
  };
}
