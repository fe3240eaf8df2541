// Which alerts a route or a response means: every word that is written must hold, and of its list one.
import { field, keysOf, stringsOf } from '../../base/json.ts';
import { type Alert, type AlertPriority, alertPriorities } from '../../model/alert.ts';

/** Lists are patterns with `*`; an empty list says nothing. */
export interface Selector {
  /** This priority and graver ones. */
  readonly priority: AlertPriority | null;
  readonly lists: ReadonlyMap<SelectorList, readonly string[]>;
}

export const selectorLists = [
  'rules',
  'tags',
  'containers',
  'images',
  'namespaces',
  'pods',
  'users',
  'teams',
  'applications',
  'environments',
  'hosts',
  'sources',
] as const;
export type SelectorList = (typeof selectorLists)[number];

export const selectorKeys: readonly string[] = ['priority', ...selectorLists];

export type ReadSelector =
  | { readonly ok: true; readonly selector: Selector }
  | { readonly ok: false; readonly path: readonly string[]; readonly reason: string };

/** Reads a selector out of a document; other keys are the caller's. */
export function readSelector(value: unknown): ReadSelector {
  const said = field(value, 'priority');
  const priority = said === undefined ? null : priorityOf(said);
  if (said !== undefined && priority === null) {
    const reason = `priority must be one of ${alertPriorities.join(', ')}`;
    return { ok: false, path: ['priority'], reason };
  }
  const lists = new Map<SelectorList, readonly string[]>();
  for (const name of selectorLists) {
    const list = field(value, name);
    if (list === undefined) continue;
    const texts = stringsOf(list);
    const isWhole =
      typeof list === 'string' || (Array.isArray(list) && texts.length === list.length);
    if (!isWhole || texts.length === 0 || texts.length > 1000) {
      return { ok: false, path: [name], reason: `${name} must be a list of 1 to 1000 texts` };
    }
    lists.set(name, texts);
  }
  return { ok: true, selector: { priority, lists } };
}

/** The first key that is not among `known`; null: all are. */
export function strangerOf(value: unknown, known: readonly string[]): string | null {
  return keysOf(value).find((key) => !known.includes(key)) ?? null;
}

/** The priority of a word in any case; `info` is `Informational`. */
export function priorityOf(word: unknown): AlertPriority | null {
  if (typeof word !== 'string') return null;
  const wanted = word.toLowerCase() === 'info' ? 'informational' : word.toLowerCase();
  return alertPriorities.find((one) => one.toLowerCase() === wanted) ?? null;
}

/** 0 for Emergency; higher is milder. */
export function rankOf(priority: AlertPriority): number {
  return alertPriorities.indexOf(priority);
}

/** Whether the alert is meant. What is not known of it (no container, no team) matches no pattern. */
export function selects(selector: Selector, alert: Alert): boolean {
  const { priority, lists } = selector;
  if (priority !== null && rankOf(alert.priority) > rankOf(priority)) return false;
  for (const [name, patterns] of lists) {
    const words = wordsOf(alert, name);
    if (!words.some((word) => patterns.some((pattern) => matchesPattern(pattern, word)))) {
      return false;
    }
  }
  return true;
}

function wordsOf(alert: Alert, name: SelectorList): readonly string[] {
  const { container, workload } = alert;
  const words: Record<SelectorList, readonly (string | null)[]> = {
    rules: [alert.rule],
    tags: alert.tags,
    containers: [container?.name ?? null, container?.id ?? null],
    images: [container?.image ?? null],
    namespaces: [alert.namespace],
    pods: [alert.pod],
    users: [workload.user],
    teams: [workload.team],
    applications: [workload.application],
    environments: [workload.environment],
    hosts: [alert.hostname],
    sources: [alert.source],
  };
  return words[name].filter((word) => word !== null);
}

/** `*` stands for anything; upper and lower case are the same. Linear in the text for each star. */
export function matchesPattern(pattern: string, text: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const subject = text.toLowerCase();
  const first = parts[0] ?? '';
  if (parts.length === 1) return subject === first;
  const last = parts.at(-1) ?? '';
  if (!subject.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = subject.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return subject.length - last.length >= at && subject.endsWith(last);
}
