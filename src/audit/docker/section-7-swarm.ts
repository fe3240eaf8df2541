// CIS Docker section 7: a swarm and its managers. Without a swarm nothing of it applies.
import { asArray, asNumber, field, stringField, stringsOf } from '../../base/json.ts';
import { isSecret } from '../../policy/index.ts';
import { failedBy, passed, told, type Verdict } from '../control.ts';
import { control, type DockerControl, found, type Section } from './define.ts';
import type { DockerFacts } from './facts.ts';

const section: Section = {
  profile: 'swarm',
  reads: '/swarm, /services, /networks, /info',
  severity: 'medium',
  lesson: 'swarm-cluster',
};

type Row = Pick<DockerControl, 'id' | 'title' | 'fix'> & Partial<Section>;

/** Where no swarm is, nothing applies; a worker does not know. */
function inSwarm(row: Row, judge: (facts: DockerFacts) => Verdict): DockerControl {
  return control(section, {
    ...row,
    evaluate: (facts) => {
      const state = stringField(field(facts.info, 'Swarm'), 'LocalNodeState') ?? 'inactive';
      if (state === 'inactive') return told('not-applicable', 'there is no swarm', 'Swarm');
      if (facts.swarm.swarm === null) return told('unknown', 'ask a manager of the swarm', 'Swarm');
      return judge(facts);
    },
  });
}

function managersVerdict({ info }: DockerFacts): Verdict {
  const managers = asNumber(field(field(info, 'Swarm'), 'Managers')) ?? 0;
  const place = 'Swarm.Managers';
  if (managers % 2 === 0) {
    return failedBy([
      found(place, managers, `${managers} managers survive no more than ${managers - 1}`),
    ]);
  }
  if (managers > 7)
    return failedBy([found(place, managers, `${managers} machines hold every secret`)]);
  return passed([found(place, managers, 'an odd number, no more than seven')]);
}

function bindVerdict({ listeners }: DockerFacts): Verdict {
  if (listeners === null) return told('unknown', 'what the host listens on is not known');
  const open = listeners
    .filter((one) => one.endsWith(':2377'))
    .filter((one) => !/^(?:127\.|\[::1\])/.test(one));
  const wide = open.filter((one) => one.startsWith('0.0.0.0:') || one.startsWith('[::]:'));
  if (wide.length === 0)
    return passed([found('port 2377', [...open], 'it is bound to an address')]);
  return failedBy(wide.map((one) => found('port 2377', one, 'managers listen on every address')));
}

function overlayVerdict({ networks }: DockerFacts): Verdict {
  const overlays = networks.filter(
    (one) => stringField(one, 'Driver') === 'overlay' && field(one, 'Ingress') !== true,
  );
  if (overlays.length === 0) return told('not-applicable', 'there is no overlay network');
  return failedBy(
    overlays.flatMap((one) => {
      if (field(field(one, 'Options'), 'encrypted') !== undefined) return [];
      const name = (stringField(one, 'Name') ?? '').slice(0, 100);
      const place = `network ${name}: Options.encrypted`;
      return [{ ...found(place, null, `traffic of ${name} is not encrypted`), subject: name }];
    }),
  );
}

function secretsVerdict({ swarm }: DockerFacts): Verdict {
  if (swarm.services.length === 0) return told('not-applicable', 'there are no services');
  return failedBy(
    swarm.services.flatMap((service) => {
      const spec = field(service, 'Spec');
      const container = field(field(spec, 'TaskTemplate'), 'ContainerSpec');
      const name = (stringField(spec, 'Name') ?? '').slice(0, 100);
      return stringsOf(field(container, 'Env')).flatMap((one, index) => {
        const [variable = '', ...rest] = one.split('=');
        if (!isSecret(variable.slice(0, 300), rest.join('=').slice(0, 4096))) return [];
        const message = `service ${name} has a credential in its environment: ${variable.slice(0, 100)}`;
        const place = `TaskTemplate.ContainerSpec.Env[${index}]`;
        return [{ subject: name, place, value: '***', message }];
      });
    }),
  );
}

function lockVerdict({ swarm }: DockerFacts): Verdict {
  const value = field(field(field(swarm.swarm, 'Spec'), 'EncryptionConfig'), 'AutoLockManagers');
  const place = 'Spec.EncryptionConfig.AutoLockManagers';
  if (value === true) return passed([found(place, true, 'keys are locked at rest')]);
  const command = 'docker swarm update --autolock=true';
  return failedBy([{ ...found(place, false, 'keys lie open on the disks of managers'), command }]);
}

/** 90 days, the default of Docker, in nanoseconds. */
const longestLife = 90 * 24 * 3600 * 1e9;

function certificateVerdict({ swarm }: DockerFacts): Verdict {
  const value = asNumber(field(field(field(swarm.swarm, 'Spec'), 'CAConfig'), 'NodeCertExpiry'));
  const place = 'Spec.CAConfig.NodeCertExpiry';
  if (value === null) return told('unknown', 'the lifetime of certificates is not told', place);
  const days = Math.round(value / (24 * 3600 * 1e9));
  if (value <= longestLife) return passed([found(place, `${days} days`, '90 days at most')]);
  const command = 'docker swarm update --cert-expiry 720h';
  return failedBy([
    { ...found(place, `${days} days`, 'certificates of nodes live too long'), command },
  ]);
}

export const swarmControls: readonly DockerControl[] = [
  inSwarm(
    {
      id: '7.1',
      title: 'There are no more managers than needed',
      fix: 'Run one, three, five or seven managers',
    },
    managersVerdict,
  ),
  inSwarm(
    {
      id: '7.2',
      title: 'Managers listen on one named address',
      severity: 'high',
      reads: 'listening sockets of the host',
      fix: 'Make the swarm with --listen-addr ADDRESS:2377',
    },
    bindVerdict,
  ),
  inSwarm(
    {
      id: '7.3',
      title: 'Overlay networks are encrypted',
      fix: 'Make them anew: docker network create -d overlay --opt encrypted',
    },
    overlayVerdict,
  ),
  inSwarm(
    {
      id: '7.4',
      title: 'Services take credentials from secrets of the swarm',
      severity: 'high',
      lesson: 'leaked-secret',
      fix: 'Replace the credential and hand it over with docker secret',
    },
    secretsVerdict,
  ),
  inSwarm({ id: '7.5', title: 'Managers are locked', fix: 'Switch autolock on' }, lockVerdict),
  inSwarm(
    {
      id: '7.6',
      title: 'The unlock key is rotated',
      severity: 'low',
      fix: 'docker swarm unlock-key --rotate',
    },
    () => told('manual', 'the engine does not tell when the key was made: rotate it each quarter'),
  ),
  inSwarm(
    {
      id: '7.7',
      title: 'Certificates of nodes are renewed in time',
      severity: 'low',
      fix: 'Shorten their life',
    },
    certificateVerdict,
  ),
  inSwarm(
    {
      id: '7.8',
      title: 'The authority of the swarm is rotated',
      severity: 'low',
      fix: 'docker swarm ca --rotate',
    },
    () =>
      told(
        'manual',
        'look at the age of the root certificate: docker swarm ca | openssl x509 -noout -dates',
      ),
  ),
  inSwarm(
    {
      id: '7.9',
      title: 'Management and data have networks of their own',
      severity: 'low',
      fix: 'Make the swarm with --data-path-addr',
    },
    ({ info }) => {
      const nodes = asArray(field(field(info, 'Swarm'), 'RemoteManagers')).length;
      return told(
        'manual',
        `compare --advertise-addr with --data-path-addr on the ${nodes} managers`,
      );
    },
  ),
];
