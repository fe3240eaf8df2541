// All rules on images. Adding one = its file and one line here.
import type { FileRule, ImageRule } from './rule.ts';
import { emptyPassword, secondRoot } from './rules/accounts.ts';
import { dockerSocket } from './rules/docker-socket.ts';
import { engineApi } from './rules/engine-api.ts';
import { latestTag } from './rules/latest-tag.ts';
import { gitFolder, packageCache, shellHistory } from './rules/leftovers.ts';
import { noHealthcheck } from './rules/no-healthcheck.ts';
import { chmodOpen, worldWritable } from './rules/open-permissions.ts';
import { packageSource } from './rules/package-source.ts';
import { authorizedKeys, sshLogin } from './rules/remote-login.ts';
import { runsAsRoot } from './rules/runs-as-root.ts';
import { sensitivePort } from './rules/sensitive-port.ts';
import { setuid } from './rules/setuid.ts';
import { sudoPresent, sudoWithoutPassword } from './rules/sudo.ts';
import { pipedToShell, unverifiedDownload } from './rules/unverified-download.ts';

export const imageRules: readonly ImageRule[] = [
  runsAsRoot,
  dockerSocket,
  sensitivePort,
  unverifiedDownload,
  pipedToShell,
  chmodOpen,
  sudoPresent,
  latestTag,
  noHealthcheck,
];

export const fileRules: readonly FileRule[] = [
  emptyPassword,
  secondRoot,
  authorizedKeys,
  sshLogin,
  sudoWithoutPassword,
  engineApi,
  setuid,
  worldWritable,
  packageSource,
  gitFolder,
  shellHistory,
  packageCache,
];
