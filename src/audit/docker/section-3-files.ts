// CIS Docker section 3: owners and modes of the files that steer the engine.
import { failedBy, passed, told, type Verdict } from '../control.ts';
import { settingOf } from './daemon-settings.ts';
import { control, type DockerControl, found, onHost, type Section } from './define.ts';
import type { DockerFacts, FileFact } from './facts.ts';
import { unitPaths } from './section-1-host.ts';

const section: Section = {
  profile: 'files of the engine',
  reads: 'owner and mode of the file',
  severity: 'medium',
  lesson: 'host-files',
};

interface Row {
  readonly owner: string;
  readonly mode: string;
  readonly what: string;
  /** Where it may lie; the first one that is there counts. A function: settings name it. */
  readonly paths: readonly string[] | ((facts: DockerFacts) => readonly string[]);
  readonly group?: string;
  readonly most: number;
  readonly severity?: 'high' | 'critical';
}

/** TLS files are where the settings say. */
function namedBy(setting: string): (facts: DockerFacts) => readonly string[] {
  return ({ daemon }) => {
    const value = settingOf(daemon, setting)?.value;
    return typeof value === 'string' ? [value] : [];
  };
}

const rows: readonly Row[] = [
  {
    owner: '3.1',
    mode: '3.2',
    what: 'docker.service',
    paths: unitPaths('docker.service'),
    most: 0o644,
    severity: 'high',
  },
  {
    owner: '3.3',
    mode: '3.4',
    what: 'docker.socket',
    paths: unitPaths('docker.socket'),
    most: 0o644,
    severity: 'high',
  },
  {
    owner: '3.5',
    mode: '3.6',
    what: '/etc/docker',
    paths: ['/etc/docker'],
    most: 0o755,
    severity: 'high',
  },
  {
    owner: '3.7',
    mode: '3.8',
    what: 'certificates of registries',
    paths: registryFiles,
    most: 0o444,
  },
  {
    owner: '3.9',
    mode: '3.10',
    what: 'the authority of clients (tlscacert)',
    paths: namedBy('tlscacert'),
    most: 0o444,
  },
  {
    owner: '3.11',
    mode: '3.12',
    what: 'the certificate of the engine (tlscert)',
    paths: namedBy('tlscert'),
    most: 0o444,
  },
  {
    owner: '3.13',
    mode: '3.14',
    what: 'the key of the engine (tlskey)',
    paths: namedBy('tlskey'),
    most: 0o400,
    severity: 'high',
  },
  {
    owner: '3.15',
    mode: '3.16',
    what: 'docker.sock',
    paths: socketPaths,
    group: 'docker',
    most: 0o660,
    severity: 'critical',
  },
  {
    owner: '3.17',
    mode: '3.18',
    what: 'daemon.json',
    paths: ({ daemon }) => [daemon.file],
    most: 0o644,
    severity: 'high',
  },
  {
    owner: '3.19',
    mode: '3.20',
    what: '/etc/default/docker',
    paths: ['/etc/default/docker'],
    most: 0o644,
    severity: 'high',
  },
  {
    owner: '3.22',
    mode: '3.21',
    what: '/etc/sysconfig/docker',
    paths: ['/etc/sysconfig/docker'],
    most: 0o644,
    severity: 'high',
  },
  {
    owner: '3.23',
    mode: '3.24',
    what: 'containerd.sock',
    paths: ['/run/containerd/containerd.sock'],
    most: 0o660,
    severity: 'critical',
  },
];

function registryFiles({ registryCertificates }: DockerFacts): readonly string[] {
  return registryCertificates.map(({ path }) => path);
}

function socketPaths({ address }: DockerFacts): readonly string[] {
  return address.startsWith('/') ? [address] : ['/run/docker.sock'];
}

/** Paths of the host that this section asks for, those that settings name included. */
export function filesOf(facts: Pick<DockerFacts, 'address' | 'daemon'>): readonly string[] {
  const known = { ...facts, registryCertificates: [] } as unknown as DockerFacts;
  return rows.flatMap(({ paths }) => (typeof paths === 'function' ? paths(known) : paths));
}

/** The files of a row that are there. */
function present(facts: DockerFacts, { paths }: Row): readonly FileFact[] {
  if (paths === registryFiles) return facts.registryCertificates;
  const places = typeof paths === 'function' ? paths(facts) : paths;
  return places.flatMap((path) => facts.files.get(path) ?? []).slice(0, 1);
}

function judgeFiles(
  facts: DockerFacts,
  row: Row,
  fault: (
    file: FileFact,
  ) => { readonly value: string; readonly message: string; readonly command: string } | null,
): Verdict {
  const files = present(facts, row);
  if (files.length === 0) return told('not-applicable', `${row.what}: there is none on this host`);
  const faults = files.flatMap((file) => {
    const found = fault(file);
    return found === null ? [] : [{ subject: file.path, place: file.path, ...found }];
  });
  if (faults.length > 0) return failedBy(faults);
  return passed(
    files.slice(0, 3).map((file) => found(file.path, describe(file), 'as it should be')),
  );
}

function describe({ owner, group, mode }: FileFact): string {
  return `${owner}:${group} ${octal(mode)}`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0');
}

function ownerFault(row: Row) {
  return ({ path, owner, group }: FileFact) => {
    const wanted = row.group ?? 'root';
    if (owner === 'root' && (group === wanted || group === 'root')) return null;
    return {
      value: `${owner}:${group}`,
      message: `${path} belongs to ${owner}:${group} instead of root:${wanted}`,
      command: `chown root:${wanted} ${quoted(path)}`,
    };
  };
}

function modeFault(row: Row) {
  return ({ path, mode }: FileFact) => {
    // A bit that is not among the allowed ones, whatever the number says.
    if ((mode & ~row.most & 0o7777) === 0) return null;
    return {
      value: octal(mode),
      message: `${path} has mode ${octal(mode)}, more than ${octal(row.most)}`,
      command: `chmod ${octal(row.most)} ${quoted(path)}`,
    };
  };
}

function quoted(path: string): string {
  return /^[\w./@:-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

export const fileControls: readonly DockerControl[] = rows
  .flatMap((row) => {
    const severity = row.severity ?? 'medium';
    return [
      control(section, {
        id: row.owner,
        severity,
        title: `Owner of ${row.what} is root`,
        fix: `Give it to root:${row.group ?? 'root'}`,
        evaluate: (facts) => onHost(facts, () => judgeFiles(facts, row, ownerFault(row))),
      }),
      control(section, {
        id: row.mode,
        severity,
        title: `Mode of ${row.what} is ${octal(row.most)} or stricter`,
        fix: `Set its mode to ${octal(row.most)}`,
        evaluate: (facts) => onHost(facts, () => judgeFiles(facts, row, modeFault(row))),
      }),
    ];
  })
  .toSorted((a, b) => Number(a.id.split('.')[1]) - Number(b.id.split('.')[1]));
