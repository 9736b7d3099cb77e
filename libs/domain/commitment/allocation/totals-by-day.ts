import type { ChargeTotals, CommitmentBook } from '../commitment.js';
import type { DayCharges } from './charges.js';
import { runningSplit, type RunningSplit } from './running-split.js';
import { growthOf, grown, noTotals } from './totals.js';

/** The running totals of a book, from before its last days on. Adds up in place: made and read within one decision. */
export class TotalsByDay {
  private readonly allTotals = new Map<string, ChargeTotals>();

  constructor(
    private readonly book: CommitmentBook,
    days: readonly DayCharges[],
  ) {
    for (const totals of book.totalsByPeriod.flat()) this.allTotals.set(totals.key, totals);
    for (const day of days) this.addTimes(day, -1n);
  }

  add(day: DayCharges | undefined): void {
    if (day !== undefined) this.addTimes(day, 1n);
  }

  split(): RunningSplit {
    return runningSplit(this.book, [...this.allTotals.values()]);
  }

  private addTimes({ day, charges }: DayCharges, times: bigint): void {
    for (const each of charges) {
      const { destination, usage, refunds, eligible } = growthOf(day, null, each);
      const totals = this.allTotals.get(destination.totalsKey) ?? noTotals(destination);
      const growth = {
        isLater: false,
        destination,
        usage: times * usage,
        refunds: times * refunds,
        eligible: times * eligible,
      };
      this.allTotals.set(destination.totalsKey, grown(totals, growth));
    }
  }
}
