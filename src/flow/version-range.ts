// Ranges of versions as people type them behind a package URL: `4.17.4`, `<4.17.21`, `>=2,<2.17`.
import { SeaworthyError } from '../base/error.ts';
import { versionsOf } from './ecosystems.ts';

type Operator = '<' | '<=' | '>' | '>=' | '=' | '!=';

export interface VersionRange {
  readonly bounds: readonly { readonly operator: Operator; readonly version: string }[];
  readonly compare: (a: string, b: string) => number;
}

/**
 * Reads a range in the order of versions of a purl type; all bounds must hold.
 * Throws `SeaworthyError` `usage` for what is no range, or a type without an order.
 */
export function versionRange(type: string, text: string): VersionRange {
  const bounds = text.split(',').map((part) => {
    const [, operator = '=', version = ''] =
      /^\s*(<=|>=|!=|<|>|=)?\s*([^\s<>=!]\S*)\s*$/.exec(part) ?? [];
    if (version === '') {
      throw new SeaworthyError('usage', `${text} is no range of versions`, {
        advice: 'write 1.2.3, <1.2.3 or >=1,<1.2.3',
      });
    }
    return { operator: operator as Operator, version };
  });
  const order = versionsOf(type);
  const isExact = bounds.every(({ operator }) => operator === '=' || operator === '!=');
  if (order === null && !isExact) {
    throw new SeaworthyError('usage', `versions of ${type} have no order that is known`, {
      advice: 'ask for one version, or for the package without a version',
    });
  }
  return { bounds, compare: order === null ? same : (a, b) => order.compare(a, b) };
}

function same(a: string, b: string): number {
  return a === b ? 0 : 1;
}

/** Whether all bounds hold for the version. */
export function inRange({ bounds, compare }: VersionRange, version: string): boolean {
  return bounds.every(({ operator, version: bound }) => {
    if (operator === '=' && version === bound) return true;
    const order = compare(version, bound);
    switch (operator) {
      case '<':
        return order < 0;
      case '<=':
        return order <= 0;
      case '>':
        return order > 0;
      case '>=':
        return order >= 0;
      case '=':
        return order === 0;
      case '!=':
        return order !== 0;
    }
  });
}
