// Ways to read one argument of a system call: numbers, texts, whole paths, words.
import type { RawCall } from '../../host/sensor/index.ts';
import type { EventArgument } from '../../model/event.ts';
import { openFlagsText, resolvePath } from '../state/index.ts';
import { openNumbers } from './open.ts';
import { flagWords } from './words.ts';

/** What a call itself does not say. */
export interface ArgumentContext {
  /** Of the process; null when it is not known. */
  readonly workingDirectory: string | null;
  /** The name of a user of the process's container; null when there is none. */
  userName(id: number): string | null;
}

export type Reader = (call: RawCall, context: ArgumentContext) => EventArgument | null;
export type Row = readonly (readonly [name: string, read: Reader])[];

/** The lower half of an argument, signed. */
export function low(call: RawCall, index: number): number {
  return Number(BigInt.asIntN(32, call.arguments[index] ?? 0n));
}

export const number =
  (index: number): Reader =>
  (call) =>
    low(call, index);
export const text =
  (index: number): Reader =>
  ({ texts }) =>
    texts[index] ?? null;
export const result: Reader = (call) => call.result;
export const octal =
  (index: number): Reader =>
  (call) =>
    `0${(low(call, index) & 0o7777).toString(8)}`;
export const words =
  (kind: Parameters<typeof flagWords>[0], index: number): Reader =>
  (call) =>
    flagWords(kind, low(call, index) >>> 0);

/** A path among the texts, whole: from a descriptor's folder or from the working directory. */
export function wholePath(
  call: RawCall,
  at: { readonly text: number; readonly directory: number | null },
  workingDirectory: string | null,
): string | null {
  const path = call.texts[at.text] ?? null;
  if (path === null || path.startsWith('/')) return path === null ? null : resolvePath(null, path);
  const from =
    at.directory === null ? undefined : call.descriptorPaths.get(low(call, at.directory));
  const folder = from?.path ?? call.workingDirectory?.path ?? workingDirectory;
  // An empty text with AT_EMPTY_PATH means the descriptor itself.
  return path === '' && from !== undefined ? from.path : resolvePath(folder, path);
}

export const path =
  (textIndex: number, directory: number | null = null): Reader =>
  (call, { workingDirectory }) =>
    wholePath(call, { text: textIndex, directory }, workingDirectory);

export const user =
  (index: number): Reader =>
  (call, context) => {
    const id = low(call, index);
    return id === -1 ? '-1' : (context.userName(id) ?? id);
  };

export const group =
  (index: number): Reader =>
  (call) => {
    const id = low(call, index);
    return id === -1 ? '-1' : id;
  };

export const openFlags: Reader = (call) => openFlagsText(openNumbers(call).flags);
export const openMode: Reader = (call) => `0${openNumbers(call).mode.toString(8)}`;

export const address: Reader = ({ socketAddress }) => {
  if (socketAddress === null) return null;
  const { address: ip, port, path: unix } = socketAddress;
  return ip === null ? unix : `${ip}:${port}`;
};
