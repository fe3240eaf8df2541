// The programs of the object, and what is blind when one of them cannot be attached.

export interface ProgramCoverage {
  readonly program: string;
  readonly tracepoint: string;
  readonly covers: string;
  /** Without it the sensor does not start. */
  readonly isNeeded: boolean;
}

export const programCoverage: readonly ProgramCoverage[] = [
  {
    program: 'on_exec',
    tracepoint: 'sched_process_exec',
    covers: 'started programs',
    isNeeded: true,
  },
  { program: 'on_fork', tracepoint: 'sched_process_fork', covers: 'new processes', isNeeded: true },
  {
    program: 'on_exit',
    tracepoint: 'sched_process_exit',
    covers: 'ended processes',
    isNeeded: true,
  },
  {
    program: 'on_cgroup_mkdir',
    tracepoint: 'cgroup_mkdir',
    covers: 'new containers before their first process',
    isNeeded: false,
  },
  {
    program: 'on_cgroup_rmdir',
    tracepoint: 'cgroup_rmdir',
    covers: 'removed containers',
    isNeeded: false,
  },
  {
    program: 'on_cgroup_attach',
    tracepoint: 'cgroup_attach_task',
    covers: 'processes that enter a container',
    isNeeded: false,
  },
  {
    program: 'on_socket_state',
    tracepoint: 'inet_sock_set_state',
    covers: 'TCP flows and their bytes',
    isNeeded: false,
  },
  {
    program: 'on_sent',
    tracepoint: 'sock_send_length',
    covers: 'bytes that go through connected UDP sockets by write() (Linux 6.4 and later)',
    isNeeded: false,
  },
  {
    program: 'on_received',
    tracepoint: 'sock_recv_length',
    covers: 'bytes that come through connected UDP sockets by read() (Linux 6.4 and later)',
    isNeeded: false,
  },
  { program: 'on_call', tracepoint: 'sys_exit', covers: 'system calls', isNeeded: true },
  {
    program: 'on_capability',
    tracepoint: 'cap_capable',
    covers: 'rights that containers use (Linux 6.14 and later)',
    isNeeded: false,
  },
  {
    program: 'on_ring_request',
    tracepoint: 'io_uring_submit_req',
    covers: 'operations of io_uring',
    isNeeded: false,
  },
];
