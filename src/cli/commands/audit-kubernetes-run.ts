// What `audit kubernetes` does; loaded only when it is called.
import { clusterRisks } from '../../audit/kubernetes/index.ts';
import { SeaworthyError } from '../../base/error.ts';
import { openAdvisories } from '../../flow/advisories.ts';
import { auditFacts } from '../../flow/audit.ts';
import { askable, collectKubernetes } from '../../flow/audit-kubernetes.ts';
import { findNode, type NodeSources } from '../../flow/audit-kubernetes-node.ts';
import {
  clusterAccess,
  connectCluster,
  hasCluster,
  type KubernetesApi,
  type ReadDump,
  readDump,
} from '../../host/kubernetes/index.ts';
import { openMachine } from '../../host/machine/index.ts';
import { parseKubernetesVersion } from '../../policy/index.ts';
import { readAudits } from '../../store/index.ts';
import { databaseFile } from '../compose.ts';
import { version } from '../version.ts';
import { writeResult } from '../write.ts';
import type { AuditKubernetesOptions } from './audit-kubernetes-options.ts';
import {
  auditExitCode,
  auditText,
  auditWaivers,
  chosenControls,
  keepRun,
  tellWaivers,
} from './audit-output.ts';

/** Audits what there is of node and cluster and writes the answer; returns the exit code. */
export async function runAuditKubernetes(options: AuditKubernetesOptions): Promise<number> {
  const now = new Date();
  const waivers = auditWaivers(options.waivers, now);
  const minor =
    options.kubernetesVersion === undefined
      ? null
      : parseKubernetesVersion(options.kubernetesVersion);
  const { node, cluster, target } = await sourcesOf(options);
  const advisories = openAdvisories(databaseFile(options));
  try {
    const { facts, unknowns, leftOut } = await collectKubernetes({
      node,
      cluster,
      namespaces: options.namespaces ?? null,
      minor,
      now,
      advisories,
    });
    const controls = chosenControls(askable(options.benchmark, facts), options.only);
    const { answer, run } = auditFacts({
      audit: 'kubernetes',
      target,
      controls,
      facts,
      summary: [],
      unknowns,
      leftOut,
      waivers,
      earlier: readAudits(options.data),
      now,
      toolVersion: version,
      scope: [options.benchmark, ...(options.only ?? []), ...(options.namespaces ?? [])].join(','),
    });
    const told = { ...answer, summary: clusterRisks(answer.controls) };
    await writeResult(auditText(told, options), options.output);
    if (options.quiet !== true) tellWaivers(waivers);
    const isWhole = options.only === undefined && options.namespaces === undefined;
    keepRun({ answer: told, run, isWhole }, options);
    return auditExitCode(told, options);
  } finally {
    advisories.close();
    if (cluster !== null && 'close' in cluster) cluster.close();
  }
}

interface Sources {
  readonly node: NodeSources | null;
  readonly cluster: KubernetesApi | ReadDump | null;
  /** For people. */
  readonly target: string;
}

/** What was named, and what is found of the rest. A dump is of another machine unless --root says else. */
async function sourcesOf(options: AuditKubernetesOptions): Promise<Sources> {
  const { parts, dump } = options;
  const stranger = parts?.find((part) => part !== 'node' && part !== 'cluster');
  if (stranger !== undefined) {
    throw new SeaworthyError('usage', `--parts ${stranger} is not known`, {
      advice: 'give node, cluster, or both',
    });
  }
  const wants = (part: string): boolean => parts?.includes(part) ?? true;
  const root = options.root ?? (dump === undefined ? '/' : null);
  const node = wants('node') && root !== null ? findNode(openMachine(trimmed(root))) : null;
  const cluster = wants('cluster') ? await clusterOf(options, node !== null) : null;
  if (node === null && cluster === null) {
    throw new SeaworthyError('not-found', 'there is neither a Kubernetes node nor a cluster here', {
      advice: 'give --kubeconfig or --dump, or run it on a node (--root in a container)',
    });
  }
  const names = [
    ...(node === null ? [] : [`node (${node.layout.id})`]),
    ...(dump === undefined ? [] : [`dump ${dump}`]),
    ...(cluster !== null && 'address' in cluster ? [cluster.address] : []),
  ];
  return { node, cluster, target: names.join(' and ') };
}

function trimmed(root: string): string {
  return root.length > 1 ? root.replace(/\/+$/, '') : root;
}

async function clusterOf(options: AuditKubernetesOptions, hasNode: boolean) {
  const { dump, kubeconfig = null, context = null, parts, allowExec = false } = options;
  if (dump !== undefined) return readDump(dump);
  const isAsked = kubeconfig !== null || context !== null || parts?.includes('cluster') === true;
  // A root that was named is of another machine: the cluster of this one is not its.
  const mayGuess = options.root === undefined && hasCluster(process.env);
  if (!isAsked && !mayGuess) return null;
  try {
    const access = await clusterAccess({
      kubeconfig,
      context,
      allowExec,
      environment: process.env,
    });
    return connectCluster(access);
  } catch (error) {
    // Nobody asked for the cluster: the node alone is worth an answer.
    if (isAsked || !hasNode) throw error;
    return null;
  }
}
