// All lessons, in the order of the list that `seaworthy learn` prints. Adding one = its file, its
// id in `model/lesson.ts` and one line here.
import type { Lesson } from './lesson.ts';
import { brokenAccessControl } from './topics/broken-access-control.ts';
import { codeInjection } from './topics/code-injection.ts';
import { containerEscape } from './topics/container-escape.ts';
import { crossSiteScripting } from './topics/cross-site-scripting.ts';
import { declaredButAbsent } from './topics/declared-but-absent.ts';
import { denialOfService } from './topics/denial-of-service.ts';
import { endOfLifeBase } from './topics/end-of-life-base.ts';
import { exploitedVulnerability } from './topics/exploited-vulnerability.ts';
import { informationLeak } from './topics/information-leak.ts';
import { leakedSecret } from './topics/leaked-secret.ts';
import { lookupInjection } from './topics/lookup-injection.ts';
import { maliciousPackage } from './topics/malicious-package.ts';
import { memoryCorruption } from './topics/memory-corruption.ts';
import { notAssessed } from './topics/not-assessed.ts';
import { pathTraversal } from './topics/path-traversal.ts';
import { privilegeEscalation } from './topics/privilege-escalation.ts';
import { requestForgery } from './topics/request-forgery.ts';
import { requestSmuggling } from './topics/request-smuggling.ts';
import { unsafeDeserialisation } from './topics/unsafe-deserialisation.ts';
import { vulnerableDependency } from './topics/vulnerable-dependency.ts';
import { vulnerableOsPackage } from './topics/vulnerable-os-package.ts';
import { weakCryptography } from './topics/weak-cryptography.ts';

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
];
