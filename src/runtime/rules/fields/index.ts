// The fields that rules may ask for.
export { type FlatEvent, flatEvent, flatFields, unknownNames } from './flat.ts';
export { fieldNames, syscallFields } from './registry.ts';
