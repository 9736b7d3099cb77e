import { lastDayBefore } from '../../calendar.js';
import { sumOf } from '../../money.js';
import type { PeriodFigures } from './periods.js';

/** A part of the remaining obligation, and the last day by which it is to be used. Null: the end is unknown. */
export interface Due {
  readonly dueOn: string | null;
  readonly amount: bigint;
}

export const dueOn = ({ end }: Pick<PeriodFigures, 'end'>): string | null =>
  end === null ? null : lastDayBefore(end);

/** The remaining obligation by when it falls due: what each period misses, and at the end what no period's need claims. */
export const dueParts = (
  figures: readonly PeriodFigures[],
  remaining: bigint,
): { readonly parts: readonly Due[]; readonly atEnd: bigint } => {
  const parts = figures.map((each) => ({ dueOn: dueOn(each), amount: each.shortfall }));
  const atEnd = parts.reduce((left, { amount }) => left - amount, remaining);
  const last = figures.at(-1);
  return { parts: [...parts, { dueOn: last ? dueOn(last) : null, amount: atEnd }], atEnd };
};

/** What was to be used by the end of `asOf` and was not: still owed, not assessed. */
export const pastDueOf = (parts: readonly Due[], asOf: string): bigint =>
  sumOf(parts.flatMap(({ dueOn, amount }) => (dueOn !== null && dueOn <= asOf ? [amount] : [])));

/** What falls due next after `asOf`, all of that day; what has no day comes last. Null: nothing more falls due. */
export const nextDueOf = (parts: readonly Due[], asOf: string): Due | null => {
  const coming = parts.filter(
    ({ dueOn, amount }) => amount > 0n && (dueOn === null || dueOn > asOf),
  );
  const days = coming.flatMap(({ dueOn }) => (dueOn === null ? [] : [dueOn]));
  const next = days.length === 0 ? null : days.reduce((one, other) => (other < one ? other : one));
  const amounts = coming.filter(({ dueOn }) => dueOn === next).map(({ amount }) => amount);
  return amounts.length === 0 ? null : { dueOn: next, amount: sumOf(amounts) };
};
