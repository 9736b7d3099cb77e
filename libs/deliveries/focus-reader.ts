import { UsageEventBody } from '../contract/usage/bodies.js';
import { validateBody } from '../contract/validation/validate.js';
import type { RefusedItem } from './batches.js';
import type { BasisOf } from './counted-basis.js';
import type { ReadRow } from './deliver.js';
import type { AgreementMap } from './focus/agreement-map.js';
import { toChargeRow } from './focus/charge-row.js';
import type { FocusRow, RowProblem } from './focus/focus-row.js';
import { Occurrences } from './focus/occurrences.js';
import { FOCUS_SOURCE, rowId } from './focus/row-identity.js';
import { chargeToUsageEvent } from './focus/to-usage-event.js';
import { rememberingTimes } from './focus/values.js';
import { refusedRows, type RefusedRow } from './refused-row.js';

/** Rows of one FOCUS file to usage events, or why not. */
export class FocusReader {
  tagsLeftOut = 0;
  private readonly occurrences = new Occurrences();
  private readonly time = rememberingTimes();

  constructor(
    private readonly map: AgreementMap,
    private readonly basisOf: BasisOf = () => Promise.resolve(null),
  ) {}

  async read(row: FocusRow | RowProblem): Promise<ReadRow> {
    if (row.kind === 'problem') return refused(row, null, [row]);
    const provider = row.text('ProviderName');
    const charge = toChargeRow(row, this.time);
    if (charge.kind === 'shortfall-fee') return { outcome: 'notUsage', countedBy: provider };
    if (charge.kind === 'refused') return refused(row, provider, charge.problems);
    // Counted before it is mapped: the number of an equal row must not depend on the mapping.
    const id = rowId(charge, this.occurrences);
    const named = { source: FOCUS_SOURCE, id };
    const mapped = this.map(charge);
    if (!('agreement' in mapped))
      return refused(row, provider, [{ line: row.line, ...mapped }], named);
    if (charge.costProblems.length > 0) {
      const basis = await this.basisOf(mapped.agreement);
      // A cost that nobody counts refuses nothing. Which one counts, only an agreement with commitments says.
      if (basis === null || charge.costs[basis] === undefined)
        return refused(row, provider, charge.costProblems, named);
    }
    this.tagsLeftOut += charge.tagsLeftOut;
    const event = chargeToUsageEvent(charge, id, mapped.agreement);
    const problems = refusedRows(row.line, validateBody(UsageEventBody, event));
    if (problems.length > 0) return refused(row, provider, problems, event);
    return {
      event,
      line: row.line,
      countedBy: charge.attributes.vendor ?? '',
      roundings: charge.roundings,
      lacksCost: charge.costProblems.length > 0,
    };
  }
}

/** `known`: where it got so far as to have an identity. */
const refused = (
  row: FocusRow | RowProblem,
  countedBy: string | null,
  [first, ...others]: readonly RefusedRow[],
  known: RefusedItem = {},
): ReadRow => {
  if (first === undefined) throw new Error(`line ${row.line} is refused, and nobody says why`);
  const payload = row.kind === 'row' ? row.json() : JSON.stringify(row.cells ?? null);
  return {
    ...{ outcome: 'refused', countedBy, problems: [first, ...others] },
    known: { ...known, payload },
  };
};
