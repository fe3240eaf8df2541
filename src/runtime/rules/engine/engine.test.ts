import { describe, expect, test } from 'vitest';
import type { ContainerFacts, ProcessFacts, RuntimeEvent } from '../../../model/event.ts';
import {
  DetectionWriter,
  detectionJson,
  explain,
  fieldNames,
  flatEvent,
  flatFields,
  loadSyscallRules,
  type Rule,
  RuleEngine,
  syscallFields,
  unknownNames,
} from '../index.ts';
import { parseCondition } from '../language/index.ts';
import { compileOperand } from './operand.ts';

function processOf(changes: Partial<ProcessFacts> = {}): ProcessFacts {
  return {
    pid: 10,
    tid: 10,
    parentPid: 1,
    namespacePid: 1,
    parent: null,
    name: 'bash',
    executable: '-bash',
    executablePath: '/usr/bin/bash',
    arguments: ['-c', 'id'],
    workingDirectory: '/root',
    environment: ['PATH=/bin', 'A=b'],
    terminal: 34816,
    sessionId: 10,
    sessionName: 'bash',
    isGroupLeader: true,
    user: { id: 0, name: 'root' },
    group: { id: 0, name: 'root' },
    loginUser: { id: -1, name: null },
    capabilitiesEffective: ['CAP_CHOWN', 'CAP_SYS_ADMIN'],
    capabilitiesPermitted: [],
    startedAtNs: 1_000n,
    isUpperLayer: false,
    isFromMemory: null,
    executableInode: { changedAtNs: 400n, modifiedAtNs: 300n },
    container: null,
    ...changes,
  };
}

const container: ContainerFacts = {
  id: '3ad7b26ded6d',
  fullId: null,
  name: 'web',
  engine: 'docker',
  image: 'nginx:1.29',
  imageRepository: 'nginx',
  imageTag: '1.29',
  imageDigest: null,
  imageId: null,
  privileged: true,
  mounts: [
    {
      source: '/proc',
      destination: '/host/proc',
      mode: 'ro',
      writable: false,
      propagation: 'rslave',
    },
  ],
  startedAtNs: 1767387240123456789n,
  pod: null,
  namespace: null,
};

function eventOf(changes: Partial<RuntimeEvent> = {}): RuntimeEvent {
  return {
    number: 7,
    type: 'execve',
    timeNs: 1767387241123456789n,
    cpu: 1,
    result: 0,
    arguments: new Map<string, string | number>([
      ['filename', '/bin/bash'],
      ['flags', 'EXE_WRITABLE'],
    ]),
    buffer: null,
    openedForReading: null,
    openedForWriting: null,
    createdExecutable: null,
    process: processOf({
      container,
      parent: processOf({ pid: 9, name: 'runc', parent: processOf({ pid: 8, name: 'shim' }) }),
    }),
    descriptor: null,
    ...changes,
  };
}

function read(field: string, event: RuntimeEvent = eventOf()): unknown {
  const check = parseCondition(`${field} exists`);
  if (check.kind !== 'exists') throw new Error('no check');
  return compileOperand(check.left, syscallFields).read(event);
}

const connection = eventOf({
  type: 'connect',
  result: -115,
  descriptor: {
    number: 5,
    kind: 'ipv4',
    name: '10.0.0.5:4321->93.184.216.34:443',
    rawName: null,
    nameChanged: true,
    connected: false,
    protocol: 'tcp',
    local: { address: '10.0.0.5', port: 4321, hostName: null },
    remote: { address: '93.184.216.34', port: 443, hostName: 'example.com' },
    isServer: false,
  },
});

const opened = eventOf({
  type: 'openat',
  result: -2,
  openedForReading: true,
  descriptor: {
    number: -1,
    kind: 'file',
    name: '/etc/shadow',
    rawName: '../etc/shadow',
    nameChanged: null,
    connected: null,
    protocol: null,
    local: null,
    remote: null,
    isServer: null,
  },
});

describe('fields', () => {
  test.each([
    ['evt.num', 7],
    ['evt.res', 'SUCCESS'],
    ['evt.args', 'filename=/bin/bash flags=EXE_WRITABLE'],
    ['evt.arg.flags', 'EXE_WRITABLE'],
    ['evt.arg[0]', '/bin/bash'],
    ['evt.arg.nothing', null],
    ['evt.time', '20:54:01.123456789'],
    ['evt.time.iso8601', '2026-01-02T20:54:01.123456789Z'],
    ['evt.datetime', '2026-01-02 20:54:01.123456789'],
    ['proc.cmdline', 'bash -c id'],
    ['proc.exeline', '-bash -c id'],
    ['proc.args', '-c id'],
    ['proc.pname', 'runc'],
    ['proc.aname[0]', 'bash'],
    ['proc.aname[2]', 'shim'],
    ['proc.aname[3]', null],
    ['proc.aname', ['runc', 'shim']],
    ['proc.apid[1]', 9],
    ['proc.env', 'PATH=/bin A=b'],
    ['proc.env[A]', 'b'],
    ['proc.env[B]', null],
    ['proc.duration', 1767387241123455789n],
    ['proc.exe_ino.ctime_duration_proc_start', 600n],
    ['proc.is_exe_from_memfd', null],
    ['thread.cap_effective', 'CAP_CHOWN CAP_SYS_ADMIN'],
    ['thread.cap_permitted', ''],
    ['user.loginuid', -1],
    ['user.loginname', null],
    ['container.id', '3ad7b26ded6d'],
    ['container.duration', 1_000_000_000n],
    ['container.mount.dest[/proc*]', '/host/proc'],
    ['container.mount.dest[0]', '/host/proc'],
    ['container.mount.dest[/etc]', 'N/A'],
    ['container.mounts', '/proc:/host/proc:ro:false:rslave'],
    ['fd.name', null],
  ])('%s', (field, expected) => {
    expect(read(field)).toEqual(expected);
  });

  test.each([
    ['fd.typechar', '4'],
    ['fd.sockfamily', 'ip'],
    ['fd.cip', '10.0.0.5'],
    ['fd.sip', '93.184.216.34'],
    ['fd.sip.name', 'example.com'],
    ['fd.rport', 443],
    ['fd.lport', 4321],
    ['fd.port', ['4321', '443']],
    ['fd.ip', ['10.0.0.5', '93.184.216.34']],
    ['fd.directory', null],
    ['evt.res', 'EINPROGRESS'],
  ])('of a connection: %s', (field, expected) => {
    expect(read(field, connection)).toEqual(expected);
  });

  test.each([
    ['fd.directory', '/etc'],
    ['fd.filename', 'shadow'],
    ['fd.nameraw', '../etc/shadow'],
    ['fd.typechar', 'f'],
    ['fd.num', -1],
    ['evt.res', 'ENOENT'],
    ['evt.is_open_read', true],
    ['evt.is_open_write', null],
  ])('of an open file: %s', (field, expected) => {
    expect(read(field, opened)).toEqual(expected);
  });

  test('of the host', () => {
    const event = eventOf({ process: processOf() });
    expect(read('container.id', event)).toBe('host');
    expect(read('container.image.repository', event)).toBeNull();
    expect(read('container.id', eventOf({ process: null }))).toBeNull();
  });

  test('ancestors in a loop end', () => {
    const parent: { -readonly [Key in keyof ProcessFacts]: ProcessFacts[Key] } = processOf();
    parent.parent = parent;
    expect(read('proc.aname', eventOf({ process: parent }))).toHaveLength(100);
  });

  test('are many', () => {
    expect(fieldNames().length).toBeGreaterThan(110);
  });
});

const rules = `
- macro: container
  condition: container.id != host
- rule: First
  desc: d
  condition: evt.type = execve and container and proc.name = bash
  output: Shell | user=%user.name tty=%proc.tty id=%container.id login=%user.loginname age=%proc.duration
  priority: WARNING
  tags: [shell, T1059]
- rule: Second
  desc: d
  condition: evt.type in (execve, execveat) and proc.name startswith ba
  output: Second
  priority: INFO
- rule: Off
  desc: d
  condition: evt.type = execve
  output: Off
  priority: INFO
  enabled: false
- rule: Not open
  desc: d
  condition: evt.type != open and proc.name = sh
  output: x
  priority: INFO
`;

function loadedRules(): readonly Rule[] {
  const { errors, rules: loaded } = loadSyscallRules([{ name: 'r.yaml', text: rules }]);
  expect(errors).toEqual([]);
  return loaded;
}

describe('the engine', () => {
  const names = (engine: RuleEngine<RuntimeEvent>, event: RuntimeEvent): readonly string[] =>
    engine.match(event).map(({ name }) => name);

  test('first or all', () => {
    const first = new RuleEngine(loadedRules(), syscallFields);
    const all = new RuleEngine(loadedRules(), syscallFields, { matching: 'all' });
    expect(names(first, eventOf())).toEqual(['First']);
    expect(names(all, eventOf())).toEqual(['First', 'Second']);
    expect(names(all, eventOf({ type: 'execveat' }))).toEqual(['Second']);
    expect(names(all, eventOf({ type: 'open' }))).toEqual([]);
    expect(names(all, eventOf({ process: null }))).toEqual([]);
    expect(names(all, eventOf({ process: processOf() }))).toEqual(['Second']);
  });

  test('knows which types it wants', () => {
    const engine = new RuleEngine(loadedRules(), syscallFields);
    expect(engine.wants('execve')).toBe(true);
    expect(engine.wants('open')).toBe(false);
    expect(engine.wants('close')).toBe(true);
  });

  test("a detection has Falco's shape", () => {
    const event = eventOf();
    const [rule] = new RuleEngine(loadedRules(), syscallFields).match(event);
    const writer = new DetectionWriter<RuntimeEvent>({
      registry: syscallFields,
      hostname: 'node-1',
      timeOf: ({ timeNs }) => timeNs,
    });
    if (rule === undefined) throw new Error('no match');
    expect(detectionJson(writer.write(rule, event))).toBe(
      '{"hostname":"node-1","output":"20:54:01.123456789: Warning Shell | user=root tty=34816 ' +
        'id=3ad7b26ded6d login=<NA> age=1767387241123455789","priority":"Warning","rule":"First",' +
        '"source":"syscall","tags":["T1059","shell"],"time":"2026-01-02T20:54:01.123456789Z",' +
        '"output_fields":{"container.id":"3ad7b26ded6d","evt.time":1767387241123456789,' +
        '"proc.duration":1767387241123455789,"proc.tty":34816,"user.loginname":null,' +
        '"user.name":"root"}}',
    );
  });
});

describe('events as JSON', () => {
  test('an alert is an event', () => {
    const alert = { output: 'x evt_type=open', output_fields: { 'proc.name': 'a' } };
    expect(flatEvent(alert)).toMatchObject({ type: 'open' });
    expect(flatEvent({ 'proc.name': 'a' })).toBeNull();
    expect(flatEvent([])).toBeNull();
    expect(flatEvent(null)).toBeNull();
  });

  test('misspelt fields are told', () => {
    const event = flatEvent({ 'evt.type': 'open', 'proc.nam': 'x', 'proc.aname[2]': 'y' });
    expect(event === null ? [] : unknownNames(event)).toEqual(['proc.nam']);
  });
});

describe('explanations', () => {
  test('every part has its outcome', () => {
    const text = `
- macro: m
  condition: (proc.name = sh or proc.name = bash)
- rule: R
  desc: d
  condition: evt.type = execve and m and not user.name = root and fd.num >= 0
  output: o
  priority: INFO
`;
    const [rule] = loadSyscallRules([{ name: 'r.yaml', text }]).rules;
    const event = flatEvent({ 'evt.type': 'execve', 'proc.name': 'bash', 'fd.num': -1 });
    if (rule === undefined || event === null) throw new Error('no rule or event');
    const lines: string[] = [];
    const walk = (part: ReturnType<typeof explain>, depth: number): void => {
      const actual = part.actual === null ? '' : ` [${part.actual.value}]`;
      lines.push(`${'  '.repeat(depth)}${part.outcome} ${part.text}${actual}`);
      for (const child of part.children) walk(child, depth + 1);
    };
    walk(explain(rule, event, flatFields), 0);
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "false and
        true evt.type = execve [execve]
        true m
          true or
            false proc.name = sh [bash]
            true proc.name = bash [bash]
        true not
          missing user.name = root [<NA>]
        false fd.num >= 0 [-1]"
    `);
  });
});
