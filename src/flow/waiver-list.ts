// Waivers as people look at them: who answers for what until when, and whether anything still needs it.
import { compilePattern } from '../base/path-pattern.ts';
import type { GateDecision } from '../model/gate-decision.ts';
import type { Waiver, WaiverBook } from '../policy/index.ts';
import type { AuditAnswer } from './audit.ts';

export interface WaiverView extends Waiver {
  readonly expired: boolean;
  /** Whole days until its last day is over; negative: since; null: it has no end. */
  readonly daysLeft: number | null;
  /** Faults of the last audits and decisions of the gate that it covers. */
  readonly uses: number;
  readonly lastUsedAt: string | null;
  /** There are audits or decisions, and none needed it. */
  readonly stale: boolean;
}

export interface WaiverSources {
  readonly book: WaiverBook;
  /** As the gate recorded them; null: it never did. */
  readonly decisions: readonly Pick<GateDecision, 'time' | 'waived'>[] | null;
  readonly audits: readonly AuditAnswer[];
  readonly now: Date;
}

const dayMs = 86_400_000;

/** Those that need somebody first: expired, then stale, then by their end. */
export function waiverViews({ book, decisions, audits, now }: WaiverSources): WaiverView[] {
  const today = now.toISOString().slice(0, 10);
  const isKnown = audits.length + (decisions?.length ?? 0) > 0;
  const views = book.list().map((waiver): WaiverView => {
    const used = [...auditUses(waiver, audits), ...gateUses(waiver, decisions ?? [])];
    const { expires } = waiver;
    const endMs = expires === null ? null : Date.parse(`${expires}T00:00:00Z`) + dayMs;
    const isExpired = expires !== null && expires < today;
    return {
      ...waiver,
      expired: isExpired,
      daysLeft: endMs === null ? null : Math.floor((endMs - now.getTime()) / dayMs),
      uses: used.length,
      lastUsedAt: used.toSorted().at(-1) ?? null,
      stale: isKnown && !isExpired && used.length === 0,
    };
  });
  const rank = ({ expired, stale }: WaiverView): number => (expired ? 0 : stale ? 1 : 2);
  const end = ({ expires }: WaiverView): string => expires ?? '9999';
  return views.toSorted((a, b) => rank(a) - rank(b) || (end(a) < end(b) ? -1 : 1));
}

/** An audit tells who answers, not which line of a file it was. */
function auditUses(waiver: Waiver, audits: readonly AuditAnswer[]): readonly string[] {
  return audits.flatMap(({ controls, generatedAt }) =>
    controls.flatMap(({ waived }) =>
      waived
        .filter(
          ({ reason, owner, expires }) =>
            reason === waiver.reason && owner === waiver.owner && expires === waiver.expires,
        )
        .map(() => generatedAt),
    ),
  );
}

function gateUses(
  waiver: Waiver,
  decisions: NonNullable<WaiverSources['decisions']>,
): readonly string[] {
  const patterns = waiver.controls.map(compilePattern);
  return decisions.flatMap(({ time, waived }) => {
    const isNeeded = waived.some((control) => patterns.some((matches) => matches(control)));
    return isNeeded ? [time] : [];
  });
}
