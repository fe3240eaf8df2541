// Flags and mode of the calls that open files, wherever the call has them.
import type { RawCall } from '../../host/sensor/index.ts';
import { openFlag } from '../state/index.ts';

/** Calls that open files. */
export const openCalls: ReadonlySet<string> = new Set([
  'open',
  'openat',
  'openat2',
  'creat',
  'open_by_handle_at',
]);

/** Flags and mode of an open as Linux has them. */
export function openNumbers(call: RawCall): { readonly flags: number; readonly mode: number } {
  const at = (index: number): number => Number(BigInt.asUintN(32, call.arguments[index] ?? 0n));
  switch (call.name) {
    case 'open':
      return { flags: at(1), mode: at(2) & 0o7777 };
    case 'creat':
      return { flags: 1 | openFlag.create | openFlag.truncate, mode: at(1) & 0o7777 };
    case 'openat2': {
      const [flags = 0n, mode = 0n] = call.openHow ?? [];
      return { flags: Number(BigInt.asUintN(32, flags)), mode: Number(mode) & 0o7777 };
    }
    default:
      return { flags: at(2), mode: at(3) & 0o7777 };
  }
}
