// Tracepoints that not every kernel has: they attach where they can.
#pragma once

// A right that was used: the first time for each cgroup, program and right in the window of reads.
SEC("raw_tp/cap_capable")
int on_capability(struct bpf_raw_tracepoint_args *context) {
  const struct user_namespace *target = (void *)context->args[1];
  u32 capability = context->args[3];
  if ((int)context->args[4] != 0) return 0;
  struct config *config = configuration();
  struct counter *counter = counter_of(RECORD_CAPABILITY);
  struct task_struct *task = current_task();
  if (!config || !counter) return 0;
  // On the host root uses rights all the time; what is asked for is what containers use.
  u32 mounts = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
  if (mounts == config->mount_namespace) return 0;
  counter->seen++;
  struct seen_key key = {.cgroup = BPF_CORE_READ(cgroup_of(task, config), kn, id),
                         .exe = BPF_CORE_READ(task, mm, exe_file, f_inode, i_ino),
                         .subject = capability,
                         .kind = 0x80000000u};
  u64 now = bpf_ktime_get_boot_ns();
  struct seen_value *value = bpf_map_lookup_elem(&seen, &key);
  if (value) {
    value->count++;
    counter->filtered++;
    return 0;
  }
  struct seen_value first = {.time = now, .count = 1};
  bpf_map_update_elem(&seen, &key, &first, BPF_ANY);
  struct {
    struct header header;
    struct capability_facts facts;
  } *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
  count_result(counter, !record);
  if (!record) return 0;
  fill_header(&record->header, RECORD_CAPABILITY, task, config);
  record->header.size = sizeof(*record);
  record->facts.capability = capability;
  record->facts.user_namespace = BPF_CORE_READ(target, ns.inum);
  bpf_probe_read_kernel(record->facts.command, 16, task->comm);
  bpf_ringbuf_submit(record, 0);
  return 0;
}

// What io_uring does passes by the system calls: the first use of each operation by each program.
SEC("raw_tp/io_uring_submit_req")
int on_ring_request(struct bpf_raw_tracepoint_args *context) {
  struct io_kiocb *request = (void *)context->args[0];
  u32 operation = BPF_CORE_READ(request, opcode);
  struct config *config = configuration();
  struct counter *counter = counter_of(RECORD_IO_URING);
  struct task_struct *task = current_task();
  if (!config || !counter) return 0;
  counter->seen++;
  struct seen_key key = {.cgroup = BPF_CORE_READ(task, group_leader, start_boottime),
                         .exe = BPF_CORE_READ(task, tgid),
                         .subject = operation,
                         .kind = 0x40000000u};
  if (bpf_map_lookup_elem(&seen, &key)) {
    counter->filtered++;
    return 0;
  }
  struct seen_value first = {.time = bpf_ktime_get_boot_ns(), .count = 1};
  bpf_map_update_elem(&seen, &key, &first, BPF_ANY);
  struct {
    struct header header;
    struct capability_facts facts;
  } *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
  count_result(counter, !record);
  if (!record) return 0;
  fill_header(&record->header, RECORD_IO_URING, task, config);
  record->header.size = sizeof(*record);
  record->header.result = operation;
  record->facts.capability = operation;
  record->facts.user_namespace = 0;
  bpf_probe_read_kernel(record->facts.command, 16, task->comm);
  bpf_ringbuf_submit(record, 0);
  return 0;
}
