import type { Readable } from 'node:stream';
import type { UsageEvent } from '../contract/usage/usage-event.js';
import type { BasisOf } from './counted-basis.js';
import { deliver, type Delivered, type DeliveryWork } from './deliver.js';
import { FocusReader } from './focus-reader.js';
import type { AgreementMap } from './focus/agreement-map.js';
import type { FocusRemark, FocusRow, RowProblem } from './focus/focus-row.js';
import { FOCUS_LIMITS, readFocus } from './focus/read-focus.js';

export interface ImportWork extends DeliveryWork {
  readonly map: AgreementMap;
  /** Default: not known, so that a row with a cost that cannot be read is refused. */
  readonly basisOf?: BasisOf;
}

export interface Imported extends Delivered {
  readonly tagsLeftOut: number;
}

/** Rows of a FOCUS file to drawdowns. A row's identity is its content, so the same file again counts nothing. */
export const importFocus = async (
  rows: AsyncIterable<FocusRow | RowProblem>,
  { map, basisOf, ...work }: ImportWork,
): Promise<Imported> => {
  const reader = new FocusReader(map, basisOf);
  const delivered = await deliver(rows, (row) => reader.read(row), work);
  return { ...delivered, tagsLeftOut: reader.tagsLeftOut };
};

/** The usage events of a file in its order, for whoever sends them another way. Throws at the first row it refuses. */
export async function* focusEvents(
  rows: AsyncIterable<FocusRow | RowProblem>,
  map: AgreementMap,
): AsyncGenerator<UsageEvent> {
  const reader = new FocusReader(map);
  for await (const row of rows) {
    const taken = await reader.read(row);
    if ('event' in taken) yield taken.event;
    else if (taken.outcome === 'refused') {
      const { line, code, column, message } = taken.problems[0];
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
