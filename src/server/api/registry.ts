// All routes of the API. Adding one = its file and one line here.
import { captureRoutes } from './capture.ts';
import { containerRoutes } from './containers.ts';
import { exposureRoutes } from './exposure.ts';
import { harbourRoutes } from './harbour.ts';
import { houseRoutes } from './house.ts';
import { imageRoutes } from './images.ts';
import { lessonRoutes } from './lessons.ts';
import { responseRoutes } from './responses.ts';
import type { Route } from './route.ts';
import { runtimeRoutes } from './runtime.ts';

export const routes: readonly Route[] = [
  ...harbourRoutes,
  ...containerRoutes,
  ...captureRoutes,
  ...imageRoutes,
  ...exposureRoutes,
  ...runtimeRoutes,
  ...responseRoutes,
  ...houseRoutes,
  ...lessonRoutes,
];
