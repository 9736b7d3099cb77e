import { addMonths } from '../../domain/calendar.js';
import { nextDueOf } from '../../domain/commitment/obligation/due.js';
import { BURN_DOWN, LEVELS, PACE } from './burn-down.js';
import { absent, operand, sum, type Explained, type Operand } from './explained.js';
import { made, units, type Figures, type OfCommitment } from './of-commitment.js';

/** What is still owed, and when it falls due. */
export const obligationFigures = (of: OfCommitment): Figures => {
  const { byDue, dueAtEnd, remaining, periods } = of.obligation;
  const { asOf } = of.asked;
  const within = (figure: Explained['figure'], isIn: (dueOn: string | null) => boolean) => () =>
    sum(
      made(of, figure),
      'what falls due then',
      dueParts(of).flatMap(({ dueOn, part }) => (isIn(dueOn) ? [part] : [])),
    );
  const after = (months: number) => addMonths(asOf, months);
  const years = byDue.years.map(({ amount }, year): readonly [string, () => Explained] => [
    `byDue.years.${year}`,
    within(
      amount,
      (dueOn) => dueOn !== null && dueOn > after(12 * year) && dueOn <= after(12 * (year + 1)),
    ),
  ]);
  return {
    ...LEVELS,
    dueAtEnd: () =>
      sum(made(of, dueAtEnd), 'remaining less what the periods miss', [
        operand('remaining', units(remaining), {
          address: of.at('remaining-obligation', 'remaining'),
        }),
        ...periods.map(({ index: period, due }) =>
          operand('due', -units(due), {
            address: of.at('remaining-obligation', 'due', { period }),
          }),
        ),
      ]),
    'byDue.pastDue': within(byDue.pastDue, (dueOn) => dueOn !== null && dueOn <= asOf),
    ...Object.fromEntries(years),
    'byDue.thereafter': within(
      byDue.thereafter,
      (dueOn) => dueOn !== null && dueOn > after(12 * byDue.years.length),
    ),
    'byDue.undated': within(byDue.undated, (dueOn) => dueOn === null),
  };
};

/** As a row of the portfolio says it. */
export const standingFigures = (of: OfCommitment): Figures => {
  const { asOf } = of.asked;
  const parts = dueParts(of);
  const { utilisation } = BURN_DOWN;
  const pastDue = obligationFigures(of)['byDue.pastDue'];
  const next = nextDueOf(
    parts.map(({ dueOn, part }) => ({ dueOn, amount: part.units ?? 0n })),
    asOf,
  );
  return {
    ...{ ...LEVELS, ...PACE },
    ...(utilisation === undefined ? {} : { utilisation }),
    ...(pastDue === undefined ? {} : { pastDue }),
    'nextDue.amount': () =>
      next === null
        ? absent(made(of, null), 'nothing-due')
        : sum(
            made(of, of.money(next.amount)),
            'what falls due next',
            parts.flatMap(({ dueOn, part }) => (dueOn === next.dueOn ? [part] : [])),
          ),
  };
};

/** What each period misses, and at the end what no period claims. */
const dueParts = (
  of: OfCommitment,
): readonly { readonly dueOn: string | null; readonly part: Operand }[] => {
  const { periods, dueAtEnd } = of.obligation;
  const parts = periods.map(({ index: period, due, dueOn }) => ({
    dueOn,
    part: operand('due', units(due), { address: of.at('remaining-obligation', 'due', { period }) }),
  }));
  const atEnd = operand('dueAtEnd', units(dueAtEnd), {
    address: of.at('remaining-obligation', 'dueAtEnd'),
  });
  return [...parts, { dueOn: periods.at(-1)?.dueOn ?? null, part: atEnd }].filter(
    ({ part }) => part.units !== 0n,
  );
};
