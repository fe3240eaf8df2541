// The door to the program itself: where its parts lie and how its threads begin, whether it runs as
// sources, as a bundle, or as one executable file. Processes of its own: host/own-process.
export { loadEmbeddedAddon } from './addon.ts';
export { embeddedCode, embeddedScheme, entryFlag, isEmbedded, startScript } from './embedded.ts';
export {
  entryOf,
  launcher,
  type PartFolder,
  partFile,
  partFolder,
  partsOfFolder,
} from './parts.ts';
export { startThread } from './thread.ts';
