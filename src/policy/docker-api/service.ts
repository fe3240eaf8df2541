// A service of Swarm as the containers that its nodes make of it (swarmkit, api.TaskSpec and
// moby, daemon/cluster/executor/container): what is judged of it is what a create request would say.
import { asRecord, field, stringField, stringsOf } from '../../base/json.ts';
import { itemsOf } from '../scalar.ts';

/** Networks that a service asks for, by name or id. */
export function networksOfService(body: unknown): readonly string[] {
  const task = field(body, 'TaskTemplate');
  return [...itemsOf(field(task, 'Networks')), ...itemsOf(field(body, 'Networks'))].map(
    (one) => stringField(one, 'Target') ?? '',
  );
}

/**
 * The create body of a service's containers; null: it has none that anybody could judge.
 * @param body of `POST /services/create` or `/services/{id}/update`
 * @param isHostNetwork whether a network of this id is that of the host
 */
export function createBodyOfService(
  body: unknown,
  isHostNetwork: (name: string) => boolean = () => false,
): Record<string, unknown> | null {
  const task = field(body, 'TaskTemplate');
  const spec = field(task, 'ContainerSpec');
  if (asRecord(spec) === null) return null;
  const isHost = networksOfService(body).some((name) => name === 'host' || isHostNetwork(name));
  const limits = field(field(task, 'Resources'), 'Limits');
  return {
    Image: field(spec, 'Image'),
    User: field(spec, 'User'),
    Env: field(spec, 'Env'),
    Labels: field(spec, 'Labels'),
    Healthcheck: field(spec, 'Healthcheck'),
    HostConfig: {
      Mounts: field(spec, 'Mounts'),
      CapAdd: stringsOf(field(spec, 'CapabilityAdd')),
      CapDrop: stringsOf(field(spec, 'CapabilityDrop')),
      Sysctls: field(spec, 'Sysctls'),
      SecurityOpt: securityOptions(field(spec, 'Privileges')),
      ReadonlyRootfs: field(spec, 'ReadOnly'),
      Ulimits: field(spec, 'Ulimits'),
      Memory: field(limits, 'MemoryBytes'),
      NanoCpus: field(limits, 'NanoCPUs'),
      PidsLimit: field(limits, 'Pids'),
      ...(isHost ? { NetworkMode: 'host' } : {}),
    },
  };
}

function securityOptions(privileges: unknown): readonly string[] {
  const isOff = (key: string, word: string): boolean =>
    (stringField(field(privileges, key), 'Mode') ?? '').toLowerCase() === word;
  const context = field(privileges, 'SELinuxContext');
  const type = stringField(context, 'Type') ?? '';
  return [
    ...(isOff('Seccomp', 'unconfined') ? ['seccomp=unconfined'] : []),
    ...customSeccomp(field(privileges, 'Seccomp')),
    ...(isOff('AppArmor', 'disabled') ? ['apparmor=unconfined'] : []),
    ...(field(context, 'Disable') === true ? ['label=disable'] : []),
    ...(type === '' ? [] : [`label=type:${type}`]),
    ...(field(privileges, 'NoNewPrivileges') === true ? ['no-new-privileges=true'] : []),
  ];
}

/** A profile comes along in base64; what is none is judged as an empty one. */
function customSeccomp(seccomp: unknown): readonly string[] {
  if ((stringField(seccomp, 'Mode') ?? '').toLowerCase() !== 'custom') return [];
  const profile = Buffer.from(stringField(seccomp, 'Profile') ?? '', 'base64').toString('utf8');
  return [`seccomp=${profile.trimStart().startsWith('{') ? profile : '{}'}`];
}
