// Policies as teams write them, each with an object that it denies and one that passes. Written for
// these tests; they use what published policies use.
import { moreSamplePolicies } from './more-sample-policies.ts';
import {
  allContainers,
  containers,
  deployment,
  pod,
  policy,
  type SamplePolicy,
} from './sample-policy.ts';

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
    message: /^missing labels: \["cost-centre"\]$/,
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
  ...moreSamplePolicies,
];
