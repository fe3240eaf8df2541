// Label selectors of Kubernetes, as policies and clusters write them.
import { asArray, entriesOf, field, stringField, stringsOf } from '../base/json.ts';

/** Whether a label selector takes these labels (LabelSelector of meta/v1); an empty one takes all. */
export function selects(selector: unknown, labels: unknown): boolean {
  const exact = entriesOf(field(selector, 'matchLabels'));
  if (!exact.every(([key, value]) => stringField(labels, key) === value)) return false;
  return asArray(field(selector, 'matchExpressions')).every((expression) => {
    const value = stringField(labels, stringField(expression, 'key') ?? '');
    const values = stringsOf(field(expression, 'values'));
    switch (stringField(expression, 'operator') ?? '') {
      case 'In':
        return value !== null && values.includes(value);
      case 'NotIn':
        return value === null || !values.includes(value);
      case 'Exists':
        return value !== null;
      case 'DoesNotExist':
        return value === null;
      default:
        return false;
    }
  });
}
