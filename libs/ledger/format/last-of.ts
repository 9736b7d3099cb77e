/**
 * `make`, which remembers what it made last: usage comes in runs of one stream, source and second. For pure functions
 * only. Each use is measured (README.md, Decisions): what saves less than 2 % of a drawdown's CPU is not worth its state.
 */
export const lastOf = <Of, Made>(
  isSame: (of: Of, last: Of) => boolean,
  make: (of: Of) => Made,
): ((of: Of) => Made) => {
  let last: { readonly of: Of; readonly made: Made } | null = null;
  return (of) => {
    if (last === null || !isSame(of, last.of)) last = { of, made: make(of) };
    return last.made;
  };
};
