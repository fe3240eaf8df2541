// Every parser that reads what strangers write. A new one gets its entry in one of these lists; new
// catalogers are found by themselves and only need samples.
import type { FuzzTarget } from './target.ts';
import { advisoryTargets } from './targets/advisories.ts';
import { brokenTargets } from './targets/broken.ts';
import { catalogerTargets } from './targets/catalogers.ts';
import { dockerTargets } from './targets/docker.ts';
import { documentTargets } from './targets/documents.ts';
import { gateTargets } from './targets/gate.ts';
import { imageTargets } from './targets/image.ts';
import { inspectionTargets } from './targets/inspection.ts';
import { kubernetesTargets } from './targets/kubernetes.ts';
import { nameTargets } from './targets/names.ts';
import { policyTargets } from './targets/policy.ts';
import { runtimeTargets } from './targets/runtime.ts';
import { trustTargets } from './targets/trust.ts';

export const fuzzTargets: readonly FuzzTarget[] = [
  ...catalogerTargets,
  ...imageTargets,
  ...documentTargets,
  ...nameTargets,
  ...advisoryTargets,
  ...inspectionTargets,
  ...policyTargets,
  ...gateTargets,
  ...dockerTargets,
  ...runtimeTargets,
  ...trustTargets,
  ...kubernetesTargets,
];

/** The parser of this name, the broken ones of the fuzzer's own test included; it must exist. */
export function targetNamed(name: string): FuzzTarget {
  const found = [...fuzzTargets, ...brokenTargets].find((target) => target.name === name);
  if (found === undefined) throw new Error(`no parser is called ${name}`);
  return found;
}
