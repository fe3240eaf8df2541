// The door of the HTTP server.
export { openChangeLog } from './change-log.ts';
export { createFront } from './front.ts';
export type { Entrance, EntranceAnswer, EntranceRequest, Front } from './front-options.ts';
export { isLoopback } from './guard.ts';
export { type RunningServer, type ServeOptions, serve } from './server.ts';
export { openStaticFiles } from './static-files.ts';
export { openTokens, type Tokens } from './tokens.ts';
