// System calls, at their end: the kernel has read the arguments, so their pages are there, and what it
// made of them (the file, the socket) can be asked instead of what a second thread left in memory.
#pragma once

#define AT_FDCWD ((u32)-100)

static __always_inline u64 *arguments_of(struct scratch *scratch) {
  return (u64 *)(scratch->bytes + sizeof(struct header));
}

// Number of the call, arguments in `out`; -1 for a processor that is not known.
static __always_inline s64 read_number(void *registers) {
  struct pt_regs___x86 *x86 = registers;
  if (bpf_core_field_exists(x86->orig_ax)) {
    struct task_struct___x86 *task = (void *)current_task();
    s64 number = (s64)BPF_CORE_READ(x86, orig_ax);
    if (bpf_core_field_exists(task->thread_info) &&
        (BPF_CORE_READ(task, thread_info.status) & 2) && number >= 0)
      return number + COMPAT_CALLS;
    return number;
  }
  struct pt_regs___arm *arm = registers;
  if (bpf_core_field_exists(arm->syscallno)) return BPF_CORE_READ(arm, syscallno);
  return -1;
}

static __always_inline void read_arguments(void *registers, u64 *out, bool is_compat) {
  struct pt_regs___x86 *x86 = registers;
  struct pt_regs___arm *arm = registers;
  if (bpf_core_field_exists(x86->orig_ax)) {
    if (is_compat) {
      out[0] = (u32)BPF_CORE_READ(x86, bx);
      out[1] = (u32)BPF_CORE_READ(x86, cx);
      out[2] = (u32)BPF_CORE_READ(x86, dx);
      out[3] = (u32)BPF_CORE_READ(x86, si);
      out[4] = (u32)BPF_CORE_READ(x86, di);
      out[5] = (u32)BPF_CORE_READ(x86, bp);
      return;
    }
    out[0] = BPF_CORE_READ(x86, di);
    out[1] = BPF_CORE_READ(x86, si);
    out[2] = BPF_CORE_READ(x86, dx);
    out[3] = BPF_CORE_READ(x86, r10);
    out[4] = BPF_CORE_READ(x86, r8);
    out[5] = BPF_CORE_READ(x86, r9);
  } else if (bpf_core_field_exists(arm->syscallno)) {
    bpf_probe_read_kernel(out, 48, (void *)arm + bpf_core_field_offset(struct pt_regs___arm, regs));
    out[0] = BPF_CORE_READ(arm, orig_x0);
  }
}

static __always_inline u64 exe_inode(struct task_struct *task) {
  return BPF_CORE_READ(task, mm, exe_file, f_inode, i_ino);
}

// FNV-1a over the words of a text of which `length` bytes, 256 at most, count.
__noinline u64 hash_text(u32 at, u32 length) {
  struct scratch *scratch = scratch_of(SCRATCH_CALL);
  if (!scratch) return 0;
  if (length > 256) length = 256;
  u64 hash = 0xcbf29ce484222325ull;
  u32 from = at;
  // The last word is apart: a loop with two ways through it is many ways for the verifier.
  for (u32 i = 0; i < 32; i++) {
    if (i >= length >> 3) break;
    BOUND(from, SCRATCH_MASK);
    hash = (hash ^ *(u64 *)(scratch->bytes + (from & ~7u))) * 0x100000001b3ull;
    hash ^= hash >> 29;
    from += 8;
  }
  BOUND(from, SCRATCH_MASK);
  u64 last = *(u64 *)(scratch->bytes + (from & ~7u)) & ((1ull << (length & 7) * 8) - 1);
  return (hash ^ last) * 0x100000001b3ull;
}

// Whether the same was told a moment ago. `watched` of the first time is kept: those are always told.
static __always_inline bool was_told(struct seen_key *key, u64 now, u64 window) {
  struct seen_value *value = bpf_map_lookup_elem(&seen, key);
  if (!value || value->watched || now - value->time >= window) return 0;
  value->count++;
  return 1;
}

static __always_inline void remember(struct seen_key *key, u64 now, bool is_watched) {
  struct seen_value value = {.time = now, .watched = is_watched};
  bpf_map_update_elem(&seen, key, &value, BPF_ANY);
}

#define OPEN_WRITES 03u
#define OPEN_CREATES 0100u
#define OPEN_TRUNCATES 01000u
#define OPEN_TEMPORARY 020000000u

static __always_inline u64 open_flags_of(struct scratch *scratch, u32 call_flags) {
  u64 *arguments = arguments_of(scratch);
  if (call_flags & CALL_OPEN_HOW) {
    u64 flags = ~0ull;
    bpf_probe_read_user(&flags, sizeof(flags), (void *)arguments[2]);
    return flags;
  }
  u32 index = call_flags >> CALL_FLAGS_SHIFT;
  if (index > 5) return OPEN_CREATES | 1; // creat()
  return index == 1 ? arguments[1] : arguments[2];
}

// Opens: the file that was opened, or why not. Gives 0 where the same was told a moment ago.
__noinline u32 add_open(u32 at, s64 result, u32 call_flags) {
  struct scratch *scratch = scratch_of(SCRATCH_CALL);
  struct config *config = configuration();
  if (!scratch || !config || at > SCRATCH_MASK) return at;
  u64 flags = open_flags_of(scratch, call_flags);
  struct task_struct *task = current_task();
  struct header *header = (struct header *)scratch->bytes;
  bool is_read =
      !(flags & (OPEN_WRITES | OPEN_CREATES | OPEN_TRUNCATES)) && (flags & OPEN_TEMPORARY) != OPEN_TEMPORARY;
  struct seen_key key = {.cgroup = header->cgroup, .exe = exe_inode(task)};
  if (result < 0) {
    u64 window = is_read ? config->failed_window : 0;
    if (!window) return at;
    // The claimed path is the first slot.
    u32 from = sizeof(struct header) + 48;
    struct slot *slot = (struct slot *)(scratch->bytes + from);
    key.subject = hash_text(from + 8, slot->length);
    key.kind = (u32)-result;
    if (was_told(&key, header->time, window)) return 0;
    remember(&key, header->time, 0);
    return at;
  }
  struct file *file = file_at(task, result);
  if (!file) return at;
  u64 window = is_read ? config->open_window : 0;
  if (window) {
    struct inode *inode = BPF_CORE_READ(file, f_inode);
    key.subject = BPF_CORE_READ(inode, i_ino);
    key.device = BPF_CORE_READ(inode, i_sb, s_dev);
    if (was_told(&key, header->time, window)) return 0;
  }
  at = add_path(SCRATCH_CALL, at, SLOT_REAL_PATH, (u64)BPF_CORE_READ(file, f_path.mnt),
                (u64)BPF_CORE_READ(file, f_path.dentry));
  if (window) {
    u32 top = scratch->top;
    BOUND(top, SCRATCH_MASK);
    remember(&key, header->time, top && is_named(&watched, scratch->bytes + top));
  }
  return add_file(scratch, at, file);
}

__noinline u32 add_address(u32 at, u64 address, u32 length) {
  struct scratch *scratch = scratch_of(SCRATCH_CALL);
  if (!scratch || !address || !length || at > SCRATCH_MASK) return at;
  BOUND(at, SCRATCH_MASK);
  if (length > 112) length = 112;
  BOUND(length, 127);
  if (bpf_probe_read_user(scratch->bytes + at + 8, length, (void *)address)) return at;
  return close_slot(scratch, at, SLOT_SOCKET_ADDRESS, length, 0);
}

__noinline u32 add_data(u32 at, u64 address, u64 whole) {
  struct scratch *scratch = scratch_of(SCRATCH_CALL);
  if (!scratch || !address || !whole || at > SCRATCH_MASK) return at;
  BOUND(at, SCRATCH_MASK);
  u32 length = whole > 80 ? 80 : whole;
  BOUND(length, 127);
  if (bpf_probe_read_user(scratch->bytes + at + 8, length, (void *)address)) return at;
  return close_slot(scratch, at, SLOT_DATA, length, whole);
}

struct user_message {
  u64 name;
  u32 name_length, filler;
  u64 vectors, vector_count;
};
struct user_vector {
  u64 base, length;
};

// send*, recv*: the first few of each flow and direction. Gives 0 for the others.
__noinline u32 add_transfer(u32 at, s64 result, u32 call_flags, u32 type) {
  struct scratch *scratch = scratch_of(SCRATCH_CALL);
  struct config *config = configuration();
  if (!scratch || !config || at > SCRATCH_MASK) return at;
  u64 *arguments = arguments_of(scratch);
  struct sock *sock = sock_of(file_at(current_task(), arguments[0]));
  if (!sock) return result < 0 ? 0 : at;
  u64 name = 0, data = arguments[1];
  u32 name_length = 0;
  u64 whole = result > 0 ? result : 0;
  struct header *header = (struct header *)scratch->bytes;
  if (call_flags & CALL_MESSAGE) {
    struct user_message message = {};
    struct user_vector vector = {};
    if (!(header->flags & HEADER_COMPAT)) {
      bpf_probe_read_user(&message, sizeof(message), (void *)arguments[1]);
      if (message.vector_count)
        bpf_probe_read_user(&vector, sizeof(vector), (void *)message.vectors);
    }
    name = message.name;
    name_length = message.name_length;
    data = vector.base;
    if (vector.length < whole) whole = vector.length;
  } else {
    name = arguments[4];
    name_length = name ? 28 : 0; // recvfrom() has a pointer there; no IP address is longer
  }
  u64 is_peek = arguments[call_flags & CALL_MESSAGE ? 2 : 3] & MESSAGE_PEEK;
  u32 is_received = call_flags & CALL_RECEIVES ? 1 : 0;
  if (result > 0 && !(is_received && is_peek))
    count_transfer(sock, config, name, result, is_received);
  at = add_socket(SCRATCH_CALL, at, (u64)sock, arguments[0]);
  u32 address_at = at;
  at = add_address(at, name, name_length);
  struct transfer_key key = {.socket = (u64)sock, .type = type};
  if (at != address_at) {
    u32 from = address_at + 8;
    BOUND(from, SCRATCH_MASK);
    // Port and address of either family lie in the first 24 bytes.
    key.port = *(u16 *)(scratch->bytes + from + 2);
    __builtin_memcpy(key.remote, scratch->bytes + from + 4, 4);
    u16 family = *(u16 *)(scratch->bytes + from);
    if (family == AF_INET6) __builtin_memcpy(key.remote, scratch->bytes + from + 8, 16);
    if (family == AF_UNIX) key.port = 0;
  }
  struct seen_value *value = bpf_map_lookup_elem(&transfers, &key);
  if (value && header->time - value->time < config->transfer_window) {
    if (value->count >= config->transfers) return 0;
    value->count++;
  } else {
    struct seen_value first = {.time = header->time, .count = 1};
    bpf_map_update_elem(&transfers, &key, &first, BPF_ANY);
  }
  return add_data(at, data, whole);
}

// The slot's value becomes the descriptor's number; flags of the path stay in the highest byte.
static __always_inline void name_descriptor(struct scratch *scratch, u32 place, u32 descriptor) {
  BOUND(place, SCRATCH_MASK);
  ((struct slot *)(scratch->bytes + place))->value =
      (descriptor & 0xffffff) | scratch->path_flags << 24;
}

// Texts, and where relative ones begin.
__noinline u32 add_texts(u32 at, u32 strings, u32 descriptors, u32 call_flags, u32 is_real_known) {
  struct scratch *scratch = scratch_of(SCRATCH_CALL);
  if (!scratch || at > SCRATCH_MASK) return at;
  u64 *arguments = arguments_of(scratch);
  struct task_struct *task = current_task();
  u32 kind = SLOT_PATH;
  bool needs_directory = 0;
  for (int i = 0; i < 5; i++) {
    if (!(strings & (1 << i))) continue;
    u32 from = at;
    BOUND(from, SCRATCH_MASK);
    at = add_text(SCRATCH_CALL, at, kind, arguments[i]);
    kind = kind == SLOT_PATH ? SLOT_OTHER_PATH : SLOT_THIRD_TEXT;
    if (is_real_known || scratch->bytes[from + 8] == '/') continue;
    if (i > 0 && (descriptors & (1 << (i - 1))) && (u32)arguments[i - 1] != AT_FDCWD) {
      struct file *file = file_at(task, arguments[i - 1]);
      if (!file) continue;
      u32 place = at;
      at = add_path(SCRATCH_CALL, at, SLOT_DESCRIPTOR_PATH, (u64)BPF_CORE_READ(file, f_path.mnt),
                    (u64)BPF_CORE_READ(file, f_path.dentry));
      name_descriptor(scratch, place, arguments[i - 1]);
    } else {
      needs_directory = 1;
    }
  }
  if (!needs_directory && !(call_flags & CALL_WORKING_DIRECTORY)) return at;
  struct fs_struct *fs = BPF_CORE_READ(task, fs);
  return add_path(SCRATCH_CALL, at, SLOT_WORKING_DIRECTORY, (u64)BPF_CORE_READ(fs, pwd.mnt),
                  (u64)BPF_CORE_READ(fs, pwd.dentry));
}

// Descriptors that are no directory of a text: fchmod, setns, finit_module ...
__noinline u32 add_descriptors(u32 at, u32 strings, u32 descriptors) {
  struct scratch *scratch = scratch_of(SCRATCH_CALL);
  if (!scratch || at > SCRATCH_MASK) return at;
  u64 *arguments = arguments_of(scratch);
  for (int i = 0; i < 5; i++) {
    if (!(descriptors & (1 << i)) || (strings & (2 << i))) continue;
    struct file *file = file_at(current_task(), arguments[i]);
    if (!file) continue;
    u32 place = at;
    at = add_path(SCRATCH_CALL, at, SLOT_DESCRIPTOR_PATH, (u64)BPF_CORE_READ(file, f_path.mnt),
                  (u64)BPF_CORE_READ(file, f_path.dentry));
    name_descriptor(scratch, place, arguments[i]);
    at = add_file(scratch, at, file);
  }
  return at;
}

// Arguments of a program that could not be started: 16 of them, 256 bytes each.
__noinline u32 add_vector(u32 at, u64 vector) {
  struct scratch *scratch = scratch_of(SCRATCH_CALL);
  if (!scratch || !vector || at > SCRATCH_MASK) return at;
  u32 start = at;
  u32 position = at + 8;
  for (int i = 0; i < 16; i++) {
    u64 text = 0;
    if (bpf_probe_read_user(&text, sizeof(text), (void *)(vector + i * 8)) || !text) break;
    if (position > SCRATCH_MASK) break;
    BOUND(position, SCRATCH_MASK);
    long length = bpf_probe_read_user_str(scratch->bytes + position, 256, (void *)text);
    if (length <= 0) break;
    position += length & 511;
  }
  BOUND(start, SCRATCH_MASK);
  u32 length = (position - start - 8) & 8191;
  return close_slot(scratch, start, SLOT_ARGUMENTS, length, length);
}

__noinline u32 count_many(u32 call_flags, s64 result) {
  struct scratch *scratch = scratch_of(SCRATCH_CALL);
  if (!scratch || result <= 0) return 0;
  u64 *arguments = arguments_of(scratch);
  if (((struct header *)scratch->bytes)->flags & HEADER_COMPAT) return 0;
  if (arguments[3] & MESSAGE_PEEK) return 0;
  struct sock *sock = sock_of(file_at(current_task(), arguments[0]));
  if (!sock) return 0;
  return count_messages((u64)sock, arguments[1], result, call_flags & CALL_RECEIVES ? 1 : 0);
}

static __always_inline bool is_worth_telling(u64 *arguments, u32 flags, s64 result) {
  if (flags & CALL_SUCCESS_ONLY && result < 0) return 0;
  if (flags & CALL_EXEC && result >= 0) return 0;
  if (flags & CALL_NEW_SOCKET && (u32)arguments[0] == AF_UNIX) return 0;
  if (flags & CALL_STANDARD_SOCKET)
    return result >= 0 && result <= 2 && sock_of(file_at(current_task(), result));
  if (flags & CALL_ACCEPT && (result == -11 || result == -4)) return 0;
  if (flags & CALL_REGULAR_FILE) {
    struct file *file = file_at(current_task(), arguments[0]);
    return file && (BPF_CORE_READ(file, f_inode, i_mode) & 0170000) == 0100000;
  }
  if (flags & CALL_PTRACE) {
    // TRACEME, POKE*, SET*REGS, ATTACH, SETREGSET, SEIZE; not the reads of every debugger.
    u64 request = arguments[0];
    return request == 0 || (request >= 4 && request <= 6) || request == 13 || request == 15 ||
           request == 16 || request == 0x4205 || request == 0x4206;
  }
  return 1;
}

static __always_inline bool is_dropped(struct header *header, struct config *config,
                                       struct task_struct *task) {
  if (header->pid == config->self) return 1;
  if (!(config->flags & CONFIG_DROP_HOST) || !(header->flags & HEADER_HOST)) return 0;
  return !is_named(&kept, task->comm);
}

__noinline u32 add_open_how(u32 at, u64 address) {
  struct scratch *scratch = scratch_of(SCRATCH_CALL);
  if (!scratch || at > SCRATCH_MASK) return at;
  BOUND(at, SCRATCH_MASK);
  bpf_probe_read_user(scratch->bytes + at + 8, 24, (void *)address);
  return close_slot(scratch, at, SLOT_OPEN_HOW, 24, 0);
}

SEC("raw_tp/sys_exit")
int on_call(struct bpf_raw_tracepoint_args *context) {
  void *registers = (void *)context->args[0];
  s64 result = context->args[1];
  s64 number = read_number(registers);
  if (number < 0) return 0;
  u32 index = number;
  struct call *call = bpf_map_lookup_elem(&calls, &index);
  if (!call || !call->type) return 0;
  struct config *config = configuration();
  struct counter *counter = counter_of(call->type);
  struct scratch *scratch = scratch_of(SCRATCH_CALL);
  if (!config || !counter || !scratch) return 0;
  struct task_struct *task = current_task();
  struct header *header = (struct header *)scratch->bytes;
  counter->seen++;
  fill_header(header, call->type, task, config);
  header->result = result;
  bool is_compat = index >= COMPAT_CALLS;
  if (is_compat) header->flags |= HEADER_COMPAT;
  u64 *arguments = arguments_of(scratch);
  read_arguments(registers, arguments, is_compat);
  u32 flags = call->flags;
  if (flags & CALL_MANY) count_many(flags, result);
  if (flags & CALL_MANY || is_dropped(header, config, task) || !is_worth_telling(arguments, flags, result)) {
    counter->filtered++;
    return 0;
  }
  u32 at = sizeof(struct header) + 48;
  if (call->strings || flags & CALL_WORKING_DIRECTORY)
    at = add_texts(at, call->strings, call->descriptors, flags, flags & CALL_OPEN && result >= 0);
  if (call->descriptors) at = add_descriptors(at, call->strings, call->descriptors);
  if (flags & CALL_OPEN) at = add_open(at, result, flags);
  if (at && flags & CALL_OPEN_HOW) at = add_open_how(at, arguments[2]);
  if (flags & CALL_EXEC) at = add_vector(at, arguments[flags >> CALL_FLAGS_SHIFT & 3]);
  if (flags & (CALL_SOCKET | CALL_RETURNS_SOCKET | CALL_STANDARD_SOCKET)) {
    u32 descriptor = flags & CALL_SOCKET ? arguments[0] : result;
    struct sock *sock = sock_of(file_at(task, descriptor));
    if (sock && result >= 0 && flags & CALL_ACCEPT) tell_accepted((u64)sock);
    if (sock) at = add_socket(SCRATCH_CALL, at, (u64)sock, descriptor);
  }
  if (flags & CALL_SOCKET_ADDRESS) at = add_address(at, arguments[1], arguments[2]);
  if (flags & CALL_TRANSFER) at = add_transfer(at, result, flags, call->type);
  if (!at) {
    counter->filtered++;
    return 0;
  }
  if (flags & CALL_NETWORK) return send(&network, scratch, at, counter);
  return send(&events, scratch, at, counter);
}
