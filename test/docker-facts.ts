// Facts of a Docker engine for the tests of its audit: an empty engine, and one thing changed at a time.

import {
  type DockerFacts,
  dockerControls,
  type ExecFact,
  type ExecFacts,
  type FileFact,
  judgeAudit,
} from '../src/audit/index.ts';
import { configOfInspection } from '../src/policy/index.ts';

/** One container as the audit knows it. */
type Container = DockerFacts['containers'][number];

export function container(raw: object, more: Partial<Container> = {}): Container {
  const config = configOfInspection({ Id: 'a', Name: '/web', HostConfig: {}, ...raw }, []);
  return {
    id: 'a',
    name: 'web',
    image: 'nginx:1',
    imageId: 'sha256:1',
    config,
    programs: null,
    ...more,
  };
}

export function file(path: string, owner = 'root', mode = 0o644, group = 'root'): FileFact {
  return { path, kind: 'file', owner, group, mode };
}

export const files = (...list: FileFact[]): Pick<DockerFacts, 'files'> => ({
  files: new Map(list.map((one) => [one.path, one])),
});

export const daemon = (settings: unknown, words: readonly string[] | null = ['dockerd']) => ({
  daemon: { arguments: words, file: '/etc/docker/daemon.json', settings, problem: null },
});

export const image = (more: Partial<DockerFacts['images'][number]>) => ({
  images: [
    {
      id: 'sha256:1',
      name: 'a:1',
      tags: ['a:1'],
      user: '1',
      hasHealthcheck: true,
      environment: [],
      history: [],
      ...more,
    },
  ],
});

export const host = (settings: object): Partial<DockerFacts> => ({
  containers: [container({ HostConfig: settings })],
});

/** A running container with one program that was started in it; null: none was. */
export function execs(
  one: Partial<ExecFact> | null,
  raw: object = {},
  more: Partial<ExecFacts> = {},
): Partial<DockerFacts> {
  const program: ExecFact = {
    containerId: 'a',
    at: '2026-11-02T10:00:00Z',
    command: '/bin/sh',
    user: '1000',
    isPrivileged: null,
    capabilities: null,
    source: 'record',
    ...one,
  };
  return {
    containers: [container({ State: { Running: true }, ...raw })],
    execs: {
      programs: one === null ? [] : [program],
      seen: new Map([['a', { since: '2026-11-01T00:00:00Z', isWhole: true }]]),
      problem: null,
      ...more,
    },
  };
}

export const info = (more: object): Partial<DockerFacts> => ({
  info: { SecurityOptions: [], ...more },
});

export const swarm = (spec: object, more: Partial<DockerFacts> = {}): Partial<DockerFacts> => ({
  info: { Swarm: { LocalNodeState: 'active', ControlAvailable: true, Managers: 3 } },
  swarm: { swarm: { Spec: spec }, services: [] },
  ...more,
});

export const empty: DockerFacts = {
  address: '/run/docker.sock',
  hostProblem: null,
  info: {},
  version: '28.0.0',
  daemon: {
    arguments: ['dockerd'],
    file: '/etc/docker/daemon.json',
    settings: null,
    problem: null,
  },
  files: new Map(),
  registryCertificates: [],
  auditRules: null,
  mountPoints: ['/'],
  dockerGroup: null,
  listeners: [],
  containers: [],
  execs: { programs: [], seen: new Map(), problem: 'nothing was recorded' },
  images: [],
  networks: [],
  swarm: { swarm: null, services: [] },
  contentTrust: null,
};

export function statusOf(id: string, facts: Partial<DockerFacts>) {
  const chosen = dockerControls.filter((one) => one.id === id);
  const [result] = judgeAudit(chosen, { ...empty, ...facts }, () => null);
  return result?.status;
}

/** A control, facts that fail it, and facts that pass it. */
export type FactsRow = readonly [
  id: string,
  fails: Partial<DockerFacts>,
  passes: Partial<DockerFacts>,
];
