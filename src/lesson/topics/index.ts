// All lessons, in the order of the list that `seaworthy learn` prints. Adding one = its file, its
// id in `model/lesson.ts` and one line here.
import type { Lesson } from '../lesson.ts';
import { auditTrail } from './audit-trail.ts';
import { brokenAccessControl } from './broken-access-control.ts';
import { clusterFiles } from './cluster-files.ts';
import { clusterNetwork } from './cluster-network.ts';
import { clusterRights } from './cluster-rights.ts';
import { clusterSettings } from './cluster-settings.ts';
import { clusterStore } from './cluster-store.ts';
import { codeInjection } from './code-injection.ts';
import { containerEscape } from './container-escape.ts';
import { copyleftLicence } from './copyleft-licence.ts';
import { coveredTracks } from './covered-tracks.ts';
import { crossSiteScripting } from './cross-site-scripting.ts';
import { cryptomining } from './cryptomining.ts';
import { dataDestruction } from './data-destruction.ts';
import { declaredButAbsent } from './declared-but-absent.ts';
import { denialOfService } from './denial-of-service.ts';
import { disabledDefences } from './disabled-defences.ts';
import { drift } from './drift.ts';
import { endOfLifeBase } from './end-of-life-base.ts';
import { engineApi } from './engine-api.ts';
import { engineSettings } from './engine-settings.ts';
import { exploitedVulnerability } from './exploited-vulnerability.ts';
import { exposedManagementPort } from './exposed-management-port.ts';
import { filelessExecution } from './fileless-execution.ts';
import { handsInContainers } from './hands-in-containers.ts';
import { hiddenChannel } from './hidden-channel.ts';
import { hostAccess } from './host-access.ts';
import { hostFiles } from './host-files.ts';
import { imageHygiene } from './image-hygiene.ts';
import { imageTrust } from './image-trust.ts';
import { informationLeak } from './information-leak.ts';
import { kernelConfinement } from './kernel-confinement.ts';
import { kernelSurface } from './kernel-surface.ts';
import { lateralMovement } from './lateral-movement.ts';
import { leakedSecret } from './leaked-secret.ts';
import { leastPrivilege } from './least-privilege.ts';
import { lookupInjection } from './lookup-injection.ts';
import { maliciousPackage } from './malicious-package.ts';
import { memoryCorruption } from './memory-corruption.ts';
import { notAssessed } from './not-assessed.ts';
import { pathTraversal } from './path-traversal.ts';
import { persistence } from './persistence.ts';
import { privilegeEscalation } from './privilege-escalation.ts';
import { publishedPort } from './published-port.ts';
import { reconnaissance } from './reconnaissance.ts';
import { requestForgery } from './request-forgery.ts';
import { requestSmuggling } from './request-smuggling.ts';
import { resourceExhaustion } from './resource-exhaustion.ts';
import { reverseShell } from './reverse-shell.ts';
import { runsAsRoot } from './runs-as-root.ts';
import { signerIdentity } from './signer-identity.ts';
import { stolenCredentials } from './stolen-credentials.ts';
import { swarmCluster } from './swarm-cluster.ts';
import { unpinnedImage } from './unpinned-image.ts';
import { unsafeDeserialisation } from './unsafe-deserialisation.ts';
import { unverifiedDownload } from './unverified-download.ts';
import { vulnerableDependency } from './vulnerable-dependency.ts';
import { vulnerableOsPackage } from './vulnerable-os-package.ts';
import { weakAccounts } from './weak-accounts.ts';
import { weakCryptography } from './weak-cryptography.ts';

export const lessons: readonly Lesson[] = [
  vulnerableOsPackage,
  vulnerableDependency,
  exploitedVulnerability,
  maliciousPackage,
  unsafeDeserialisation,
  lookupInjection,
  codeInjection,
  memoryCorruption,
  privilegeEscalation,
  containerEscape,
  pathTraversal,
  requestSmuggling,
  requestForgery,
  brokenAccessControl,
  crossSiteScripting,
  informationLeak,
  weakCryptography,
  denialOfService,
  endOfLifeBase,
  declaredButAbsent,
  notAssessed,
  leakedSecret,
  runsAsRoot,
  exposedManagementPort,
  weakAccounts,
  unverifiedDownload,
  imageHygiene,
  copyleftLicence,
  hostAccess,
  leastPrivilege,
  unpinnedImage,
  kernelConfinement,
  resourceExhaustion,
  publishedPort,
  engineApi,
  engineSettings,
  hostFiles,
  auditTrail,
  imageTrust,
  swarmCluster,
  clusterSettings,
  clusterFiles,
  clusterStore,
  clusterRights,
  clusterNetwork,
  drift,
  filelessExecution,
  reverseShell,
  cryptomining,
  stolenCredentials,
  lateralMovement,
  hiddenChannel,
  coveredTracks,
  disabledDefences,
  persistence,
  kernelSurface,
  reconnaissance,
  handsInContainers,
  dataDestruction,
  signerIdentity,
];
