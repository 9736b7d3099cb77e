/**
 * JSON in a cell, for reading only: tags and ContractApplied. Undefined when it is not JSON. Values reach the ledger
 * as text; numbers in them are never money, except applied costs, which `contract-applied.ts` only looks at.
 */
export const parseCell = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
