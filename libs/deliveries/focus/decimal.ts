/**
 * A decimal of any length, `units` / 10^`scale`. What rounding changes is smaller than anything that money in the ledger can
 * say, and is counted all the same.
 */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

export const ZERO: Decimal = { units: 0n, scale: 0 };

const unitsAt = ({ units, scale }: Decimal, wanted: number): bigint =>
  units * 10n ** BigInt(wanted - scale);

export const plus = (left: Decimal, right: Decimal): Decimal => {
  const scale = Math.max(left.scale, right.scale);
  return { units: unitsAt(left, scale) + unitsAt(right, scale), scale };
};

const size = (units: bigint): bigint => (units < 0n ? -units : units);

/** The one that is farther from zero. */
export const larger = (left: Decimal, right: Decimal): Decimal => {
  const scale = Math.max(left.scale, right.scale);
  return size(unitsAt(right, scale)) > size(unitsAt(left, scale)) ? right : left;
};

/** Plain notation, every digit: `-0.00000000000000004`. */
export const decimalText = ({ units, scale }: Decimal): string => {
  const digits = size(units)
    .toString()
    .padStart(scale + 1, '0');
  const point = digits.length - scale;
  const fraction = digits.slice(point).replace(/0+$/, '');
  const text = fraction === '' ? digits.slice(0, point) : `${digits.slice(0, point)}.${fraction}`;
  return units < 0n ? `-${text}` : text;
};

export interface Rounded {
  /** Canonical: no leading or trailing zeros, no `-0`. */
  readonly value: string;
  /** Value minus what was written; null where every digit was kept. */
  readonly difference: Decimal | null;
}

const HALF = 5n;

/**
 * `whole`.`fraction` (digits only) with at most `decimals` decimals: half to even, as ledgers and IEEE 754 do, so that many
 * rows do not drift one way. Exact: all of it is integer arithmetic.
 */
export const roundHalfEven = (
  negative: boolean,
  whole: string,
  fraction: string,
  decimals: number,
): Rounded => {
  const dropped = fraction.slice(decimals).replace(/0+$/, '');
  const kept = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
  const signed = (units: bigint): bigint => (negative ? -units : units);
  if (dropped === '')
    return { value: decimalText({ units: signed(kept), scale: decimals }), difference: null };
  const rest = BigInt(dropped);
  const step = 10n ** BigInt(dropped.length);
  const half = HALF * 10n ** BigInt(dropped.length - 1);
  const up = rest > half || (rest === half && kept % 2n === 1n);
  return {
    value: decimalText({ units: signed(up ? kept + 1n : kept), scale: decimals }),
    difference: { units: signed(up ? step - rest : -rest), scale: decimals + dropped.length },
  };
};
