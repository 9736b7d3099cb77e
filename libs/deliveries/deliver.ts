import type { CommandBus } from '@nestjs/cqrs';
import type { Principal } from '../access/principal.js';
import type { ItemResult, UsageEvent } from '../contract/usage/usage-event.js';
import { BatchPoster, BATCHES, type BatchOptions, type RefusedItem } from './batches.js';
import { Reasons } from './reasons.js';
import { rowProblem, refusedRows, type RefusedRow } from './refused-row.js';
import { RoundingTally, type RowRounding } from './rounding.js';
import { Tally } from './tally.js';

/** A row that is a usage event. */
export interface UsageRow {
  readonly event: UsageEvent;
  readonly line: number;
  /** What rows are counted by: the provider of an invoice, or the agreement. */
  readonly countedBy: string | null;
  /** What rounding did to its numbers. */
  readonly roundings: readonly RowRounding[];
  /** The row is taken although a cost that does not count could not be read. */
  readonly lacksCost?: boolean;
}

/** What a reader makes of one row of a file: a usage event, what is no usage (a shortfall fee), or a refusal. */
export type ReadRow =
  | UsageRow
  | { readonly outcome: 'notUsage'; readonly countedBy: string | null }
  | {
      readonly outcome: 'refused';
      readonly countedBy: string | null;
      /** Everything that is wrong with it; the first is what it is refused for. */
      readonly problems: readonly [RefusedRow, ...RefusedRow[]];
      /** The row, as far as it could be read. */
      readonly known: RefusedItem;
    };

export interface DeliveryWork {
  /** Rows go to the ledger as one RecordUsage for each batch. */
  readonly commands: CommandBus;
  readonly principal: Principal;
  /** Aborted: no more rows are read, and what is under way is finished. */
  readonly signal?: AbortSignal;
  readonly onRefused: (row: RefusedRow) => void | Promise<void>;
  /** Called after every row that was read. */
  readonly onProgress?: (read: number, tally: Tally) => void;
  readonly batches?: BatchOptions;
}

export interface Delivered {
  readonly tally: Tally;
  readonly reasons: Reasons;
  readonly rounding: RoundingTally;
  /** Rows that were taken without a cost that cannot be read and that their agreement does not count. */
  readonly costsLeftOut: number;
  /** Why the rest of the file could not be read (null: all was); what was read before is recorded. */
  readonly stopped: unknown;
}

/**
 * Rows in, results out: the way of every file, whoever brings it, and the same way into the ledger as HTTP. Killed
 * anywhere and started again with the same file it counts nothing twice and leaves nothing out, as long as `read` gives
 * the same row the same source and id.
 */
export const deliver = async <Row>(
  rows: AsyncIterable<Row>,
  read: (row: Row) => ReadRow | Promise<ReadRow>,
  work: DeliveryWork,
): Promise<Delivered> => {
  const tally = new Tally();
  const reasons = new Reasons();
  const rounding = new RoundingTally();
  const refusals: RefusedRow[] = [];
  let costsLeftOut = 0;
  const settle = (row: UsageRow, result: ItemResult): void => {
    tally.item(row.countedBy, result);
    if (result.outcome === 'refused') {
      refusals.push(...refusedRows(row.line, result.problems));
      return;
    }
    rounding.row(row.event.currency, row.roundings);
    if (row.lacksCost === true) costsLeftOut += 1;
  };
  const { commands, principal, signal, onRefused, onProgress, batches = BATCHES } = work;
  const poster = new BatchPoster<UsageRow>(commands, principal, settle, batches);
  const tellRefusals = async (): Promise<void> => {
    for (const refusal of refusals.splice(0)) {
      reasons.add(refusal);
      await onRefused(refusal);
    }
  };
  let count = 0;
  let stopped: unknown = null;
  try {
    for await (const row of rows) {
      if (signal?.aborted === true) break;
      count += 1;
      const taken = await read(row);
      if ('event' in taken) await poster.add(taken);
      else tally.row(taken.countedBy, taken.outcome);
      if ('problems' in taken) {
        const problems = taken.problems.map(rowProblem);
        refusals.push(...taken.problems);
        await poster.refuse(rowProblem(taken.problems[0]), { ...taken.known, problems });
      }
      if (refusals.length > 0) await tellRefusals();
      onProgress?.(count, tally);
    }
  } catch (error) {
    stopped = error;
  }
  await poster.finish();
  await tellRefusals();
  onProgress?.(count, tally);
  if (stopped === null) tally.assertAddsUp(count);
  return { tally, reasons, rounding, costsLeftOut, stopped };
};
