// How functions are registered: all of them answer at once, so that the library makes no promises.
import type { Environment } from './library.ts';

/** Registers `signature` with its handler; operands are of the types that the signature says. */
export type Register = (signature: string, handler: (...operands: never[]) => unknown) => void;

/** The registrar of an environment. */
export function registrar(environment: Environment): Register {
  return (signature, handler) => {
    environment.registerFunction(signature, handler as (...operands: unknown[]) => unknown, {
      async: false,
    });
  };
}
