// Quantities of Kubernetes (`100m`, `1.5Gi`, `2e3`): exact amounts, compared by value.
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
import { type Environment, failure } from './library.ts';
import { registrar } from './register.ts';

/** An amount as `digits` times ten to the minus `scale`. */
class Quantity {
  readonly digits: bigint;
  readonly scale: number;
  /** Kubernetes keeps it as a whole number: `1.5k` is one, `1.0`, `1000m` and `1.5Gi` are none. */
  readonly isWhole: boolean;
  constructor(digits: bigint, scale: number, isWhole: boolean) {
    this.digits = digits;
    this.scale = scale;
    this.isWhole = isWhole;
  }

  compareTo(other: unknown): bigint {
    if (!(other instanceof Quantity)) throw failure('a quantity is compared with another');
    const [a, b] = aligned(this, other);
    return a < b ? -1n : a > b ? 1n : 0n;
  }

  isEqual(other: unknown): boolean {
    return this.compareTo(other) === 0n;
  }
}

function aligned(a: Quantity, b: Quantity): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  const digits = (one: Quantity): bigint => one.digits * 10n ** BigInt(scale - one.scale);
  return [digits(a), digits(b), scale];
}

const factors: ReadonlyMap<string, readonly [bigint, number]> = new Map([
  ['n', [1n, 9]],
  ['u', [1n, 6]],
  ['m', [1n, 3]],
  ['', [1n, 0]],
  ['k', [10n ** 3n, 0]],
  ['M', [10n ** 6n, 0]],
  ['G', [10n ** 9n, 0]],
  ['T', [10n ** 12n, 0]],
  ['P', [10n ** 15n, 0]],
  ['E', [10n ** 18n, 0]],
  ['Ki', [2n ** 10n, 0]],
  ['Mi', [2n ** 20n, 0]],
  ['Gi', [2n ** 30n, 0]],
  ['Ti', [2n ** 40n, 0]],
  ['Pi', [2n ** 50n, 0]],
  ['Ei', [2n ** 60n, 0]],
]);

/** The quantity that a text means, or null. */
function parseQuantity(text: string): Quantity | null {
  const found =
    /^([+-]?)(\d{0,64})(?:\.(\d{0,64}))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?$/.exec(
      text,
    );
  if (found === null) return null;
  const [, sign, whole = '', part = '', suffix = '', exponent] = found;
  if (whole === '' && part === '') return null;
  const factor = factors.get(suffix);
  if (factor === undefined) return null;
  const power = exponent === undefined ? 0 : Number(exponent);
  const digits = BigInt(`${whole}${part}`) * factor[0] * 10n ** BigInt(Math.max(power, 0));
  const scale = part.length + factor[1] + Math.max(-power, 0);
  const isWhole = isKeptWhole(whole.replace(/^0+/, ''), part, { suffix, power });
  return new Quantity(sign === '-' ? -digits : digits, scale, isWhole);
}

/** Powers of ten of the decimal suffixes. */
const powers: ReadonlyMap<string, number> = new Map(
  ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map((suffix, at) => [suffix, at * 3 - 9]),
);
/** Digits that fit into 64 bits whatever they are (k8s.io/apimachinery, resource.maxInt64Factors). */
const wholeDigits = 18;

/** Whether `resource.ParseQuantity` keeps an int64 of it; else it is an exact decimal, and no integer. */
function isKeptWhole(
  whole: string,
  part: string,
  { suffix, power }: { readonly suffix: string; readonly power: number },
): boolean {
  if (suffix.endsWith('i')) {
    const bits = 'KMGTPE'.indexOf(suffix.charAt(0)) * 10 + 10;
    return part === '' && 15 - whole.length - Math.floor((bits * 3) / 10) - 1 >= 0;
  }
  if (whole.length + part.length > wholeDigits) return false;
  return (powers.get(suffix) ?? 0) + power - part.length >= 0;
}

function quantityOf(value: unknown): Quantity {
  const text = String(value);
  const quantity = parseQuantity(text);
  if (quantity === null) throw failure(`${text.slice(0, 80)} is no quantity`);
  return quantity;
}

function added(a: Quantity, b: Quantity, sign: 1n | -1n): Quantity {
  const [left, right, scale] = aligned(a, b);
  return new Quantity(left + sign * right, scale, a.isWhole && b.isWhole);
}

const mostInt = 2n ** 63n - 1n;

/** The whole number that it is, or null. */
function integerOf({ digits, scale, isWhole }: Quantity): bigint | null {
  if (!isWhole) return null;
  const unit = 10n ** BigInt(scale);
  const value = digits / unit;
  return digits % unit === 0n && value <= mostInt && value >= -mostInt - 1n ? value : null;
}

/** Registers `quantity()`, `isQuantity()` and the methods. */
export function registerQuantity(environment: Environment): void {
  const add = registrar(environment);
  environment.registerType('kubernetes.Quantity', Quantity);
  const type = 'kubernetes.Quantity';
  add(`quantity(string): ${type}`, (text: string) => quantityOf(text));
  add('isQuantity(string): bool', (text: string) => parseQuantity(text) !== null);
  add(`${type}.sign(): int`, ({ digits }: Quantity) => (digits > 0n ? 1n : digits < 0n ? -1n : 0n));
  add(`${type}.isInteger(): bool`, (one: Quantity) => integerOf(one) !== null);
  add(`${type}.asInteger(): int`, (one: Quantity) => {
    const value = integerOf(one);
    if (value === null) throw failure('the quantity is no whole number');
    return value;
  });
  add(
    `${type}.asApproximateFloat(): double`,
    ({ digits, scale }: Quantity) => Number(digits) / 10 ** scale,
  );
  add(`${type}.add(${type}): ${type}`, (a: Quantity, b: Quantity) => added(a, b, 1n));
  add(`${type}.add(int): ${type}`, (a: Quantity, b: bigint) =>
    added(a, new Quantity(b, 0, true), 1n),
  );
  add(`${type}.sub(${type}): ${type}`, (a: Quantity, b: Quantity) => added(a, b, -1n));
  add(`${type}.sub(int): ${type}`, (a: Quantity, b: bigint) =>
    added(a, new Quantity(b, 0, true), -1n),
  );
  add(`${type}.isGreaterThan(${type}): bool`, (a: Quantity, b: Quantity) => a.compareTo(b) > 0n);
  add(`${type}.isLessThan(${type}): bool`, (a: Quantity, b: Quantity) => a.compareTo(b) < 0n);
  add(`${type}.compareTo(${type}): int`, (a: Quantity, b: Quantity) => a.compareTo(b));
}
