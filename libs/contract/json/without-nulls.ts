/** A body in which absent members are left out: null says the same, so only one way of saying it goes on. */
export const withoutNulls = <Value>(value: Value): Value => {
  if (!hasNulls(value)) return value;
  if (Array.isArray(value)) return value.map(withoutNulls) as Value;
  return Object.fromEntries(
    Object.entries(value as object)
      .filter(([, member]) => member !== null)
      .map(([name, member]: [string, unknown]) => [name, withoutNulls(member)]),
  ) as Value;
};

/** Nulls in an array itself are items, not members. */
const hasNulls = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasNulls);
  for (const name in value) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member === null || (typeof member === 'object' && hasNulls(member))) return true;
  }
  return false;
};
