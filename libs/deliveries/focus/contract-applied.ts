import { isRecord, parseCell } from './json-cell.js';

/**
 * FOCUS 1.3 ContractApplied: which contract commitments the vendor says this charge went to. Drafts and published
 * errata differ: a bare list or an object with `Elements`, `…Id` or `…ID`. Read tolerantly: every element that names
 * a commitment counts, anything else is passed over. Null when the cell is not of any known shape.
 */
export const contractCommitmentIds = (cell: string): readonly string[] | null => {
  const parsed = parseCell(cell);
  const elements = Array.isArray(parsed) ? parsed : isRecord(parsed) ? elementsOf(parsed) : null;
  if (elements === null) return null;
  const ids = elements.flatMap((element) => {
    if (!isRecord(element)) return [];
    const id = member(element, 'contractcommitmentid') ?? member(element, 'contractid');
    return typeof id === 'string' && id !== '' ? [id] : [];
  });
  return [...new Set(ids)].sort();
};

const member = (record: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.entries(record).find(([key]) => key.toLowerCase() === name)?.[1];

const elementsOf = (record: Readonly<Record<string, unknown>>): readonly unknown[] | null => {
  const elements = member(record, 'elements');
  if (Array.isArray(elements)) return elements as readonly unknown[];
  return member(record, 'contractcommitmentid') === undefined ? null : [record];
};
