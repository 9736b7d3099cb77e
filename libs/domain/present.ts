/** A value that an invariant says is there. @throws Error `there is no <what>`: a bug, and better loud than a wrong figure. */
export const present = <Value>(value: Value | null | undefined, what: string): Value => {
  if (value === null || value === undefined) throw new Error(`there is no ${what}`);
  return value;
};
