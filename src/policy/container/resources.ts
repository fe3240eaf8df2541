// Controls on what a container may use up, write, and how it ends: memory, processors, processes,
// root file system, restarts, health.
import { type ContainerConfig, setService } from './config.ts';
import type { ContainerControl, ContainerFault } from './control.ts';

function memoryFaults(config: ContainerConfig): readonly ContainerFault[] {
  const { value, path } = config.memory;
  if (value !== null && value > 0) return [];
  const edits = setService(config, 'mem_limit', '512m');
  return [{ path, value, message: 'its memory has no limit', edits }];
}

function processorFaults(config: ContainerConfig): readonly ContainerFault[] {
  const { value, path } = config.processors;
  if (value) return [];
  return [{ path, value: null, message: 'its share of the processors is not set', edits: [] }];
}

function processFaults(config: ContainerConfig): readonly ContainerFault[] {
  const { value, path } = config.processes;
  if (value !== null && value > 0) return [];
  const edits = setService(config, 'pids_limit', 256);
  return [{ path, value, message: 'the number of its processes has no limit', edits }];
}

function rootFaults(config: ContainerConfig): readonly ContainerFault[] {
  const { value, path } = config.readOnlyRoot;
  if (value) return [];
  const edits = setService(config, 'read_only', true);
  return [{ path, value: null, message: 'its root file system is writable', edits }];
}

/** Restarts that CIS takes for a sign of trouble rather than of recovery. */
const mostRestarts = 5;

function restartFaults(config: ContainerConfig): readonly ContainerFault[] {
  const { value, path } = config.restart;
  if (value === null || value.name === '' || value.name === 'no') return [];
  if (value.name === 'on-failure' && value.retries > 0 && value.retries <= mostRestarts) return [];
  const message = `it is restarted without end (${value.name.slice(0, 40)})`;
  const edits = setService(config, 'restart', 'on-failure:5');
  return [{ path, value: value.name.slice(0, 40), message, edits }];
}

function limitFaults(config: ContainerConfig): readonly ContainerFault[] {
  const { value, path } = config.hasLimits;
  if (value) return [];
  return [{ path, value: null, message: 'it has the ulimits of the engine', edits: [] }];
}

function healthFaults(config: ContainerConfig): readonly ContainerFault[] {
  const { value, path } = config.hasHealthcheck;
  if (value !== false) return [];
  return [{ path, value: null, message: 'nothing asks whether it is healthy', edits: [] }];
}

function cgroupFaults(config: ContainerConfig): readonly ContainerFault[] {
  const { value, path } = config.cgroupParent;
  if (value === null || value === '') return [];
  const message = `it lives in the cgroup ${JSON.stringify(value.slice(0, 100))}`;
  return [{ path, value: value.slice(0, 100), message, edits: [] }];
}

export const resourceControls: readonly ContainerControl[] = [
  {
    id: 'memory-limit',
    cis: '5.11',
    title: 'The memory is limited',
    level: 'hardening',
    severity: 'medium',
    lesson: 'resource-exhaustion',
    fix: 'Set a limit of memory a little above what the program needs',
    update: '--memory 512m --memory-swap 512m',
    check: memoryFaults,
  },
  {
    id: 'cpu-limit',
    cis: '5.12',
    title: 'The share of the processors is set',
    level: 'hardening',
    severity: 'low',
    lesson: 'resource-exhaustion',
    fix: 'Set a share or a quota of the processors',
    update: '--cpus 1',
    check: processorFaults,
  },
  {
    id: 'process-limit',
    cis: '5.29',
    title: 'The number of processes is limited',
    level: 'hardening',
    severity: 'medium',
    lesson: 'resource-exhaustion',
    fix: 'Set a limit of processes',
    update: '--pids-limit 256',
    check: processFaults,
  },
  {
    id: 'read-only-root',
    cis: '5.13',
    title: 'The root file system is read-only',
    level: 'hardening',
    severity: 'low',
    lesson: 'least-privilege',
    fix: 'Make the root file system read-only and mount a tmpfs where the program writes',
    run: '--read-only --tmpfs /tmp',
    check: rootFaults,
  },
  {
    id: 'restart-policy',
    cis: '5.15',
    title: 'Restarts after failures come to an end',
    level: 'hardening',
    severity: 'low',
    lesson: 'resource-exhaustion',
    fix: 'Restart on failure, five times at most',
    update: '--restart on-failure:5',
    check: restartFaults,
  },
  {
    id: 'ulimit',
    cis: '5.19',
    title: 'The ulimits are set where the engine has none',
    level: 'hardening',
    severity: 'low',
    lesson: 'resource-exhaustion',
    fix: 'Set default ulimits in daemon.json, or those of the container',
    run: '--ulimit nofile=1024:4096',
    check: limitFaults,
  },
  {
    id: 'health-check',
    cis: '5.27',
    title: 'Its health is asked for',
    level: 'hardening',
    severity: 'low',
    lesson: 'image-hygiene',
    fix: 'Write a HEALTHCHECK into the image, or give one at the start',
    run: '--health-cmd COMMAND',
    check: healthFaults,
  },
  {
    id: 'cgroup-parent',
    cis: '5.25',
    title: 'The container stays in the cgroup of the engine',
    level: 'hardening',
    severity: 'low',
    lesson: 'resource-exhaustion',
    fix: 'Remove the cgroup parent unless its limits are known to be stricter',
    check: cgroupFaults,
  },
];
