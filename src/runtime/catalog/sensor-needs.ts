// What our own rules need from the sensor beyond what the official rules need: system calls to trace
// with their arguments, and which reads must not be filtered away in the kernel.

export interface ExtraCall {
  readonly type: string;
  /** Names of arguments that rules ask for. */
  readonly arguments: readonly string[];
  /** How often it is called on a busy node: `rare` costs nothing; `frequent` wants a filter. */
  readonly rate: 'rare' | 'frequent';
  /** What the kernel side may leave out. */
  readonly filter: string | null;
}

/** System calls that no official rule asks for. */
export const extraCalls: readonly ExtraCall[] = [
  { type: 'mount', arguments: ['dev', 'dir', 'type', 'flags'], rate: 'rare', filter: null },
  { type: 'move_mount', arguments: ['dir'], rate: 'rare', filter: null },
  { type: 'fsopen', arguments: ['fsname'], rate: 'rare', filter: null },
  { type: 'pivot_root', arguments: [], rate: 'rare', filter: null },
  { type: 'mknod', arguments: ['path', 'mode', 'dev'], rate: 'rare', filter: null },
  { type: 'mknodat', arguments: ['path', 'mode', 'dev'], rate: 'rare', filter: null },
  { type: 'open_by_handle_at', arguments: [], rate: 'rare', filter: null },
  { type: 'delete_module', arguments: ['name'], rate: 'rare', filter: null },
  { type: 'kexec_load', arguments: [], rate: 'rare', filter: null },
  { type: 'kexec_file_load', arguments: [], rate: 'rare', filter: null },
  { type: 'process_vm_writev', arguments: ['pid'], rate: 'rare', filter: null },
  { type: 'memfd_create', arguments: ['name', 'flags'], rate: 'rare', filter: null },
  { type: 'io_uring_setup', arguments: ['entries'], rate: 'rare', filter: null },
  { type: 'keyctl', arguments: ['cmd'], rate: 'rare', filter: null },
  { type: 'add_key', arguments: [], rate: 'rare', filter: null },
  { type: 'request_key', arguments: [], rate: 'rare', filter: null },
  { type: 'fchmodat2', arguments: ['filename', 'mode'], rate: 'rare', filter: null },
  { type: 'vmsplice', arguments: [], rate: 'rare', filter: null },
  {
    type: 'splice',
    arguments: [],
    rate: 'frequent',
    filter: 'only from a regular file; the descriptor of the event is the one that is read',
  },
  {
    type: 'tee',
    arguments: [],
    rate: 'rare',
    filter: null,
  },
];

/** Opens for reading that rules ask for, as they are named or as they resolve; the rest may stay out. */
export const watchedReads: {
  readonly prefixes: readonly string[];
  readonly parts: readonly string[];
  readonly endings: readonly string[];
} = {
  prefixes: ['/dev/', '/proc/', '/boot/System.map'],
  parts: [
    '/secrets/kubernetes.io/serviceaccount/',
    'kubernetes.io~secret',
    'kubernetes.io~projected',
    '/etc/kubernetes/',
    '/var/lib/kubelet/pki/',
    '/etc/rancher/k3s/k3s.yaml',
    '/var/lib/rancher/k3s/server/tls/',
    '/var/lib/etcd/member/snap/db',
    '/.aws/',
    '/.kube/config',
    '/.docker/config.json',
    '/.ssh/',
    '/.config/gcloud/',
    '/.azure/',
    '/.terraform.d/credentials',
  ],
  endings: [
    '/etc/shadow',
    '/etc/shadow-',
    '/etc/gshadow',
    '/etc/master.passwd',
    '/.netrc',
    '/.git-credentials',
    '/.pypirc',
    '/.npmrc',
    '/.vault-token',
    '/.pgpass',
    '/.my.cnf',
    '/.config/gh/hosts.yml',
    '/.cargo/credentials.toml',
  ],
};
