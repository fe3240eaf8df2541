// Sockets: who talks with whom, from the kernel's own structures.
#pragma once

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10

static __always_inline u16 from_network(u16 value) {
  return value << 8 | value >> 8;
}

static __always_inline void fill_socket(struct socket_facts *facts, struct sock *sock) {
  facts->family = BPF_CORE_READ(sock, __sk_common.skc_family);
  facts->type = BPF_CORE_READ(sock, sk_type);
  facts->protocol = BPF_CORE_READ(sock, sk_protocol);
  facts->state = BPF_CORE_READ(sock, __sk_common.skc_state);
  facts->filler = 0;
  facts->descriptor = ~0u;
  facts->local_port = 0;
  facts->remote_port = 0;
  __builtin_memset(facts->local, 0, 32);
  if (facts->family == AF_INET) {
    BPF_CORE_READ_INTO((u32 *)facts->local, sock, __sk_common.skc_rcv_saddr);
    BPF_CORE_READ_INTO((u32 *)facts->remote, sock, __sk_common.skc_daddr);
  } else if (facts->family == AF_INET6) {
    BPF_CORE_READ_INTO(&facts->local, sock, __sk_common.skc_v6_rcv_saddr);
    BPF_CORE_READ_INTO(&facts->remote, sock, __sk_common.skc_v6_daddr);
  } else {
    return;
  }
  facts->local_port = BPF_CORE_READ(sock, __sk_common.skc_num);
  facts->remote_port = from_network(BPF_CORE_READ(sock, __sk_common.skc_dport));
}

static __always_inline struct sock *sock_of(struct file *file) {
  if (!file) return 0;
  u16 mode = BPF_CORE_READ(file, f_inode, i_mode);
  if ((mode & 0170000) != 0140000) return 0;
  struct socket *socket = BPF_CORE_READ(file, private_data);
  return BPF_CORE_READ(socket, sk);
}

// Address of the other end of a unix socket; of the own end where there is no other (accept).
__noinline u32 add_unix_address(u32 which, u32 at, u64 sock_address) {
  struct scratch *scratch = scratch_of(which);
  if (!scratch || at > SCRATCH_MASK) return at;
  BOUND(at, SCRATCH_MASK);
  struct unix_sock *sock = (void *)sock_address;
  struct unix_address *address = 0;
  struct unix_sock *peer = (void *)BPF_CORE_READ(sock, peer);
  if (peer) address = BPF_CORE_READ(peer, addr);
  u32 is_own = address ? 0 : 1;
  if (!address) address = BPF_CORE_READ(sock, addr);
  if (!address) return at;
  u32 length = BPF_CORE_READ(address, len);
  if (length > 110) length = 110;
  BOUND(length, 127);
  long failed = bpf_probe_read_kernel(scratch->bytes + at + 8, length,
                                      (void *)address + bpf_core_field_offset(struct unix_address, name));
  if (failed) return at;
  return close_slot(scratch, at, SLOT_UNIX_ADDRESS, length, is_own);
}

__noinline u32 add_socket(u32 which, u32 at, u64 address, u32 descriptor) {
  struct scratch *scratch = scratch_of(which);
  if (!scratch || at > SCRATCH_MASK) return at;
  struct sock *sock = (void *)address;
  BOUND(at, SCRATCH_MASK);
  struct socket_facts *facts = (struct socket_facts *)(scratch->bytes + at + 8);
  fill_socket(facts, sock);
  facts->descriptor = descriptor;
  u16 family = facts->family;
  at = close_slot(scratch, at, SLOT_SOCKET, sizeof(*facts), descriptor);
  if (family == AF_UNIX) at = add_unix_address(which, at, (u64)sock);
  return at;
}

static __always_inline void own_flow(struct sock *sock, struct config *config, u32 is_server) {
  struct header header;
  struct owner owner = {};
  fill_header(&header, 0, current_task(), config);
  owner.start = header.start;
  owner.cgroup = header.cgroup;
  owner.opened = header.time;
  owner.pid = header.pid;
  owner.tid = header.tid;
  owner.uid = header.uid;
  owner.gid = header.gid;
  owner.mount_namespace = header.mount_namespace;
  owner.flags = header.flags;
  owner.is_server = is_server;
  u64 key = (u64)sock;
  bpf_map_update_elem(&owners, &key, &owner, BPF_ANY);
}

#define TCP_ESTABLISHED 1
#define TCP_SYN_SENT 2
#define TCP_CLOSE 7
#define TCP_LISTEN 10

static __always_inline void tell_flow(u16 type, struct sock *sock, struct owner *owner,
                                      int old_state) {
  struct counter *counter = counter_of(type);
  if (!counter) return;
  counter->seen++;
  struct {
    struct header header;
    struct flow_facts flow;
  } *record = bpf_ringbuf_reserve(&network, sizeof(*record), 0);
  count_result(counter, !record);
  if (!record) return;
  __builtin_memset(&record->header, 0, sizeof(record->header));
  record->header.type = type;
  record->header.cpu = bpf_get_smp_processor_id();
  record->header.size = sizeof(*record);
  record->header.time = bpf_ktime_get_boot_ns();
  record->flow.opened = 0;
  record->flow.is_server = ~0u;
  if (owner) {
    record->header.pid = owner->pid;
    record->header.tid = owner->tid;
    record->header.start = owner->start;
    record->header.cgroup = owner->cgroup;
    record->header.uid = owner->uid;
    record->header.gid = owner->gid;
    record->header.mount_namespace = owner->mount_namespace;
    record->header.flags = owner->flags;
    record->flow.opened = owner->opened;
    record->flow.is_server = owner->is_server;
  }
  fill_socket(&record->flow.socket, sock);
  struct tcp_sock *tcp = (void *)sock;
  // The port is already given back when the state becomes CLOSE; the copy for the wire is not.
  record->flow.socket.local_port = from_network(BPF_CORE_READ((struct inet_sock *)sock, inet_sport));
  record->flow.sent = BPF_CORE_READ(tcp, bytes_sent) - BPF_CORE_READ(tcp, bytes_retrans);
  // The other end's FIN counts as a byte; SOCK_DONE (bit 1) says that it has come.
  record->flow.received = BPF_CORE_READ(tcp, bytes_received) -
                          (BPF_CORE_READ(sock, __sk_common.skc_flags) >> 1 & 1);
  record->flow.old_state = old_state;
  bpf_ringbuf_submit(record, 0);
}

#define TCP_SYN_RECV 3

// A server has taken a connection: who serves is known from here on.
__noinline u32 tell_accepted(u64 address) {
  struct config *config = configuration();
  struct sock *sock = (void *)address;
  if (!config || !sock || BPF_CORE_READ(sock, sk_protocol) != 6) return 0;
  own_flow(sock, config, 1);
  tell_flow(RECORD_TCP_ESTABLISHED, sock, bpf_map_lookup_elem(&owners, &address), TCP_SYN_RECV);
  return 0;
}

SEC("raw_tp/inet_sock_set_state")
int on_socket_state(struct bpf_raw_tracepoint_args *context) {
  struct sock *sock = (void *)context->args[0];
  int old_state = context->args[1];
  int new_state = context->args[2];
  struct config *config = configuration();
  if (!config || BPF_CORE_READ(sock, sk_protocol) != 6) return 0;
  u64 key = (u64)sock;
  if (new_state == TCP_SYN_SENT) {
    // The process that connects is the one that runs: connect() and sendto(MSG_FASTOPEN) only.
    own_flow(sock, config, 0);
  } else if (new_state == TCP_ESTABLISHED && old_state == TCP_SYN_SENT) {
    tell_flow(RECORD_TCP_ESTABLISHED, sock, bpf_map_lookup_elem(&owners, &key), old_state);
  } else if (new_state == TCP_CLOSE) {
    if (old_state != TCP_LISTEN && old_state != TCP_CLOSE)
      tell_flow(RECORD_TCP_CLOSE, sock, bpf_map_lookup_elem(&owners, &key), old_state);
    bpf_map_delete_elem(&owners, &key);
  }
  return 0;
}
