// `seaworthy audit kubernetes`: the command and its flags.
import { type Command, Option } from 'commander';
import { withCommonOptions } from '../options.ts';
import { type AuditKubernetesOptions, kubernetesBenchmarks } from './audit-kubernetes-options.ts';

/** Flags that all audits share, and how a list is read: given by the command above. */
export interface AuditFlags {
  readonly withAuditOptions: (command: Command) => Command;
  readonly listOf: (value: string) => readonly string[];
}

/** Adds `kubernetes` to the command `audit`. */
export function addKubernetes(audit: Command, { withAuditOptions, listOf }: AuditFlags): void {
  const command = audit
    .command('kubernetes')
    .alias('k8s')
    .description('judge a Kubernetes node and its cluster by CIS Kubernetes 1.12 or by NSA/CISA')
    .option('--kubeconfig <file>', 'the cluster to ask (default: as kubectl)')
    .option('--context <name>', 'another context than the current one')
    .option('--dump <path>', 'judge what kubectl wrote (-o yaml|json, cluster-info dump) instead')
    .option('--root <dir>', 'where the files of the node are (in a container: /host)')
    .addOption(
      new Option('--parts <list>', 'node, cluster (default: what is found)').argParser(listOf),
    )
    .addOption(
      new Option('--namespaces <list>', 'these namespaces (default: all)').argParser(listOf),
    )
    .addOption(
      new Option('--benchmark <name>', 'by which numbers')
        .choices(kubernetesBenchmarks)
        .default('cis'),
    )
    .option('--kubernetes-version <version>', 'of the cluster, where it cannot be told: 1.30')
    .option('--allow-exec', 'run the program that the kubeconfig names for a credential');
  withCommonOptions(withAuditOptions(command))
    .exitOverride()
    .action(async (options: AuditKubernetesOptions) => {
      const { runAuditKubernetes } = await import('./audit-kubernetes-run.ts');
      process.exitCode = await runAuditKubernetes(options);
    });
}
