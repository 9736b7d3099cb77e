/** The database's own errors and the network's have codes; only bad data (class 22) is the fault of what was sent. */
export const isDatabaseFault = (error: unknown): boolean => {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && !code.startsWith('22');
};
