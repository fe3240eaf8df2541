// What the gate reads: manifests of Kubernetes, Compose files, Dockerfiles, what engines tell.
import { gateSource } from '../../../src/flow/gate.ts';
import type { GateSurroundings } from '../../../src/flow/gate-subjects.ts';
import { noWaivers, type Policy } from '../../../src/policy/index.ts';
import { sample } from '../samples/files.ts';
import { type FuzzTarget, promise, promiseReason, promiseText, type Sample } from '../target.ts';

const policy: Policy = {
  profiles: ['baseline', 'restricted', 'hardening'],
  minor: 30,
  waivers: noWaivers,
  onUnknown: 'deny',
};

/** Each file that is named is the file itself: circles are found, or the reader never ends. */
function surroundings(text: string): GateSurroundings {
  return {
    today: '2026-11-22',
    values: new Map([['TAG', '1']]),
    readBeside: () => text,
    hasIgnoreFile: () => false,
  };
}

function runGate({ path, bytes }: Sample): void {
  const text = new TextDecoder().decode(bytes);
  const source = { file: path, text, reason: null, isNamed: true };
  for (const answer of gateSource(source, policy, surroundings(text))) {
    promise(['allow', 'warn', 'deny'].includes(answer.decision), 'a decision is none');
    promise(answer.unknowns.length === 0 || answer.decision === 'deny', 'an unknown is allowed');
    const denied = answer.reasons.some(({ mode }) => mode === 'deny');
    promise(!denied || answer.decision === 'deny', 'a reason to deny does not deny');
    for (const { reason } of answer.unknowns) promiseReason(reason);
    for (const { message, path: place, line, fix } of answer.reasons) {
      for (const one of [message, fix]) promiseReason(one);
      promiseText(place, 'a path');
      promise(line === null || (Number.isInteger(line) && line > 0), `line ${line}`);
    }
    JSON.stringify(answer);
  }
}

const pod = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      hostNetwork: true
      containers:
        - name: web
          image: nginx:1.27
          securityContext: {privileged: yes, capabilities: {add: [SYS_ADMIN]}}
          env: [{name: DB_PASSWORD, value: horse}]
      volumes: [{name: v, hostPath: {path: /var/run}}]
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: b}]}}
`;

const compose = `include: [other.yml]
services:
  base: &base
    image: nginx:\${TAG:-1.27}
    restart: always
  web:
    <<: *base
    extends: {file: base.yml, service: base}
    privileged: true
    ports: ["80:80", "127.0.0.1:9000-9001:9000-9001/udp", {target: 80, published: "81"}]
    volumes: ["/var/run:/x:ro,rshared", "d:/d", {type: bind, source: ~/.ssh, target: /s}]
    environment: [DB_PASSWORD=horse, "A=\${B:?no}"]
    deploy: {resources: {limits: {memory: 64M}}}
networks: {h: {external: true, name: host}}
volumes: {d: {driver_opts: {o: bind, device: /etc}}}
`;

const dockerfile = `# syntax=docker/dockerfile:1
# escape=\\
ARG V=12
FROM golang:1.25 AS build
RUN --mount=type=cache,target=/x curl -sSL https://x.example/i.sh | sudo bash
FROM debian:\${V}
ENV API_TOKEN=horse A="b c"
COPY --from=build --chmod=777 ["a", "/b"]
RUN apt-get update && \\
    # inner
    apt-get install -y curl
RUN <<EOF cat <<-"B"
wget -qO- x | sh
EOF
\tchmod 4755 /x
\tB
ADD https://u:p@x.example/a.tgz /
ONBUILD USER root
EXPOSE 22
HEALTHCHECK NONE
USER root
`;

const inspection = JSON.stringify([
  {
    Id: 'a'.repeat(64),
    Name: '/web',
    State: { Running: true },
    AppArmorProfile: 'unconfined',
    Config: { Image: 'nginx', User: '', Env: ['TOKEN=horse'], Labels: { a: 'b' } },
    HostConfig: {
      Privileged: true,
      Binds: ['/:/host:rshared'],
      CapAdd: ['SYS_ADMIN'],
      PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '80' }] },
      RestartPolicy: { Name: 'always', MaximumRetryCount: 0 },
      MaskedPaths: [],
    },
    Mounts: [{ Type: 'bind', Source: '/var/run', Destination: '/x', RW: false }],
  },
]);

export const policyTargets: readonly FuzzTarget[] = [
  {
    name: 'manifest',
    weight: 1,
    samples: [sample('pod.yaml', pod)],
    tokens: [
      'kind: Pod',
      'List',
      '\n---\n',
      '&a ',
      '*a',
      'hostPath',
      'privileged: ',
      '- ',
      '{',
      '}',
    ],
    run: runGate,
  },
  {
    name: 'compose',
    weight: 1,
    samples: [sample('compose.yaml', compose)],
    tokens: [
      'services:',
      'extends: web',
      '${A:-',
      '}',
      '$$',
      '<<: *base',
      '0.0.0.0:',
      ':',
      '/..',
      '~',
    ],
    run: runGate,
  },
  {
    name: 'dockerfile',
    weight: 1,
    samples: [sample('Dockerfile', dockerfile)],
    tokens: [
      'FROM ',
      ' AS ',
      '\\\n',
      '<<E',
      '\nE\n',
      '# escape=`\n',
      'ONBUILD ',
      '["',
      '"]',
      '${',
      '| sh',
      '--',
      '&&',
    ],
    run: runGate,
  },
  {
    name: 'docker-inspect',
    weight: 0.5,
    samples: [sample('inspect.json', inspection)],
    tokens: ['"HostConfig"', '"Binds"', 'null', '[]', '{}', '0', '"/"', 'true'],
    run: runGate,
  },
];
