import { hash } from 'node:crypto';
import type { ChargeRow } from './charge-row.js';
import type { Occurrences } from './occurrences.js';

/**
 * The `source` of every event that comes from a FOCUS row. The number is the version of `contentOf`: what it lists,
 * and in what form, is stored for ever in the ids of recorded events. A change of it is a new version, and files
 * imported under the old one must then not be imported again.
 */
export const FOCUS_SOURCE = 'focus:1';

/**
 * FOCUS rows have no id, so their content is their identity. Everything that goes into the usage event is listed:
 * rows with equal content are interchangeable, and it does not matter which of two equal rows came first.
 */
export const contentOf = (row: ChargeRow): string =>
  JSON.stringify([
    row.category,
    row.currency,
    row.costs.list ?? null,
    row.costs.contracted ?? null,
    row.costs.billed ?? null,
    row.costs.effective ?? null,
    row.chargedFrom,
    row.chargedTo,
    row.billedFrom,
    row.billedTo,
    row.quantity,
    row.unit,
    sorted(row.attributes),
    sorted(row.tags),
    sorted(row.marks),
  ]);

const sorted = (record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1));

/**
 * SHA-256 of the content (base64url), and for the second and later equal rows of one file their number: `….2`.
 * The same rows in any order give the same set of ids.
 */
export const rowId = (row: ChargeRow, occurrences: Occurrences): string => {
  const digest = hash('sha256', contentOf(row), 'buffer');
  const number = occurrences.next(digest);
  const id = digest.toString('base64url');
  return number === 1 ? id : `${id}.${number}`;
};
