// Made-up answers about the machine as a whole: flows, audits, exposure.
import type { ContainerView } from '../../src/model/timeline-view.ts';
import { ago, hour, minute } from './mock-answers.ts';

export function networkOf(now: Date, containers: readonly ContainerView[]): object {
  const nodes = containers.map(({ id, name, workload }) => ({
    id,
    name,
    kind: 'container',
    workload,
  }));
  const flows = containers.slice(1).map((one, index) => ({
    from: one.id,
    to: containers[Math.floor(index / 2)]?.id,
    protocol: 'tcp',
    port: 5432,
    count: 10 * index + 1,
    bytesSent: 1000 * 4 ** (index % 8),
    bytesReceived: 900,
    firstAt: ago(now, hour),
    lastAt: ago(now, minute),
  }));
  const outside = {
    id: 'address:203.0.113.9',
    name: 'files.example',
    kind: 'external',
    workload: null,
  };
  const out = { ...flows[0], to: outside.id, port: 80, count: 2 };
  return { nodes: [...nodes, outside], flows: flows.length === 0 ? [] : [...flows, out] };
}

export function auditOf(
  now: Date,
  text: (word: string) => string,
): { readonly latest: readonly object[]; readonly history: readonly object[] } {
  const control = (id: string, title: string, status: string, severity: string): object => ({
    id,
    benchmark: 'CIS Docker 1.8.0',
    profile: 'container runtime · level 1',
    title: text(title),
    severity,
    status,
    evidence:
      status === 'pass'
        ? []
        : [
            {
              subject: text('shop-api-1'),
              place: 'HostConfig.Privileged',
              value: true,
              message: text('it is privileged'),
            },
          ],
    moreEvidence: 0,
    fix: 'Run it without --privileged and add the capabilities that it needs.',
    commands: [text('docker run --cap-add NET_BIND_SERVICE shop/api:1.4')],
    lesson: 'least-privilege',
    waived: [],
  });
  return {
    latest: [
      {
        schemaVersion: 1,
        audit: 'docker',
        generatedAt: ago(now, hour),
        target: '/run/docker.sock',
        summary: [
          {
            sentence: text('One container may do anything on this machine.'),
            details: ['shop-api-1'],
          },
        ],
        controls: [
          control('5.4', 'Privileged containers are not used', 'fail', 'critical'),
          control('2.1', 'The daemon does not run as root', 'manual', 'medium'),
          control('5.1', 'AppArmor is on', 'pass', 'low'),
        ],
        score: 71,
        leftOut: [],
      },
    ],
    history: Array.from({ length: 9 }, (_, index) => ({
      benchmark: 'docker:/run/docker.sock:',
      at: ago(now, (9 - index) * 24 * hour),
      score: 50 + 3 * index,
    })),
  };
}

export function exposedOf(now: Date, containers: readonly ContainerView[], asked: string): object {
  return {
    sentence: `${containers.length} containers ran it, 3 still do, 2 used it, 1 can be reached.`,
    title: 'Prototype Pollution in lodash',
    published: ago(now, 10 * hour),
    total: {
      images: 2,
      containers: containers.length,
      running: 3,
      used: 2,
      firstSeen: null,
      lastSeen: null,
    },
    items: containers.map((container, index) => ({
      container,
      package: { purl: 'pkg:npm/lodash@4.17.4' },
      advisory: asked,
      firstSeen: container.firstSeen,
      lastSeen: container.lastSeen,
      running: container.running,
      inUse: [true, false, null][index % 3],
      reachableFrom: index === 0 ? ['8080/tcp'] : [],
    })),
  };
}

export function alertsOf(now: Date, text: (word: string) => string): object {
  const output = { atOnce: 3, delivered: 12, waiting: 1, lost: 0, failures: 0, lastProblem: null };
  const lastProblem = { at: ago(now, minute), what: text('no route to host') };
  return {
    state: 'on',
    howToSwitchOn: null,
    digest: { seconds: 300 },
    outputs: [
      { ...output, name: text('team-chat'), kind: 'slack' },
      { ...output, name: 'mail', kind: 'email', lost: 2, failures: 4, lastProblem },
    ],
    responses: {
      state: 'on',
      howToSwitchOn: null,
      byHand: ['pause'],
      waiting: 0,
      done: 1,
      failed: 0,
    },
  };
}

export function responsesOf(
  now: Date,
  { id, name, image }: ContainerView,
  text: (word: string) => string,
): readonly object[] {
  return [
    {
      id: 'r1',
      at: ago(now, hour),
      action: 'pause',
      state: 'done',
      container: { id, name, image: image.reference },
      why: { rule: text('Terminal shell in container'), priority: 'Warning', output: '', time: '' },
      by: text('ann'),
      policy: { file: 'response.yaml', rule: 'shells', line: 7 },
      result: text('paused by its engine'),
      canUndo: true,
      undoneAt: null,
    },
  ];
}

export function actionsOf(): object {
  return { state: 'on', howToSwitchOn: null, allowed: ['pause', 'cut-network'], items: [] };
}

export function waiversOf(text: (word: string) => string): object {
  const waiver = {
    reason: text('until the vendor mends it'),
    owner: text('ann'),
    uses: 4,
    line: 9,
  };
  const rest = { file: 'policy.yaml', lastUsedAt: null, stale: false };
  const open = { expires: '2027-01-31', expired: false, daysLeft: 70 };
  const over = { expires: '2026-01-31', expired: true, daysLeft: null };
  return {
    state: 'on',
    howToSwitchOn: null,
    items: [
      { ...waiver, ...rest, ...open, controls: ['host-path'] },
      { ...waiver, ...rest, ...over, controls: [text('privileged')] },
    ],
  };
}

/** Signed by a workflow, with provenance and an SBOM; a stranger's signature beside it. */
export function trustOf(now: Date, text: (word: string) => string): object {
  const signer = {
    kind: 'certificate',
    issuer: 'https://token.actions.githubusercontent.com',
    subject: text('https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main'),
    sourceRepository: text('acme/shop'),
    sourceRef: 'refs/heads/main',
    sourceDigest: null,
    buildSigner: null,
    trigger: 'push',
  };
  const one = (more: object): object => ({
    kind: 'signature',
    shape: 'referrer',
    storedIn: `sha256:${'5'.repeat(64)}`,
    subject: `sha256:${'6'.repeat(64)}`,
    verified: true,
    trusted: true,
    refusal: null,
    reason: '',
    signer,
    signedAt: [ago(now, 30 * hour)],
    logIndex: '123456789',
    predicateType: null,
    provenance: null,
    ...more,
  });
  const provenance = {
    builder: text('https://github.com/actions/runner/github-hosted'),
    buildType: 'https://actions.github.io/buildtypes/workflow/v1',
    sources: [text('git+https://github.com/acme/shop@refs/heads/main')],
    sourceRef: 'refs/heads/main',
  };
  const attestation = { kind: 'attestation' };
  return {
    state: 'trusted',
    sentence: `Trusted: ${text('signed by release workflow')}; attested slsaprovenance`,
    advice: null,
    command: text('seaworthy verify registry.example/shop/api:1.4 --policy trust.yaml'),
    running: false,
    cannotAsk: null,
    outdated: true,
    last: {
      outcome: 'trusted',
      reference: text(`registry.example/shop/api@sha256:${'6'.repeat(64)}`),
      checkedAt: ago(now, 2 * hour),
      policy: {
        file: 'trust.yaml',
        revision: `sha256:${'7'.repeat(64)}`,
        rule: { patterns: [text('registry.example/shop/**')], line: 9 },
        mode: 'deny',
      },
      rootRevision: `sha256:${'8'.repeat(64)}`,
      reasons: [],
      proved: ['signed by release workflow'],
      signatures: [
        one({}),
        one({ ...attestation, predicateType: 'https://slsa.dev/provenance/v1', provenance }),
        one({ ...attestation, predicateType: 'https://cyclonedx.org/bom' }),
        one({
          shape: 'signature-tag',
          verified: false,
          trusted: false,
          refusal: 'unknown-key',
          reason: text('no key of the policy made it'),
          signer: null,
          signedAt: [],
          logIndex: null,
        }),
      ],
      moreSignatures: 0,
      unknowns: [text('an SBOM lies beside the image that nobody signed: it proves nothing')],
      problem: null,
    },
  };
}
