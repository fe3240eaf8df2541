// The door to workloads: who a container belongs to.
export { type WorkloadMapping, workloadOf } from './workload.ts';
export { type ParsedMapping, parseWorkloadMapping } from './workload-mapping.ts';
