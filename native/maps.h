// Maps: three rings, what user space sets, and what the programs count.
#pragma once

#define SCRATCH_BYTES 16384
// No slot starts behind this: what is written then, 8 KiB at most, ends inside of the scratch.
#define SCRATCH_MASK 8191

struct scratch {
  u8 bytes[SCRATCH_BYTES];
  u32 top; // where the name below the root of the path that was walked last begins
  u32 path_flags;
  // Kept here and not in a register: what the verifier does not know it does not try one by one.
  u32 length;
  u32 filler;
  u64 dentry, mount; // where the walk has come to
};

enum { SCRATCH_CALL = 0, SCRATCH_EXEC = 1, SCRATCH_CGROUP = 2 };

enum config_flag {
  CONFIG_DROP_HOST = 1, // calls of processes in the host's mount namespace
  CONFIG_CGROUP_V1 = 2,
  CONFIG_LENGTHS = 4, // what goes through connected sockets is counted by tracepoints of its own
};

struct config {
  u32 self;
  u32 flags;
  u32 mount_namespace; // of the host
  int hierarchy;       // of the cgroups that name containers
  u64 open_window;     // ns in which the same read is told once; 0: each is told
  u64 failed_window;
  u64 transfer_window;
  u32 transfers; // sends and receives told for each flow in its window
  u32 reserved;
};

// Which system call is what, by number; 32-bit calls on x86-64 from 1024 on.
struct call {
  u16 type;
  u8 strings;     // arguments that are texts, a bit each
  u8 descriptors; // arguments that are descriptors
  u32 flags;
};
#define COMPAT_CALLS 1024

enum call_flag {
  CALL_SUCCESS_ONLY = 2,
  CALL_OPEN = 4,          // flags are the argument that call_flag_shift says
  CALL_OPEN_HOW = 8,
  CALL_SOCKET = 16,       // argument 0 is a socket
  CALL_RETURNS_SOCKET = 32,
  CALL_SOCKET_ADDRESS = 64, // sockaddr and its length are arguments 1 and 2
  CALL_TRANSFER = 128,      // data and its length are arguments 1 and 2, sockaddr 4 and 5
  CALL_MESSAGE = 256,       // msghdr is argument 1
  CALL_STANDARD_SOCKET = 512, // only a socket that becomes 0, 1 or 2
  CALL_NEW_SOCKET = 1024,
  CALL_PTRACE = 2048,
  CALL_WORKING_DIRECTORY = 4096,
  CALL_EXEC = 8192, // failures, with their arguments
  CALL_NETWORK = 16384,
  CALL_ACCEPT = 32768,
  CALL_REGULAR_FILE = 65536, // argument 0 is a regular file; others are not told
  CALL_RECEIVES = 131072,    // a transfer to us
  CALL_MANY = 262144,        // argument 1 is a row of messages: counted, not told
  CALL_FLAGS_SHIFT = 24,
};

struct counter {
  u64 seen, submitted, lost, filtered;
  u64 first_lost, last_lost; // first_lost is set by the first loss since user space cleared it
};

#define RING(name, bytes)                                                                         \
  struct {                                                                                        \
    __uint(type, BPF_MAP_TYPE_RINGBUF);                                                           \
    __uint(max_entries, bytes);                                                                   \
  } name SEC(".maps")
RING(lifecycle, 4 << 20);
RING(events, 16 << 20);
RING(network, 4 << 20);

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct config);
} settings SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 2 * COMPAT_CALLS);
  __type(key, u32);
  __type(value, struct call);
} calls SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, RECORD_TYPES);
  __type(key, u32);
  __type(value, struct counter);
} counters SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 3);
  __type(key, u32);
  __type(value, struct scratch);
} scratches SEC(".maps");

// Names below the root whose files are always told: `etc`, `root` ...
struct top_name {
  char name[16];
};
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 256);
  __type(key, struct top_name);
  __type(value, u8);
} watched SEC(".maps");

// Programs of the host whose calls are told though the host's are dropped: `runc` ...
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 256);
  __type(key, struct top_name);
  __type(value, u8);
} kept SEC(".maps");

struct seen_key {
  u64 cgroup, exe, subject;
  u32 device, kind;
};
struct seen_value {
  u64 time;
  u32 count, watched;
};
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 65536);
  __type(key, struct seen_key);
  __type(value, struct seen_value);
} seen SEC(".maps");

struct transfer_key {
  u64 socket;
  u8 remote[16];
  u16 port, type;
  u32 filler;
};
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 32768);
  __type(key, struct transfer_key);
  __type(value, struct seen_value);
} transfers SEC(".maps");

// Who owns a TCP flow: its end comes in an interrupt, in nobody's name.
struct owner {
  u64 start, cgroup, opened;
  u32 pid, tid, uid, gid, mount_namespace, flags, is_server, filler;
};
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 65536);
  __type(key, u64);
  __type(value, struct owner);
} owners SEC(".maps");

static __always_inline struct config *configuration(void) {
  u32 zero = 0;
  return bpf_map_lookup_elem(&settings, &zero);
}

static __always_inline struct counter *counter_of(u32 type) {
  return bpf_map_lookup_elem(&counters, &type);
}

static __always_inline struct scratch *scratch_of(u32 which) {
  return bpf_map_lookup_elem(&scratches, &which);
}

static __always_inline void count_result(struct counter *counter, long failed) {
  if (!failed) {
    counter->submitted++;
    return;
  }
  u64 now = bpf_ktime_get_boot_ns();
  counter->lost++;
  if (!counter->first_lost) counter->first_lost = now;
  counter->last_lost = now;
  // One that says whether to look at the others.
  struct counter *any = counter_of(0);
  if (any) any->lost++;
}
