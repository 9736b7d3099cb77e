import type { ByDue, Money } from '../api/types.js';

/** A step of the ladder: what falls due within one time. */
export interface Rung {
  /** As `/v1/explain` names it. */
  readonly figure: string;
  readonly name: string;
  /** For the side of a picture. */
  readonly short: string;
  readonly of: (byDue: ByDue) => Money;
}

/** From what is late to what has no day. The years are those of one answer, alike for all its commitments. */
export const rungsOf = ({ years }: ByDue): readonly Rung[] => [
  {
    ...{ figure: 'byDue.pastDue', name: 'Past due', short: 'Past due' },
    of: ({ pastDue }) => pastDue,
  },
  ...years.map(({ from, to }, year) => ({
    figure: `byDue.years.${year}`,
    name: `${from} to ${to}`,
    short: `to ${to}`,
    // All answers have the same years; without one there would be nothing.
    of: (byDue: ByDue): Money =>
      byDue.years[year]?.amount ?? { amount: '0', currency: byDue.pastDue.currency },
  })),
  {
    figure: 'byDue.thereafter',
    name: `After ${years.at(-1)?.to ?? 'that'}`,
    short: 'Thereafter',
    of: ({ thereafter }) => thereafter,
  },
  {
    ...{ figure: 'byDue.undated', name: 'No known day', short: 'No known day' },
    of: ({ undated }) => undated,
  },
];
