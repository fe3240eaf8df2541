// The events of captures by number: a row holds two of them, the call (even) and its return (odd), with
// their parameters in their order. Facts of falcosecurity/libs (driver/event_table.c, schema 4); a
// parameter without a type is an unsigned number. Newer captures append parameters, they never move.

/** Parameters that many events have together. */
export const groups: Readonly<Record<string, string>> = {
  '@started': 'res:errno exe:text args:bytes tid:pid pid:pid ptid:pid cwd:text fdlimit:u64',
  '@born': 'res:pid exe:text args:bytes tid:pid pid:pid ptid:pid cwd:text fdlimit:i64',
  '@memory': 'pgft_maj:u64 pgft_min:u64 vm_size vm_rss vm_swap',
  '@sizes': 'vm_size vm_rss vm_swap',
  '@group': 'comm:text cgroups:bytes',
  '@ids': 'vtid:pid vpid:pid pidns_init_start_ts:u64',
  '@openat': 'dirfd:fd name:path flags:open mode:octal',
  '@program':
    'pgid:pid loginuid:uid flags:exec cap_inheritable:u64 cap_permitted:u64 cap_effective:u64 ' +
    'exe_ino:u64 exe_ino_ctime:u64 exe_ino_mtime:u64 uid:uid trusted_exepath:path',
};

/** `name < parameters of the call > parameters of the return`. */
export const eventRows = `
syscall < ID:u16 nativeID:u16 > ID:u16
open < name:path flags:open mode:octal > fd:fd name:path flags:open mode:octal dev ino:u64
close < fd:fd > res:errno
read < fd:fd size > res:errno data:bytes
write < fd:fd size > res:errno data:bytes
brk < size > res:u64
execve < > @started
clone < > @born flags:clone uid gid
procexit < >
socket < domain:family type proto > fd:fd
bind < fd:fd > res:errno addr:address
connect < fd:fd addr:address > res:errno tuple:tuple fd:fd
listen < fd:fd backlog > res:errno
accept < > fd:fd tuple:tuple queuepct:u8
send < fd:fd size > res:errno data:bytes
sendto < fd:fd size tuple:tuple > res:errno data:bytes
recv < fd:fd size > res:errno data:bytes
recvfrom < fd:fd size > res:errno data:bytes tuple:tuple
shutdown < fd:fd how:u8 > res:errno
getsockname < >
getpeername < >
socketpair < domain:family type proto > res:errno fd1:fd fd2:fd source:u64 peer:u64
setsockopt < > res:errno fd:fd level:u8 optname:u8 val:any optlen
getsockopt < > res:errno fd:fd level:u8 optname:u8 val:any optlen
sendmsg < fd:fd size tuple:tuple > res:errno data:bytes
sendmmsg < >
recvmsg < fd:fd > res:errno size data:bytes tuple:tuple msgcontrol:bytes
recvmmsg < >
accept < flags:i32 > fd:fd tuple:tuple queuepct:u8
creat < name:path mode:octal > fd:fd name:path mode:octal dev ino:u64
pipe < > res:errno fd1:fd fd2:fd ino:u64
eventfd < initval:u64 flags > res:fd
futex < addr:u64 op:u16 val:u64 > res:errno
stat < > res:errno path:path
lstat < > res:errno path:path
fstat < fd:fd > res:errno
stat64 < > res:errno path:path
lstat64 < > res:errno path:path
fstat64 < fd:fd > res:errno
epoll_wait < maxevents:errno > res:errno
poll < fds:fds timeout:i64 > res:errno fds:fds
select < > res:errno
select < > res:errno
lseek < fd:fd offset:u64 whence:u8 > res:errno
llseek < fd:fd offset:u64 whence:u8 > res:errno
ioctl < fd:fd request:u64 > res:errno
getcwd < > res:errno path:text
chdir < > res:errno path:text
fchdir < fd:fd > res:errno
mkdir < path:path mode:octal > res:errno
rmdir < path:path > res:errno
openat < dirfd:fd name:text flags:open mode:octal > fd:fd
link < oldpath:path newpath:path > res:errno
linkat < olddir:fd oldpath:text newdir:fd newpath:text > res:errno
unlink < path:path > res:errno
unlinkat < dirfd:fd name:text > res:errno
pread < fd:fd size pos:u64 > res:errno data:bytes
pwrite < fd:fd size pos:u64 > res:errno data:bytes
readv < fd:fd > res:errno size data:bytes
writev < fd:fd size > res:errno data:bytes
preadv < fd:fd pos:u64 > res:errno size data:bytes
pwritev < fd:fd size pos:u64 > res:errno data:bytes
dup < fd:fd > res:fd
signalfd < fd:fd mask flags:u8 > res:fd
kill < pid:pid sig:u8 > res:errno
tkill < tid:pid sig:u8 > res:errno
tgkill < pid:pid tid:pid sig:u8 > res:errno
nanosleep < interval:u64 > res:errno
timerfd_create < clockid:u8 flags:u8 > res:fd
inotify_init < flags:u8 > res:fd
getrlimit < resource:u8 > res:errno cur:i64 max:i64
setrlimit < resource:u8 > res:errno cur:i64 max:i64 resource:u8
prlimit < pid:pid resource:u8 > res:errno newcur:i64 newmax:i64 oldcur:i64 oldmax:i64
switch < next:pid > pid:i64 resource:u8
drop < ratio > ratio
fcntl < fd:fd cmd:u8 > res:fd fd:fd cmd:u8
switch < next:pid @memory >
execve < > @started @memory
clone < > @born @memory flags:clone uid gid
brk < addr:u64 > res:u64 @sizes
mmap < addr:u64 length:u64 prot flags fd:fd offset:u64 > res:u64 @sizes
mmap2 < addr:u64 length:u64 prot flags fd:fd pgoffset:u64 > res:u64 @sizes
munmap < addr:u64 length:u64 > res:errno @sizes
splice < fd_in:fd fd_out:fd size:u64 flags > res:errno
ptrace < request:ptrace pid:pid > res:errno addr:any data:any
ioctl < fd:fd request:u64 argument:u64 > res:errno
execve < > @started @memory env:bytes
rename < > res:errno oldpath:path newpath:path
renameat < > res:errno olddirfd:fd oldpath:path newdirfd:fd newpath:path
symlink < > res:errno target:text linkpath:path
symlinkat < > res:errno target:text linkdirfd:fd linkpath:path
fork < > @born @memory flags:clone uid gid
vfork < > @born @memory flags:clone uid gid
procexit < status:errno ret:errno sig:u8 core:u8 reaper_tid:pid >
sendfile < out_fd:fd in_fd:fd offset:u64 size:u64 > res:errno offset:u64
quotactl < cmd:u16 type:u8 id quota_fmt:u8 > res:errno special:text quotafilepath:text
setresuid < ruid:uid euid:uid suid:uid > res:errno
setresgid < rgid:gid egid:gid sgid:gid > res:errno
sysdigevent < event_type event_data:u64 >
setuid < uid:uid > res:errno
setgid < gid:gid > res:errno
getuid < > uid:uid
geteuid < > euid:uid
getgid < > gid:gid
getegid < > egid:gid
getresuid < > res:errno ruid:uid euid:uid suid:uid
getresgid < > res:errno rgid:gid egid:gid sgid:gid
execve < > @started @memory comm:text env:bytes
clone < > @born @memory comm:text flags:clone uid gid
fork < > @born @memory comm:text flags:clone uid gid
vfork < > @born @memory comm:text flags:clone uid gid
clone < > @born @memory @group flags:clone uid gid @ids
fork < > @born @memory @group flags:clone uid gid @ids
vfork < > @born @memory @group flags:clone uid gid @ids
container < id:text type name:text image:text >
execve < > @started @memory @group env:bytes
signaldeliver < spid:pid dpid:pid sig:u8 >
procinfo < cpu_usr:u64 cpu_sys:u64 >
getdents < fd:fd > res:errno
getdents64 < fd:fd > res:errno
setns < fd:fd nstype:clone > res:errno
flock < fd:fd operation > res:errno
cpu_hotplug < cpu action >
accept < > fd:fd tuple:tuple queuepct:u8 queuelen queuemax
accept < flags:i32 > fd:fd tuple:tuple queuepct:u8 queuelen queuemax
semop < semid:i32 > res:errno nsops
semctl < semid:i32 semnum:i32 cmd:u16 val:i32 > res:errno
ppoll < fds:fds timeout:u64 sigmask > res:errno fds:fds
mount < flags:mount > res:errno dev:text dir:path type:text
umount < flags > res:errno name:path
k8s < json:text >
semget < key:i32 nsems:i32 semflg > res:errno
access < mode > res:errno name:path
chroot < > res:errno path:path
tracer < id:i64 tags:texts args:texts > id:i64 tags:texts args:texts
mesos < json:text >
container < json:text >
setsid < > res:pid
mkdir < mode:octal > res:errno path:path
rmdir < > res:errno path:path
notification < id:text desc:text >
execve < > @started @memory @group env:bytes tty:i32
unshare < flags:clone > res:errno
infra < source:text name:text description:text scope:text >
execve < filename:path > @started @memory @group env:bytes tty:i32
page_fault < addr:u64 ip:u64 error >
execve < filename:path > @started @memory @group env:bytes tty:i32 @program
setpgid < pid:pid pgid:pid > res:pid
bpf < cmd:i64 > res_or_fd:any
seccomp < op:u64 > res:errno
unlink < > res:errno path:path
unlinkat < > res:errno dirfd:fd name:path flags:unlink
mkdirat < > res:errno dirfd:fd path:path mode:octal
openat < @openat > fd:fd @openat dev ino:u64
link < > res:errno oldpath:path newpath:path
linkat < > res:errno olddir:fd oldpath:path newdir:fd newpath:path flags
fchmodat < > res:errno dirfd:fd filename:path mode:mode
chmod < > res:errno filename:path mode:mode
fchmod < > res:errno fd:fd mode:mode
renameat2 < > res:errno olddirfd:fd oldpath:path newdirfd:fd newpath:path flags
userfaultfd < > res:errno flags
pluginevent < plugin_id event_data:bytes >
container < json:text >
openat2 < @openat resolve > fd:fd @openat resolve dev ino:u64
mprotect < addr:u64 length:u64 prot > res:errno
execveat < dirfd:fd pathname:path flags > @started @memory @group env:bytes tty:i32 @program
copy_file_range < fdin:fd offin:u64 len:u64 > res:errno fdout:fd offout:u64
clone3 < > @born @memory @group flags:clone uid gid @ids
open_by_handle_at < > fd:fd mountfd:fd flags:open path:path dev ino:u64
io_uring_setup < > res:errno entries sq_entries cq_entries flags sq_thread_cpu sq_thread_idle features
io_uring_enter < > res:errno fd:fd to_submit min_complete flags sig
io_uring_register < > res:errno fd:fd opcode:u16 arg:u64 nr_args
mlock < > res:errno addr:u64 len:u64
munlock < > res:errno addr:u64 len:u64
mlockall < > res:errno flags
munlockall < > res:errno
capset < > res:errno cap_inheritable:u64 cap_permitted:u64 cap_effective:u64
useradded < uid gid name:text home:text shell:text container_id:text >
userdeleted < uid gid name:text home:text shell:text container_id:text >
groupadded < gid name:text container_id:text >
groupdeleted < gid name:text container_id:text >
dup2 < fd:fd > res:fd oldfd:fd newfd:fd
dup3 < fd:fd > res:fd oldfd:fd newfd:fd flags:open
dup < fd:fd > res:fd oldfd:fd
bpf < cmd:i64 > fd:fd cmd:i32
mlock2 < > res:errno addr:u64 len:u64 flags
fsconfig < > res:errno fd:fd cmd key:text value_bytebuf:bytes value_charbuf:text aux:i32
epoll_create < size:i32 > res:errno
epoll_create1 < flags > res:errno
chown < > res:errno path:path uid gid
lchown < > res:errno path:path uid gid
fchown < > res:errno fd:fd uid gid
fchownat < > res:errno dirfd:fd pathname:path uid gid flags
umount < > res:errno name:path
accept4 < flags:i32 > fd:fd tuple:tuple queuepct:u8 queuelen queuemax
umount2 < flags > res:errno name:path
pipe2 < > res:errno fd1:fd fd2:fd ino:u64 flags:open
inotify_init1 < > res:fd flags:u16
eventfd2 < initval:u64 > res:fd flags:u16
signalfd4 < fd:fd mask > res:fd flags:u16
prctl < > res:errno option arg2_str:text arg2_int:i64
asyncevent < plugin_id name:text data:bytes >
memfd_create < > fd:fd name:text flags
pidfd_getfd < > fd:fd pid_fd:fd target_fd:fd flags
pidfd_open < > fd:fd pid:pid flags
init_module < > res:errno img:bytes length:u64 uargs:text
finit_module < > res:errno fd:fd uargs:text flags
mknod < > res:errno path:path mode:mode dev
mknodat < > res:errno dirfd:fd path:path mode:mode dev
newfstatat < > res:errno dirfd:fd path:path flags
process_vm_readv < > res:errno pid:pid data:bytes
process_vm_writev < > res:errno pid:pid data:bytes
delete_module < > res:errno name:text flags
`;
