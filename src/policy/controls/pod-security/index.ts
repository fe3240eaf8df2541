// Pod Security Standards: the checks of Kubernetes, by its ids, in the order of its documentation.
import type { Control } from '../../control.ts';
import { allowPrivilegeEscalation } from './allow-privilege-escalation.ts';
import { appArmorProfile } from './app-armor-profile.ts';
import { capabilitiesBaseline, capabilitiesRestricted } from './capabilities.ts';
import { hostNamespaces } from './host-namespaces.ts';
import { hostPathVolumes } from './host-path-volumes.ts';
import { hostPorts } from './host-ports.ts';
import { hostProbesAndHostLifecycle } from './host-probes.ts';
import { privileged } from './privileged.ts';
import { procMount, procMountRestricted } from './proc-mount.ts';
import { restrictedVolumes } from './restricted-volumes.ts';
import { runAsNonRoot } from './run-as-non-root.ts';
import { runAsUser } from './run-as-user.ts';
import { seccompProfileBaseline, seccompProfileRestricted } from './seccomp-profile.ts';
import { seLinuxOptions } from './selinux-options.ts';
import { sysctls } from './sysctls.ts';
import { windowsHostProcess } from './windows-host-process.ts';

export const podSecurity: readonly Control[] = [
  privileged,
  windowsHostProcess,
  hostNamespaces,
  hostPathVolumes,
  capabilitiesBaseline,
  procMount,
  hostPorts,
  hostProbesAndHostLifecycle,
  appArmorProfile,
  seLinuxOptions,
  seccompProfileBaseline,
  sysctls,
  restrictedVolumes,
  capabilitiesRestricted,
  procMountRestricted,
  allowPrivilegeEscalation,
  runAsNonRoot,
  runAsUser,
  seccompProfileRestricted,
];
