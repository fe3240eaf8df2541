// Slots: texts of user space, paths by their directory entries, names of cgroups. The functions that
// are no static ones are checked once by the verifier, for any argument.
#pragma once

// Keeps the verifier's bound: the compiler must not think that it knows better.
#define BOUND(value, mask) asm volatile("%0 &= %1" : "+r"(value) : "i"(mask))

static __always_inline u32 close_slot(struct scratch *scratch, u32 at, u16 kind, u32 length,
                                      u32 value) {
  BOUND(at, SCRATCH_MASK);
  struct slot *slot = (struct slot *)(scratch->bytes + at);
  slot->kind = kind;
  slot->length = length;
  slot->value = value;
  return (at + sizeof(*slot) + length + 7) & ~7u;
}

// A text of user space, 4 KiB at most. A page that is not there gives a slot without text whose value
// is the error.
__noinline u32 add_text(u32 which, u32 at, u32 kind, u64 address) {
  struct scratch *scratch = scratch_of(which);
  if (!scratch || at > SCRATCH_MASK) return at;
  BOUND(at, SCRATCH_MASK);
  long length = bpf_probe_read_user_str(scratch->bytes + at + 8, 4096, (void *)address);
  if (length <= 0) return close_slot(scratch, at, kind, 0, -length);
  return close_slot(scratch, at, kind, length - 1, length == 4096 ? PATH_TRUNCATED : 0);
}

__noinline u32 add_kernel_text(u32 which, u32 at, u32 kind, u64 address) {
  struct scratch *scratch = scratch_of(which);
  if (!scratch || at > SCRATCH_MASK) return at;
  BOUND(at, SCRATCH_MASK);
  long length = bpf_probe_read_kernel_str(scratch->bytes + at + 8, 4096, (void *)address);
  if (length <= 0) return close_slot(scratch, at, kind, 0, -length);
  return close_slot(scratch, at, kind, length - 1, length == 4096 ? PATH_TRUNCATED : 0);
}

// Some steps of the walk of `add_path`. The verifier tries each step of a loop anew, but a function once,
// whoever calls it. Gives 0 at the end of the walk.
__noinline u32 walk_up(u32 which, u32 at) {
  struct scratch *scratch = scratch_of(which);
  if (!scratch || at > SCRATCH_MASK) return 0;
  struct vfsmount *mount = (void *)scratch->mount;
  struct dentry *dentry = (void *)scratch->dentry;
  struct fs_struct *fs = BPF_CORE_READ(current_task(), fs);
  struct dentry *root = BPF_CORE_READ(fs, root.dentry);
  struct vfsmount *root_mount = BPF_CORE_READ(fs, root.mnt);
  for (int step = 0; step < 8; step++) {
    if (dentry == root && mount == root_mount) {
      scratch->path_flags &= ~PATH_TRUNCATED;
      return 0;
    }
    struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
    if (dentry == BPF_CORE_READ(mount, mnt_root)) {
      struct mount *here = (void *)mount - bpf_core_field_offset(struct mount, mnt);
      struct mount *above = BPF_CORE_READ(here, mnt_parent);
      if (above == here) {
        // The very root: of another mount namespace, or of no file system that is mounted.
        scratch->path_flags ^= PATH_DETACHED | PATH_TRUNCATED;
        return 0;
      }
      dentry = BPF_CORE_READ(here, mnt_mountpoint);
      mount = (void *)above + bpf_core_field_offset(struct mount, mnt);
      continue;
    }
    u32 to = at + 8 + scratch->length;
    if (to > SCRATCH_MASK - 512) return 0;
    BOUND(to, SCRATCH_MASK);
    const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
    long length = bpf_probe_read_kernel_str(scratch->bytes + to, 256, name);
    if (length > 1) {
      scratch->top = to;
      scratch->length += length;
    }
    if (parent == dentry) {
      // A pipe, a socket, a memfd: a name without a place.
      scratch->path_flags ^= PATH_DETACHED | PATH_TRUNCATED;
      return 0;
    }
    dentry = parent;
  }
  scratch->mount = (u64)mount;
  scratch->dentry = (u64)dentry;
  return 1;
}

// The path of a directory entry as the current process would name it: up to its root, through mounts.
__noinline u32 add_path(u32 which, u32 at, u32 kind, u64 mount, u64 dentry) {
  struct scratch *scratch = scratch_of(which);
  if (!scratch || at > SCRATCH_MASK) return at;
  bool is_deleted = !BPF_CORE_READ((struct dentry *)dentry, d_hash.pprev);
  scratch->path_flags = PATH_TRUNCATED | (is_deleted ? PATH_DELETED : 0);
  scratch->length = 0;
  scratch->top = 0;
  scratch->mount = mount;
  scratch->dentry = dentry;
  for (int part = 0; part < 12; part++)
    if (!walk_up(which, at)) break;
  return close_slot(scratch, at, kind, scratch->length & 8191, scratch->path_flags);
}

// Names of a cgroup from the leaf up, without the root's empty one.
__noinline u32 add_cgroup(u32 which, u32 at, u64 node_address) {
  struct scratch *scratch = scratch_of(which);
  if (!scratch || at > SCRATCH_MASK) return at;
  struct kernfs_node *node = (void *)node_address;
  scratch->length = 0;
  for (int level = 0; level < 16; level++) {
    struct kernfs_node *parent;
    if (bpf_core_field_exists(node->__parent)) {
      parent = BPF_CORE_READ(node, __parent);
    } else {
      struct kernfs_node___old *old = (void *)node;
      parent = (void *)BPF_CORE_READ(old, parent);
    }
    if (!parent) break;
    u32 to = at + 8 + scratch->length;
    BOUND(to, SCRATCH_MASK);
    const char *name = BPF_CORE_READ(node, name);
    long length = bpf_probe_read_kernel_str(scratch->bytes + to, 256, name);
    if (length > 1) scratch->length += length;
    node = parent;
  }
  return close_slot(scratch, at, SLOT_CGROUP, scratch->length & 8191, 0);
}

// 16 bytes of a name, zeros behind its end.
static __always_inline bool is_named(void *map, const void *text) {
  struct top_name name = {};
  bpf_probe_read_kernel_str(name.name, sizeof(name.name), text);
  return bpf_map_lookup_elem(map, &name) != 0;
}

static __always_inline u32 inode_flags(struct dentry *dentry, struct inode *inode) {
  u32 flags = 0;
  if (BPF_CORE_READ(inode, i_nlink) == 0) flags |= EXE_UNLINKED;
  if (BPF_CORE_READ(inode, i_sb, s_magic) == 0x794c7630) {
    // struct ovl_inode: the inode of the file system, then the entry in the upper layer or null.
    void *upper = 0;
    bpf_probe_read_kernel(&upper, sizeof(upper), (void *)inode + bpf_core_type_size(struct inode));
    flags |= EXE_OVERLAY | (upper ? EXE_UPPER : 0);
  }
  char name[8] = {};
  const unsigned char *text = BPF_CORE_READ(dentry, d_name.name);
  bpf_probe_read_kernel(name, 6, text);
  if ((flags & EXE_UNLINKED) && *(u64 *)name == 0x3a64666d656dull) flags |= EXE_MEMFD;
  return flags;
}

static __always_inline u32 add_file(struct scratch *scratch, u32 at, struct file *file) {
  if (at > SCRATCH_MASK) return at;
  BOUND(at, SCRATCH_MASK);
  struct file_facts *facts = (struct file_facts *)(scratch->bytes + at + 8);
  struct inode *inode = BPF_CORE_READ(file, f_inode);
  facts->inode = BPF_CORE_READ(inode, i_ino);
  facts->device = BPF_CORE_READ(inode, i_sb, s_dev);
  facts->mode = BPF_CORE_READ(inode, i_mode);
  facts->links = BPF_CORE_READ(inode, i_nlink);
  facts->flags = inode_flags(BPF_CORE_READ(file, f_path.dentry), inode);
  return close_slot(scratch, at, SLOT_FILE, sizeof(*facts), 0);
}
