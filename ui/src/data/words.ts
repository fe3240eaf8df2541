// Numbers, times and names as people read them. Text from outside is never more than text; marks that
// turn or hide it are shown as such.

const hidden =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** The text with control characters and turns of direction made visible. */
export function harmless(text: string): string {
  return text.replaceAll(hidden, '\ufffd');
}

export { counted, grouped, nounOf } from '../../../src/base/count-text.ts';

/** A word of a command that somebody may copy into a shell: whatever is in it stays one word. */
export function shellWord(text: string): string {
  const plain = harmless(text);
  return /^[\w./:@][\w./:@+,=-]*$/.test(plain) ? plain : `'${plain.replaceAll("'", `'\\''`)}'`;
}

/** `1.3 s`, `4 min`, `3 h 20 min`, `12 d`. */
export function spanText(ms: number): string {
  if (!Number.isFinite(ms)) return 'unknown time';
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d`;
}

/** `512 B`, `1.2 kB`, `34 MB`. */
export function bytesText(bytes: number | null): string {
  if (bytes === null) return 'not known';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `sha256:0123456789ab…` -> `0123456789ab`. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

/** Milliseconds since 1970, or null where the text is no time. */
export function timeMs(text: string | null | undefined): number | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : ms;
}

/** `a -> b` as people write it. */
export function arrows(text: string): string {
  return harmless(text).replaceAll(' -> ', ' → ');
}

/**
 * The sentence of a detection: Falco's outputs begin with the time and the priority, and have fields
 * behind a bar that the evidence shows as well.
 */
export function sentenceOfOutput(output: string): string {
  const sentence = harmless(output)
    .replace(/^\d\d:\d\d:\d\d\.\d{1,9}: (?:[A-Z][a-z]+ )?/, '')
    .split(/ \| (?=[\w.[\]]+=)/, 1)[0];
  const plain = sentence
    ?.replaceAll(/\bmode=(S_I[A-Z|_]+)/g, (_, mode: string) => `mode=${modeText(mode)}`)
    // Fields that only a rule can read.
    .replaceAll(/ \w+_ns=-?\d+/g, '');
  return plain?.trim() || harmless(output);
}

/** `pkg:deb/debian/libc6@2.36-9%2Bdeb12u3?arch=amd64` -> `libc6 2.36-9+deb12u3 (deb)`. */
export function packageText(purl: string): string {
  const [, type, path, version] = /^pkg:([^/]+)\/([^?#@]+)(?:@([^?#]+))?/.exec(purl) ?? [];
  if (type === undefined || path === undefined) return purl;
  // A distribution's name says nothing about its package; a scope is part of the name.
  const name = ['deb', 'rpm', 'apk'].includes(type) ? path.slice(path.lastIndexOf('/') + 1) : path;
  try {
    return decodeURIComponent(`${name}${version === undefined ? '' : ` ${version}`} (${type})`);
  } catch {
    return purl;
  }
}

const modeBits = [
  ['S_IRUSR', 'r'],
  ['S_IWUSR', 'w'],
  ['S_IXUSR', 'x'],
  ['S_IRGRP', 'r'],
  ['S_IWGRP', 'w'],
  ['S_IXGRP', 'x'],
  ['S_IROTH', 'r'],
  ['S_IWOTH', 'w'],
  ['S_IXOTH', 'x'],
] as const;

/** `S_IRUSR|S_IXUSR` -> `r-x------`; everything else stays. */
export function modeText(text: string): string {
  if (!/^S_I[A-Z|_]+$/.test(text)) return harmless(text);
  const own = new Set(text.split('|'));
  const set = own.has('S_ISUID') ? ' setuid' : own.has('S_ISGID') ? ' setgid' : '';
  return modeBits.map(([bit, letter]) => (own.has(bit) ? letter : '-')).join('') + set;
}

export type Weight = 'critical' | 'high' | 'medium' | 'low' | 'unknown';

/** Falco's priorities on the scale of severities. */
export function weightOfPriority(priority: string): Weight {
  if (['Emergency', 'Alert', 'Critical'].includes(priority)) return 'critical';
  if (priority === 'Error') return 'high';
  return priority === 'Warning' ? 'medium' : 'low';
}

export function weightOfSeverity(severity: string): Weight {
  const known: readonly Weight[] = ['critical', 'high', 'medium', 'low'];
  return known.find((one) => one === severity) ?? (severity === 'negligible' ? 'low' : 'unknown');
}

/** The first and last milliseconds of a life; one that runs ends now. */
export function lifeOf(
  container: {
    readonly startedAt: string | null;
    readonly endedAt: string | null;
    readonly firstSeen: string;
    readonly lastSeen: string;
    readonly running: boolean;
  },
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = timeMs(container.startedAt) ?? timeMs(container.firstSeen) ?? nowMs;
  const ended = timeMs(container.endedAt) ?? timeMs(container.lastSeen) ?? fromMs;
  return { fromMs, toMs: Math.max(fromMs, container.running ? nowMs : ended) };
}
