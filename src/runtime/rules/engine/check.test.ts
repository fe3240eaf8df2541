import { describe, expect, test } from 'vitest';
import { flatEvent, flatFields } from '../fields/index.ts';
import { parseCondition } from '../language/index.ts';
import { Compiler } from './compile.ts';
import { Graph } from './graph.ts';
import { judgeOf } from './judge.ts';

const values = {
  'evt.type': 'openat',
  'evt.rawres': 5,
  'evt.res': 'SUCCESS',
  'evt.is_open_write': true,
  'evt.buffer': '\u0000ELF rest',
  'proc.name': 'Bash',
  'proc.pname': 'bash',
  'proc.exe': '/usr/bin/bash',
  'proc.cmdline': 'bash -c cm9vdA==',
  'proc.args': '-t 5 -n file',
  'proc.aname[1]': 'sshd',
  'proc.aname[2]': 'systemd',
  'proc.env': 'YQ==',
  'proc.tty': 0,
  'proc.exe_ino.ctime': '9007199254740993',
  'fd.num': 5,
  'fd.name': '/etc/passwd',
  'fd.ip': ['10.0.0.5', '93.184.216.34'],
  'fd.net': ['10.0.0.5', '93.184.216.34'],
  'fd.port': ['4321', '443'],
  'fd.sport': 443,
  'fd.sip': '93.184.216.34',
  'user.name': null,
  'user.loginname': '<NA>',
};

function holds(condition: string): boolean {
  const event = flatEvent(values);
  if (event === null) throw new Error('no event');
  const graph = new Graph(flatFields);
  const node = graph.reduce(parseCondition(condition), event.type, new Map());
  return typeof node === 'boolean' ? node : new Compiler(graph, flatFields).predicate(node)(event);
}

describe('a missing field makes every check false', () => {
  test.each([
    'user.name = root',
    'user.name != root',
    'user.name exists',
    'user.name in (root)',
    'user.name contains r',
    'user.loginname = "<NA>"',
    'user.uid > 0',
    'user.uid != 0',
    'fd.rip != 10.0.0.1',
    'proc.name = val(user.name)',
    'user.name = val(proc.name)',
    'len(user.name) >= 0',
    'concat(proc.name, user.name) exists',
    'proc.is_exe_upper_layer = false',
  ])('%s', (condition) => {
    expect(holds(condition)).toBe(false);
    expect(holds(`not ${condition}`)).toBe(true);
  });
});

describe('operators', () => {
  test.each([
    ['proc.name = Bash', true],
    ['proc.name == bash', false],
    ['proc.name != bash', true],
    ['proc.name in (a, Bash)', true],
    ['proc.name contains as', true],
    ['proc.name icontains BAS', true],
    ['proc.name startswith B', true],
    ['proc.name endswith sh', true],
    ['proc.name glob B*', true],
    ['proc.name glob b*', false],
    ['proc.name iglob b*', true],
    ['proc.name regex "[A-Z][a-z]+"', true],
    ['proc.name regex "[a-z]+"', false],
    ['fd.name pmatch (/etc)', true],
    ['fd.name pmatch (/etc/)', true],
    ['fd.name pmatch (/et)', false],
    ['fd.name pmatch (/etc/passwd)', true],
    ['fd.name pmatch (/etc/passwd/x)', false],
    ['fd.name pmatch (/)', true],
    ['evt.buffer bcontains 454c46', true],
    ['evt.buffer bstartswith 454c46', false],
    ['evt.buffer bstartswith 00454c', true],
    ['evt.rawres >= 5', true],
    ['evt.rawres > 5', false],
    ['evt.rawres = 0x5', true],
    ['evt.rawres in (1, 5)', true],
    ['proc.exe_ino.ctime > 9007199254740992', true],
    ['proc.exe_ino.ctime = 9007199254740992', false],
    ['proc.exe_ino.ctime = 9007199254740993', true],
    ['evt.is_open_write = true', true],
    ['evt.is_open_write != false', true],
    ['proc.tty != 0', false],
    ['evt.type = openat', true],
    ['evt.type in (open, openat2)', false],
    ['evt.type != open', true],
    ['evt.type startswith open', true],
    ['fd.sip = 93.184.216.34', true],
    ['fd.sip != 93.184.216.34', false],
    ['fd.net = 10.0.0.0/8', true],
    ['fd.net != 10.0.0.0/8', false],
    ['fd.net in (192.168.0.0/16, 93.184.0.0/16)', true],
    ['fd.ip = 8.8.8.8', false],
    ['fd.port in (443, 80)', true],
    ['fd.port = 22', false],
    ['proc.aname = systemd', true],
    ['proc.aname in (systemd, x)', true],
    ['proc.aname in (cron)', false],
    ['proc.aname[1] = sshd', true],
    ['proc.aname[7] = sshd', false],
    ['proc.args intersects (-n, -x)', true],
    ['proc.args intersects (-x)', false],
    ['proc.args = "-t 5 -n file"', true],
    ['proc.args contains "-n "', true],
    ['proc.name startswith anyof (x, B)', true],
    ['proc.name startswith allof (B, Ba)', true],
    ['proc.name startswith allof (B, x)', false],
    ['proc.name startswith oneof (B, x)', true],
    ['proc.name startswith oneof (B, Ba)', false],
    ['proc.name = oneof (Bash, sh)', true],
  ])('%s: %s', (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });
});

describe('transformers', () => {
  test.each([
    ['tolower(proc.name) = bash', true],
    ['toupper(proc.name) = BASH', true],
    ['tolower(proc.name) = val(proc.pname)', true],
    ['proc.pname = tolower(proc.name)', true],
    ['basename(proc.exe) = bash', true],
    ['b64(proc.env) = a', true],
    ['b64(proc.cmdline) exists', false],
    ['len(proc.name) = 4', true],
    ['len(proc.args) = 4', true],
    ['join("+", proc.args) = "-t+5+-n+file"', true],
    ['join("+", (proc.name, proc.pname)) = Bash+bash', true],
    ['concat(proc.name, "/", proc.pname) = Bash/bash', true],
    ['toupper(basename(proc.exe)) = BASH', true],
    ['getopt(proc.args, "nt:")[t] = 5', true],
    ['getopt(proc.args, "nt:")[n] exists', true],
    ['getopt(proc.args, "nt:x")[x] exists', false],
    ['getopt(proc.args, "nt:") in (n, t)', true],
    ['getopt(proc.args, "nt:") in (t)', false],
    ['getopt(proc.args, "nt:") intersects (t)', true],
  ])('%s: %s', (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });
});

describe('what does not fit together is told at loading', () => {
  test.each([
    ['proc.nam = x', 'unknown-field', 'proc.nam'],
    ['evt.dir = <', 'deprecated-field', 'evt.dir'],
    ['proc.name[1] = x', 'invalid', 'no argument'],
    ['container.mount.dest = x', 'invalid', 'needs an argument'],
    ['proc.aname[x] = x', 'invalid', 'no argument of'],
    ['proc.name > 5', 'invalid', '>'],
    ['fd.num = many', 'invalid', 'no number'],
    ['fd.num contains 5', 'invalid', 'contains'],
    ['evt.is_open_read = maybe', 'invalid', 'neither'],
    ['evt.is_open_read > 1', 'invalid', '>'],
    ['fd.sip = example.com', 'invalid', 'no address'],
    ['fd.sip contains 10.0.0.0', 'invalid', 'contains'],
    ['evt.buffer bcontains xyz', 'invalid', 'hexadecimal'],
    ['proc.name regex "(?=x)"', 'invalid', 'look-around'],
    ['getopt(proc.args, "n") = x', 'invalid', 'list'],
    ['getopt(proc.name, "n")[n] = x', 'invalid', 'no list of words'],
    ['getopt(proc.args, "n")[z] = x', 'invalid', 'not told'],
    ['join(proc.args) = x', 'invalid', 'separator'],
    ['proc.name = val(fd.num)', 'invalid', 'types'],
    ['proc.name regex val(proc.pname)', 'invalid', 'two fields'],
    ['len(proc.name, proc.exe) = 1', 'invalid', 'one field'],
  ])('%s', (condition, kind, words) => {
    const check = parseCondition(condition);
    if (check.kind !== 'comparison' && check.kind !== 'exists') throw new Error('no check');
    const problem = judgeOf(flatFields).problemOfCheck(check);
    expect(problem?.kind).toBe(kind);
    expect(problem?.message).toContain(words);
  });
});
