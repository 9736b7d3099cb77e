import { addDays } from '../../domain/calendar.js';
import { dayOf, startOfDay } from '../../domain/instant.js';
import { commitmentsAsOf, releasedOf, type CommitmentAsOf } from '../facts/commitments.js';
import { left, PLANNED, plannedBy } from './burn-down.js';
import { absent, sum, type Explained } from './explained.js';
import { made, moved, units, type Day, type Figures, type OfCommitment } from './of-commitment.js';

type Amount = 'gross' | 'applied' | 'overage' | 'ineligible';

const amountOf = (day: Day, name: Amount): bigint =>
  name === 'gross' ? day.applied + day.overage + day.ineligible : day[name];

/** The days of a range: what a bucket of the series says of them. */
export const daysFigures = (
  of: OfCommitment,
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
): Figures => {
  const { asOf } = of.asked;
  const from = asked.from ?? dayOf(of.commitment.terms.startsAt);
  const to = asked.to ?? (asOf < from ? from : asOf);
  const { series } = of.burnDown;
  const known = series.filter(({ gross }) => gross !== null);
  const lastKnown = known.at(-1);
  const inRange = (name: Amount) => (): Explained =>
    known.length === 0
      ? absent(made(of, null), 'after-as-of')
      : sum(
          made(of, of.money(known.reduce((all, bucket) => all + units(bucket[name]), 0n))),
          'sum of the entries of these days',
          [],
          moved(of, (day) => (day.when >= from && day.when <= to ? amountOf(day, name) : 0n), {
            from,
            to,
          }),
        );
  return {
    gross: inRange('gross'),
    applied: inRange('applied'),
    overage: inRange('overage'),
    ineligible: inRange('ineligible'),
    cumulativeApplied: () =>
      lastKnown === undefined
        ? absent(made(of, null), 'after-as-of')
        : sum(
            made(of, lastKnown.cumulativeApplied),
            'sum of the entries to the last of these days',
            [],
            moved(of, (day) => (day.when <= to ? day.applied : 0n), { to }),
          ),
    burnDown: () => {
      if (lastKnown === undefined) return absent(made(of, null), 'after-as-of');
      const day = to < asOf ? to : asOf;
      const then = termsBy(of, day);
      if (then === null) return absent(made(of, null), 'not-pledged-yet');
      const applied = units(lastKnown.cumulativeApplied);
      const levels = {
        total: of.money(then.total),
        applied: of.money(applied),
        released: of.money(releasedOf(then, applied)),
      };
      return sum(
        made(of, lastKnown.burnDown),
        'max(0, total - applied - released), as of the last of these days',
        left(of, levels, day),
      );
    },
    planned: () => {
      const planned = series.at(-1)?.planned ?? null;
      const then = to <= asOf ? termsBy(of, to) : of.commitment;
      if (then === null) return absent(made(of, null), 'not-pledged-yet');
      if (planned === null) return absent(made(of, null), 'nothing-planned');
      const termsOf = to < asOf ? to : asOf;
      return sum(made(of, planned), PLANNED, plannedBy(of, then, to, termsOf));
    },
  };
};

/** The terms at the end of a day. Null: not pledged yet. */
const termsBy = ({ rows, commitment }: OfCommitment, day: string): CommitmentAsOf | null => {
  const before = startOfDay(addDays(day, 1));
  const effective = rows.commitments.filter(({ effectiveAt }) => effectiveAt < before);
  return commitmentsAsOf(effective).get(commitment.commitmentId) ?? null;
};
