// Profiles: which controls hold, and what a fault of each does.
import type { Severity } from '../model/severity.ts';

/** deny: it must not run. warn: it may, and somebody should know. audit: it is noted. */
export const modes = ['audit', 'warn', 'deny'] as const;
export type Mode = (typeof modes)[number];

/** What a profile regards of a control, whatever its subject is. */
export interface Graded {
  readonly level: 'baseline' | 'restricted' | 'hardening';
  readonly severity: Severity;
}

export interface Profile {
  readonly id: ProfileId;
  /** One sentence. */
  readonly summary: string;
  /** Null: the control is not asked. */
  readonly modeOf: (control: Graded) => Mode | null;
}

export const profileIds = ['recommended', 'baseline', 'restricted', 'hardening'] as const;
export type ProfileId = (typeof profileIds)[number];

const profiles: Readonly<Record<ProfileId, Profile>> = {
  recommended: {
    id: 'recommended',
    summary: 'denies what baseline denies, warns of restricted and of grave hardening faults',
    modeOf({ level, severity }) {
      if (level === 'baseline') return 'deny';
      if (level === 'restricted') return 'warn';
      return isGrave(severity) ? 'warn' : null;
    },
  },
  baseline: {
    id: 'baseline',
    summary: 'denies known ways out of a container (Pod Security Standard baseline)',
    modeOf: ({ level }) => (level === 'baseline' ? 'deny' : null),
  },
  restricted: {
    id: 'restricted',
    summary: 'denies all that least privilege forbids (Pod Security Standard restricted)',
    modeOf: ({ level }) => (level === 'hardening' ? null : 'deny'),
  },
  hardening: {
    id: 'hardening',
    summary: 'what the standards leave out: denies grave faults, warns of medium, notes the rest',
    modeOf({ level, severity }) {
      if (level !== 'hardening') return null;
      if (isGrave(severity)) return 'deny';
      return severity === 'medium' ? 'warn' : 'audit';
    },
  },
};

function isGrave(severity: Severity): boolean {
  return severity === 'critical' || severity === 'high';
}

/** Several profiles as one: the strictest mode of each control counts. */
export function joined(ids: readonly ProfileId[]): Pick<Profile, 'modeOf'> {
  return {
    modeOf(control) {
      const all = new Set(ids.map((id) => profiles[id].modeOf(control)));
      return modes.findLast((mode) => all.has(mode)) ?? null;
    },
  };
}

/** Whether `a` is at least as strict as `b`. */
export function isAsStrict(a: Mode, b: Mode): boolean {
  return modes.indexOf(a) >= modes.indexOf(b);
}
