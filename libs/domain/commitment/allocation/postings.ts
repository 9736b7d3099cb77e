import type { Placement, Sums } from '../commitment.js';

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

export interface Posting extends Sums {
  readonly commitmentId: string;
  readonly period: number;
  readonly class: string;
}

type Place = Pick<Posting, 'commitmentId' | 'period' | 'class'>;

/** Sums per commitment, period and class. Adds up in place: made and read within one decision. */
export class Postings {
  /** By commitment: few places each, found by looking through them. */
  private readonly places = new Map<string, Mutable<Posting>[]>();

  add({ commitmentId, period, class: name }: Place, sums: Sums): void {
    let places = this.places.get(commitmentId);
    if (!places) this.places.set(commitmentId, (places = []));
    // The last one first: shares come in the order of their periods.
    let posting = places.findLast((place) => place.period === period && place.class === name);
    if (!posting) {
      posting = { commitmentId, period, class: name, applied: 0n, overage: 0n, ineligible: 0n };
      places.push(posting);
    }
    posting.applied += sums.applied;
    posting.overage += sums.overage;
    posting.ineligible += sums.ineligible;
  }

  values(): readonly Posting[] {
    return [...this.places.values()].flat();
  }

  /** What is applied to one commitment by now, to be moved on by whoever asks. */
  appliedTo(commitmentId: string): AppliedAmounts {
    return new AppliedAmounts(this.places.get(commitmentId) ?? []);
  }
}

/** Amounts applied to one commitment, by period and class. Grows as terms, the earlier ones first, apply theirs. */
export class AppliedAmounts {
  private readonly amounts: Pick<Posting, 'period' | 'class' | 'applied'>[];

  constructor(postings: readonly Posting[]) {
    this.amounts = postings.map((each) => ({
      period: each.period,
      class: each.class,
      applied: each.applied,
    }));
  }

  /** In one period (null: in all) of one class (null: of all). */
  of(period: number | null, className: string | null): bigint {
    let sum = 0n;
    for (const amount of this.amounts) {
      if (period !== null && amount.period !== period) continue;
      if (className !== null && amount.class !== className) continue;
      sum += amount.applied;
    }
    return sum;
  }

  add({ period, class: name }: Pick<Placement, 'period' | 'class'>, applied: bigint): void {
    this.amounts.push({ period, class: name, applied });
  }
}
