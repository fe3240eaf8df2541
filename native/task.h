// Facts about a task: identity, namespaces, cgroup, terminal.
#pragma once

static __always_inline struct task_struct *current_task(void) {
  return (struct task_struct *)bpf_get_current_task();
}

static __always_inline struct cgroup *cgroup_of(struct task_struct *task, struct config *config) {
  struct css_set *set = BPF_CORE_READ(task, cgroups);
  if (!(config->flags & CONFIG_CGROUP_V1)) return BPF_CORE_READ(set, dfl_cgrp);
  u32 index = 0;
  if (bpf_core_enum_value_exists(enum cgroup_subsys_id___pids, pids_cgrp_id))
    index = bpf_core_enum_value(enum cgroup_subsys_id___pids, pids_cgrp_id);
  else if (bpf_core_enum_value_exists(enum cgroup_subsys_id___memory, memory_cgrp_id))
    index = bpf_core_enum_value(enum cgroup_subsys_id___memory, memory_cgrp_id);
  struct cgroup_subsys_state *state = 0;
  bpf_probe_read_kernel(&state, sizeof(state),
                        (void *)set + bpf_core_field_offset(struct css_set, subsys) + index * 8);
  return BPF_CORE_READ(state, cgroup);
}

static __always_inline u32 number_in(struct pid *pid, u32 level) {
  int number = 0;
  u32 size = bpf_core_type_size(struct upid);
  bpf_probe_read_kernel(&number, sizeof(number),
                        (void *)pid + bpf_core_field_offset(struct pid, numbers) + level * size +
                            bpf_core_field_offset(struct upid, nr));
  return number;
}

static __always_inline u32 virtual_pid(struct task_struct *task) {
  struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);
  return number_in(pid, BPF_CORE_READ(pid, level));
}

static __always_inline void fill_header(struct header *header, u16 type, struct task_struct *task,
                                        struct config *config) {
  struct task_struct *leader = BPF_CORE_READ(task, group_leader);
  const struct cred *cred = BPF_CORE_READ(task, cred);
  header->type = type;
  header->cpu = bpf_get_smp_processor_id();
  header->time = bpf_ktime_get_boot_ns();
  header->pid = BPF_CORE_READ(task, tgid);
  header->tid = BPF_CORE_READ(task, pid);
  header->start = BPF_CORE_READ(leader, start_boottime);
  header->cgroup = BPF_CORE_READ(cgroup_of(task, config), kn, id);
  header->result = 0;
  header->mount_namespace = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
  header->flags = header->mount_namespace == config->mount_namespace ? HEADER_HOST : 0;
  header->uid = BPF_CORE_READ(cred, uid.val);
  header->gid = BPF_CORE_READ(cred, gid.val);
}

// Device number as /proc/PID/stat shows it.
static __always_inline u32 terminal_of(struct task_struct *task) {
  struct tty_struct *tty = BPF_CORE_READ(task, signal, tty);
  if (!tty) return 0;
  u32 major = BPF_CORE_READ(tty, driver, major);
  u32 minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);
  return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

static __always_inline void fill_process(struct process_facts *facts, struct task_struct *task) {
  struct task_struct *parent = BPF_CORE_READ(task, real_parent, group_leader);
  struct signal_struct *signal = BPF_CORE_READ(task, signal);
  struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);
  const struct cred *cred = BPF_CORE_READ(task, cred);
  u32 level = BPF_CORE_READ(pid, level);
  facts->parent = BPF_CORE_READ(parent, tgid);
  facts->parent_start = BPF_CORE_READ(parent, start_boottime);
  facts->virtual_pid = number_in(pid, level);
  struct pid *group = BPF_CORE_READ(signal, pids[2]);
  struct pid *session = BPF_CORE_READ(signal, pids[3]);
  // A group or session that was made outside has no number inside, as getsid() says: 0.
  facts->group = BPF_CORE_READ(group, level) >= level ? number_in(group, level) : 0;
  facts->session = BPF_CORE_READ(session, level) >= level ? number_in(session, level) : 0;
  facts->terminal = terminal_of(task);
  facts->login_uid = ~0u;
  struct task_struct___audit *audited = (void *)task;
  if (bpf_core_field_exists(audited->loginuid))
    facts->login_uid = BPF_CORE_READ(audited, loginuid.val);
  facts->euid = BPF_CORE_READ(cred, euid.val);
  facts->egid = BPF_CORE_READ(cred, egid.val);
  facts->pid_namespace = BPF_CORE_READ(task, nsproxy, pid_ns_for_children, ns.inum);
  facts->net_namespace = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
}

static __always_inline struct file *file_at(struct task_struct *task, u32 descriptor) {
  struct fdtable *table = BPF_CORE_READ(task, files, fdt);
  if (descriptor >= BPF_CORE_READ(table, max_fds)) return 0;
  struct file *file = 0;
  struct file **files = BPF_CORE_READ(table, fd);
  bpf_probe_read_kernel(&file, sizeof(file), files + descriptor);
  return file;
}
