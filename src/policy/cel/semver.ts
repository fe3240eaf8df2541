// Versions by https://semver.org, 2.0.0, as the semver library of Kubernetes takes them.
import { type Environment, failure } from './library.ts';
import { registrar } from './register.ts';

class Semver {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly pre: readonly string[];
  constructor(numbers: readonly [bigint, bigint, bigint], pre: readonly string[]) {
    this.numbers = numbers;
    this.pre = pre;
  }

  compareTo(other: unknown): bigint {
    if (!(other instanceof Semver)) throw failure('a version is compared with another');
    for (const at of [0, 1, 2] as const) {
      const order = compareNumbers(this.numbers[at], other.numbers[at]);
      if (order !== 0n) return order;
    }
    return comparePre(this.pre, other.pre);
  }

  isEqual(other: unknown): boolean {
    return this.compareTo(other) === 0n;
  }
}

function compareNumbers(a: bigint, b: bigint): bigint {
  return a < b ? -1n : a > b ? 1n : 0n;
}

/** Section 11: a release is above its pre-releases, numbers are below words. */
function comparePre(a: readonly string[], b: readonly string[]): bigint {
  if (a.length === 0 || b.length === 0) return BigInt(Math.sign(b.length - a.length));
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const [left = '', right = ''] = [a[at], b[at]];
    if (left === right) continue;
    const [leftNumber, rightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (leftNumber && rightNumber) return compareNumbers(BigInt(left), BigInt(right));
    if (leftNumber !== rightNumber) return leftNumber ? -1n : 1n;
    return left < right ? -1n : 1n;
  }
  return BigInt(Math.sign(a.length - b.length));
}

/** The version that a text means, or null. `normalize` takes `v1.2` and `01.2.3` as well. */
function parseSemver(text: string, normalize = false): Semver | null {
  if (text.length > 256) return null;
  const plain = normalize ? normalized(text) : text;
  const found =
    /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/.exec(
      plain,
    );
  if (found === null) return null;
  const pre = found[4]?.split('.') ?? [];
  const build = found[5]?.split('.') ?? [];
  if ([...pre, ...build].includes('') || pre.some((one) => /^0\d+$/.test(one))) return null;
  return new Semver([BigInt(found[1] ?? 0), BigInt(found[2] ?? 0), BigInt(found[3] ?? 0)], pre);
}

function normalized(text: string): string {
  const bare = text.trim().replace(/^v/, '');
  const end = /[-+]/.exec(bare)?.index ?? bare.length;
  const numbers = bare
    .slice(0, end)
    .split('.')
    .map((one) => one.replace(/^0+(?=\d)/, ''));
  while (numbers.length < 3) numbers.push('0');
  return numbers.join('.') + bare.slice(end);
}

const versionOf = (text: string, normalize = false): Semver => {
  const version = parseSemver(text, normalize);
  if (version === null) throw failure(`${text.slice(0, 80)} is no semantic version`);
  return version;
};

/** Registers `semver()`, `isSemver()` and the methods. */
export function registerSemver(environment: Environment): void {
  const type = 'kubernetes.Semver';
  const add = registrar(environment);
  environment.registerType(type, Semver);
  add(`semver(string): ${type}`, (text: string) => versionOf(text));
  add(`semver(string, bool): ${type}`, (text: string, normalize: boolean) =>
    versionOf(text, normalize),
  );
  add('isSemver(string): bool', (text: string) => parseSemver(text) !== null);
  add(
    'isSemver(string, bool): bool',
    (text: string, normalize: boolean) => parseSemver(text, normalize) !== null,
  );
  add(`${type}.major(): int`, ({ numbers }: Semver) => numbers[0]);
  add(`${type}.minor(): int`, ({ numbers }: Semver) => numbers[1]);
  add(`${type}.patch(): int`, ({ numbers }: Semver) => numbers[2]);
  add(`${type}.compareTo(${type}): int`, (a: Semver, b: Semver) => a.compareTo(b));
  add(`${type}.isGreaterThan(${type}): bool`, (a: Semver, b: Semver) => a.compareTo(b) > 0n);
  add(`${type}.isLessThan(${type}): bool`, (a: Semver, b: Semver) => a.compareTo(b) < 0n);
}
