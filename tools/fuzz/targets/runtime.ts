// What the runtime reads: rules of users, captures, audit logs of clusters, events as JSON.
import { builtinAuditRules, builtinRules } from '../../../src/host/rules/index.ts';
import { AuditReader, auditFields } from '../../../src/runtime/audit-log/index.ts';
import {
  flatEvent,
  flatFields,
  judgeOf,
  loadRulesOf,
  loadSyscallRules,
  RuleEngine,
} from '../../../src/runtime/rules/index.ts';
import { written } from '../../../src/runtime/scap/fixtures/capture.ts';
import { connection, eventOf } from '../../../src/runtime/scap/fixtures/scene.ts';
import { CaptureReader } from '../../../src/runtime/scap/index.ts';
import { sample } from '../samples/files.ts';
import { type FuzzTarget, inPieces, promise, promiseReason, type Sample } from '../target.ts';

const decoder = new TextDecoder();
const textOf = ({ bytes }: Sample): string => decoder.decode(bytes);

const rules = `- required_engine_version: 0.57.0
- list: shells
  items: [bash, sh, "zsh"]
- macro: spawned
  condition: (evt.type in (execve, execveat) and evt.res = SUCCESS)
- rule: Shell in a container
  desc: a shell
  condition: >
    spawned and container.id != host and proc.name in (shells)
    and not (proc.pname startswith "run" or fd.name pmatch (/etc, /usr/bin))
  output: shell (user=%user.name command=%proc.cmdline proc=%proc.aname[2])
  priority: WARNING
  tags: [container, T1059]
  exceptions:
    - name: known
      fields: [proc.name, container.image.repository]
      comps: [=, in]
      values: [[sh, [a, b]]]
- rule: Shell in a container
  condition: and evt.arg.flags contains O_CREAT
  override: {condition: append}
`;

const events = [
  { 'evt.type': 'execve', 'evt.res': 'SUCCESS', 'proc.name': 'sh', 'container.id': 'abc' },
  { 'evt.type': 'open', 'fd.name': '/etc/shadow', 'evt.is_open_write': true, 'user.uid': 0 },
  { output: 'x evt_type=connect', output_fields: { 'fd.sip': '10.0.0.1', 'fd.sport': 443 } },
];

function promisePlace({
  line,
  message,
}: {
  readonly line: number | null;
  readonly message: string;
}) {
  promise(line === null || (Number.isInteger(line) && line >= 1), `line ${line}`);
  promiseReason(message);
}

/** Rules of users: loaded with places for what is wrong, and run on events as they are. */
function runRules(input: Sample): void {
  const loaded = loadSyscallRules([{ name: input.path, text: textOf(input) }]);
  for (const one of [...loaded.errors, ...loaded.warnings]) promisePlace(one);
  if (loaded.errors.length > 0) return;
  const engine = new RuleEngine(loaded.rules, flatFields);
  for (const one of events) {
    const event = flatEvent(one);
    if (event !== null) engine.match(event);
  }
}

const ours = loadSyscallRules(builtinRules());
const oursOnEvents = new RuleEngine(ours.rules, flatFields, { matching: 'all' });

/** Events of strangers: any JSON is an event or none; our rules answer. */
function runEvents(input: Sample): void {
  for (const line of textOf(input).split('\n').slice(0, 100)) {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      continue;
    }
    const event = flatEvent(value);
    if (event !== null) oursOnEvents.match(event);
  }
}

const auditRules = loadRulesOf(builtinAuditRules(), new Map([['k8s_audit', judgeOf(auditFields)]]));
const auditEngine = new RuleEngine(auditRules.rules, auditFields, { matching: 'all' });

function runAuditLog(input: Sample): void {
  const reader = new AuditReader();
  for (const piece of inPieces(input.bytes, 1000)) {
    for (const event of reader.push(decoder.decode(piece))) auditEngine.match(event);
  }
  for (const event of reader.end()) auditEngine.match(event);
  for (const { line, reason } of reader.problems) promisePlace({ line, message: reason });
}

/** Captures: cut anywhere they tell the same, and what is wrong has a place. */
function runCapture({ bytes }: Sample): void {
  const counts = [bytes.length || 1, 777].map((size) => {
    const reader = new CaptureReader();
    let events = 0;
    for (const piece of inPieces(bytes, size)) {
      for (const event of reader.push(piece)) {
        events += 1;
        promise(event.type !== '', 'an event without a type');
        if (events < 50) promise(event.arguments.size >= 0, 'an event without arguments');
      }
    }
    const { problems } = reader.end();
    for (const { reason } of problems) promiseReason(reason);
    return events;
  });
  promise(counts[0] === counts[1], `${counts[0]} events whole, ${counts[1]} in pieces`);
}

const auditEntry = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID: '1',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/pods/web/exec?command=sh&container=web',
  verb: 'create',
  user: { username: 'ann', groups: ['system:masters'] },
  sourceIPs: ['10.0.0.9'],
  objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web' },
  responseStatus: { code: 101 },
  requestObject: { spec: { containers: [{ securityContext: { privileged: true } }] } },
  annotations: { 'authorization.k8s.io/decision': 'allow' },
};

const scene = [
  eventOf('execve'),
  eventOf('openat', { result: 3, arguments: { name: '/etc/passwd', flags: 'O_RDONLY' } }),
  eventOf('connect', { descriptor: connection }),
];

export const runtimeTargets: readonly FuzzTarget[] = [
  {
    name: 'rules',
    weight: 0.5,
    samples: [sample('my_rules.yaml', rules)],
    tokens: ['and', 'or', 'not', 'in', 'pmatch', '(', ')', 'exceptions', '&a', '*a', '<<: *a'],
    run: runRules,
  },
  {
    name: 'runtime-event',
    weight: 0.5,
    samples: [sample('events.jsonl', events.map((one) => JSON.stringify(one)).join('\n'))],
    tokens: ['"evt.type"', '__proto__', 'null', '1e400', '"execve"', '/etc/'],
    run: runEvents,
  },
  {
    name: 'kubernetes-audit-log',
    weight: 0.5,
    samples: [
      sample('audit.log', `${JSON.stringify(auditEntry)}\n${JSON.stringify(auditEntry)}\n`),
      sample('audit.log', JSON.stringify({ kind: 'EventList', items: [auditEntry] })),
    ],
    tokens: ['"items"', '"stage"', '"auditID"', '__proto__', 'null', '[]', '{}'],
    run: runAuditLog,
  },
  {
    name: 'capture',
    weight: 1,
    samples: [{ path: 'trace.scap', bytes: written(scene) }],
    tokens: ['\u0000\u0000\u0000\u0000', '\u00ff\u00ff\u00ff\u00ff', '\u0016\u0002'],
    run: runCapture,
  },
];
