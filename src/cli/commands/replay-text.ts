// Answers of `replay` for people. Recordings are strangers' text: control characters that could steer
// a terminal are shown as what they are.
import { counted } from '../../base/count-text.ts';
import type { ReplaySummary } from '../../flow/replay.ts';
import type { Detection } from '../../runtime/rules/index.ts';

/** One detection: time, priority, rule, what happened. */
export function detectionText({ time, priority, rule, output }: Detection): string {
  // The output begins with clock and priority, which stand here already.
  const text = output.slice(output.indexOf(' ', output.indexOf(' ') + 1) + 1).trimEnd();
  return `${time}  ${priority.padEnd(13)} ${harmless(rule)}\n    ${harmless(text)}`;
}

/** What was read, what matched how often, what could not be read. */
export function replayText({ rules, recordings, detections }: ReplaySummary): string {
  const lines: string[] = [];
  for (const { name, kind, events, detections: count, problems, problemCount } of recordings) {
    lines.push(
      `${name}: ${kind === 'unknown' ? 'not read' : `${kind}, ${counted(events, 'event')}, ${counted(count, 'detection')}`}`,
    );
    for (const { at, reason } of problems.slice(0, 10)) lines.push(`  not read: ${at}: ${reason}`);
    if (problemCount > 10) lines.push(`  and ${problemCount - 10} more that were not read`);
  }
  const total = detections.reduce((sum, { count }) => sum + count, 0);
  lines.push(`${counted(rules, 'rule')}; ${counted(total, 'detection')}`);
  for (const { rule, priority, count } of detections) {
    lines.push(`  ${String(count).padStart(7)}  ${priority.padEnd(13)} ${rule}`);
  }
  return `${lines.map((line) => harmless(line)).join('\n')}\n`;
}

function harmless(text: string): string {
  return text.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
