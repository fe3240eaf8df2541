// Sums of datagrams. UDP has no end that the kernel tells: the sums wait here, each laid out as a record
// in a ring, until user space reads them.
#pragma once

#define PROTOCOL_UDP 17
#define MESSAGE_PEEK 2

struct datagram_key {
  u64 socket;
  u8 remote[16];
  u16 port, family;
  u32 filler;
};
struct datagram_sum {
  u32 length, page; // as the kernel writes them before each record
  struct header header;
  struct flow_facts flow;
};
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16384);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct datagram_key);
  __type(value, struct datagram_sum);
} datagrams SEC(".maps");

struct user_address {
  u16 family, port;
  u8 rest[24];
};

// The other end: as the call says, else the one that the socket is connected to. 0: nobody.
static __always_inline u32 fill_remote(struct datagram_key *key, struct sock *sock, u64 name) {
  if (name) {
    struct user_address address = {};
    if (bpf_probe_read_user(&address, sizeof(address), (void *)name)) return 0;
    key->port = from_network(address.port);
    if (address.family == AF_INET) __builtin_memcpy(key->remote, address.rest, 4);
    else if (address.family == AF_INET6) __builtin_memcpy(key->remote, address.rest + 4, 16);
    else return 0;
    key->family = address.family;
    return key->port;
  }
  key->port = from_network(BPF_CORE_READ(sock, __sk_common.skc_dport));
  key->family = BPF_CORE_READ(sock, __sk_common.skc_family);
  if (key->family == AF_INET) {
    BPF_CORE_READ_INTO((u32 *)key->remote, sock, __sk_common.skc_daddr);
  } else if (key->family == AF_INET6) {
    BPF_CORE_READ_INTO(&key->remote, sock, __sk_common.skc_v6_daddr);
  } else {
    return 0;
  }
  return key->port;
}

static __always_inline bool is_connected(struct sock *sock) {
  return BPF_CORE_READ(sock, __sk_common.skc_dport) != 0;
}

// `name` is where the program has the other end's address, or 0.
__noinline u32 count_datagram(u64 address, u64 name, s64 bytes, u32 is_received) {
  struct config *config = configuration();
  struct counter *counter = counter_of(RECORD_DATAGRAMS);
  struct task_struct *task = current_task();
  struct sock *sock = (void *)address;
  if (!config || !counter || bytes <= 0) return 0;
  // Of the host no flows are recorded.
  if (BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum) == config->mount_namespace) return 0;
  struct datagram_key key = {.socket = address};
  if (!fill_remote(&key, sock, name)) return 0;
  counter->seen++;
  struct datagram_sum *sum = bpf_map_lookup_elem(&datagrams, &key);
  if (!sum) {
    struct datagram_sum first = {};
    first.length = sizeof(first.header) + sizeof(first.flow);
    fill_header(&first.header, RECORD_DATAGRAMS, task, config);
    first.header.size = first.length;
    fill_socket(&first.flow.socket, sock);
    __builtin_memcpy(first.flow.socket.remote, key.remote, 16);
    first.flow.socket.remote_port = key.port;
    first.flow.opened = first.header.time;
    first.flow.is_server = is_received;
    bpf_map_update_elem(&datagrams, &key, &first, BPF_NOEXIST);
    sum = bpf_map_lookup_elem(&datagrams, &key);
    count_result(counter, !sum);
    if (!sum) return 0;
  }
  u64 *part = is_received ? &sum->flow.received : &sum->flow.sent;
  __sync_fetch_and_add(part, bytes);
  sum->header.time = bpf_ktime_get_boot_ns();
  return 0;
}

// Of a call that says to whom, or where nothing else counts what goes through connected sockets.
static __always_inline void count_transfer(struct sock *sock, struct config *config, u64 name,
                                           s64 bytes, u32 is_received) {
  if (BPF_CORE_READ(sock, sk_protocol) != PROTOCOL_UDP) return;
  bool connected = is_connected(sock);
  if (connected && config->flags & CONFIG_LENGTHS) return;
  count_datagram((u64)sock, connected ? 0 : name, bytes, is_received);
}

struct user_messages {
  u64 name;
  u32 name_length, filler;
  u64 vectors, vector_count, control, control_length;
  u32 flags, more;
  u32 length, last;
};

__noinline u32 count_message(u64 address, u64 at, u32 is_received) {
  struct config *config = configuration();
  struct sock *sock = (void *)address;
  struct user_messages message = {};
  if (!config || !sock || bpf_probe_read_user(&message, sizeof(message), (void *)at)) return 0;
  count_transfer(sock, config, message.name, message.length, is_received);
  return 1;
}

// sendmmsg, recvmmsg: many datagrams at once; `result` says how many.
__noinline u32 count_messages(u64 address, u64 vector, s64 result, u32 is_received) {
  for (int i = 0; i < 64; i++) {
    if (i >= result) break;
    if (!count_message(address, vector + i * sizeof(struct user_messages), is_received)) break;
  }
  return 0;
}

static __always_inline int on_length(struct bpf_raw_tracepoint_args *context, u32 is_received) {
  struct sock *sock = (void *)context->args[0];
  s64 bytes = (int)context->args[1];
  if (bytes <= 0 || BPF_CORE_READ(sock, sk_protocol) != PROTOCOL_UDP) return 0;
  if (is_connected(sock)) count_datagram((u64)sock, 0, bytes, is_received);
  return 0;
}

SEC("raw_tp/sock_send_length")
int on_sent(struct bpf_raw_tracepoint_args *context) {
  return on_length(context, 0);
}

SEC("raw_tp/sock_recv_length")
int on_received(struct bpf_raw_tracepoint_args *context) {
  return on_length(context, 1);
}
