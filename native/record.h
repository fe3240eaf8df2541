// What lies in the rings: a header, a fixed part by type, then slots. Little-endian as the machine;
// everything starts at a multiple of eight. src/host/sensor reads this; its tests compare the numbers.
#pragma once

enum record_type {
  RECORD_EXEC = 1,
  RECORD_FORK = 2,
  RECORD_EXIT = 3,
  RECORD_CGROUP_MKDIR = 4,
  RECORD_CGROUP_RMDIR = 5,
  RECORD_CGROUP_ATTACH = 6,
  RECORD_TCP_ESTABLISHED = 7,
  RECORD_TCP_CLOSE = 8,
  RECORD_CAPABILITY = 9,
  RECORD_IO_URING = 10,
  RECORD_DATAGRAMS = 11,
  // System calls follow; their numbers are given by user space (src/host/sensor/calls.ts).
  RECORD_FIRST_CALL = 16,
  RECORD_TYPES = 128,
};

enum header_flag { HEADER_HOST = 1, HEADER_COMPAT = 2 };

struct header {
  u16 type;
  u16 cpu;
  u32 size;
  u64 time; // boot clock, nanoseconds
  u32 pid;  // of the process, in the first pid namespace
  u32 tid;
  u64 start; // of the process, boot clock: with the pid a key that is never used twice
  u64 cgroup;
  s64 result;
  u32 flags;
  u32 mount_namespace;
  u32 uid;
  u32 gid;
};

enum slot_kind {
  SLOT_PATH = 1, // as the program wrote it
  SLOT_OTHER_PATH = 2,
  SLOT_REAL_PATH = 3, // components from the leaf to the root, each ended by NUL
  SLOT_DESCRIPTOR_PATH = 4,
  SLOT_WORKING_DIRECTORY = 5,
  SLOT_FILE = 6,
  SLOT_SOCKET = 7,
  SLOT_SOCKET_ADDRESS = 8, // sockaddr as the program wrote it
  SLOT_UNIX_ADDRESS = 9,   // of the other end, from the kernel
  SLOT_DATA = 10,
  SLOT_OPEN_HOW = 11,
  SLOT_ARGUMENTS = 12,
  SLOT_ENVIRONMENT = 13,
  SLOT_COMMAND = 14, // comm
  SLOT_FILE_NAME = 15,
  SLOT_INTERPRETER = 16,
  SLOT_CGROUP = 17, // names from the leaf to the root
  SLOT_CGROUP_PATH = 18,
  SLOT_PARENT_COMMAND = 19,
  SLOT_THIRD_TEXT = 20,
};

enum path_flag { PATH_TRUNCATED = 1, PATH_DETACHED = 2, PATH_DELETED = 4 };

struct slot {
  u16 kind;
  u16 length;
  u32 value; // of a path: path_flag; of a descriptor's: its number and path_flag << 24; of data: its whole length
};

struct file_facts {
  u64 inode;
  u32 device;
  u32 mode;
  u32 links;
  u32 flags; // exe_flag
};

struct socket_facts {
  u16 family, type, protocol;
  u8 state, filler;
  u16 local_port, remote_port;
  u32 descriptor;
  u8 local[16], remote[16];
};

enum exe_flag { EXE_UPPER = 1, EXE_MEMFD = 2, EXE_UNLINKED = 4, EXE_OVERLAY = 8 };

struct process_facts {
  u32 parent, virtual_pid;
  u64 parent_start;
  u32 session, group; // in the process's own pid namespace
  u32 terminal, login_uid;
  u32 euid, egid;
  u32 pid_namespace, net_namespace;
};

struct exec_facts {
  struct process_facts process;
  u64 capabilities[5]; // inheritable, permitted, effective, bounding, ambient
  u64 inode, changed, modified, size;
  u32 device, links, mode, magic;
  u32 exe_flags, user_namespace;
  u32 argument_count, argument_bytes, environment_count, environment_bytes;
  u32 old_pid, filler;
};

struct exit_facts {
  u32 exit_code, virtual_pid;
  u32 parent, filler;
  char command[16];
};

struct fork_facts {
  struct process_facts process;
  char command[16];
};

struct flow_facts {
  struct socket_facts socket;
  u64 sent, received; // bytes of data, without what was sent again
  u64 opened;         // boot clock; 0 when the flow is older than the sensor
  u32 is_server, old_state;
};

struct capability_facts {
  u32 capability, user_namespace;
  char command[16];
};
