import { formatUnits, unitsOf } from '../domain/money.js';
import { mayPass, type ItemResult } from '../contract/usage/usage-event.js';

const OUTCOMES = [
  'recorded',
  'duplicate',
  'parked',
  'refused',
  'notUsage',
  'unanswered',
  'unrecordable',
] as const;
/**
 * `notUsage`: shortfall fees. `unanswered`: the ledger could not take it; it must be sent again. `unrecordable`: the ledger
 * fails on it.
 */
export type RowOutcome = (typeof OUTCOMES)[number];

export type Counts = Readonly<Record<RowOutcome, number>> & { readonly read: number };

/** Amounts of rows that are in the ledger, recorded now or before. gross = applied + overage + ineligible. */
export interface InLedger {
  readonly provider: string;
  readonly currency: string;
  readonly rows: number;
  readonly gross: string;
  readonly applied: string;
  readonly overage: string;
  readonly ineligible: string;
}

interface Sums {
  rows: number;
  gross: bigint;
  applied: bigint;
  overage: bigint;
  ineligible: bigint;
}

const KEY = '\u0000';

const rowOutcomeOf = (result: ItemResult): RowOutcome => {
  if (result.outcome !== 'retry') return result.outcome;
  return mayPass(result) ? 'unanswered' : 'unrecordable';
};

/** Every row is counted once: read = recorded + duplicate + parked + refused + notUsage + unanswered + unrecordable. */
export class Tally {
  private readonly byProvider = new Map<string, Record<RowOutcome, number>>();
  private readonly sums = new Map<string, Sums>();
  private total = 0;

  row(provider: string | null, outcome: RowOutcome): void {
    const name = provider ?? '(unknown)';
    let counts = this.byProvider.get(name);
    if (counts === undefined) {
      counts = Object.fromEntries(OUTCOMES.map((each) => [each, 0])) as Record<RowOutcome, number>;
      this.byProvider.set(name, counts);
    }
    counts[outcome] += 1;
    this.total += 1;
  }

  item(provider: string | null, result: ItemResult): void {
    this.row(provider, rowOutcomeOf(result));
    if (result.outcome !== 'recorded' && result.outcome !== 'duplicate') return;
    const key = `${provider ?? '(unknown)'}${KEY}${result.currency}`;
    const sums = this.sums.get(key) ?? {
      rows: 0,
      gross: 0n,
      applied: 0n,
      overage: 0n,
      ineligible: 0n,
    };
    sums.rows += 1;
    sums.gross += unitsOf(result.gross);
    sums.applied += unitsOf(result.applied);
    sums.overage += unitsOf(result.overage);
    sums.ineligible += unitsOf(result.ineligible);
    this.sums.set(key, sums);
  }

  /** Every row that was read has become something, exactly once; else a row was lost in here, which is a fault of ours. */
  assertAddsUp(read: number): void {
    const { read: accounted } = this.counts;
    if (accounted !== read)
      throw new Error(`${read} rows were read and ${accounted} are accounted for`);
  }

  get settled(): number {
    return this.total;
  }

  get counts(): Counts {
    const counts = {
      read: 0,
      recorded: 0,
      duplicate: 0,
      parked: 0,
      refused: 0,
      notUsage: 0,
      unanswered: 0,
      unrecordable: 0,
    };
    for (const each of this.byProvider.values()) {
      for (const outcome of OUTCOMES) {
        counts[outcome] += each[outcome];
        counts.read += each[outcome];
      }
    }
    return counts;
  }

  get providers(): readonly (Counts & { readonly provider: string })[] {
    return [...this.byProvider]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([provider, counts]) => ({
        provider,
        read: OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0),
        ...counts,
      }));
  }

  get inLedger(): readonly InLedger[] {
    return [...this.sums]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, sums]) => {
        const [provider, currency] = key.split(KEY) as [string, string];
        return {
          provider,
          currency,
          rows: sums.rows,
          gross: formatUnits(sums.gross),
          applied: formatUnits(sums.applied),
          overage: formatUnits(sums.overage),
          ineligible: formatUnits(sums.ineligible),
        };
      });
  }
}
