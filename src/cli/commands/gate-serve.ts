// `seaworthy gate serve` and `gate manifests`: the admission webhook, and how a cluster takes it.
import { type Command, Option } from 'commander';
import { collect, withCommonOptions, withRegistryOptions, wordsOf } from '../options.ts';
import { gateDecisions, gateProfiles } from './gate-options.ts';
import type { GateManifestsOptions, GateServeOptions } from './gate-serve-options.ts';

const failModes = ['Fail', 'Ignore'] as const;

function withWebhookOptions(command: Command): Command {
  return command
    .option('--policy <file>', 'policy files and folders (repeatable)', collect, [])
    .addOption(
      new Option('--fail-mode <mode>', 'what a review means that cannot be decided')
        .choices(failModes)
        .default('Fail'),
    )
    .option('--exempt <namespace>', 'let this namespace through (repeatable)', collect, [])
    .option('--pin', 'pin the images of Pods to their digests');
}

/** Adds `gate serve`. */
export function defineGateServe(gate: Command): void {
  const serve = gate
    .command('serve')
    .description('the admission webhook of Kubernetes: HTTPS, AdmissionReview v1')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <number>', 'port to listen on', '8443')
    .option('--cert <file>', 'certificate in PEM; read again when it changes')
    .option('--key <file>', 'its key')
    .option('--ca-cert <file>', 'authority that serving certificates are made from')
    .option('--ca-key <file>', 'its key')
    .option('--name <dns>', 'name that the certificate is for (repeatable)', collect, [])
    .addOption(
      new Option('--profile <list>', `which controls hold: ${gateProfiles.join(', ')}`)
        .argParser(wordsOf(gateProfiles))
        .default(['recommended'], 'recommended'),
    )
    .option('--kubernetes-version <version>', 'the version whose rules are meant', 'latest')
    .option('--waivers <file>', 'faults that somebody answers for')
    .addOption(
      new Option('--on-unknown <decision>', 'what to decide where something cannot be judged')
        .choices(gateDecisions)
        .default('deny'),
    )
    .option('--trust <file>', 'whose signatures count: the policy file of verify')
    .option(
      '--namespaces',
      'follow the namespaces of the cluster: policies may ask for their labels',
    )
    .option('--kubeconfig <file>', 'the cluster of --namespaces (default: the one it runs in)')
    .option('--context <name>', 'another context of the kubeconfig')
    .option('--deadline <ms>', 'longest wait for facts of images and namespaces', '3000')
    .option('--record <file>', 'append decisions to this file, one JSON a line');
  withRegistryOptions(withCommonOptions(withWebhookOptions(serve)))
    .exitOverride()
    .action(async (options: GateServeOptions) => {
      const { runGateServe } = await import('./gate-serve-run.ts');
      process.exitCode = await runGateServe(options);
    });
}

/** Adds `gate manifests`. */
export function defineGateManifests(gate: Command): void {
  const manifests = gate
    .command('manifests')
    .description('print all that a cluster needs for the webhook, a new authority included')
    .option('--namespace <name>', 'where it runs', 'seaworthy')
    .requiredOption('--image <reference>', 'image of Seaworthy')
    .option('--replicas <number>', 'copies that run', '2')
    .option('--output <file>', 'write to a file (mode 0600) instead of stdout');
  withWebhookOptions(manifests)
    .exitOverride()
    .action(async (options: GateManifestsOptions) => {
      const { runGateManifests } = await import('./gate-manifests-run.ts');
      process.exitCode = runGateManifests(options);
    });
}
