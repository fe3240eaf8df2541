// Numbers of captures in words. Captures have their own numbers for flags, the same on every processor
// (falcosecurity/libs, driver/ppm_events_public.h).
import { openFlag, openFlagsOf } from '../state/index.ts';

/** The flags of an open as Linux has them on x86-64. */
export function linuxOpenFlags(flags: number): number {
  let result = (flags & 3) === 3 ? openFlag.readWrite : (flags & 2) === 2 ? openFlag.writeOnly : 0;
  for (const [bit, value] of openBits) if ((flags & bit) !== 0) result |= value;
  return result;
}

/** The same, back into the numbers of captures. */
function captureOpenFlags(flags: number): number {
  let result = [1, 2, 3, 3][flags & 3] ?? 1;
  for (const [bit, value] of openBits) if ((flags & value) === value) result |= bit;
  return result;
}

const openBits: readonly (readonly [number, number])[] = [
  [1 << 2, openFlag.create],
  [1 << 3, openFlag.append],
  [1 << 4, openFlag.dataSync],
  [1 << 5, openFlag.exclusive],
  [1 << 6, openFlag.nonBlocking],
  [1 << 7, openFlag.sync],
  [1 << 8, openFlag.truncate],
  [1 << 9, openFlag.direct],
  [1 << 10, openFlag.directory],
  [1 << 11, openFlag.largeFile],
  [1 << 12, openFlag.closeOnExec],
  [1 << 13, openFlag.temporaryFile],
];

export const cloneFlag = { files: 1, thread: 1 << 13, childInNamespace: 1 << 29 } as const;

const cloneWords =
  `FILES FS IO NEWIPC NEWNET NEWNS NEWPID NEWUTS PARENT PARENT_SETTID PTRACE SIGHAND
SYSVSEM THREAD UNTRACED VM`
    .split(/\s+/)
    .map((word, bit): readonly [number, string] => [1 << bit, `CLONE_${word}`]);

const laterCloneWords: readonly (readonly [number, string])[] = [
  [1 << 20, 'CLONE_NEWUSER'],
  [1 << 23, 'CLONE_CHILD_CLEARTID'],
  [1 << 24, 'CLONE_CHILD_SETTID'],
  [1 << 25, 'CLONE_SETTLS'],
  [1 << 26, 'CLONE_STOPPED'],
  [1 << 27, 'CLONE_VFORK'],
  [1 << 28, 'CLONE_NEWCGROUP'],
];

const executionWords: readonly (readonly [number, string])[] = [
  [1, 'EXE_WRITABLE'],
  [2, 'EXE_UPPER_LAYER'],
  [4, 'EXE_FROM_MEMFD'],
  [8, 'EXE_LOWER_LAYER'],
];

export const executionFlag = { upperLayer: 2, fromMemory: 4 } as const;

const modeWords = 'IXOTH IWOTH IROTH IXGRP IWGRP IRGRP IXUSR IWUSR IRUSR ISVTX ISGID ISUID'
  .split(' ')
  .map((word, bit): readonly [number, string] => [1 << bit, `S_${word}`])
  .toReversed();

const unlinkWords: readonly (readonly [number, string])[] = [[0x200, 'AT_REMOVEDIR']];

const mountWords: readonly (readonly [number, string])[] = [
  [1, 'RDONLY'],
  [2, 'NOSUID'],
  [4, 'NODEV'],
  [8, 'NOEXEC'],
  [32, 'REMOUNT'],
  [1 << 12, 'BIND'],
  [1 << 13, 'MOVE'],
  [1 << 14, 'REC'],
  [1 << 17, 'UNBINDABLE'],
  [1 << 18, 'PRIVATE'],
  [1 << 19, 'SLAVE'],
  [1 << 20, 'SHARED'],
];

type FlagKind = 'clone' | 'exec' | 'mode' | 'unlink' | 'mount';

const tables: Readonly<Record<FlagKind, readonly (readonly [number, string])[]>> = {
  clone: [...cloneWords, ...laterCloneWords],
  exec: executionWords,
  mode: modeWords,
  unlink: unlinkWords,
  mount: mountWords,
};

/** Whether a type of parameters is one of flags with words. */
export function isFlagKind(type: string): type is FlagKind {
  return Object.hasOwn(tables, type);
}

/** `CLONE_FILES|CLONE_VM`; `0` for none. */
export function flagWords(kind: FlagKind, flags: number): string {
  const words = tables[kind].filter(([bit]) => (flags & bit) !== 0).map(([, word]) => word);
  return words.length === 0 ? '0' : words.join('|');
}

const families: ReadonlyMap<number, string> = new Map([
  [0, 'AF_UNSPEC'],
  [1, 'AF_LOCAL'],
  [2, 'AF_INET'],
  [10, 'AF_INET6'],
  [16, 'AF_NETLINK'],
  [17, 'AF_PACKET'],
  [38, 'AF_ALG'],
  [40, 'AF_VSOCK'],
]);

/** The name of a socket family, or its number. */
export function familyWord(family: number): string {
  return families.get(family) ?? String(family);
}

const ptraceWords = `UNKNOWN TRACEME PEEKTEXT PEEKDATA PEEKUSR POKETEXT POKEDATA POKEUSR CONT KILL
SINGLESTEP ATTACH DETACH SYSCALL SETOPTIONS GETEVENTMSG GETSIGINFO SETSIGINFO GETREGSET SETREGSET
SEIZE INTERRUPT LISTEN PEEKSIGINFO GETSIGMASK SETSIGMASK GETREGS SETREGS GETFPREGS SETFPREGS`.split(
  /\s+/,
);

/** The bits of words that `flagWords` made. */
export function captureFlags(kind: FlagKind, text: string): number {
  const words = new Set(text.split('|'));
  return tables[kind].reduce((bits, [bit, word]) => (words.has(word) ? bits | bit : bits), 0) >>> 0;
}

/** The flags of an open in words, as captures number them. */
export function captureOpenFlagsOf(text: string): number {
  return captureOpenFlags(openFlagsOf(text));
}

/** The number of a family that `familyWord` named. */
export function familyNumber(word: string): number {
  for (const [number, name] of families) if (name === word) return number;
  return Number(word) || 0;
}

/** The number of a request that `ptraceWord` named. */
export function ptraceNumber(word: string): number {
  return Math.max(0, ptraceWords.indexOf(word.replace(/^PTRACE_/, '')));
}

/** `PTRACE_ATTACH`. */
export function ptraceWord(request: number): string {
  const word = ptraceWords[request];
  return word === undefined ? String(request) : `PTRACE_${word}`;
}
