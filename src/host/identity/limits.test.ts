import { expect, test } from 'vitest';
import { dockerLimits, ociLimits, parseCpuMax, parseMaximum } from './limits.ts';

const none = { memoryBytes: null, cpus: null, processes: null };
const mebibyte = 1024 * 1024;

test.each([
  // runc of Docker 20.10 on both versions.
  [
    {
      memory: { limit: 64 * mebibyte },
      cpu: { quota: 50_000, period: 100_000 },
      pids: { limit: 100 },
    },
    { memoryBytes: 64 * mebibyte, cpus: 0.5, processes: 100 },
  ],
  // No period: the kernel's own.
  [{ cpu: { quota: 200_000 } }, { ...none, cpus: 2 }],
  // Podman 4 writes -1 and the largest number for "none".
  [{ memory: { limit: -1 }, cpu: { quota: -1 }, pids: { limit: 0 } }, none],
  [{ memory: { limit: 9_223_372_036_854_771_712 } }, none],
  // `podman run --cgroup-conf`, and what kubelet asks for on v2: it has the last word.
  [
    {
      memory: { limit: 1 },
      unified: { 'memory.max': '33554432', 'cpu.max': '150000 100000', 'pids.max': 'max' },
      pids: { limit: 7 },
    },
    { memoryBytes: 32 * mebibyte, cpus: 1.5, processes: null },
  ],
  [{ memory: 'much', cpu: [], pids: { limit: '9' }, unified: { 'cpu.max': 'all' } }, none],
  [null, none],
])('a bundle: %j', (resources, limits) => {
  expect(ociLimits({ resources })).toEqual(limits);
});

test.each([
  [
    { Memory: 64 * mebibyte, NanoCpus: 1_500_000_000, PidsLimit: 10 },
    { memoryBytes: 64 * mebibyte, cpus: 1.5, processes: 10 },
  ],
  [
    { Memory: 0, NanoCpus: 0, CpuQuota: 25_000, CpuPeriod: 50_000, PidsLimit: null },
    { ...none, cpus: 0.5 },
  ],
  [{ PidsLimit: -1 }, none],
  [undefined, none],
])('Docker: %j', (hostConfig, limits) => {
  expect(dockerLimits(hostConfig)).toEqual(limits);
});

test.each([
  ['max\n', null],
  ['67108864\n', 67_108_864],
  ['9223372036854771712', null],
  ['', null],
  ['12 34', null],
])('memory.max and pids.max: %j', (text, limit) => {
  expect(parseMaximum(text)).toBe(limit);
});

test.each([
  ['max 100000\n', null],
  ['50000 100000\n', 0.5],
  ['300000', 3],
  ['0 0', null],
  ['-1 100000', null],
])('cpu.max: %j', (text, limit) => {
  expect(parseCpuMax(text)).toBe(limit);
});
