import { formatUnits, MONEY_DECIMALS } from '../../domain/money.js';
import type { Cell } from './projection.js';

const SUM = /^(-?)(\d+)(?:\.(\d{1,12}))?$/;

/** numeric(38,12) as PostgreSQL writes it, to units. Sums may have more integer digits than one stored amount. */
export const unitsOfSum = (text: string): bigint => {
  const [, sign, whole, fraction = ''] = SUM.exec(text) ?? [];
  if (whole === undefined) throw new Error(`not a numeric(38,12): ${JSON.stringify(text)}`);
  const units = BigInt(whole + fraction.padEnd(MONEY_DECIMALS, '0'));
  return sign === '-' ? -units : units;
};

/** A cell as a parameter of a text array; PostgreSQL casts it to the column's type. */
export const sqlText = (cell: Cell): string | null =>
  cell === null ? null : typeof cell === 'bigint' ? formatUnits(cell) : String(cell);
