// The door of the Docker guard: the authorisation plugin and the proxy.
export type { DeskOptions, GuardRecord } from './desk.ts';
export { askedEngine } from './engine.ts';
export { type GuardServer, type PluginOptions, startPlugin } from './plugin.ts';
export { type ProxyAddress, type ProxyOptions, type ProxyServer, startProxy } from './proxy.ts';
export { resolveHostPath } from './socket.ts';
