import type { Readable } from 'node:stream';
import type { Principal } from '../../../libs/application/principal.js';
import type { ItemProblem, ItemResult, UsageEvent } from '../../../libs/application/usage-event.js';
import { UsageEventBody } from '../../../libs/application/wire/usage.js';
import { validateBody } from '../../../libs/application/wire/validate.js';
import type { AgreementMap } from '../../../libs/focus/agreement-map.js';
import { toChargeRow } from '../../../libs/focus/charge-row.js';
import type { FocusRow, RowProblem } from '../../../libs/focus/focus-row.js';
import { Occurrences } from '../../../libs/focus/occurrences.js';
import { readFocus } from '../../../libs/focus/read-focus.js';
import { FOCUS_SOURCE, rowId } from '../../../libs/focus/row-identity.js';
import { toUsageEvent } from '../../../libs/focus/to-usage-event.js';
import { rememberingTimes } from '../../../libs/focus/values.js';
import {
  BatchPoster,
  BATCHES,
  type BatchOptions,
  type Recorder,
  type RefusedItem,
} from './batches.js';
import type { RefusedRow } from './refused-file.js';
import { Tally } from './tally.js';

export interface ImportWork {
  readonly recorder: Recorder;
  readonly principal: Principal;
  readonly map: AgreementMap;
  readonly onRefused: (row: RefusedRow) => void | Promise<void>;
  /** After every row that was read. */
  readonly onProgress?: (read: number, tally: Tally) => void;
  readonly batches?: BatchOptions;
}

export interface Imported {
  readonly tally: Tally;
  readonly tagsLeftOut: number;
  /** Why the rest of the file could not be read; what was read before is recorded. */
  readonly stopped: unknown;
}

interface Item {
  readonly event: UsageEvent;
  readonly line: number;
  readonly provider: string;
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
  const refusals: RefusedRow[] = [];
  const settle = (item: Item, result: ItemResult): void => {
    tally.item(item.provider, result);
    if (result.outcome === 'refused') refusals.push(...refusalsOf(item.line, result.problems));
  };
  const poster = new BatchPoster<Item>(
    work.recorder,
    work.principal,
    settle,
    work.batches ?? BATCHES,
  );
  const reading = new RowReading(work.map);
  let read = 0;
  let stopped: unknown = null;
  const writeRefusals = async (): Promise<void> => {
    for (const refusal of refusals.splice(0)) await work.onRefused(refusal);
  };
  try {
    for await (const row of rows) {
      read += 1;
      const taken = reading.take(row);
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
  return { tally, tagsLeftOut: reading.tagsLeftOut, stopped };
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

  constructor(private readonly map: AgreementMap) {}

  take(row: FocusRow | RowProblem): Taken {
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
    this.tagsLeftOut += charge.tagsLeftOut;
    const event = toUsageEvent(charge, id, mapped.agreement);
    const problems = validateBody(UsageEventBody, event);
    return problems.length > 0
      ? {
          ...{ outcome: 'refused', provider, problems: refusalsOf(row.line, problems) },
          known: event,
        }
      : { event, line: row.line, provider: charge.attributes.vendor ?? '' };
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
  const reading = new RowReading(map);
  for await (const row of rows) {
    const taken = reading.take(row);
    if ('event' in taken) yield taken.event;
    else if (taken.outcome === 'refused') {
      const { line, code, column, message } = taken.problems[0]!;
      throw new Error(`line ${line}: ${code} ${column ?? ''} ${message}`);
    }
  }
}

/** The first row is read before anything else is done: a file that is none is refused at once. */
export const openFocus = async (input: Readable): Promise<AsyncIterable<FocusRow | RowProblem>> => {
  const rows = readFocus(input);
  const first = await rows.next();
  return (async function* () {
    if (first.done !== true) yield first.value;
    yield* rows;
  })();
};
