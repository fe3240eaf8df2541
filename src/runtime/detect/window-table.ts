// Sliding windows by container, pattern and what the pattern keeps apart: bounded at each level, so that
// neither one container nor one pattern can push out the windows of another.
import { limits } from '../../base/limits.ts';
import { SlidingWindow } from './sliding-window.ts';

export interface WindowSlot {
  readonly window: SlidingWindow;
  /** Told: silent until then, so that a long attack is one detection a window, not a flood. */
  silentUntilNs: bigint;
}

export class WindowTable {
  /** By container and pattern; the longest unused first, on both levels. */
  private readonly groups = new Map<string, Map<string, WindowSlot>>();
  private slots = 0;

  /** The slot of these three; made when it is not there. */
  slotOf(containerId: string, patternId: string, within: string): WindowSlot {
    const name = `${containerId}\n${patternId}`;
    const group = this.groups.get(name) ?? new Map<string, WindowSlot>();
    this.groups.delete(name);
    this.groups.set(name, group);
    const key = within.slice(0, limits.patternKeyLength);
    const known = group.get(key);
    if (known !== undefined) {
      group.delete(key);
      group.set(key, known);
      return known;
    }
    if (group.size >= limits.patternWindowsApart) this.dropOldestOf(group);
    if (this.slots >= limits.patternWindows) this.dropOldestGroup();
    const slot = { window: new SlidingWindow(), silentUntilNs: 0n };
    group.set(key, slot);
    this.slots += 1;
    return slot;
  }

  /** Windows in memory. */
  get size(): number {
    return this.slots;
  }

  private dropOldestOf(group: Map<string, WindowSlot>): void {
    const [oldest] = group.keys();
    if (oldest !== undefined && group.delete(oldest)) this.slots -= 1;
  }

  private dropOldestGroup(): void {
    // The newest group is the one that asks.
    const [oldest] = this.groups;
    if (oldest === undefined) return;
    this.groups.delete(oldest[0]);
    this.slots -= oldest[1].size;
  }
}
