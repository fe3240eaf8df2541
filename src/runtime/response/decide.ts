// Detection in, decisions out: which actions are allowed now, and why the others are not. Limits hold
// across all rules, so that a storm of detections, or a wrong rule, cannot end a fleet.
import type { Alert } from '../../model/alert.ts';
import type { ResponseAction, ResponseTarget } from '../../model/response.ts';
import { matchesPattern, selects } from '../alert/index.ts';
import { protectedLabel, type ResponsePolicy, type ResponseRule } from './policy.ts';

export interface Decision {
  readonly action: ResponseAction;
  readonly rule: ResponseRule;
  readonly verdict: 'act' | 'dry-run' | 'refused';
  /** Why it is refused; empty otherwise. */
  readonly reason: string;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
/** Containers and actions that are remembered; the oldest make room. */
const rememberedAtMost = 10_000;
/** What somebody took back is not done again for so long. */
const undoneHoldMs = hourMs;

interface Known {
  readonly atMs: number;
  readonly kind: 'decided' | 'undone';
}

export class ResponseDecider {
  private readonly policy: ResponsePolicy;
  /** By container, action and, where something was decided, mode. */
  private readonly known = new Map<string, Known>();
  private acted: { readonly atMs: number; readonly containerId: string }[] = [];
  private refusedSinceMs = new Map<ResponseAction, number>();
  private unrecorded = 0;

  constructor(policy: ResponsePolicy) {
    this.policy = policy;
  }

  /** Refusals for the limits that were not told one by one: one each minute and action is. */
  get silentRefusals(): number {
    return this.unrecorded;
  }

  /**
   * What to do about an alert in a container. Each action is decided once for a container; `act` counts
   * against the limits at once.
   */
  decide(alert: Alert, target: ResponseTarget, nowMs: number): readonly Decision[] {
    const chosen = new Map<ResponseAction, ResponseRule>();
    for (const rule of this.policy.rules) {
      if (alert.count < rule.minimumCount || !selects(rule.selector, alert)) continue;
      for (const action of rule.actions) {
        const other = chosen.get(action);
        // A rule that only tries must not keep another from acting.
        if (other === undefined || (other.mode === 'dry-run' && rule.mode === 'enforce')) {
          chosen.set(action, rule);
        }
      }
    }
    return [...chosen].flatMap(([action, rule]) => this.judge({ action, rule, target, nowMs }));
  }

  /**
   * Why a person may not do this now; null: it may be done, and counts against the limits at once.
   * Shields and limits are the same as for rules: a stolen token must not end a fleet either.
   */
  refusalByHand(action: ResponseAction, target: ResponseTarget, nowMs: number): string | null {
    if (!this.policy.manual.includes(action)) return 'the policy does not allow it by hand';
    const reason = this.shieldOf(target) ?? this.limitOf(target.id, nowMs);
    if (reason !== null) return reason;
    this.acted.push({ atMs: nowMs, containerId: target.id });
    return null;
  }

  /** An action was taken back: it is left so for an hour. */
  undone(containerId: string, action: ResponseAction, nowMs: number): void {
    this.remember(`${containerId}\n${action}`, { atMs: nowMs, kind: 'undone' });
  }

  /** Something could not be done: another detection may try again. */
  failed(containerId: string, action: ResponseAction): void {
    this.known.delete(`${containerId}\n${action}\nenforce`);
  }

  private judge(given: {
    readonly action: ResponseAction;
    readonly rule: ResponseRule;
    readonly target: ResponseTarget;
    readonly nowMs: number;
  }): readonly Decision[] {
    const { action, rule, target, nowMs } = given;
    const key = `${target.id}\n${action}\n${rule.mode}`;
    if (this.known.has(key)) return [];
    const shield = this.shieldOf(target);
    const undone = this.known.get(`${target.id}\n${action}`);
    if (undone !== undefined && nowMs - undone.atMs < undoneHoldMs) return [];
    const decided = { atMs: nowMs, kind: 'decided' } as const;
    if (shield !== null) {
      this.remember(key, decided);
      return [{ action, rule, verdict: 'refused', reason: shield }];
    }
    if (rule.mode === 'dry-run') {
      this.remember(key, decided);
      return [{ action, rule, verdict: 'dry-run', reason: '' }];
    }
    const limit = this.limitOf(target.id, nowMs);
    if (limit !== null)
      return this.refuse({ action, rule, verdict: 'refused', reason: limit }, nowMs);
    this.remember(key, decided);
    this.acted.push({ atMs: nowMs, containerId: target.id });
    return [{ action, rule, verdict: 'act', reason: '' }];
  }

  private refuse(decision: Decision, nowMs: number): readonly Decision[] {
    const since = this.refusedSinceMs.get(decision.action);
    if (since !== undefined && nowMs - since < minuteMs) {
      this.unrecorded += 1;
      return [];
    }
    this.refusedSinceMs.set(decision.action, nowMs);
    return [decision];
  }

  /** Why a container is never touched; null: it may be. */
  private shieldOf({ name, image, labels }: ResponseTarget): string | null {
    const { protect } = this.policy;
    if (labels.has(protectedLabel) && labels.get(protectedLabel) !== 'false') {
      return `it has the label ${protectedLabel}`;
    }
    for (const [label, value] of protect.labels) {
      if (labels.has(label) && (value === null || labels.get(label) === value)) {
        return `the policy protects the label ${label}`;
      }
    }
    const isNamed = protect.containers.some((one) => name !== null && matchesPattern(one, name));
    if (isNamed) return 'the policy protects its name';
    const isImage = protect.images.some((one) => image !== null && matchesPattern(one, image));
    return isImage ? 'the policy protects its image' : null;
  }

  private limitOf(containerId: string, nowMs: number): string | null {
    const { perMinute, perHour, perContainerPerHour } = this.policy.limits;
    // A clock that was set back: what lies ahead counts as just now.
    this.acted = this.acted.filter(({ atMs }) => nowMs - atMs < hourMs);
    const inMinute = this.acted.filter(({ atMs }) => nowMs - atMs < minuteMs).length;
    if (inMinute >= perMinute) return `limit of ${perMinute} actions a minute`;
    if (this.acted.length >= perHour) return `limit of ${perHour} actions an hour`;
    const ofContainer = this.acted.filter((one) => one.containerId === containerId).length;
    return ofContainer < perContainerPerHour
      ? null
      : `limit of ${perContainerPerHour} actions an hour on one container`;
  }

  private remember(key: string, known: Known): void {
    this.known.delete(key);
    this.known.set(key, known);
    if (this.known.size > rememberedAtMost) this.known.delete(this.known.keys().next().value ?? '');
  }
}
