// Fields of Kubernetes audit logs: `ka.*`, with the names of Falco's plugin, and `jevt.*`.
import type { FieldDefinition, FieldRegistry, FieldValue } from '../rules/index.ts';
import type { AuditEvent } from './audit-event.ts';
import { parsePointer, pointedAt, valuesAt } from './pointer.ts';

type Field = FieldDefinition<AuditEvent>;
type Read = (event: AuditEvent) => FieldValue;

function define(name: string, read: Read, many: 'one' | 'list' = 'one'): Field {
  return {
    name,
    argument: 'none',
    isDeprecated: false,
    shape: () => ({ type: 'text', many }),
    reader: () => read,
    words: null,
    scope: 'event',
    effort: 'compute',
  };
}

function keyed(name: string, reader: (argument: string) => Read | null): Field {
  return {
    name,
    argument: 'required',
    isDeprecated: false,
    shape: () => ({ type: 'text', many: 'one' }),
    reader: (argument) => (argument === null ? null : reader(argument)),
    words: null,
    scope: 'event',
    effort: 'compute',
  };
}

/** A value as text: objects as JSON. */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return JSON.stringify(value);
}

/** One value at a path: `objectRef/name`. */
function at(name: string, path: string): Field {
  const parts = path.split('/');
  return define(name, ({ value }) => textOf(pointedAt(value, parts)));
}

/** All values at a path, lists on the way included. */
function all(name: string, path: string): Field {
  const keys = path.split('/');
  const read: Read = ({ value }) => {
    const found = valuesAt(value, keys).map((one) => textOf(one) ?? '');
    return found.length === 0 ? null : found;
  };
  return define(name, read, 'list');
}

/** Specifications of pods: of the pod itself, or of the template of what makes pods. */
const podPaths: readonly (readonly string[])[] = [
  ['requestObject', 'spec'],
  ['requestObject', 'spec', 'template', 'spec'],
  ['requestObject', 'spec', 'jobTemplate', 'spec', 'template', 'spec'],
];

function podSpecs({ value }: AuditEvent): readonly unknown[] {
  return podPaths.flatMap((path) => {
    const found = pointedAt(value, path);
    return found === undefined ? [] : [found];
  });
}

const containerKinds = ['containers', 'initContainers', 'ephemeralContainers'];

function containersOf(event: AuditEvent): readonly unknown[] {
  return podSpecs(event).flatMap((spec) =>
    containerKinds.flatMap((kind) => valuesAt(spec, [kind])),
  );
}

/** What each container says at a path; what one does not say is `missing`. */
function ofContainers(name: string, path: string, missing: string | null): Field {
  const keys = path.split('/');
  const read: Read = (event) => {
    const texts = containersOf(event).flatMap((container) => {
      const found = valuesAt(container, keys).map((one) => textOf(one) ?? '');
      return found.length > 0 ? found : missing === null ? [] : [missing];
    });
    return texts.length === 0 ? null : texts;
  };
  return define(name, read, 'list');
}

function ofPod(name: string, path: string, missing: string | null): Field {
  const keys = path.split('/');
  return define(name, (event) => {
    const specs = podSpecs(event).filter((spec) =>
      containerKinds.some((kind) => valuesAt(spec, [kind]).length > 0),
    );
    if (specs.length === 0) return null;
    const [first] = specs.flatMap((spec) => valuesAt(spec, keys));
    return textOf(first) ?? missing;
  });
}

function volumes(name: string, read: (volume: unknown) => readonly string[]): Field {
  return define(
    name,
    (event) => {
      const found = podSpecs(event)
        .flatMap((spec) => valuesAt(spec, ['volumes']))
        .flatMap((volume) => read(volume));
      return found.length === 0 ? null : found;
    },
    'list',
  );
}

/** The parameters of the request: `command`, `container`, `fieldSelector`. */
function uriParameter(argument: string): Read {
  return ({ value }) => {
    const uri = pointedAt(value, ['requestURI']);
    if (typeof uri !== 'string') return null;
    const query = uri.indexOf('?');
    if (query === -1) return null;
    const found = new URLSearchParams(uri.slice(query + 1)).getAll(argument);
    return found.length === 0 ? null : found.join(' ');
  };
}

/** `registry/image:tag@digest` without tag and digest. */
function repositoryOf(image: string): string {
  const [plain = ''] = image.split('@', 1);
  const colon = plain.lastIndexOf(':');
  return colon > plain.lastIndexOf('/') ? plain.slice(0, colon) : plain;
}

const repositories: Field = define(
  'ka.req.pod.containers.image.repository',
  (event) => {
    const images = containersOf(event).flatMap((one) => valuesAt(one, ['image']));
    const names = images.flatMap((one) => (typeof one === 'string' ? [repositoryOf(one)] : []));
    return names.length === 0 ? null : names;
  },
  'list',
);

/** Verbs and resources of all rules of a role: wildcards are what matters. */
const roleFields: readonly Field[] = [
  all('ka.req.role.rules', 'requestObject/rules'),
  all('ka.req.role.rules.apiGroups', 'requestObject/rules/apiGroups'),
  all('ka.req.role.rules.nonResourceURLs', 'requestObject/rules/nonResourceURLs'),
  all('ka.req.role.rules.resources', 'requestObject/rules/resources'),
  all('ka.req.role.rules.verbs', 'requestObject/rules/verbs'),
];

const list: readonly Field[] = [
  at('ka.auditid', 'auditID'),
  at('ka.stage', 'stage'),
  at('ka.level', 'level'),
  define('ka.auth.decision', annotation('authorization.k8s.io/decision')),
  define('ka.auth.reason', annotation('authorization.k8s.io/reason')),
  define(
    'ka.validations.admission.policy.failure',
    annotation('validation.policy.admission.k8s.io/validation_failure'),
  ),
  at('ka.user.name', 'user/username'),
  all('ka.user.groups', 'user/groups'),
  at('ka.impuser.name', 'impersonatedUser/username'),
  at('ka.verb', 'verb'),
  at('ka.uri', 'requestURI'),
  keyed('ka.uri.param', uriParameter),
  at('ka.target.name', 'objectRef/name'),
  at('ka.target.namespace', 'objectRef/namespace'),
  at('ka.target.resource', 'objectRef/resource'),
  at('ka.target.subresource', 'objectRef/subresource'),
  at('ka.target.apigroup', 'objectRef/apiGroup'),
  at('ka.target.pod.name', 'objectRef/name'),
  at('ka.req.binding.role', 'requestObject/roleRef/name'),
  all('ka.req.binding.subjects', 'requestObject/subjects/name'),
  all('ka.req.binding.subject.kinds', 'requestObject/subjects/kind'),
  at('ka.req.configmap.name', 'objectRef/name'),
  at('ka.req.configmap.obj', 'requestObject/data'),
  ...roleFields,
  ofContainers('ka.req.pod.containers.image', 'image', null),
  ofContainers('ka.req.container.image', 'image', null),
  repositories,
  ofContainers('ka.req.pod.containers.privileged', 'securityContext/privileged', 'false'),
  ofContainers(
    'ka.req.pod.containers.allow_privilege_escalation',
    'securityContext/allowPrivilegeEscalation',
    'true',
  ),
  ofContainers(
    'ka.req.pod.containers.read_only_fs',
    'securityContext/readOnlyRootFilesystem',
    'false',
  ),
  ofContainers('ka.req.pod.containers.add_capabilities', 'securityContext/capabilities/add', null),
  ofContainers('ka.req.pod.containers.proc_mount', 'securityContext/procMount', 'Default'),
  ofContainers('ka.req.pod.containers.host_port', 'ports/hostPort', null),
  ofContainers('ka.req.pod.containers.run_as_user', 'securityContext/runAsUser', null),
  ofPod('ka.req.pod.run_as_user', 'securityContext/runAsUser', null),
  ofPod('ka.req.pod.host_ipc', 'hostIPC', 'false'),
  ofPod('ka.req.pod.host_network', 'hostNetwork', 'false'),
  ofPod('ka.req.pod.host_pid', 'hostPID', 'false'),
  ofPod('ka.req.pod.service_account', 'serviceAccountName', null),
  volumes('ka.req.pod.volumes.hostpath', (one) =>
    valuesAt(one, ['hostPath', 'path']).map((path) => textOf(path) ?? ''),
  ),
  volumes('ka.req.pod.volumes.volume_type', (one) =>
    one !== null && typeof one === 'object' ? Object.keys(one).filter((key) => key !== 'name') : [],
  ),
  at('ka.req.service.type', 'requestObject/spec/type'),
  all('ka.req.service.ports', 'requestObject/spec/ports/port'),
  at('ka.req.name', 'requestObject/metadata/name'),
  at('ka.resp.name', 'responseObject/metadata/name'),
  at('ka.response.code', 'responseStatus/code'),
  at('ka.response.reason', 'responseStatus/reason'),
  at('ka.useragent', 'userAgent'),
  all('ka.sourceips', 'sourceIPs'),
  define('jevt.obj', ({ value }) => JSON.stringify(value)),
  define('evt.num', ({ number }) => String(number)),
  define('evt.type', ({ type }) => type),
  define('jevt.rawtime', ({ timeNs }) => String(timeNs)),
  keyed('jevt.value', (argument) => {
    const parts = parsePointer(argument);
    return parts === null ? null : ({ value }) => textOf(pointedAt(value, parts));
  }),
];

function annotation(name: string): Read {
  return ({ value }) => textOf(pointedAt(value, ['annotations', name]));
}

const byName = new Map(list.map((one) => [one.name, one]));

/** The fields of the source `k8s_audit`. */
export const auditFields: FieldRegistry<AuditEvent> = {
  find: (name) => byName.get(name) ?? null,
  subject: null,
};
