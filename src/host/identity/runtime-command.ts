// Command lines of the programs that start containers (containerd's shims, conmon, OCI runtimes): for
// which container, and where its bundle lies.

export interface RuntimeCommand {
  readonly program: 'shim' | 'monitor' | 'runtime';
  readonly id: string | null;
  /** The OCI bundle's folder, as written; relative ones belong to the process's working directory. */
  readonly bundle: string | null;
  /** containerd's namespace: `moby`, `k8s.io`, `default` ... */
  readonly namespace: string | null;
  /** `create`, `run`, `start`, `exec`, `delete` ... where the command line has it. */
  readonly action: string | null;
  /** Only conmon is told a name. */
  readonly name: string | null;
  /** Where conmon leaves the exit code, in a file of the container's id. */
  readonly exitFolder: string | null;
  /** Where the first process's number is written when it has been made. */
  readonly pidFile: string | null;
}

/** An id that may become part of a path: what runc and containerd accept. */
export function isContainerId(text: string): boolean {
  return /^[A-Za-z0-9_][\w.+-]{0,1023}$/.test(text);
}

const runtimes = new Set(['runc', 'crun', 'youki', 'kata-runtime', 'runsc', 'crun-wasm', 'krun']);

const actions = new Set(
  'create run start exec delete kill state pause resume restore checkpoint update ps events init'.split(
    ' ',
  ),
);

/** Flags of `create`, `run` and `exec` of runc, crun and youki that take the next word. */
const flagsWithValue = new Set(
  (
    '-b --bundle --console-socket --pid-file --preserve-fds --config -f --cwd -e --env -u --user ' +
    '-g --additional-gids -p --process --process-label --apparmor -c --cap --cgroup --image-path'
  ).split(' '),
);

/** The words of `/proc/PID/cmdline`. */
export function wordsOf(commandLine: string): readonly string[] {
  const words = commandLine.split('\0');
  if (words.at(-1) === '') words.pop();
  return words;
}

/** Reads a command line; null when the program is none that starts containers. */
export function parseRuntimeCommand(words: readonly string[]): RuntimeCommand | null {
  const program = (words[0] ?? '').slice((words[0] ?? '').lastIndexOf('/') + 1);
  if (program.startsWith('containerd-shim')) return shimCommand(words);
  if (program === 'conmon' || program === 'conmonrs') return monitorCommand(words);
  if (runtimes.has(program)) return runtimeCommand(words);
  return null;
}

function shimCommand(words: readonly string[]): RuntimeCommand {
  const last = words.at(-1);
  return {
    program: 'shim',
    id: idOf(valueOf(words, ['-id', '--id'])),
    bundle: valueOf(words, ['-bundle', '--bundle']),
    namespace: idOf(valueOf(words, ['-namespace', '--namespace'])),
    action: last === 'start' || last === 'delete' ? last : null,
    name: null,
    exitFolder: null,
    pidFile: null,
  };
}

function monitorCommand(words: readonly string[]): RuntimeCommand {
  return {
    program: 'monitor',
    id: idOf(valueOf(words, ['-c', '--cid'])),
    bundle: valueOf(words, ['-b', '--bundle']),
    namespace: null,
    action: words.includes('-e') || words.includes('--exec') ? 'exec' : null,
    name: valueOf(words, ['-n', '--name']),
    exitFolder: valueOf(words, ['--exit-dir']),
    pidFile: valueOf(words, ['-p', '--container-pidfile']),
  };
}

function runtimeCommand(words: readonly string[]): RuntimeCommand | null {
  const at = words.findIndex((word, index) => index > 0 && actions.has(word));
  const action = words[at];
  if (at === -1 || action === undefined) return null;
  const rest = words.slice(at + 1);
  return {
    program: 'runtime',
    id: idOf(firstPositional(rest)),
    bundle: valueOf(rest, ['-b', '--bundle']),
    namespace: null,
    action,
    name: null,
    exitFolder: null,
    pidFile: valueOf(rest, ['--pid-file']),
  };
}

function firstPositional(words: readonly string[]): string | null {
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (flagsWithValue.has(word)) at += 1;
    else if (!word.startsWith('-')) return word;
  }
  return null;
}

function valueOf(words: readonly string[], flags: readonly string[]): string | null {
  for (const [index, word] of words.entries()) {
    if (flags.includes(word)) return words[index + 1] ?? null;
    const equals = word.indexOf('=');
    if (equals > 0 && flags.includes(word.slice(0, equals))) return word.slice(equals + 1);
  }
  return null;
}

function idOf(text: string | null): string | null {
  return text !== null && isContainerId(text) ? text : null;
}
