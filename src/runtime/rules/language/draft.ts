// Definitions as they are gathered over all files, before anything is compiled.
import type { RuleException } from './exceptions.ts';
import type { Item } from './item.ts';
import type { Priority } from './priority.ts';

/** Ranks of definitions: what is defined first may be seen by what is defined later. */
interface Ranked {
  /** The item that gave the definition its present form. */
  item: Item;
  /** When the name was first defined. */
  readonly rank: number;
  /** When the definition was last changed: it sees everything of a lower rank. */
  sees: number;
  used: boolean;
}

export interface ListDraft extends Ranked {
  items: readonly string[];
}

export interface MacroDraft extends Ranked {
  condition: string;
}

export interface RuleDraft extends Ranked {
  readonly source: string;
  description: string;
  condition: string;
  output: string;
  priority: Priority;
  tags: readonly string[];
  exceptions: readonly RuleException[];
  enabled: boolean;
  warnsOfEventTypes: boolean;
  skipsUnknownFilter: boolean;
}

export interface Drafts {
  readonly lists: Map<string, ListDraft>;
  readonly macros: Map<string, MacroDraft>;
  readonly rules: Map<string, RuleDraft>;
}
