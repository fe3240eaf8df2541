// What the flags and the mode of an open say, from the numbers of Linux (asm-generic/fcntl.h).

export interface OpenFacts {
  readonly reads: boolean;
  readonly writes: boolean;
  /** It may make a file that can be executed. */
  readonly createsExecutable: boolean;
  readonly closesOnExec: boolean;
}

export const openFlag = {
  writeOnly: 0o1,
  readWrite: 0o2,
  create: 0o100,
  exclusive: 0o200,
  truncate: 0o1000,
  append: 0o2000,
  nonBlocking: 0o4000,
  dataSync: 0o10000,
  direct: 0o40000,
  largeFile: 0o100000,
  directory: 0o200000,
  closeOnExec: 0o2000000,
  sync: 0o4010000,
  temporaryFile: 0o20200000,
} as const;

const accessMode = 3;
const anyExecute = 0o111;

/** What an open with these flags (and mode, where it makes a file) does. */
export function openFacts(flags: number, mode: number): OpenFacts {
  const access = flags & accessMode;
  const isTemporary = (flags & openFlag.temporaryFile) === openFlag.temporaryFile;
  const creates = (flags & openFlag.create) !== 0 || isTemporary;
  return {
    reads: access !== openFlag.writeOnly,
    writes: access !== 0,
    createsExecutable: creates && (mode & anyExecute) !== 0,
    closesOnExec: (flags & openFlag.closeOnExec) !== 0,
  };
}

const words: readonly (readonly [number, string])[] = [
  [openFlag.create, 'O_CREAT'],
  [openFlag.exclusive, 'O_EXCL'],
  [openFlag.truncate, 'O_TRUNC'],
  [openFlag.append, 'O_APPEND'],
  [openFlag.nonBlocking, 'O_NONBLOCK'],
  [openFlag.dataSync, 'O_DSYNC'],
  [openFlag.direct, 'O_DIRECT'],
  [openFlag.largeFile, 'O_LARGEFILE'],
  [openFlag.directory, 'O_DIRECTORY'],
  [openFlag.closeOnExec, 'O_CLOEXEC'],
];

const known = new Map<number, string>();
const knownAtMost = 4096;

/** `O_WRONLY|O_CREAT|O_CLOEXEC`, as rules compare `evt.arg.flags`. */
export function openFlagsText(flags: number): string {
  const found = known.get(flags);
  if (found !== undefined) return found;
  const access = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_RDWR'][flags & accessMode] ?? 'O_RDONLY';
  const text = [
    access,
    ...words.filter(([bits]) => (flags & bits) === bits).map(([, word]) => word),
    ...((flags & openFlag.sync) === openFlag.sync ? ['O_SYNC'] : []),
    ...((flags & openFlag.temporaryFile) === openFlag.temporaryFile ? ['O_TMPFILE'] : []),
  ].join('|');
  if (known.size >= knownAtMost) known.clear();
  known.set(flags, text);
  return text;
}

/** The numbers of words that `openFlagsText` made. */
export function openFlagsOf(text: string): number {
  const given = new Set(text.split('|'));
  let flags = given.has('O_RDWR')
    ? openFlag.readWrite
    : given.has('O_WRONLY')
      ? openFlag.writeOnly
      : 0;
  for (const [bits, word] of words) if (given.has(word)) flags |= bits;
  if (given.has('O_SYNC')) flags |= openFlag.sync;
  if (given.has('O_TMPFILE')) flags |= openFlag.temporaryFile;
  return flags;
}
