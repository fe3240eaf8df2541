// Hardening: what NSA, CIS and practice ask for beyond the Pod Security Standards, worst first.
import type { Control } from '../../control.ts';
import { dangerousCapability } from './dangerous-capability.ts';
import { defaultNamespace } from './default-namespace.ts';
import { environmentSecret } from './environment-secret.ts';
import { hostAliases } from './host-aliases.ts';
import { imageDigest } from './image-digest.ts';
import { imageTag } from './image-tag.ts';
import { mountPropagation } from './mount-propagation.ts';
import { privilegedPort } from './privileged-port.ts';
import { readOnlyRoot } from './read-only-root.ts';
import { cpuLimit, memoryLimit } from './resource-limit.ts';
import { runtimeSocketMount } from './runtime-socket-mount.ts';
import { sensitiveHostPath } from './sensitive-host-path.ts';
import { serviceAccountToken } from './service-account-token.ts';
import { sharedProcesses } from './shared-processes.ts';
import { userNamespace } from './user-namespace.ts';

export const hardening: readonly Control[] = [
  runtimeSocketMount,
  sensitiveHostPath,
  dangerousCapability,
  mountPropagation,
  environmentSecret,
  memoryLimit,
  imageTag,
  imageDigest,
  cpuLimit,
  readOnlyRoot,
  serviceAccountToken,
  userNamespace,
  privilegedPort,
  sharedProcesses,
  hostAliases,
  defaultNamespace,
];
