// The door of logins: people of a fleet, by the provider of identities that their company has.

export { createLoginDesk, type LoginDesk } from './desk.ts';
export { createEntrance } from './entrance.ts';
export { openProvider } from './provider.ts';
export { type LoginSettings, readLoginSettings } from './settings.ts';
