// Which capabilities a container gets when its engine is asked for some more or fewer.

/** All of Linux 5.9 and later, in the order of their numbers (capabilities(7)). */
const everyCapability: readonly string[] = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE ' +
  'NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO ' +
  'SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME ' +
  'SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG ' +
  'WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
)
  .split(' ')
  .map((name) => `CAP_${name}`);

/** What Docker gives without being asked (moby, oci/caps/defaults.go). */
const dockerDefaults: ReadonlySet<string> = new Set(
  (
    'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP ' +
    'NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'
  )
    .split(' ')
    .map((name) => `CAP_${name}`),
);

export interface CapabilityRequest {
  readonly privileged: boolean;
  /** With or without `CAP_`, any case; `ALL` is every one. */
  readonly added: readonly string[];
  readonly dropped: readonly string[];
}

/** The bounding set that Docker makes of `--privileged`, `--cap-add` and `--cap-drop`. */
export function boundingSet(request: CapabilityRequest): readonly string[] {
  if (request.privileged) return everyCapability;
  const added = new Set(request.added.map(fullName));
  const dropped = new Set(request.dropped.map(fullName));
  return everyCapability.filter((name) => {
    if (dropped.has(name)) return false;
    if (added.has('CAP_ALL') || added.has(name)) return true;
    return dockerDefaults.has(name) && !dropped.has('CAP_ALL');
  });
}

function fullName(name: string): string {
  const upper = name.toUpperCase();
  return upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}
