/** Nest's injection token of the ledger (`Ledger & StreamReader`). */
export const LEDGER = Symbol('Ledger');

/** Nest's injection token of the views (`Views`): where questions are answered from. */
export const VIEWS = Symbol('Views');

/** Nest's injection token of the process's own `Observer`. */
export const OBSERVER = Symbol('Observer');
