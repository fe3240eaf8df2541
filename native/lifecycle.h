// Birth, change and death of processes and cgroups. All goes to the small ring of its own.
#pragma once

static __always_inline s64 nanoseconds(s64 seconds, s64 rest) {
  return seconds * 1000000000ll + rest;
}

static __always_inline s64 changed_at(struct inode *inode) {
  // Since Linux 6.13 the highest bit says that somebody has read it (I_CTIME_QUERIED).
  if (bpf_core_field_exists(inode->i_ctime_sec))
    return nanoseconds(BPF_CORE_READ(inode, i_ctime_sec),
                       BPF_CORE_READ(inode, i_ctime_nsec) & 0x7fffffff);
  struct inode___66 *newer = (void *)inode;
  if (bpf_core_field_exists(newer->__i_ctime))
    return nanoseconds(BPF_CORE_READ(newer, __i_ctime.tv_sec), BPF_CORE_READ(newer, __i_ctime.tv_nsec));
  struct inode___old *old = (void *)inode;
  return nanoseconds(BPF_CORE_READ(old, i_ctime.tv_sec), BPF_CORE_READ(old, i_ctime.tv_nsec));
}

static __always_inline s64 modified_at(struct inode *inode) {
  if (bpf_core_field_exists(inode->i_mtime_sec))
    return nanoseconds(BPF_CORE_READ(inode, i_mtime_sec), BPF_CORE_READ(inode, i_mtime_nsec));
  struct inode___67 *newer = (void *)inode;
  if (bpf_core_field_exists(newer->__i_mtime))
    return nanoseconds(BPF_CORE_READ(newer, __i_mtime.tv_sec), BPF_CORE_READ(newer, __i_mtime.tv_nsec));
  struct inode___old *old = (void *)inode;
  return nanoseconds(BPF_CORE_READ(old, i_mtime.tv_sec), BPF_CORE_READ(old, i_mtime.tv_nsec));
}

static __always_inline u64 capability_set(const void *set) {
  u64 bits = 0;
  bpf_probe_read_kernel(&bits, sizeof(bits), set);
  return bits;
}

static __always_inline void fill_exec(struct exec_facts *facts, struct task_struct *task,
                                      struct linux_binprm *program) {
  const struct cred *cred = BPF_CORE_READ(task, cred);
  struct mm_struct *memory = BPF_CORE_READ(task, mm);
  struct file *file = BPF_CORE_READ(memory, exe_file);
  struct inode *inode = BPF_CORE_READ(file, f_inode);
  facts->capabilities[0] = capability_set(&cred->cap_inheritable);
  facts->capabilities[1] = capability_set(&cred->cap_permitted);
  facts->capabilities[2] = capability_set(&cred->cap_effective);
  facts->capabilities[3] = capability_set(&cred->cap_bset);
  facts->capabilities[4] = capability_set(&cred->cap_ambient);
  facts->inode = BPF_CORE_READ(inode, i_ino);
  facts->changed = changed_at(inode);
  facts->modified = modified_at(inode);
  facts->size = BPF_CORE_READ(inode, i_size);
  facts->device = BPF_CORE_READ(inode, i_sb, s_dev);
  facts->links = BPF_CORE_READ(inode, i_nlink);
  facts->mode = BPF_CORE_READ(inode, i_mode);
  facts->magic = BPF_CORE_READ(inode, i_sb, s_magic);
  facts->exe_flags = inode_flags(BPF_CORE_READ(file, f_path.dentry), inode);
  facts->user_namespace = BPF_CORE_READ(cred, user_ns, ns.inum);
  facts->argument_count = BPF_CORE_READ(program, argc);
  facts->argument_bytes = BPF_CORE_READ(memory, arg_end) - BPF_CORE_READ(memory, arg_start);
  facts->environment_count = BPF_CORE_READ(program, envc);
  facts->environment_bytes = BPF_CORE_READ(memory, env_end) - BPF_CORE_READ(memory, env_start);
  facts->filler = 0;
}

// Bytes of user space, 8 KiB at most, half by half: a page that is not there costs its half only.
static __always_inline u32 add_bytes(struct scratch *scratch, u32 at, u16 kind, u64 from, u32 whole) {
  if (at > SCRATCH_MASK) return at;
  BOUND(at, SCRATCH_MASK);
  u32 first = whole > 4096 ? 4096 : whole;
  u32 got = 0;
  if (bpf_probe_read_user(scratch->bytes + at + 8, first, (void *)from) == 0) got = first;
  if (got == 4096 && at < SCRATCH_MASK - 4096) {
    u32 rest = whole - 4096;
    if (rest > 4088) rest = 4088;
    BOUND(rest, 4095);
    if (bpf_probe_read_user(scratch->bytes + at + 8 + 4096, rest, (void *)(from + 4096)) == 0)
      got += rest;
  }
  return close_slot(scratch, at, kind, got & 8191, whole);
}

static __always_inline int send(void *ring, struct scratch *scratch, u32 size,
                                struct counter *counter) {
  BOUND(size, SCRATCH_BYTES - 1);
  ((struct header *)scratch->bytes)->size = size;
  // No flags here and below: the kernel wakes the reader when it has read all that was before.
  count_result(counter, bpf_ringbuf_output(ring, scratch->bytes, size, 0));
  return 0;
}

SEC("raw_tp/sched_process_exec")
int on_exec(struct bpf_raw_tracepoint_args *context) {
  struct task_struct *task = (void *)context->args[0];
  struct linux_binprm *program = (void *)context->args[2];
  struct config *config = configuration();
  struct scratch *scratch = scratch_of(SCRATCH_EXEC);
  struct counter *counter = counter_of(RECORD_EXEC);
  if (!config || !scratch || !counter) return 0;
  counter->seen++;
  struct exec_facts *facts = (struct exec_facts *)(scratch->bytes + sizeof(struct header));
  fill_header((struct header *)scratch->bytes, RECORD_EXEC, task, config);
  fill_process(&facts->process, task);
  fill_exec(facts, task, program);
  facts->old_pid = context->args[1];

  struct mm_struct *memory = BPF_CORE_READ(task, mm);
  struct file *file = BPF_CORE_READ(memory, exe_file);
  struct fs_struct *fs = BPF_CORE_READ(task, fs);
  u32 at = sizeof(struct header) + sizeof(struct exec_facts);
  at = add_kernel_text(SCRATCH_EXEC, at, SLOT_COMMAND, (u64)task->comm);
  struct task_struct *parent = BPF_CORE_READ(task, real_parent);
  at = add_kernel_text(SCRATCH_EXEC, at, SLOT_PARENT_COMMAND, (u64)parent->comm);
  at = add_cgroup(SCRATCH_EXEC, at, (u64)BPF_CORE_READ(cgroup_of(task, config), kn));
  at = add_path(SCRATCH_EXEC, at, SLOT_REAL_PATH, (u64)BPF_CORE_READ(file, f_path.mnt),
                (u64)BPF_CORE_READ(file, f_path.dentry));
  at = add_path(SCRATCH_EXEC, at, SLOT_WORKING_DIRECTORY, (u64)BPF_CORE_READ(fs, pwd.mnt),
                (u64)BPF_CORE_READ(fs, pwd.dentry));
  const char *name = BPF_CORE_READ(program, filename);
  const char *interpreter = BPF_CORE_READ(program, interp);
  at = add_kernel_text(SCRATCH_EXEC, at, SLOT_FILE_NAME, (u64)name);
  if (interpreter != name)
    at = add_kernel_text(SCRATCH_EXEC, at, SLOT_INTERPRETER, (u64)interpreter);
  // A shell whose input is a connection is worked from afar.
  struct sock *input = sock_of(file_at(task, 0));
  if (input) at = add_socket(SCRATCH_EXEC, at, (u64)input, 0);
  // First as much of the arguments as is there; the environment has what is left.
  at = add_bytes(scratch, at, SLOT_ARGUMENTS, BPF_CORE_READ(memory, arg_start), facts->argument_bytes);
  at = add_bytes(scratch, at, SLOT_ENVIRONMENT, BPF_CORE_READ(memory, env_start),
                 facts->environment_bytes);
  return send(&lifecycle, scratch, at, counter);
}

SEC("raw_tp/sched_process_fork")
int on_fork(struct bpf_raw_tracepoint_args *context) {
  struct task_struct *child = (void *)context->args[1];
  struct config *config = configuration();
  struct counter *counter = counter_of(RECORD_FORK);
  if (!config || !counter) return 0;
  counter->seen++;
  if (BPF_CORE_READ(child, pid) != BPF_CORE_READ(child, tgid)) {
    counter->filtered++; // a thread
    return 0;
  }
  struct {
    struct header header;
    struct fork_facts fork;
  } *record = bpf_ringbuf_reserve(&lifecycle, sizeof(*record), 0);
  count_result(counter, !record);
  if (!record) return 0;
  fill_header(&record->header, RECORD_FORK, child, config);
  record->header.size = sizeof(*record);
  fill_process(&record->fork.process, child);
  bpf_probe_read_kernel(record->fork.command, 16, child->comm);
  bpf_ringbuf_submit(record, 0);
  return 0;
}

SEC("raw_tp/sched_process_exit")
int on_exit(struct bpf_raw_tracepoint_args *context) {
  struct task_struct *task = (void *)context->args[0];
  struct config *config = configuration();
  struct counter *counter = counter_of(RECORD_EXIT);
  if (!config || !counter) return 0;
  counter->seen++;
  struct signal_struct *signal = BPF_CORE_READ(task, signal);
  if (BPF_CORE_READ(signal, live.counter) > 0) {
    counter->filtered++; // a thread; its process lives on
    return 0;
  }
  struct {
    struct header header;
    struct exit_facts exit;
  } *record = bpf_ringbuf_reserve(&lifecycle, sizeof(*record), 0);
  count_result(counter, !record);
  if (!record) return 0;
  fill_header(&record->header, RECORD_EXIT, task, config);
  record->header.size = sizeof(*record);
  u32 group_code = BPF_CORE_READ(signal, group_exit_code);
  u32 code = group_code ? group_code : (u32)BPF_CORE_READ(task, exit_code);
  record->header.result = code;
  record->exit.exit_code = code;
  record->exit.virtual_pid = virtual_pid(task);
  record->exit.parent = BPF_CORE_READ(task, real_parent, tgid);
  record->exit.filler = 0;
  bpf_probe_read_kernel(record->exit.command, 16, task->comm);
  bpf_ringbuf_submit(record, 0);
  return 0;
}

// `task` is who does it, or for a move who is moved. Of the hierarchies of cgroup v1 one is told.
static __always_inline int tell_cgroup(u16 type, struct cgroup *cgroup, u64 path,
                                       struct task_struct *task) {
  struct config *config = configuration();
  struct scratch *scratch = scratch_of(SCRATCH_CGROUP);
  struct counter *counter = counter_of(type);
  if (!config || !scratch || !counter) return 0;
  counter->seen++;
  if (BPF_CORE_READ(cgroup, root, hierarchy_id) != config->hierarchy) {
    counter->filtered++;
    return 0;
  }
  fill_header((struct header *)scratch->bytes, type, task, config);
  ((struct header *)scratch->bytes)->cgroup = BPF_CORE_READ(cgroup, kn, id);
  u32 at = sizeof(struct header);
  at = add_kernel_text(SCRATCH_CGROUP, at, SLOT_CGROUP_PATH, path);
  at = add_kernel_text(SCRATCH_CGROUP, at, SLOT_COMMAND, (u64)task->comm);
  return send(&lifecycle, scratch, at, counter);
}

SEC("raw_tp/cgroup_mkdir")
int on_cgroup_mkdir(struct bpf_raw_tracepoint_args *context) {
  return tell_cgroup(RECORD_CGROUP_MKDIR, (void *)context->args[0], context->args[1], current_task());
}

SEC("raw_tp/cgroup_rmdir")
int on_cgroup_rmdir(struct bpf_raw_tracepoint_args *context) {
  return tell_cgroup(RECORD_CGROUP_RMDIR, (void *)context->args[0], context->args[1], current_task());
}

SEC("raw_tp/cgroup_attach_task")
int on_cgroup_attach(struct bpf_raw_tracepoint_args *context) {
  return tell_cgroup(RECORD_CGROUP_ATTACH, (void *)context->args[0], context->args[1],
                     (void *)context->args[2]);
}
