// All routes of the API. Adding one = its file and one line here. What a machine and a fleet both know is
// the same route; only what one of them has is a list of its own.
import { captureRoutes } from './capture.ts';
import { containerRoutes } from './containers.ts';
import { exposureRoutes } from './exposure.ts';
import { fleetRoutes } from './fleet.ts';
import { fleetHouseRoutes } from './fleet-house.ts';
import { harbourRoutes } from './harbour.ts';
import { houseRoutes, machineRoutes } from './house.ts';
import { imageRoutes } from './images.ts';
import { lessonRoutes } from './lessons.ts';
import { responseRoutes } from './responses.ts';
import type { FleetServices, MachineServices, Route } from './route.ts';
import { runtimeRoutes } from './runtime.ts';
import { trustRoutes } from './trust.ts';

const everywhere: readonly Route[] = [
  ...harbourRoutes,
  ...containerRoutes,
  ...imageRoutes,
  ...trustRoutes,
  ...exposureRoutes,
  ...runtimeRoutes,
  ...responseRoutes,
  ...houseRoutes,
  ...lessonRoutes,
];

/** Pages of the dashboard, by the first word of their address; the harbour is everywhere. */
const pagesEverywhere = ['images', 'exposure', 'detections', 'alerts', 'network', 'lessons'];
export const pagesOfMachine: readonly string[] = [...pagesEverywhere, 'gate', 'audit'];
export const pagesOfFleet: readonly string[] = [...pagesEverywhere, 'gate', 'audit'];

/** Of `up`. */
export const routesOfMachine: readonly Route<MachineServices>[] = [
  ...everywhere,
  ...captureRoutes,
  ...machineRoutes,
];

/** Of a fleet's server. */
export const routesOfFleet: readonly Route<FleetServices>[] = [
  ...everywhere,
  ...fleetRoutes,
  ...fleetHouseRoutes,
];
