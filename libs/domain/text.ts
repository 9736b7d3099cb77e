/** Order by UTF-16 code units: for codes, ids and instants it is alphabetical and chronological order. */
export const compareText = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0;
