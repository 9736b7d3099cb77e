/** How many of the rows are of each id: the version of its terms, where every row changed them. */
export const timesSaid = <Name extends string>(
  rows: readonly Readonly<Record<Name, string>>[],
  name: Name,
): ReadonlyMap<string, number> => {
  const times = new Map<string, number>();
  for (const row of rows) times.set(row[name], (times.get(row[name]) ?? 0) + 1);
  return times;
};
