// Controls on what a container shows and where it comes from: published ports, image reference,
// credentials in its environment.
import { shown } from '../control.ts';
import { isSecret } from '../credential.ts';
import { parseImageName } from '../image-name.ts';
import { clip } from '../scalar.ts';
import type { ContainerConfig } from './config.ts';
import type { ContainerControl, ContainerFault } from './control.ts';

function lowPortFaults(config: ContainerConfig): readonly ContainerFault[] {
  return config.ports.flatMap(({ hostPort, path }) =>
    hostPort !== null && hostPort > 0 && hostPort < 1024
      ? [
          {
            path,
            value: hostPort,
            message: `it is published on port ${hostPort} of the host`,
            edits: [],
          },
        ]
      : [],
  );
}

const everyAddress: ReadonlySet<string | null> = new Set([null, '', '0.0.0.0', '::', '[::]', '*']);

function addressFaults(config: ContainerConfig): readonly ContainerFault[] {
  const told = config.ports.flatMap(({ hostIp, hostPort, containerPort, path }) => {
    if (!everyAddress.has(hostIp)) return [];
    const port = hostPort === null ? `port ${containerPort}` : `port ${hostPort}`;
    const message = `${port} answers on every address of the host, past its firewall`;
    return [{ path, value: hostIp, message, edits: [] }];
  });
  return told;
}

function publishFaults(config: ContainerConfig): readonly ContainerFault[] {
  const { publishesAll } = config;
  if (!publishesAll.value) return [];
  const message = 'all exposed ports are published, wanted or not';
  return [{ path: publishesAll.path, value: true, message, edits: [] }];
}

function tagFaults({ image }: ContainerConfig): readonly ContainerFault[] {
  if (image.value === null || image.value === '' || isId(image.value)) return [];
  const { tag, digest } = parseImageName(image.value);
  if (digest !== null || (tag !== null && tag !== 'latest')) return [];
  const what = tag === null ? 'has no tag, which means latest' : 'has the tag latest';
  const message = `its image ${shown(image.value)} ${what}`;
  return [{ path: image.path, value: clip(image.value), message, edits: [] }];
}

function digestFaults({ image }: ContainerConfig): readonly ContainerFault[] {
  if (image.value === null || image.value === '' || isId(image.value)) return [];
  if (parseImageName(image.value).digest !== null) return [];
  const message = `its image ${shown(image.value)} is not pinned by a digest`;
  return [{ path: image.path, value: clip(image.value), message, edits: [] }];
}

/** `docker run SHA256` names content by itself. */
function isId(image: string): boolean {
  return /^(?:sha256:)?[0-9a-f]{12,64}$/.test(image);
}

function secretFaults(config: ContainerConfig): readonly ContainerFault[] {
  return config.environment.flatMap(({ name, value, path }) => {
    if (!isSecret(clip(name), clip(value, 4096))) return [];
    const message = `its environment holds a credential: ${shown(name)}`;
    return [{ path, value: '***', message, edits: [], secret: true } as const];
  });
}

export const exposureControls: readonly ContainerControl[] = [
  {
    id: 'privileged-port',
    cis: '5.8',
    title: 'No port of the host below 1024 is taken',
    level: 'hardening',
    severity: 'low',
    lesson: 'published-port',
    fix: 'Publish on a high port, behind the proxy that owns 80 and 443',
    run: '-p 127.0.0.1:8080:80',
    check: lowPortFaults,
  },
  {
    id: 'published-ports',
    cis: '5.9',
    title: 'Ports are published one by one',
    level: 'hardening',
    severity: 'medium',
    lesson: 'published-port',
    fix: 'Publish the ports that are needed by name instead of all',
    run: '-p 127.0.0.1:8080:8080',
    check: publishFaults,
  },
  {
    id: 'published-address',
    cis: '5.14',
    title: 'Ports are published on a named address',
    level: 'hardening',
    severity: 'medium',
    lesson: 'published-port',
    fix: 'Write the address before the port: 127.0.0.1:8080:8080',
    run: '-p 127.0.0.1:8080:8080',
    check: addressFaults,
  },
  {
    id: 'image-tag',
    cis: '5.28',
    title: 'The image has a tag that says which one',
    level: 'hardening',
    severity: 'medium',
    lesson: 'unpinned-image',
    fix: 'Name the version of the image, best with its digest',
    check: tagFaults,
  },
  {
    id: 'image-digest',
    cis: null,
    title: 'The image is pinned by a digest',
    level: 'hardening',
    severity: 'low',
    lesson: 'unpinned-image',
    fix: 'Write the digest behind the tag: name:1.2@sha256:...',
    check: digestFaults,
  },
  {
    id: 'environment-secret',
    cis: null,
    title: 'No credential stands in the environment',
    level: 'hardening',
    severity: 'high',
    lesson: 'leaked-secret',
    fix: 'Replace the credential and hand it over as a secret file',
    check: secretFaults,
  },
];
