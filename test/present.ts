// For tests that look something up which must be there.

/** The value; throws when it is missing. */
export function present<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('missing what the test looks for');
  return value;
}
