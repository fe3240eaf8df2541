// The door to workloads: who a container belongs to.
export {
  defaultWorkloadMapping,
  type ParsedMapping,
  parseWorkloadMapping,
  type WorkloadMapping,
  workloadOf,
} from './workload.ts';
