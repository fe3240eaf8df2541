// Capability sets of Linux as names.
import { capabilities } from '../../base/capability.ts';

const names = capabilities.map((name) => `CAP_${name}`);

/** A machine has few different sets. */
const known = new Map<bigint, readonly string[]>();
const knownAtMost = 1024;

/** The names of a set of bits, lowest first; bits without a name here are left out. */
export function capabilityNames(bits: bigint): readonly string[] {
  const found = known.get(bits);
  if (found !== undefined) return found;
  const held = names.filter((_, index) => ((bits >> BigInt(index)) & 1n) === 1n);
  if (known.size >= knownAtMost) known.clear();
  known.set(bits, held);
  return held;
}

/** The bits of names that `capabilityNames` gave. */
export function capabilityBits(held: readonly string[]): bigint {
  return held.reduce((bits, name) => {
    const index = names.indexOf(name);
    return index === -1 ? bits : bits | (1n << BigInt(index));
  }, 0n);
}
