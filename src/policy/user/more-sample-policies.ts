// The second half of the sample policies: workloads, services, names, versions.
import {
  allContainers,
  containers,
  deployment,
  pod,
  policy,
  type SamplePolicy,
  template,
} from './sample-policy.ts';

export const moreSamplePolicies: readonly SamplePolicy[] = [
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
