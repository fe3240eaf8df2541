// Ids of lessons: what findings name in their field `lesson`, and what `seaworthy learn` teaches.

export const lessonIds = [
  // What to do about a finding: set by the matcher.
  'vulnerable-os-package',
  'vulnerable-dependency',
  'exploited-vulnerability',
  'malicious-package',
  // Kinds of flaws: told by the words of an advisory.
  'unsafe-deserialisation',
  'lookup-injection',
  'code-injection',
  'memory-corruption',
  'privilege-escalation',
  'container-escape',
  'path-traversal',
  'request-smuggling',
  'request-forgery',
  'broken-access-control',
  'cross-site-scripting',
  'information-leak',
  'weak-cryptography',
  'denial-of-service',
  // States of a target.
  'end-of-life-base',
  'declared-but-absent',
  'not-assessed',
  'leaked-secret',
  // How an image is built: set by the rules on images.
  'runs-as-root',
  'exposed-management-port',
  'weak-accounts',
  'unverified-download',
  'image-hygiene',
  'copyleft-licence',
  // How a workload runs: set by the controls of the gate.
  'host-access',
  'least-privilege',
  'unpinned-image',
  'kernel-confinement',
  'resource-exhaustion',
  'published-port',
  // How the engine and its host are set up: set by the audit.
  'engine-api',
  'engine-settings',
  'host-files',
  'audit-trail',
  'image-trust',
  'swarm-cluster',
  'cluster-settings',
  'cluster-files',
  'cluster-store',
  'cluster-rights',
  'cluster-network',
  // What happens in a running container: set by the catalog of detections.
  'drift',
  'fileless-execution',
  'reverse-shell',
  'cryptomining',
  'stolen-credentials',
  'lateral-movement',
  'hidden-channel',
  'covered-tracks',
  'disabled-defences',
  'persistence',
  'kernel-surface',
  'reconnaissance',
  'hands-in-containers',
  'data-destruction',
  // Where an image comes from: told by `verify`.
  'signer-identity',
] as const;

export type LessonId = (typeof lessonIds)[number];
