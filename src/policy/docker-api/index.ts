// The door of requests to an engine (Docker Engine API): what they ask for, and whether it may be.
export { imageMatcher } from './exempt.ts';
export { endOfString, foldKey, type GoJson, judgedBytes, parseAsGo } from './go-json.ts';
export { type JudgeOptions, judgeBody, type KnownVolume, namedVolumes } from './judge.ts';
export { isRead, type Operation, operations } from './operations.ts';
export {
  type OperationRules,
  operationRules,
  operationsOf,
  type PresetId,
  presetIds,
} from './preset.ts';
export { joinedContainers } from './request-controls.ts';
export { type Route, type Routed, routeOf } from './route.ts';
export { createBodyOfService, networksOfService } from './service.ts';
export { volumeKindOf } from './takeover.ts';
