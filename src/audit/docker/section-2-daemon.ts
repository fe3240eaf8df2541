// CIS Docker section 2: the settings of the engine, as it runs rather than as a file wants it.
import { asArray, entriesOf, field, stringField, stringsOf } from '../../base/json.ts';
import { failedBy, passed, told, type Verdict } from '../control.ts';
import { settingOf } from './daemon-settings.ts';
import { control, type DockerControl, found, type Section } from './define.ts';
import type { DockerFacts } from './facts.ts';

const section: Section = {
  profile: 'engine configuration',
  reads: 'command line of dockerd, daemon.json',
  severity: 'medium',
  lesson: 'engine-settings',
};

/** A verdict on one setting of dockerd, with its source. */
function bySetting(
  facts: DockerFacts,
  name: string,
  judge: (value: unknown) => string | null,
): Verdict {
  const setting = settingOf(facts.daemon, name);
  if (setting === null) {
    const { problem } = facts.daemon;
    return told('unknown', problem ?? 'the command line of dockerd could not be read', name);
  }
  const value = setting.value ?? null;
  const fault = judge(setting.value);
  if (fault === null) return passed([found(setting.source, shown(value), 'as it should be')]);
  return failedBy([found(setting.source, shown(value), fault)]);
}

/** Objects by a word: values of daemon.json are printed. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => String(one).slice(0, 200)).slice(0, 20);
  return typeof value === 'object' && value !== null ? Object.keys(value).slice(0, 20) : value;
}

/** `name=seccomp,profile=default` by its name; null: the engine does not list it. */
export function securityOption(facts: DockerFacts, name: string): string | null {
  const options = stringsOf(field(facts.info, 'SecurityOptions'));
  return options.find((option) => option.split(',').includes(`name=${name}`)) ?? null;
}

function trafficVerdict({ networks }: DockerFacts): Verdict {
  const bridge = networks.find((one) => stringField(one, 'Name') === 'bridge');
  if (bridge === undefined) return passed([found('networks', null, 'there is no default bridge')]);
  const name = 'com.docker.network.bridge.enable_icc';
  const value = stringField(field(bridge, 'Options'), name);
  const place = `network bridge: ${name}`;
  if (value === 'false') return passed([found(place, value, 'containers are kept apart')]);
  return failedBy([found(place, value, 'containers of the default bridge reach one another')]);
}

function registryVerdict({ info }: DockerFacts): Verdict {
  const registries = field(info, 'RegistryConfig');
  const ranges = stringsOf(field(registries, 'InsecureRegistryCIDRs')).filter(
    (one) => one !== '127.0.0.0/8' && one !== '::1/128',
  );
  const hosts = entriesOf(field(registries, 'IndexConfigs')).filter(
    ([, index]) => field(index, 'Secure') === false,
  );
  return failedBy([
    ...ranges.map((range) =>
      found(
        'RegistryConfig.InsecureRegistryCIDRs',
        range,
        `registries of ${range} need no certificate`,
      ),
    ),
    ...hosts.map(([name]) =>
      found(`RegistryConfig.IndexConfigs["${name}"].Secure`, false, `${name} needs no certificate`),
    ),
  ]);
}

function driverVerdict({ info }: DockerFacts): Verdict {
  const driver = stringField(info, 'Driver');
  if (driver === 'aufs') return failedBy([found('Driver', driver, 'aufs is not maintained')]);
  return passed([found('Driver', driver, 'it is maintained')]);
}

function tlsVerdict(facts: DockerFacts): Verdict {
  const hosts = settingOf(facts.daemon, 'hosts');
  if (hosts === null) {
    const { problem } = facts.daemon;
    return told('unknown', problem ?? 'the command line of dockerd could not be read', 'hosts');
  }
  const open = stringsOf(hosts.value).filter((host) => /^(?:tcp:\/\/|:|\d)/.test(host));
  if (open.length === 0) return passed([found(hosts.source, shown(hosts.value ?? null), 'no TCP')]);
  const verify = settingOf(facts.daemon, 'tlsverify');
  if (verify?.value === true)
    return passed([found(verify.source, true, 'clients need a certificate')]);
  return failedBy(
    open.map((host) => ({
      ...found(hosts.source, host, `${host} takes orders from whoever reaches it`),
      severity: 'critical' as const,
    })),
  );
}

function usersVerdict(facts: DockerFacts): Verdict {
  const options = stringsOf(field(facts.info, 'SecurityOptions')).map((one) => one.slice(0, 200));
  const option = securityOption(facts, 'userns') ?? securityOption(facts, 'rootless');
  if (option !== null) return passed([found('SecurityOptions', option, 'users are remapped')]);
  return failedBy([found('SecurityOptions', options, 'root in a container is root on the host')]);
}

function seccompVerdict(facts: DockerFacts): Verdict {
  const option = securityOption(facts, 'seccomp');
  if (option === null) {
    return failedBy([found('SecurityOptions', null, 'the engine filters no system calls')]);
  }
  if (!option.includes('profile=unconfined')) {
    return passed([found('SecurityOptions', option, 'system calls are filtered')]);
  }
  return failedBy([found('SecurityOptions', option, 'the default profile filters nothing')]);
}

function newPrivilegeVerdict(facts: DockerFacts): Verdict {
  const option = securityOption(facts, 'no-new-privileges');
  if (option !== null) return passed([found('SecurityOptions', option, 'it is the default')]);
  return bySetting(facts, 'no-new-privileges', (value) =>
    value === true ? null : 'containers may gain privileges unless they say otherwise',
  );
}

function restoreVerdict({ info }: DockerFacts): Verdict {
  if (stringField(field(info, 'Swarm'), 'LocalNodeState') === 'active') {
    return told('not-applicable', 'a swarm does not support live restore', 'Swarm.LocalNodeState');
  }
  if (field(info, 'LiveRestoreEnabled') === true) {
    return passed([
      found('LiveRestoreEnabled', true, 'containers outlive a restart of the engine'),
    ]);
  }
  return failedBy([found('LiveRestoreEnabled', false, 'containers die with the engine')]);
}

const localDrivers: ReadonlySet<string | null> = new Set(['json-file', 'local', 'none', null]);

function loggingVerdict({ info }: DockerFacts): Verdict {
  const driver = stringField(info, 'LoggingDriver');
  if (!localDrivers.has(driver))
    return passed([found('LoggingDriver', driver, 'logs leave the engine')]);
  return failedBy([
    found('LoggingDriver', driver, 'logs stay on this host and die with the container'),
  ]);
}

const first: readonly DockerControl[] = [
  control(section, {
    id: '2.1',
    title: 'The engine runs without root',
    reads: 'SecurityOptions of /info',
    severity: 'low',
    fix: 'Consider the rootless mode: dockerd-rootless-setuptool.sh install',
    evaluate: (facts) => {
      const option = securityOption(facts, 'rootless');
      if (option !== null) return passed([found('SecurityOptions', option, 'it is rootless')]);
      return failedBy([found('SecurityOptions', null, 'the engine runs as root')]);
    },
  }),
  control(section, {
    id: '2.2',
    title: 'Containers of the default bridge cannot reach one another',
    reads: 'options of the network bridge',
    fix: 'Set "icc": false in daemon.json; put containers that talk into a network of their own',
    evaluate: trafficVerdict,
  }),
  control(section, {
    id: '2.3',
    title: 'The log level is info',
    severity: 'low',
    fix: 'Set "log-level": "info" in daemon.json and remove "debug"',
    evaluate: (facts) =>
      field(facts.info, 'Debug') === true
        ? failedBy([found('Debug', true, 'the engine logs in debug mode')])
        : bySetting(facts, 'log-level', (value) =>
            value === undefined || value === 'info'
              ? null
              : `the level is ${JSON.stringify(value).slice(0, 40)}`,
          ),
  }),
  control(section, {
    id: '2.4',
    title: 'The engine may set its packet filter rules',
    fix: 'Remove "iptables": false; without its rules networks are not kept apart',
    evaluate: (facts) =>
      bySetting(facts, 'iptables', (value) =>
        value === false ? 'networks are not kept apart by packet filter rules' : null,
      ),
  }),
  control(section, {
    id: '2.5',
    title: 'Every registry needs a certificate',
    reads: 'RegistryConfig of /info',
    severity: 'high',
    fix: 'Remove "insecure-registries"; put the authority of the registry into /etc/docker/certs.d',
    evaluate: registryVerdict,
  }),
  control(section, {
    id: '2.6',
    title: 'The storage driver is not aufs',
    reads: 'Driver of /info',
    severity: 'low',
    fix: 'Move to overlay2',
    evaluate: driverVerdict,
  }),
  control(section, {
    id: '2.7',
    title: 'The API over TCP verifies its clients',
    severity: 'high',
    lesson: 'engine-api',
    fix: 'Remove the tcp:// host, or set tlsverify with an authority of your own',
    evaluate: tlsVerdict,
  }),
  control(section, {
    id: '2.8',
    title: 'There are default ulimits',
    severity: 'low',
    lesson: 'resource-exhaustion',
    fix: 'Set "default-ulimits" in daemon.json',
    evaluate: (facts) =>
      bySetting(facts, 'default-ulimits', (value) =>
        asArray(value).length + entriesOf(value).length > 0 ? null : 'no default ulimit is set',
      ),
  }),
  control(section, {
    id: '2.9',
    title: 'Users of containers are remapped',
    reads: 'SecurityOptions of /info',
    fix: 'Set "userns-remap": "default" in daemon.json, or run the engine without root',
    evaluate: usersVerdict,
  }),
];

export const daemonControls: readonly DockerControl[] = [
  ...first,
  control(section, {
    id: '2.10',
    title: 'Containers live in the cgroup of the engine',
    severity: 'low',
    lesson: 'resource-exhaustion',
    fix: 'Remove "cgroup-parent" unless its limits are known to be stricter',
    evaluate: (facts) =>
      bySetting(facts, 'cgroup-parent', (value) =>
        value === undefined || value === ''
          ? null
          : `they live in ${JSON.stringify(value).slice(0, 100)}`,
      ),
  }),
  control(section, {
    id: '2.11',
    title: 'The base device size is left as it is',
    severity: 'low',
    lesson: 'resource-exhaustion',
    fix: 'Remove dm.basesize from "storage-opts"',
    evaluate: (facts) =>
      bySetting(facts, 'storage-opts', (value) =>
        stringsOf(value).some((one) => one.startsWith('dm.basesize')) ? 'dm.basesize is set' : null,
      ),
  }),
  control(section, {
    id: '2.12',
    title: 'A plugin authorises requests to the engine',
    reads: 'Plugins.Authorization of /info',
    lesson: 'engine-api',
    fix: 'Set up an authorisation plugin: seaworthy gate docker',
    evaluate: ({ info }) => {
      const plugins = stringsOf(field(field(info, 'Plugins'), 'Authorization'));
      if (plugins.length > 0)
        return passed([found('Plugins.Authorization', [...plugins], 'it asks')]);
      return failedBy([found('Plugins.Authorization', null, 'each client may do everything')]);
    },
  }),
  control(section, {
    id: '2.13',
    title: 'Logs are sent to another place',
    reads: 'LoggingDriver of /info',
    severity: 'low',
    fix: 'Set "log-driver" to one that sends logs away: syslog, fluentd, a forwarding journald',
    evaluate: loggingVerdict,
  }),
  control(section, {
    id: '2.14',
    title: 'Containers cannot gain privileges by default',
    reads: 'SecurityOptions of /info, daemon.json',
    lesson: 'least-privilege',
    fix: 'Set "no-new-privileges": true in daemon.json',
    evaluate: newPrivilegeVerdict,
  }),
  control(section, {
    id: '2.15',
    title: 'Containers outlive a restart of the engine',
    reads: 'LiveRestoreEnabled of /info',
    severity: 'low',
    fix: 'Set "live-restore": true in daemon.json, so that updates of the engine are not put off',
    evaluate: restoreVerdict,
  }),
  control(section, {
    id: '2.16',
    title: 'The userland proxy is off',
    severity: 'low',
    fix: 'Set "userland-proxy": false in daemon.json',
    evaluate: (facts) =>
      bySetting(facts, 'userland-proxy', (value) =>
        value === false ? null : 'one more process listens for each published port',
      ),
  }),
  control(section, {
    id: '2.17',
    title: 'System calls are filtered by default',
    reads: 'SecurityOptions of /info',
    severity: 'high',
    lesson: 'kernel-confinement',
    fix: 'Remove "seccomp-profile": "unconfined", and start from a kernel that has seccomp',
    evaluate: seccompVerdict,
  }),
  control(section, {
    id: '2.18',
    title: 'Experimental features are off',
    reads: 'ExperimentalBuild of /info',
    severity: 'low',
    fix: 'Remove "experimental": true',
    evaluate: ({ info }) =>
      field(info, 'ExperimentalBuild') === true
        ? failedBy([found('ExperimentalBuild', true, 'experimental features are on')])
        : passed([found('ExperimentalBuild', false, 'they are off')]),
  }),
];
