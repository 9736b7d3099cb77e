import type { Readable } from 'node:stream';
import type { CommandBus } from '@nestjs/cqrs';
import type { Principal } from '../access/principal.js';
import type { ItemProblem, ItemResult, UsageEvent } from '../contract/usage/usage-event.js';
import { UsageEventBody } from '../contract/usage/bodies.js';
import { validateBody } from '../contract/validation/validate.js';
import type { AgreementMap } from './focus/agreement-map.js';
import { toChargeRow } from './focus/charge-row.js';
import type { FocusRemark, FocusRow, RowProblem } from './focus/focus-row.js';
import { Occurrences } from './focus/occurrences.js';
import { FOCUS_LIMITS, readFocus } from './focus/read-focus.js';
import { FOCUS_SOURCE, rowId } from './focus/row-identity.js';
import type { Rounding } from './focus/row-reader.js';
import { toUsageEvent } from './focus/to-usage-event.js';
import { rememberingTimes } from './focus/values.js';
import { BatchPoster, BATCHES, type BatchOptions, type RefusedItem } from './batches.js';
import type { BasisOf } from './counted-basis.js';
import { Reasons } from './reasons.js';
import type { RefusedRow } from './refused-row.js';
import { RoundingTally } from './rounding.js';
import { Tally } from './tally.js';

export interface ImportWork {
  /** Rows go to the ledger as one RecordUsage for each batch. */
  readonly commands: CommandBus;
  readonly principal: Principal;
  readonly map: AgreementMap;
  /** Default: not known, so that a row with a cost that cannot be read is refused. */
  readonly basisOf?: BasisOf;
  /** Aborted: no more rows are read, and what is under way is finished. */
  readonly signal?: AbortSignal;
  readonly onRefused: (row: RefusedRow) => void | Promise<void>;
  /** After every row that was read. */
  readonly onProgress?: (read: number, tally: Tally) => void;
  readonly batches?: BatchOptions;
}

export interface Imported {
  readonly tally: Tally;
  readonly reasons: Reasons;
  readonly rounding: RoundingTally;
  readonly tagsLeftOut: number;
  /** Rows that were taken without a cost that cannot be read and that their agreement does not count. */
  readonly costsLeftOut: number;
  /** Why the rest of the file could not be read; what was read before is recorded. */
  readonly stopped: unknown;
}

interface Item {
  readonly event: UsageEvent;
  readonly line: number;
  readonly provider: string;
  readonly roundings: readonly Rounding[];
  readonly costProblems: readonly RowProblem[];
}

/**
 * Rows of a FOCUS file to drawdowns, as a stream: the same way into the ledger as HTTP. Killed anywhere and started
 * again with the same file it counts nothing twice and leaves nothing out, because a row's identity is its content.
 */
export const importFocus = async (
  rows: AsyncIterable<FocusRow | RowProblem>,
  work: ImportWork,
): Promise<Imported> => {
  const tally = new Tally();
  const reasons = new Reasons();
  const rounding = new RoundingTally();
  const refusals: RefusedRow[] = [];
  let costsLeftOut = 0;
  const settle = (item: Item, result: ItemResult): void => {
    tally.item(item.provider, result);
    if (result.outcome === 'refused') {
      refusals.push(...refusalsOf(item.line, result.problems));
      return;
    }
    rounding.row(item.event.currency, item.roundings);
    if (item.costProblems.length > 0) costsLeftOut += 1;
  };
  const poster = new BatchPoster<Item>(
    work.commands,
    work.principal,
    settle,
    work.batches ?? BATCHES,
  );
  const reading = new RowReading(work.map, work.basisOf ?? (() => Promise.resolve(null)));
  let read = 0;
  let stopped: unknown = null;
  const writeRefusals = async (): Promise<void> => {
    for (const refusal of refusals.splice(0)) {
      reasons.add(refusal);
      await work.onRefused(refusal);
    }
  };
  try {
    for await (const row of rows) {
      if (work.signal?.aborted === true) break;
      read += 1;
      const taken = await reading.take(row);
      if ('event' in taken) await poster.add(taken);
      else if (taken.outcome === 'notUsage') tally.row(taken.provider, 'notUsage');
      else {
        tally.row(taken.provider, 'refused');
        refusals.push(...taken.problems);
        await poster.refuse(problemOf(taken.problems[0]!), {
          ...taken.known,
          problems: taken.problems.map(problemOf),
          payload: row.kind === 'row' ? row.json() : JSON.stringify(row.cells ?? null),
        });
      }
      if (refusals.length > 0) await writeRefusals();
      work.onProgress?.(read, tally);
    }
  } catch (error) {
    stopped = error;
  }
  await poster.finish();
  await writeRefusals();
  work.onProgress?.(read, tally);
  if (stopped === null) tally.assertAddsUp(read);
  const { tagsLeftOut } = reading;
  return { tally, reasons, rounding, tagsLeftOut, costsLeftOut, stopped };
};

type Taken =
  | Item
  | { readonly outcome: 'notUsage'; readonly provider: string | null }
  | {
      readonly outcome: 'refused';
      readonly provider: string | null;
      readonly problems: readonly RefusedRow[];
      /** Where it got so far as to have an identity. */
      readonly known?: RefusedItem;
    };

/** Row to usage event, or why not. */
class RowReading {
  tagsLeftOut = 0;
  private readonly occurrences = new Occurrences();
  private readonly time = rememberingTimes();

  constructor(
    private readonly map: AgreementMap,
    private readonly basisOf: BasisOf,
  ) {}

  async take(row: FocusRow | RowProblem): Promise<Taken> {
    if (row.kind === 'problem') return { outcome: 'refused', provider: null, problems: [row] };
    const provider = row.text('ProviderName');
    const charge = toChargeRow(row, this.time);
    if (charge.kind === 'shortfall-fee') return { outcome: 'notUsage', provider };
    if (charge.kind === 'refused')
      return { outcome: 'refused', provider, problems: charge.problems };
    // Counted before it is mapped: the number of an equal row must not depend on the mapping.
    const id = rowId(charge, this.occurrences);
    const mapped = this.map(charge);
    if (!('agreement' in mapped)) {
      const problems = [{ line: row.line, ...mapped }];
      return { outcome: 'refused', provider, problems, known: { source: FOCUS_SOURCE, id } };
    }
    if (charge.costProblems.length > 0) {
      const basis = await this.basisOf(mapped.agreement);
      // A cost that nobody counts refuses nothing. Which one counts, only an agreement with commitments says.
      if (basis === null || charge.costs[basis] === undefined)
        return {
          ...{ outcome: 'refused', provider, problems: charge.costProblems },
          known: { source: FOCUS_SOURCE, id },
        };
    }
    this.tagsLeftOut += charge.tagsLeftOut;
    const event = toUsageEvent(charge, id, mapped.agreement);
    const problems = validateBody(UsageEventBody, event);
    if (problems.length > 0)
      return {
        ...{ outcome: 'refused', provider, problems: refusalsOf(row.line, problems) },
        known: event,
      };
    const { roundings, costProblems } = charge;
    return {
      event,
      line: row.line,
      provider: charge.attributes.vendor ?? '',
      roundings,
      costProblems,
    };
  }
}

const problemOf = ({ code, column, message }: RefusedRow): ItemProblem => ({
  code,
  pointer: column ?? '',
  message,
});

const refusalsOf = (
  line: number,
  problems: readonly {
    readonly code: string;
    readonly pointer: string;
    readonly message: string;
  }[],
): RefusedRow[] =>
  problems.map(({ code, pointer, message }) => ({
    line,
    column: pointer === '' ? null : pointer,
    code,
    value: null,
    message,
  }));

/** The usage events of a file in its order, for whoever sends them another way. Throws at the first row it refuses. */
export async function* focusEvents(
  rows: AsyncIterable<FocusRow | RowProblem>,
  map: AgreementMap,
): AsyncGenerator<UsageEvent> {
  const reading = new RowReading(map, () => Promise.resolve(null));
  for await (const row of rows) {
    const taken = await reading.take(row);
    if ('event' in taken) yield taken.event;
    else if (taken.outcome === 'refused') {
      const { line, code, column, message } = taken.problems[0]!;
      throw new Error(`line ${line}: ${code} ${column ?? ''} ${message}`);
    }
  }
}

/** The first row is read before anything else is done: a file that is none is refused at once. */
export const openFocus = async (
  input: Readable,
  onRemark?: (remark: FocusRemark) => void,
): Promise<AsyncIterable<FocusRow | RowProblem>> => {
  const rows = readFocus(input, FOCUS_LIMITS, onRemark);
  const first = await rows.next();
  return (async function* () {
    if (first.done !== true) yield first.value;
    yield* rows;
  })();
};
