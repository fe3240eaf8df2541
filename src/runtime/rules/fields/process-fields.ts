// Fields of the process and its ancestors, of users and groups: `proc.*`, `thread.*`, `user.*`.
import type { ProcessFacts, RuntimeEvent } from '../../../model/event.ts';
import type { FieldValue } from '../engine/index.ts';
import {
  ancestorField,
  flagField,
  numberField,
  ofSubject,
  plainField,
  type SyscallField,
} from './define.ts';

type OfProcess = (process: ProcessFacts, event: RuntimeEvent) => FieldValue;

/** Reads from the process of the event, which may not be known. */
function of(read: OfProcess): (event: RuntimeEvent) => FieldValue {
  return (event) => (event.process === null ? null : read(event.process, event));
}

/** Remembers a text for each process: many rules ask many times for what has to be joined. */
function remembered(
  read: (one: ProcessFacts) => string | null,
): (one: ProcessFacts) => string | null {
  const texts = new WeakMap<ProcessFacts, { readonly text: string | null }>();
  return (one) => {
    const known = texts.get(one);
    if (known !== undefined) return known.text;
    const text = read(one);
    texts.set(one, { text });
    return text;
  };
}

/** Reads from the parent. */
function ofParent(read: OfProcess): (event: RuntimeEvent) => FieldValue {
  return (event) => {
    const parent = event.process?.parent ?? null;
    return parent === null ? null : read(parent, event);
  };
}

const argumentText = remembered(({ arguments: given }) =>
  given === null ? null : given.join(' '),
);

/** Name and arguments, as the process calls itself. */
const commandLine = remembered(({ name, arguments: given }) => {
  if (name === null) return null;
  return given === null || given.length === 0 ? name : `${name} ${given.join(' ')}`;
});

/** `argv[0]` and arguments. */
function executableLine({ executable, arguments: given }: ProcessFacts): string | null {
  if (executable === null) return null;
  return given === null || given.length === 0 ? executable : `${executable} ${given.join(' ')}`;
}

function age({ startedAtNs }: ProcessFacts, { timeNs }: RuntimeEvent): bigint | null {
  return startedAtNs === null ? null : timeNs - startedAtNs;
}

const environmentText = remembered(({ environment }) =>
  environment === null ? null : environment.join(' '),
);

/** `proc.env[PATH]` is one value, `proc.env` all of them. */
const environmentField: SyscallField = {
  name: 'proc.env',
  argument: 'optional',
  isDeprecated: false,
  shape: () => ({ type: 'text', many: 'one' }),
  reader: (argument) => {
    if (argument === null) return of(environmentText);
    const prefix = `${argument}=`;
    return of(({ environment }) => {
      const found = environment?.find((one) => one.startsWith(prefix));
      return found === undefined ? null : found.slice(prefix.length);
    });
  },
  words: (event) => event.process?.environment ?? null,
  scope: 'event',
  effort: 'compute',
};

function capabilities(names: readonly string[] | null): string | null {
  return names === null ? null : names.join(' ');
}

const fields: readonly SyscallField[] = [
  numberField(
    'proc.pid',
    of(({ pid }) => pid),
  ),
  numberField(
    'proc.vpid',
    of(({ namespacePid }) => namespacePid),
  ),
  numberField(
    'proc.ppid',
    of(({ parentPid }) => parentPid),
  ),
  numberField(
    'proc.sid',
    of(({ sessionId }) => sessionId),
  ),
  plainField(
    'proc.sname',
    of(({ sessionName }) => sessionName),
  ),
  plainField(
    'proc.name',
    of(({ name }) => name),
  ),
  plainField(
    'proc.exe',
    of(({ executable }) => executable),
  ),
  plainField(
    'proc.exepath',
    of(({ executablePath }) => executablePath),
  ),
  plainField('proc.args', of(argumentText), {
    words: (event) => event.process?.arguments ?? null,
  }),
  plainField('proc.cmdline', of(commandLine)),
  plainField('proc.exeline', of(executableLine)),
  numberField(
    'proc.cmdnargs',
    of(({ arguments: given }) => given?.length ?? null),
  ),
  numberField(
    'proc.cmdlenargs',
    of(({ arguments: given }) => given?.join('').length ?? null),
  ),
  plainField(
    'proc.cwd',
    of(({ workingDirectory }) => workingDirectory),
  ),
  environmentField,
  numberField(
    'proc.tty',
    of(({ terminal }) => terminal),
  ),
  numberField('proc.duration', of(age)),
  numberField(
    'proc.pid.ts',
    of(({ startedAtNs }) => startedAtNs),
  ),
  flagField(
    'proc.is_vpgid_leader',
    of(({ isGroupLeader }) => isGroupLeader),
  ),
  flagField(
    'proc.is_exe_upper_layer',
    of(({ isUpperLayer }) => isUpperLayer),
  ),
  flagField(
    'proc.is_exe_from_memfd',
    of(({ isFromMemory }) => isFromMemory),
  ),
  plainField(
    'proc.stdin.type',
    of(({ standardInput }) => standardInput?.kind ?? null),
  ),
  plainField(
    'proc.stdin.name',
    of(({ standardInput }) => standardInput?.name ?? null),
  ),
  numberField(
    'proc.exe_ino.ctime',
    of(({ executableInode }) => executableInode?.changedAtNs ?? null),
  ),
  numberField(
    'proc.exe_ino.mtime',
    of(({ executableInode }) => executableInode?.modifiedAtNs ?? null),
  ),
  numberField(
    'proc.exe_ino.ctime_duration_proc_start',
    of(({ executableInode, startedAtNs }) =>
      executableInode === null || startedAtNs === null
        ? null
        : startedAtNs - executableInode.changedAtNs,
    ),
  ),
  plainField(
    'proc.pname',
    ofParent(({ name }) => name),
  ),
  plainField(
    'proc.pexe',
    ofParent(({ executable }) => executable),
  ),
  plainField(
    'proc.pexepath',
    ofParent(({ executablePath }) => executablePath),
  ),
  plainField('proc.pcmdline', ofParent(commandLine)),
  numberField(
    'proc.ppid.ts',
    ofParent(({ startedAtNs }) => startedAtNs),
  ),
  numberField('proc.ppid.duration', ofParent(age)),
  ancestorField('proc.aname', ({ name }) => name),
  ancestorField('proc.aexe', ({ executable }) => executable),
  ancestorField('proc.aexepath', ({ executablePath }) => executablePath),
  ancestorField('proc.acmdline', commandLine),
  ancestorField('proc.apid', ({ pid }) => pid),
  numberField(
    'thread.tid',
    of(({ tid }) => tid),
  ),
  flagField(
    'thread.ismain',
    of(({ pid, tid }) => pid === tid),
  ),
  plainField(
    'thread.cap_effective',
    of((one) => capabilities(one.capabilitiesEffective)),
  ),
  plainField(
    'thread.cap_permitted',
    of((one) => capabilities(one.capabilitiesPermitted)),
  ),
  numberField(
    'user.uid',
    of(({ user }) => user.id),
  ),
  plainField(
    'user.name',
    of(({ user }) => user.name),
  ),
  numberField(
    'user.loginuid',
    of(({ loginUser }) => loginUser.id),
  ),
  plainField(
    'user.loginname',
    of(({ loginUser }) => loginUser.name),
  ),
  numberField(
    'group.gid',
    of(({ group }) => group.id),
  ),
  plainField(
    'group.name',
    of(({ group }) => group.name),
  ),
];

/** All but the ages read only the process. */
export const processFields = ofSubject(fields, ['proc.duration', 'proc.ppid.duration']);
