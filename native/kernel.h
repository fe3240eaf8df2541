// What the sensor reads of the kernel: just these fields. Their offsets are those of the kernel that
// runs (CO-RE); a name with ___ is the same structure in another version or on another processor.
#pragma once

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;
typedef _Bool bool;

enum { BPF_MAP_TYPE_HASH = 1, BPF_MAP_TYPE_ARRAY = 2, BPF_MAP_TYPE_PERCPU_ARRAY = 6 };
enum { BPF_MAP_TYPE_LRU_HASH = 9, BPF_MAP_TYPE_RINGBUF = 27 };
enum { BPF_ANY = 0, BPF_NOEXIST = 1, BPF_F_NO_PREALLOC = 1 };

struct bpf_raw_tracepoint_args {
  u64 args[0];
};

#define CORE __attribute__((preserve_access_index))

struct pt_regs___x86 {
  unsigned long bp, bx, r10, r9, r8, cx, dx, si, di, orig_ax;
} CORE;
struct pt_regs___arm {
  u64 regs[31];
  u64 orig_x0;
  int syscallno;
} CORE;
struct thread_info___x86 {
  u32 status;
} CORE;
struct task_struct___x86 {
  struct thread_info___x86 thread_info;
} CORE;

struct upid {
  int nr;
} CORE;
struct pid {
  unsigned int level;
  struct upid numbers[0];
} CORE;
struct ns_common {
  unsigned int inum;
} CORE;
struct mnt_namespace {
  struct ns_common ns;
} CORE;
struct pid_namespace {
  struct ns_common ns;
} CORE;
struct net {
  struct ns_common ns;
} CORE;
struct user_namespace {
  struct ns_common ns;
} CORE;
struct nsproxy {
  struct mnt_namespace *mnt_ns;
  struct pid_namespace *pid_ns_for_children;
  struct net *net_ns;
} CORE;

typedef struct {
  unsigned int val;
} kuid_t;
typedef struct {
  unsigned int val;
} kgid_t;
typedef struct {
  u64 val;
} kernel_cap_t;
struct cred {
  kuid_t uid;
  kgid_t gid;
  kuid_t euid;
  kgid_t egid;
  kernel_cap_t cap_inheritable, cap_permitted, cap_effective, cap_bset, cap_ambient;
  struct user_namespace *user_ns;
} CORE;

struct qstr {
  const unsigned char *name;
} CORE;
struct hlist_bl_node {
  struct hlist_bl_node **pprev;
} CORE;
struct super_block {
  u32 s_dev;
  unsigned long s_magic;
} CORE;
struct timespec64 {
  s64 tv_sec;
  long tv_nsec;
} CORE;
struct inode {
  u16 i_mode;
  struct super_block *i_sb;
  unsigned long i_ino;
  unsigned int i_nlink;
  s64 i_size;
  s64 i_ctime_sec, i_mtime_sec;
  u32 i_ctime_nsec, i_mtime_nsec;
} CORE;
struct inode___66 {
  struct timespec64 __i_ctime;
} CORE;
struct inode___67 {
  struct timespec64 __i_mtime;
} CORE;
struct inode___old {
  struct timespec64 i_ctime, i_mtime;
} CORE;
struct dentry {
  struct hlist_bl_node d_hash;
  struct dentry *d_parent;
  struct qstr d_name;
  struct inode *d_inode;
} CORE;
struct vfsmount {
  struct dentry *mnt_root;
} CORE;
struct mount {
  struct mount *mnt_parent;
  struct dentry *mnt_mountpoint;
  struct vfsmount mnt;
} CORE;
struct path {
  struct vfsmount *mnt;
  struct dentry *dentry;
} CORE;
struct file {
  void *private_data;
  struct inode *f_inode;
  unsigned int f_flags;
  struct path f_path;
} CORE;
struct fs_struct {
  struct path root, pwd;
} CORE;
struct fdtable {
  unsigned int max_fds;
  struct file **fd;
} CORE;
struct files_struct {
  struct fdtable *fdt;
} CORE;

struct kernfs_node {
  struct kernfs_node *__parent;
  const char *name;
  u64 id;
} CORE;
struct kernfs_node___old {
  struct kernfs_node___old *parent;
} CORE;
struct cgroup_root {
  int hierarchy_id;
} CORE;
struct cgroup {
  struct kernfs_node *kn;
  struct cgroup_root *root;
} CORE;
struct cgroup_subsys_state {
  struct cgroup *cgroup;
} CORE;
struct css_set {
  struct cgroup_subsys_state *subsys[1];
  struct cgroup *dfl_cgrp;
} CORE;
enum cgroup_subsys_id___pids { pids_cgrp_id = 1 };
enum cgroup_subsys_id___memory { memory_cgrp_id = 1 };

struct tty_driver {
  int major, minor_start;
} CORE;
struct tty_struct {
  int index;
  struct tty_driver *driver;
} CORE;
typedef struct {
  int counter;
} atomic_t;
struct signal_struct {
  atomic_t live;
  int group_exit_code;
  struct pid *pids[4];
  struct tty_struct *tty;
} CORE;
struct mm_struct {
  unsigned long arg_start, arg_end, env_start, env_end;
  struct file *exe_file;
} CORE;
struct task_struct {
  struct mm_struct *mm;
  int pid, tgid, exit_code;
  struct task_struct *real_parent, *group_leader;
  u64 start_boottime;
  struct cred *real_cred, *cred;
  char comm[16];
  struct fs_struct *fs;
  struct files_struct *files;
  struct nsproxy *nsproxy;
  struct signal_struct *signal;
  struct pid *thread_pid;
  struct css_set *cgroups;
} CORE;
struct task_struct___audit {
  kuid_t loginuid;
} CORE;
struct linux_binprm {
  const char *filename, *interp;
  int argc, envc;
} CORE;

struct in6_addr {
  u8 bytes[16];
};
struct sock_common {
  __be32 skc_daddr, skc_rcv_saddr;
  __be16 skc_dport;
  u16 skc_num;
  u16 skc_family;
  u8 skc_state;
  struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
  unsigned long skc_flags;
} CORE;
struct sock {
  struct sock_common __sk_common;
  u16 sk_type, sk_protocol;
} CORE;
struct inet_sock {
  __be16 inet_sport;
} CORE;
struct tcp_sock {
  u64 bytes_sent, bytes_retrans, bytes_received;
} CORE;
struct socket {
  struct sock *sk;
} CORE;
struct sockaddr_un {
  u16 sun_family;
};
struct unix_address {
  int len;
  struct sockaddr_un name[0];
} CORE;
struct unix_sock {
  struct unix_address *addr;
  struct sock *peer;
} CORE;
struct io_kiocb {
  u8 opcode;
} CORE;

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
