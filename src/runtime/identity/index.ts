// The door to workloads: who a container belongs to.
export {
  type ParsedMapping,
  parseWorkloadMapping,
  type WorkloadMapping,
  workloadOf,
} from './workload.ts';
