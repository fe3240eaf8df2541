// Requests to a Docker engine: bodies, request lines, and the questions of its authorisation plugin.

import { decideRequest, type GuardSetting } from '../../../src/flow/gate-docker.ts';
import { judgeBody, operationRules, parseAsGo } from '../../../src/policy/docker-api/index.ts';
import { noWaivers } from '../../../src/policy/index.ts';
import { Desk } from '../../../src/server/docker-guard/desk.ts';
import { labelled, ownerLabel } from '../../../src/server/docker-guard/ownership.ts';
import { authorize } from '../../../src/server/docker-guard/plugin.ts';
import { sample } from '../samples/files.ts';
import { type FuzzTarget, promise, promiseReason, type Sample } from '../target.ts';

const decoder = new TextDecoder();
const texts = (...all: readonly string[]): Sample[] => all.map((text) => sample('request', text));

const policy = {
  profiles: ['recommended', 'hardening'],
  minor: 30,
  waivers: noWaivers,
  onUnknown: 'deny',
} as const;
const setting: GuardSetting = {
  rules: operationRules('usual', { allow: ['*'], deny: ['debug'] }),
  policy,
  images: null,
  engine: null,
  resolve: (path) => path,
};
const options = { name: 'a', resolve: setting.resolve, policy };

const create = JSON.stringify({
  Image: 'a:1',
  Labels: { a: 'b' },
  Env: ['A=b'],
  HostConfig: {
    Binds: ['/srv:/a:ro'],
    Mounts: [
      {
        Type: 'volume',
        VolumeOptions: { DriverConfig: { Options: { type: 'none', o: 'bind', device: '/' } } },
      },
    ],
    SecurityOpt: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'],
    Sysctls: { 'net.a': '1' },
    Devices: [{ PathOnHost: '/dev/sda' }],
  },
});

/** Read or refused; what is read and made privileged is denied, and takes a label. */
async function runBody({ bytes }: Sample): Promise<void> {
  const parsed = parseAsGo(bytes);
  if (!parsed.ok) return promiseReason(parsed.reason);
  for (const operation of ['container.create', 'container.exec', 'volume.create']) {
    const answer = judgeBody(operation, parsed.value, options);
    for (const { message } of answer?.reasons ?? []) promiseReason(message);
  }
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const grave = { ...value, HostConfig: { Privileged: true } };
  const answer = judgeBody('container.create', grave, options);
  promise(answer?.decision === 'deny', 'a privileged container that is not denied');
  const made = labelled(decoder.decode(bytes), 'x');
  if (made === null) return undefined;
  const again = parseAsGo(made);
  const isOwned = decoder.decode(bytes).includes(ownerLabel);
  promise(again.ok || isOwned, 'a label that breaks the body');
  return undefined;
}

/** `METHOD uri`, the type, and a body behind line feeds. */
async function runRequest({ bytes }: Sample): Promise<void> {
  const [line = '', type = '', ...rest] = decoder.decode(bytes).split('\n');
  const [method = '', ...uri] = line.split(' ');
  const decision = await decideRequest(
    {
      method,
      uri: uri.join(' '),
      header: (name) => (name === 'content-type' ? type : null),
      body: rest.length === 0 ? null : new TextEncoder().encode(rest.join('\n')),
    },
    setting,
  );
  if (decision.decision === 'allow') return;
  promiseReason(decision.message);
  promise(!/[\n\r\u001b]/.test(decision.message), 'a message of several lines');
}

async function runQuestion({ bytes }: Sample): Promise<void> {
  const desk = new Desk({
    setting: () => setting,
    isAudit: false,
    recordFile: null,
    now: () => new Date(0),
    clockMs: () => 0,
    warn: () => undefined,
  });
  const answer = (await authorize(desk, decoder.decode(bytes))) as { Allow?: unknown };
  promise(typeof answer.Allow === 'boolean', 'an answer that neither allows nor denies');
}

const question = (uri: string, body: string): string =>
  JSON.stringify({
    RequestMethod: 'POST',
    RequestUri: uri,
    RequestHeaders: { 'Content-Type': 'application/json' },
    RequestBody: Buffer.from(body).toString('base64'),
  });

const tokens = [
  '"HostConfig":{',
  '"hostConfig":null',
  '"Privileged":true',
  '"Labels":',
  '"__proto__":',
  '\\u0067',
  '\u{17f}',
  '"Mounts":[',
  '/v1.41',
  '/../',
  '%2e%2e',
  '%63',
  '?fromSrc=',
  '/containers/create',
  '\n\n',
];

export const dockerTargets: readonly FuzzTarget[] = [
  {
    name: 'docker-body',
    weight: 1,
    samples: texts(
      create,
      '{"Privileged":true,"User":"root","Cmd":["a"]}',
      '{"Driver":"local","DriverOpts":{"type":"overlay","o":"lowerdir=/","device":"x"}}',
    ),
    tokens,
    run: runBody,
  },
  {
    name: 'docker-request',
    weight: 1,
    samples: texts(
      `POST /v1.41/containers/create?name=a\napplication/json\n${create}`,
      'GET /containers/a/archive?path=/\n',
      'POST /build?networkmode=host&remote=http://a\napplication/x-tar',
      'POST /images/create?fromImage=a&tag=sha256:1\ntext/plain',
    ),
    tokens,
    run: runRequest,
  },
  {
    name: 'docker-question',
    weight: 1,
    samples: texts(
      question('/v1.41/containers/create', create),
      question('/containers/a/exec', '{"Privileged":true}'),
      '{"User":"a","RequestMethod":"GET","RequestUri":"/info"}',
    ),
    tokens: [...tokens, '"RequestBody":"', '"RequestHeaders":{'],
    run: runQuestion,
  },
];
