// Capability sets of Linux (include/uapi/linux/capability.h) as names.

const names = `CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE
SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`
  .split(/\s+/)
  .map((name) => `CAP_${name}`);

/** A machine has few different sets. */
const known = new Map<bigint, readonly string[]>();
const knownAtMost = 1024;

/** The names of a set of bits, lowest first; bits without a name here are left out. */
export function capabilityNames(bits: bigint): readonly string[] {
  const found = known.get(bits);
  if (found !== undefined) return found;
  const held = names.filter((_, index) => ((bits >> BigInt(index)) & 1n) === 1n);
  if (known.size >= knownAtMost) known.clear();
  known.set(bits, held);
  return held;
}

/** The bits of names that `capabilityNames` gave. */
export function capabilityBits(held: readonly string[]): bigint {
  return held.reduce((bits, name) => {
    const index = names.indexOf(name);
    return index === -1 ? bits : bits | (1n << BigInt(index));
  }, 0n);
}
