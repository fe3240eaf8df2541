// `variables.*`: computed when first asked for. A policy may guard a variable that would fail.
import { failure } from '../cel/index.ts';

type Computed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/** The value of `variables` in expressions. */
export class LazyVariables extends Map<string, unknown> {
  readonly computations = new Map<string, () => Computed>();
  readonly #failed = new Map<string, string>();

  override get(name: string): unknown {
    if (super.has(name)) return super.get(name);
    const known = this.#failed.get(name);
    if (known !== undefined) throw failure(known);
    const result = this.computations.get(name)?.();
    if (result === undefined) return undefined;
    if (!result.ok) {
      const reason = `variables.${name}: ${result.reason}`;
      this.#failed.set(name, reason);
      throw failure(reason);
    }
    super.set(name, result.value);
    return result.value;
  }
}
