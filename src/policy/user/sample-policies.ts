// Policies as teams write them, each with an object that it denies and one that passes. Written for
// these tests; they use what published policies use.

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

function policy(name: string, { on, variables = [], validations }: Written): string {
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

function pod(spec: string, metadata = '{name: a}'): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: ${metadata}\nspec: ${spec}\n`;
}

function containers(more: string): string {
  return `{containers: [{name: a, image: 'registry.example/a:1', ${more}}]}`;
}

function deployment(spec: string, metadata = '{name: a}'): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata: ${metadata}\nspec: ${spec}\n`;
}

const template = (spec: string): string =>
  `template: {metadata: {labels: {app: a}}, spec: ${spec}}`;

/** Every container of a Pod, as most published policies collect them. */
const allContainers: readonly (readonly [string, string])[] = [
  [
    'containers',
    'object.spec.containers + object.spec.?initContainers.orValue([]) + object.spec.?ephemeralContainers.orValue([])',
  ],
];

export const realisticPolicies: readonly SamplePolicy[] = [
  {
    name: 'no latest tag',
    policy: policy('tags', {
      on: 'pods',
      variables: allContainers,
      validations: [
        {
          expression:
            "variables.containers.all(c, c.image.contains('@') || (c.image.matches(':[^/]+$') && !c.image.endsWith(':latest')))",
          messageExpression:
            "'without version: ' + variables.containers.filter(c, !c.image.matches(':[^/]+$') || c.image.endsWith(':latest')).map(c, c.name).join(', ')",
        },
      ],
    }),
    fails: pod("{containers: [{name: web, image: 'nginx:latest'}, {name: b, image: nginx}]}"),
    passes: pod("{containers: [{name: web, image: 'nginx:1.27'}]}"),
    message: /^without version: web, b$/,
  },
  {
    name: 'trusted registries',
    policy: policy('registries', {
      on: 'pods',
      variables: [...allContainers, ['allowed', "['registry.example/', 'ghcr.io/shop/']"]],
      validations: [
        {
          expression:
            'variables.containers.all(c, variables.allowed.exists(r, c.image.startsWith(r)))',
          message: 'only our registries',
        },
      ],
    }),
    fails: pod("{containers: [{name: a, image: 'docker.io/a:1'}]}"),
    passes: pod(containers('')),
    message: /only our registries/,
  },
  {
    name: 'no privileged container',
    policy: policy('privileged', {
      on: 'pods',
      variables: allContainers,
      validations: [
        {
          expression:
            'variables.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || c.securityContext.privileged == false)',
          message: 'privileged',
        },
      ],
    }),
    fails: pod(containers('securityContext: {privileged: true}')),
    passes: pod(containers('securityContext: {privileged: false}')),
    message: /privileged/,
  },
  {
    name: 'run as non-root',
    policy: policy('non-root', {
      on: 'pods',
      variables: [
        ['pod', 'object.spec.?securityContext.?runAsNonRoot.orValue(false)'],
        ...allContainers,
      ],
      validations: [
        {
          expression:
            'variables.containers.all(c, c.?securityContext.?runAsNonRoot.orValue(variables.pod))',
          message: 'set runAsNonRoot',
        },
      ],
    }),
    fails: pod(containers('')),
    passes: pod(`{securityContext: {runAsNonRoot: true}, containers: [{name: a, image: a}]}`),
    message: /runAsNonRoot/,
  },
  {
    name: 'capabilities are dropped',
    policy: policy('capabilities', {
      on: 'pods',
      variables: allContainers,
      validations: [
        {
          expression:
            "variables.containers.all(c, 'ALL' in c.?securityContext.?capabilities.?drop.orValue([]))",
          message: 'drop ALL',
        },
        {
          expression:
            "variables.containers.all(c, sets.contains(['NET_BIND_SERVICE'], c.?securityContext.?capabilities.?add.orValue([])))",
          message: 'adds too much',
        },
      ],
    }),
    fails: pod(containers('securityContext: {capabilities: {drop: [ALL], add: [SYS_ADMIN]}}')),
    passes: pod(containers('securityContext: {capabilities: {drop: [ALL]}}')),
    message: /adds too much/,
  },
  {
    name: 'memory limits',
    policy: policy('memory', {
      on: 'pods',
      variables: allContainers,
      validations: [
        {
          expression:
            "variables.containers.all(c, has(c.resources) && has(c.resources.limits) && 'memory' in c.resources.limits && quantity(c.resources.limits.memory).compareTo(quantity('2Gi')) <= 0)",
          message: 'memory limit of 2Gi at most',
        },
      ],
    }),
    fails: pod(containers('resources: {limits: {memory: 4096Mi}}')),
    passes: pod(containers('resources: {limits: {memory: 1.5Gi}}')),
    message: /2Gi at most/,
  },
  {
    name: 'no host namespaces',
    policy: policy('host', {
      on: 'pods',
      validations: [
        {
          expression:
            '!object.spec.?hostNetwork.orValue(false) && !object.spec.?hostPID.orValue(false) && !object.spec.?hostIPC.orValue(false)',
          message: 'host namespaces',
        },
      ],
    }),
    fails: pod('{hostPID: true, containers: [{name: a, image: a}]}'),
    passes: pod(containers('')),
    message: /host namespaces/,
  },
  {
    name: 'no host paths',
    policy: policy('paths', {
      on: 'pods',
      validations: [
        {
          expression: 'object.spec.?volumes.orValue([]).all(v, !has(v.hostPath))',
          messageExpression:
            "'host paths: ' + object.spec.volumes.filter(v, has(v.hostPath)).map(v, v.hostPath.path).join(', ')",
        },
      ],
    }),
    fails: pod('{volumes: [{name: v, hostPath: {path: /etc}}], containers: [{name: a, image: a}]}'),
    passes: pod(containers('')),
    message: /^host paths: \/etc$/,
  },
  {
    name: 'labels that the company wants',
    policy: policy('labels', {
      on: 'workloads',
      variables: [
        [
          'missing',
          "['team', 'cost-centre'].filter(l, !(l in object.metadata.?labels.orValue({})))",
        ],
      ],
      validations: [
        {
          expression: 'size(variables.missing) == 0',
          messageExpression: "'missing labels: %s'.format([variables.missing])",
        },
      ],
    }),
    fails: deployment('{replicas: 1}', '{name: a, labels: {team: shop}}'),
    passes: deployment('{replicas: 1}', '{name: a, labels: {team: shop, cost-centre: "7"}}'),
    message: /^missing labels: \[cost-centre\]$/,
  },
  {
    name: 'replicas between bounds',
    policy: policy('replicas', {
      on: 'workloads',
      validations: [
        {
          expression: 'object.spec.replicas >= 2 && object.spec.replicas <= 20',
          message: 'replicas',
        },
      ],
    }),
    fails: deployment('{replicas: 1}'),
    passes: deployment('{replicas: 3}'),
    message: /replicas/,
  },
  {
    name: 'probes',
    policy: policy('probes', {
      on: 'workloads',
      validations: [
        {
          expression:
            'object.spec.template.spec.containers.all(c, has(c.readinessProbe) && has(c.livenessProbe))',
          message: 'probes are missing',
        },
      ],
    }),
    fails: deployment(`{${template(containers(''))}}`),
    passes: deployment(`{${template(containers('readinessProbe: {}, livenessProbe: {}'))}}`),
    message: /probes/,
  },
  {
    name: 'no services open to the world',
    policy: policy('services', {
      on: 'services',
      validations: [
        {
          expression:
            "!(object.spec.?type.orValue('ClusterIP') in ['NodePort', 'LoadBalancer']) || object.spec.?loadBalancerSourceRanges.orValue([]).exists(r, true)",
          message: 'open to the world',
        },
        {
          expression:
            "object.spec.?externalIPs.orValue([]).all(a, isIP(a) && cidr('203.0.113.0/24').containsIP(ip(a)))",
          message: 'external address',
        },
      ],
    }),
    fails:
      'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {externalIPs: [198.51.100.7]}\n',
    passes:
      'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {externalIPs: [203.0.113.7]}\n',
    message: /external address/,
  },
  {
    name: 'hosts of ingresses',
    policy: policy('ingress', {
      on: 'ingresses',
      validations: [
        {
          expression:
            "object.spec.rules.all(r, has(r.host) && r.host.endsWith('.shop.example') && !r.host.startsWith('*'))",
          message: 'host',
        },
        {
          expression:
            'has(object.spec.tls) && object.spec.rules.map(r, r.host).all(h, object.spec.tls.exists(t, h in t.hosts))',
          message: 'no certificate',
        },
      ],
    }),
    fails:
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {rules: [{host: a.shop.example}], tls: [{hosts: [b.shop.example]}]}\n',
    passes:
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {rules: [{host: a.shop.example}], tls: [{hosts: [a.shop.example]}]}\n',
    message: /no certificate/,
  },
  {
    name: 'names of namespaces',
    policy: policy('namespaces', {
      on: 'namespaces',
      validations: [
        {
          expression:
            "object.metadata.name.matches('^(shop|pay)-(dev|prod)$') && !format.dns1123Label().validate(object.metadata.name).hasValue()",
          messageExpression: "'bad name ' + object.metadata.name",
        },
      ],
    }),
    fails: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop-test}\n',
    passes: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop-prod}\n',
    message: /^bad name shop-test$/,
  },
  {
    name: 'only annotations that are known',
    policy: policy('annotations', {
      on: 'pods',
      validations: [
        {
          expression:
            "object.metadata.?annotations.orValue({}).all(k, v, k.startsWith('shop.example/') && v.size() < 100)",
          message: 'annotation',
        },
      ],
    }),
    fails: pod(containers(''), '{name: a, annotations: {other/x: y}}'),
    passes: pod(containers(''), '{name: a, annotations: {shop.example/x: y}}'),
    message: /annotation/,
  },
  {
    name: 'no secrets in the environment',
    policy: policy('environment', {
      on: 'pods',
      variables: allContainers,
      validations: [
        {
          expression:
            "variables.containers.all(c, c.?env.orValue([]).all(e, !e.name.matches('(?i)(password|token|secret)') || has(e.valueFrom)))",
          message: 'use valueFrom',
        },
      ],
    }),
    fails: pod(containers('env: [{name: DB_PASSWORD, value: x}]')),
    passes: pod(
      containers('env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: a, key: b}}}]'),
    ),
    message: /valueFrom/,
  },
  {
    name: 'container names are unique and sorted ports',
    policy: policy('ports', {
      on: 'pods',
      variables: [
        [
          'ports',
          'object.spec.containers.map(c, c.?ports.orValue([]).map(p, p.containerPort)).flatten()',
        ],
      ],
      validations: [
        {
          expression: 'variables.ports.size() == variables.ports.distinct().size()',
          message: 'a port twice',
        },
        { expression: 'variables.ports.all(p, p >= 1024)', message: 'privileged port' },
      ],
    }),
    fails: pod(
      '{containers: [{name: a, ports: [{containerPort: 8080}]}, {name: b, ports: [{containerPort: 8080}]}]}',
    ),
    passes: pod('{containers: [{name: a, ports: [{containerPort: 8080}]}, {name: b}]}'),
    message: /a port twice/,
  },
  {
    name: 'versions of images',
    policy: policy('versions', {
      on: 'pods',
      variables: [['tag', "object.spec.containers[0].image.split(':')[1]"]],
      validations: [
        {
          expression:
            "isSemver(variables.tag) && !semver(variables.tag).isLessThan(semver('2.1.0'))",
          messageExpression: "'version ' + variables.tag + ' is too old'",
        },
      ],
    }),
    fails: pod("{containers: [{name: a, image: 'a:2.0.9'}]}"),
    passes: pod("{containers: [{name: a, image: 'a:2.10.0'}]}"),
    message: /^version 2\.0\.9 is too old$/,
  },
  {
    name: 'orValue on a plain list is tolerated',
    policy: policy('tolerant', {
      on: 'pods',
      validations: [
        {
          expression: "object.spec.containers.orValue([]).all(c, c.name != 'bad')",
          message: 'bad',
        },
      ],
    }),
    fails: pod('{containers: [{name: bad, image: a}]}'),
    passes: pod('{containers: [{name: good, image: a}]}'),
    message: /bad/,
  },
  {
    name: 'update keeps what was promised',
    policy: policy('immutable', {
      on: 'workloads',
      validations: [
        {
          expression:
            "oldObject == null ? object.metadata.?labels[?'owner'].hasValue() : oldObject.metadata.labels.owner == object.metadata.labels.owner",
          message: 'owner',
        },
      ],
    }),
    fails: deployment('{replicas: 1}'),
    passes: deployment('{replicas: 1}', '{name: a, labels: {owner: shop}}'),
    message: /owner/,
  },
];
