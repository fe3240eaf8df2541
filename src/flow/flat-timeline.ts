// A recorded container as flat events, one JSON object a line: what `replay` reads. Fields have the
// names and meanings of the rule language; what the record does not hold is left out, not guessed.
import type { FileRecord, FlowRecord, ProcessRecord, RawRecord } from '../model/timeline.ts';
import type { RecordReader, StoredRun } from '../store/record/index.ts';
import { containerMeant, type TimelineRequest } from './timeline.ts';

type FlatFields = Record<string, string | number | boolean | null>;

/** Ends in a line feed; empty for a container of which nothing is recorded. */
export function flatTimeline(reader: RecordReader, request: TimelineRequest): string {
  const { stored } = containerMeant(reader, request.container);
  const { events } = reader.events(stored.id, request.query);
  const container = containerFields(stored);
  const running = new Map<number, ProcessRecord>();
  const lines: string[] = [];
  for (const { order, record } of events) {
    if (record.kind === 'process' && record.how === 'exec') running.set(record.pid, record);
    const own = fieldsOf(record);
    if (own === null) continue;
    const runner = processFields(record, running);
    const time = { 'evt.num': order, 'evt.time': Number(record.timeNs) };
    lines.push(withExactTime({ ...time, ...own, ...runner, ...container }, record.timeNs));
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** Nanoseconds are no safe number: their digits are written as they are. */
function withExactTime(fields: FlatFields, timeNs: bigint): string {
  return JSON.stringify(fields).replace(/"evt\.time":[^,]+/, `"evt.time":${timeNs}`);
}

function containerFields({ run }: StoredRun): FlatFields {
  const { identity } = run;
  const { id, name, image, privileged, pod } = identity;
  const reference = image.reference ?? '';
  const colon = reference.lastIndexOf(':');
  const hasTag = colon > reference.lastIndexOf('/');
  return {
    'container.id': /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id,
    ...(name === null ? {} : { 'container.name': name }),
    ...(reference === ''
      ? {}
      : {
          'container.image': reference,
          'container.image.repository': hasTag ? reference.slice(0, colon) : reference,
          ...(hasTag ? { 'container.image.tag': reference.slice(colon + 1) } : {}),
        }),
    ...(image.digest === null ? {} : { 'container.image.digest': image.digest }),
    ...(privileged === null ? {} : { 'container.privileged': privileged }),
    ...(pod?.name ? { 'k8s.pod.name': pod.name } : {}),
    ...(pod?.namespace ? { 'k8s.ns.name': pod.namespace } : {}),
  };
}

const fileTypes = {
  created: 'open',
  written: 'open',
  renamed: 'rename',
  deleted: 'unlink',
  linked: 'link',
  'mode-changed': 'chmod',
  'opened-executable': 'open',
} as const;

/** One record by itself, without what others tell of its process; null for what no rule is about. */
export function flatRecordFields(record: RawRecord): FlatFields | null {
  const own = fieldsOf(record);
  if (own === null) return null;
  const running = new Map(record.kind === 'process' ? [[record.pid, record]] : []);
  const { containerId } = record;
  return {
    ...own,
    ...processFields(record, running),
    'container.id': containerId === null ? 'host' : containerId.slice(0, 12),
  };
}

/** Null for what no rule is about. */
function fieldsOf(record: RawRecord): FlatFields | null {
  switch (record.kind) {
    case 'process':
      return record.how === 'exec' ? { 'evt.type': 'execve', 'evt.res': 'SUCCESS' } : null;
    case 'file':
      return fileFields(record);
    case 'library':
      return openFields(record.path, false);
    case 'flow':
      return record.phase === 'opened' ? flowFields(record) : null;
    case 'exit':
      return null;
  }
}

function fileFields(record: FileRecord): FlatFields {
  const type = fileTypes[record.action];
  if (type === 'open') return openFields(record.path, record.action !== 'opened-executable');
  return {
    'evt.type': type,
    'evt.res': 'SUCCESS',
    'fd.name': record.path,
    ...(type === 'rename' || type === 'link'
      ? { 'evt.arg.oldpath': record.path, 'evt.arg.newpath': record.to }
      : {}),
    ...(type === 'unlink' ? { 'evt.arg.name': record.path } : {}),
    ...(type === 'chmod' ? { 'evt.arg.filename': record.path, 'evt.arg.mode': record.to } : {}),
  };
}

function openFields(path: string, writes: boolean): FlatFields {
  const slash = path.lastIndexOf('/');
  return {
    'evt.type': 'open',
    'evt.res': 'SUCCESS',
    'evt.is_open_read': !writes,
    'evt.is_open_write': writes,
    'fd.name': path,
    'fd.directory': slash <= 0 ? '/' : path.slice(0, slash),
    'fd.filename': path.slice(slash + 1),
    'fd.typechar': 'f',
    'fd.type': 'file',
    'fd.num': 3,
  };
}

function flowFields({ direction, protocol, local, remote }: FlowRecord): FlatFields {
  const isIn = direction === 'in';
  const [client, server] = isIn ? [remote, local] : [local, remote];
  const isSix = remote.address.includes(':');
  return {
    'evt.type': isIn ? 'accept' : 'connect',
    'evt.res': 'SUCCESS',
    'evt.rawres': 0,
    'fd.name': `${client.address}:${client.port ?? 0}->${server.address}:${server.port ?? 0}`,
    'fd.type': isSix ? 'ipv6' : 'ipv4',
    'fd.typechar': isSix ? '6' : '4',
    'fd.l4proto': protocol,
    'fd.cip': client.address,
    'fd.sip': server.address,
    'fd.lip': local.address,
    'fd.rip': remote.address,
    'fd.sport': server.port,
    'fd.lport': local.port,
    'fd.rport': remote.port,
    'fd.num': 3,
    ...(remote.hostName === null ? {} : { 'fd.rip.name': remote.hostName }),
    ...(isIn || remote.hostName === null ? {} : { 'fd.sip.name': remote.hostName }),
  };
}

/** The process of the event and its parents, as far as the record saw them begin. */
function processFields(record: RawRecord, running: ReadonlyMap<number, ProcessRecord>): FlatFields {
  const { pid } = record;
  const runner = pid === null ? undefined : running.get(pid);
  if (runner === undefined) return pid === null ? {} : { 'proc.pid': pid };
  const name = nameOf(runner);
  const [executable = '', ...words] = runner.arguments;
  const { user, group, loginUser, terminal, isUpperLayer, isFromMemory } = runner;
  return {
    'proc.pid': runner.pid,
    ...(runner.parentPid === null ? {} : { 'proc.ppid': runner.parentPid }),
    'proc.name': name,
    'proc.exe': executable,
    ...(runner.path === null ? {} : { 'proc.exepath': runner.path }),
    'proc.args': words.join(' '),
    'proc.cmdline': [name, ...words].join(' '),
    ...(runner.workingDirectory === null ? {} : { 'proc.cwd': runner.workingDirectory }),
    ...(terminal === null ? {} : { 'proc.tty': terminal }),
    ...(isUpperLayer === null ? {} : { 'proc.is_exe_upper_layer': isUpperLayer }),
    ...(isFromMemory === null ? {} : { 'proc.is_exe_from_memfd': isFromMemory }),
    ...(user.id === null ? {} : { 'user.uid': user.id }),
    ...(user.name === null ? {} : { 'user.name': user.name }),
    ...(group.id === null ? {} : { 'group.gid': group.id }),
    ...(loginUser.id === null ? {} : { 'user.loginuid': loginUser.id }),
    ...ancestorFields(runner, running),
  };
}

/** As many generations as the official rules ask for. */
const generations = 7;

function ancestorFields(
  runner: ProcessRecord,
  running: ReadonlyMap<number, ProcessRecord>,
): FlatFields {
  const fields: FlatFields = {};
  let at = runner;
  for (let level = 1; level <= generations; level += 1) {
    const parent = at.parentPid === null ? undefined : running.get(at.parentPid);
    if (parent === undefined || parent === at) return fields;
    at = parent;
    fields[`proc.aname[${level}]`] = nameOf(parent);
    if (parent.path !== null) fields[`proc.aexepath[${level}]`] = parent.path;
    if (level > 1) continue;
    fields['proc.pname'] = nameOf(parent);
    fields['proc.pcmdline'] = [nameOf(parent), ...parent.arguments.slice(1)].join(' ');
  }
  return fields;
}

/** The kernel's name, else what it would be: the last part of the path, fifteen characters. */
function nameOf({ name, path, arguments: words }: ProcessRecord): string {
  if (name !== null) return name;
  const program = path ?? words[0] ?? '';
  return program.slice(program.lastIndexOf('/') + 1).slice(0, 15);
}
