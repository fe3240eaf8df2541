// Everything that a cluster needs for the webhook: namespace, rights, secret, service, deployment,
// webhook configurations. Applied as one, removed as one.

export interface ManifestOptions {
  readonly namespace: string;
  readonly image: string;
  readonly replicas: number;
  readonly failMode: 'Fail' | 'Ignore';
  readonly exempt: readonly string[];
  readonly pins: boolean;
  /** PEM of the authority, and its key. */
  readonly authority: { readonly certificate: string; readonly key: string };
  /** Names and texts of policy files. */
  readonly policies: readonly { readonly name: string; readonly text: string }[];
  readonly deadlineSeconds: number;
  /** Policies ask for labels of namespaces: it may read those, and nothing else. */
  readonly readsNamespaces: boolean;
}

type Manifest = Readonly<Record<string, unknown>>;

const name = 'seaworthy-gate';
const labels = { 'app.kubernetes.io/name': 'seaworthy', 'app.kubernetes.io/component': 'gate' };
/** An account without a name, as the image has it. */
const user = 65_532;

/** What admission must never wait for: the cluster itself, and we. */
export function exemptNamespaces({ namespace, exempt }: ManifestOptions): readonly string[] {
  return [...new Set(['kube-system', 'kube-node-lease', namespace, ...exempt])];
}

/** All objects, in the order in which they are to be applied. */
export function gateManifests(options: ManifestOptions): Manifest[] {
  return [
    namespaceOf(options),
    object('v1', 'ServiceAccount', options, { automountServiceAccountToken: false }),
    ...(options.readsNamespaces ? namespaceRights(options) : []),
    object('v1', 'Secret', options, {
      type: 'Opaque',
      stringData: { 'ca.crt': options.authority.certificate, 'ca.key': options.authority.key },
    }),
    object('v1', 'ConfigMap', options, {
      data: Object.fromEntries(options.policies.map((one) => [one.name, one.text])),
    }),
    object('v1', 'Service', options, {
      spec: { selector: labels, ports: [{ name: 'https', port: 443, targetPort: 8443 }] },
    }),
    object('policy/v1', 'PodDisruptionBudget', options, {
      spec: { minAvailable: options.replicas > 1 ? 1 : 0, selector: { matchLabels: labels } },
    }),
    deploymentOf(options),
    networkPolicyOf(options),
    validatingOf(options),
    ...(options.pins ? [mutatingOf(options)] : []),
  ];
}

function object(
  apiVersion: string,
  kind: string,
  { namespace }: ManifestOptions,
  rest: Manifest,
): Manifest {
  return { apiVersion, kind, metadata: { name, namespace, labels }, ...rest };
}

function namespaceOf({ namespace }: ManifestOptions): Manifest {
  const level = 'pod-security.kubernetes.io/enforce';
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { ...labels, [level]: 'restricted' } },
  };
}

function probe(path: string): Manifest {
  return { httpGet: { path, port: 'https', scheme: 'HTTPS' }, periodSeconds: 5 };
}

function containerOf(image: string, args: readonly string[]): Manifest {
  return {
    name: 'gate',
    image,
    args,
    ports: [{ name: 'https', containerPort: 8443 }],
    readinessProbe: probe('/readyz'),
    livenessProbe: { ...probe('/healthz'), periodSeconds: 20 },
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '2', memory: '1Gi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: user,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      { name: 'tls', mountPath: '/tls', readOnly: true },
      { name: 'policy', mountPath: '/policy', readOnly: true },
      { name: 'data', mountPath: '/data' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

/** Without policies that ask for namespaces no role is bound, and no token is mounted. */
function deploymentOf(options: ManifestOptions): Manifest {
  const { image, replicas, namespace, failMode, pins } = options;
  const args = [
    'gate',
    'serve',
    '--host=0.0.0.0',
    '--port=8443',
    '--ca-cert=/tls/ca.crt',
    '--ca-key=/tls/ca.key',
    `--name=${name}.${namespace}.svc`,
    `--fail-mode=${failMode}`,
    '--data=/data',
    '--record=/data/decisions.jsonl',
    ...exemptNamespaces(options).map((one) => `--exempt=${one}`),
    ...(options.policies.length === 0 ? [] : ['--policy=/policy']),
    ...(pins ? ['--pin'] : []),
    ...(options.readsNamespaces ? ['--namespaces'] : []),
  ];
  const spec = {
    serviceAccountName: name,
    automountServiceAccountToken: options.readsNamespaces,
    priorityClassName: 'system-cluster-critical',
    securityContext: {
      runAsNonRoot: true,
      fsGroup: user,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: {
              labelSelector: { matchLabels: labels },
              topologyKey: 'kubernetes.io/hostname',
            },
          },
        ],
      },
    },
    containers: [containerOf(image, args)],
    volumes: [
      { name: 'tls', secret: { secretName: name, defaultMode: 0o440 } },
      { name: 'policy', configMap: { name } },
      { name: 'data', emptyDir: { sizeLimit: '4Gi' } },
      { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
    ],
  };
  return object('apps/v1', 'Deployment', options, {
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  });
}

/** To read namespaces, which are no secrets; nothing else is asked. */
function namespaceRights({ namespace }: ManifestOptions): readonly Manifest[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const roleName = `${name}-namespaces`;
  const metadata = { name: roleName, labels };
  return [
    {
      apiVersion,
      kind: 'ClusterRole',
      metadata,
      rules: [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] }],
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: roleName },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
}

/** Only the port of the webhook is open; registries are reached from inside. */
function networkPolicyOf(options: ManifestOptions): Manifest {
  return object('networking.k8s.io/v1', 'NetworkPolicy', options, {
    spec: {
      podSelector: { matchLabels: labels },
      policyTypes: ['Ingress'],
      ingress: [{ ports: [{ port: 8443, protocol: 'TCP' }] }],
    },
  });
}

function webhookOf(options: ManifestOptions, path: string, rules: readonly Manifest[]): Manifest {
  const { namespace, failMode, authority, deadlineSeconds } = options;
  return {
    name: `${path}.gate.seaworthy.dev`,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    matchPolicy: 'Equivalent',
    failurePolicy: failMode,
    timeoutSeconds: deadlineSeconds,
    clientConfig: {
      service: { name, namespace, path: `/${path}`, port: 443 },
      caBundle: Buffer.from(authority.certificate).toString('base64'),
    },
    namespaceSelector: {
      matchExpressions: [
        {
          key: 'kubernetes.io/metadata.name',
          operator: 'NotIn',
          values: exemptNamespaces(options),
        },
      ],
    },
    rules,
  };
}

function rule(group: string, version: string, resources: readonly string[]): Manifest {
  return {
    apiGroups: [group],
    apiVersions: [version],
    operations: ['CREATE', 'UPDATE'],
    resources,
    scope: 'Namespaced',
  };
}

function validatingOf(options: ManifestOptions): Manifest {
  const rules = [
    rule('', 'v1', ['pods', 'pods/ephemeralcontainers', 'replicationcontrollers', 'podtemplates']),
    { ...rule('', 'v1', ['pods/exec', 'pods/attach']), operations: ['CONNECT'] },
    rule('apps', 'v1', ['deployments', 'replicasets', 'statefulsets', 'daemonsets']),
    rule('batch', 'v1', ['jobs', 'cronjobs']),
    rule('rbac.authorization.k8s.io', 'v1', ['roles', 'rolebindings']),
  ];
  const roles = rule('rbac.authorization.k8s.io', 'v1', ['clusterroles', 'clusterrolebindings']);
  const ofCluster = {
    ...webhookOf(options, 'validate', [{ ...roles, scope: 'Cluster' }]),
    name: 'validate-cluster.gate.seaworthy.dev',
    matchConditions: [{ name: 'not-by-the-cluster-itself', expression: byPeople }],
  };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name, labels },
    webhooks: [webhookOf(options, 'validate', rules), ofCluster],
  };
}

/**
 * The API server writes its own roles when it starts, and a controller those that are put together of
 * others: neither may wait for a webhook that runs in the cluster.
 */
const byPeople =
  "request.userInfo.username != 'system:apiserver' && " +
  "!request.userInfo.username.startsWith('system:serviceaccount:kube-system:')";

/** Pods alone: a pinned Deployment would differ for ever from what its repository says. */
function mutatingOf(options: ManifestOptions): Manifest {
  const rules = [{ ...rule('', 'v1', ['pods']), operations: ['CREATE'] }];
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name, labels },
    webhooks: [{ ...webhookOf(options, 'mutate', rules), reinvocationPolicy: 'IfNeeded' }],
  };
}
