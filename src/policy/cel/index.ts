// The door of CEL: expressions of policies, compiled, bounded and evaluated.
export {
  type Compiled,
  type Compiler,
  compilerFor,
  type Evaluated,
  type Expression,
} from './compile.ts';
export { tracing } from './instrument.ts';
export { durationOf, failure } from './library.ts';
export { type Meter, meterOf, policyCost } from './meter.ts';
export { fromCel, toCel } from './value.ts';
