// Reads audit logs: one JSON entry a line as the API server writes them, or an EventList as it posts
// them. An entry that comes twice (several API servers, a resent batch) is told once.
import { asArray, field, parseJson } from '../../base/json.ts';
import { type AuditEvent, auditEvent } from './audit-event.ts';

/** A line that is no entry. */
export interface AuditProblem {
  /** 1-based. */
  readonly line: number;
  readonly reason: string;
}

/** Entries that are remembered to know doubles: some minutes of a large cluster. */
const rememberedAtMost = 65_536;
/** The largest honest entry holds an object of 1.5 MiB twice, which is what etcd takes. */
const lineLength = 16 * 1024 * 1024;
const problemsAtMost = 100;

export class AuditReader {
  private readonly seen = new Set<string>();
  private readonly told: AuditProblem[] = [];
  private pending = '';
  private line = 0;
  private entries = 0;
  private isTooLong = false;
  /** Entries that came more than once, and lines that are no entries. */
  duplicates = 0;
  problemCount = 0;

  /** The first lines that could not be read. */
  get problems(): readonly AuditProblem[] {
    return this.told;
  }

  /** Takes the next piece of a log. Never throws on content. */
  *push(text: string): IterableIterator<AuditEvent> {
    const parts = text.split('\n');
    const last = parts.pop() ?? '';
    for (const part of parts) {
      const whole = this.pending + part;
      this.pending = '';
      yield* this.read(whole);
    }
    this.pending += last;
    if (this.pending.length <= lineLength) return;
    // Kept would be a line without an end; what follows belongs to it until the next line.
    this.isTooLong = true;
    this.pending = '';
  }

  /** The log is over. */
  *end(): IterableIterator<AuditEvent> {
    const rest = this.pending;
    this.pending = '';
    if (rest !== '' || this.isTooLong) yield* this.read(rest);
  }

  private *read(text: string): IterableIterator<AuditEvent> {
    this.line += 1;
    if (this.isTooLong || text.length > lineLength) {
      this.isTooLong = false;
      this.problem(`a line of more than ${lineLength} characters`);
      return;
    }
    if (text.trim() === '') return;
    const parsed = parseJson(text);
    if (!parsed.ok) {
      this.problem(parsed.reason.replace(' (line 1)', ''));
      return;
    }
    const { value } = parsed;
    const items = field(value, 'items');
    for (const item of Array.isArray(items) ? asArray(items) : [value]) yield* this.enter(item);
  }

  private *enter(value: unknown): IterableIterator<AuditEvent> {
    const event = auditEvent(value, this.entries + 1);
    if (event === null) {
      this.problem('no entry of an audit log (auditID and verb are missing)');
      return;
    }
    const key = `${String(field(value, 'auditID'))} ${String(field(value, 'stage'))}`;
    if (this.seen.has(key)) {
      this.duplicates += 1;
      return;
    }
    if (this.seen.size >= rememberedAtMost) {
      const [oldest] = this.seen;
      if (oldest !== undefined) this.seen.delete(oldest);
    }
    this.seen.add(key);
    this.entries += 1;
    yield event;
  }

  private problem(reason: string): void {
    this.problemCount += 1;
    if (this.told.length < problemsAtMost) this.told.push({ line: this.line, reason });
  }
}
