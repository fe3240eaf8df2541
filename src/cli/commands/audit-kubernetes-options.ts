// What the flags of `audit kubernetes` give.
import type { AuditOptions } from './audit-options.ts';

export const kubernetesBenchmarks = ['cis', 'nsa'] as const;

export interface AuditKubernetesOptions extends AuditOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly dump?: string;
  readonly root?: string;
  readonly parts?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly benchmark: (typeof kubernetesBenchmarks)[number];
  readonly kubernetesVersion?: string;
  readonly allowExec?: boolean;
}
