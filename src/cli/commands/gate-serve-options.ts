// What the flags of `gate serve` and `gate manifests` give.
import type { Decision, ProfileId } from '../../policy/index.ts';
import type { CommonOptions, RegistryFlags } from '../options.ts';

export interface GateServeOptions extends CommonOptions, RegistryFlags {
  readonly host: string;
  readonly port: string;
  readonly cert?: string;
  readonly key?: string;
  readonly caCert?: string;
  readonly caKey?: string;
  readonly name: readonly string[];
  readonly policy: readonly string[];
  readonly profile: readonly ProfileId[];
  readonly kubernetesVersion: string;
  readonly waivers?: string;
  /** Policy of `verify`: whose signatures count. */
  readonly trust?: string;
  readonly onUnknown: Decision;
  readonly failMode: 'Fail' | 'Ignore';
  readonly exempt: readonly string[];
  readonly pin?: boolean;
  /** Follow the namespaces of the cluster. */
  readonly namespaces?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly deadline: string;
  readonly record?: string;
}

export interface GateManifestsOptions {
  readonly namespace: string;
  readonly image: string;
  readonly policy: readonly string[];
  readonly failMode: 'Fail' | 'Ignore';
  readonly exempt: readonly string[];
  readonly pin?: boolean;
  readonly replicas: string;
  readonly output?: string;
}
