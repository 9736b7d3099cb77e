import { lastDayBefore } from '../../calendar.js';
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
