// How the sample policies of the tests are written down.

export interface SamplePolicy {
  readonly name: string;
  readonly policy: string;
  readonly fails: string;
  readonly passes: string;
  readonly message: RegExp;
}

const rules = {
  pods: "[{apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}]",
  workloads:
    '[{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments, statefulsets]}]',
  services:
    "[{apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [services]}]",
  ingresses:
    '[{apiGroups: [networking.k8s.io], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [ingresses]}]',
  namespaces:
    "[{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [namespaces]}]",
} as const;

interface Written {
  readonly on: keyof typeof rules;
  readonly variables?: readonly (readonly [string, string])[];
  readonly validations: readonly Readonly<Record<string, string>>[];
}

export function policy(name: string, { on, variables = [], validations }: Written): string {
  return JSON.stringify({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: 'RULES' },
      variables: variables.map(([key, expression]) => ({ name: key, expression })),
      validations,
    },
  }).replace('"RULES"', rules[on]);
}

export function pod(spec: string, metadata = '{name: a}'): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: ${metadata}\nspec: ${spec}\n`;
}

export function containers(more: string): string {
  return `{containers: [{name: a, image: 'registry.example/a:1', ${more}}]}`;
}

export function deployment(spec: string, metadata = '{name: a}'): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata: ${metadata}\nspec: ${spec}\n`;
}

export const template = (spec: string): string =>
  `template: {metadata: {labels: {app: a}}, spec: ${spec}}`;

/** Every container of a Pod, as most published policies collect them. */
export const allContainers: readonly (readonly [string, string])[] = [
  [
    'containers',
    'object.spec.containers + object.spec.?initContainers.orValue([]) + object.spec.?ephemeralContainers.orValue([])',
  ],
];
