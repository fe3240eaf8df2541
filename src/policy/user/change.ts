// The change that a manifest means: as an AdmissionRequest tells it, or made of the manifest itself.
import { field, stringField } from '../../base/json.ts';
import type { Review } from '../inquiry.ts';
import type { Subject } from '../subject.ts';
import { type Change, resourceOf } from './match.ts';

/** Kinds of the API itself that lie in no namespace. */
const clusterKinds: ReadonlySet<string> = new Set([
  'Namespace',
  'Node',
  'PersistentVolume',
  'ClusterRole',
  'ClusterRoleBinding',
  'StorageClass',
  'PriorityClass',
  'RuntimeClass',
  'IngressClass',
  'CSIDriver',
  'CSINode',
  'VolumeAttachment',
  'APIService',
  'CustomResourceDefinition',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'CertificateSigningRequest',
]);

/** The change of a subject. A manifest without a review is about to be created. */
export function changeOf(subject: Subject, review: Review | null): Change {
  const slash = subject.apiVersion.indexOf('/');
  const request = review?.request;
  const resource = field(request, 'resource');
  const isCluster = review === null && clusterKinds.has(subject.kind);
  return {
    group:
      stringField(resource, 'group') ?? (slash === -1 ? '' : subject.apiVersion.slice(0, slash)),
    version: stringField(resource, 'version') ?? subject.apiVersion.slice(slash + 1),
    kind: subject.kind,
    resource: stringField(resource, 'resource') ?? resourceOf(subject.kind),
    subresource: stringField(request, 'subResource') ?? '',
    operation: review?.operation ?? 'CREATE',
    name: stringField(request, 'name') ?? subject.name,
    namespace: isCluster
      ? null
      : review === null
        ? (subject.namespace ?? 'default')
        : stringField(request, 'namespace'),
    labels: field(field(subject.object, 'metadata'), 'labels'),
    hasOld: (review?.oldObject ?? null) !== null,
    oldLabels: field(field(review?.oldObject, 'metadata'), 'labels'),
    namespaceLabels: field(field(review?.namespaceObject, 'metadata'), 'labels') ?? null,
  };
}

/** The Pod that a workload will make. */
export function podChange(change: Change, metadata: unknown): Change {
  return {
    ...change,
    group: '',
    version: 'v1',
    kind: 'Pod',
    resource: 'pods',
    subresource: '',
    operation: 'CREATE',
    labels: field(metadata, 'labels'),
    hasOld: false,
    oldLabels: null,
  };
}

/** `request`: as the API server sent it, else of what the manifest says. Its user is nobody. */
export function requestOf(change: Change, object: unknown, review: Review | null): unknown {
  if (review?.request !== null && review?.request !== undefined && change.kind !== 'Pod') {
    return review.request;
  }
  const { group, version, kind, resource, operation, name, namespace, subresource } = change;
  const known = review?.request;
  return {
    uid: stringField(known, 'uid') ?? '',
    kind: { group, version, kind },
    resource: { group, version, resource },
    requestKind: { group, version, kind },
    requestResource: { group, version, resource },
    subResource: subresource,
    name,
    namespace: namespace ?? '',
    operation,
    userInfo: field(known, 'userInfo') ?? { username: '', uid: '', groups: [], extra: {} },
    dryRun: field(known, 'dryRun') === true,
    options: field(known, 'options') ?? {},
    object,
  };
}
