import type { CostBasis } from '../../domain/commitment/terms/terms.js';
import type { FocusColumn } from './columns.js';
import type { Decimal } from './decimal.js';
import type { FocusRow, RowProblem } from './focus-row.js';
import {
  codeProblem,
  hasControlCharacter,
  NUMBER_LENGTH_MAX,
  parseDecimal,
  type Parsed,
} from './values.js';

/** A number of a row that had more decimals than are kept. */
export interface Rounding {
  readonly of: CostBasis | 'quantity';
  /** What is kept minus what was written. */
  readonly difference: Decimal;
}

const COST_DECIMALS = 12;
const QUANTITY_DECIMALS = 18;

const CODES: ReadonlySet<FocusColumn> = new Set([
  'BillingAccountId',
  'SubAccountId',
  'RegionId',
  'SkuId',
]);

/** Longest text that an attribute or unit may have. */
export const TEXT_MAX = 256;

const MESSAGES: Readonly<Record<string, string>> = {
  'not-a-number': 'not a decimal number',
  'spreadsheet-number':
    'a number as a spreadsheet shows it, digits may be lost: export the file again',
  'number-too-long': `longer than ${NUMBER_LENGTH_MAX} characters`,
  'number-too-large': 'more than 18 digits before the decimal point',
  'not-a-time': 'not a date and time (YYYY-MM-DDTHH:mm:ssZ)',
  'spreadsheet-date':
    'a date as a spreadsheet writes it, which is never guessed: take the file as its source exports it, without a spreadsheet (YYYY-MM-DDTHH:mm:ssZ)',
  'value-missing': 'must have a value',
  'formula-in-code': 'a code that a spreadsheet would run as a formula',
  'space-around-code': 'a code with spaces around it',
  'currency-invalid': 'not an ISO 4217 currency code',
  'control-character': 'holds a control character',
  'text-too-long': `longer than ${TEXT_MAX} characters`,
  'period-reversed': 'the period ends before it starts',
  'unknown-charge-category': 'not one of Usage, Purchase, Tax, Credit, Adjustment',
  'tags-malformed': 'not a JSON object of tags',
};

/** The cells of one row to values, and all that is wrong with them. */
export class RowReader {
  readonly problems: RowProblem[] = [];
  readonly costProblems: RowProblem[] = [];
  readonly roundings: Rounding[] = [];

  constructor(
    private readonly row: FocusRow,
    private readonly time: (text: string) => Parsed,
  ) {}

  problem(column: FocusColumn, code: string): null {
    this.problems.push(this.problemOf(column, code));
    return null;
  }

  private problemOf(column: FocusColumn, code: string): RowProblem {
    const message = `${column}: ${MESSAGES[code] ?? code}`;
    const value = this.row.text(column);
    return { kind: 'problem', line: this.row.line, column, code, value, message };
  }

  required<Value>(column: FocusColumn, value: Value | null): Value | null {
    return value === null && this.row.text(column) === null
      ? this.problem(column, 'value-missing')
      : value;
  }

  /** A cost that cannot be read is kept apart: whether it matters, the terms of the agreement say. */
  cost(column: FocusColumn, basis: CostBasis, mustBeThere: boolean): string | null {
    const text = this.row.text(column);
    const parsed: Parsed | null = text === null ? null : parseDecimal(text, COST_DECIMALS);
    if (parsed !== null && 'value' in parsed) return this.rounded(basis, parsed);
    const code = parsed?.code ?? (mustBeThere ? 'value-missing' : null);
    if (code !== null) this.costProblems.push(this.problemOf(column, code));
    return null;
  }

  quantity(column: FocusColumn): string | null {
    const text = this.row.text(column);
    if (text === null) return null;
    const parsed = parseDecimal(text, QUANTITY_DECIMALS);
    return 'value' in parsed ? this.rounded('quantity', parsed) : this.problem(column, parsed.code);
  }

  instant(column: FocusColumn): string | null {
    const text = this.row.text(column);
    if (text === null) return null;
    const parsed = this.time(text);
    return 'value' in parsed ? parsed.value : this.problem(column, parsed.code);
  }

  text(column: FocusColumn): string | null {
    const written = this.row.text(column);
    if (written === null) return null;
    const value = CODES.has(column) ? written : written.trim().normalize('NFC');
    if (value === '') return null;
    if (value.length > TEXT_MAX) return this.problem(column, 'text-too-long');
    if (hasControlCharacter(value)) return this.problem(column, 'control-character');
    const code = CODES.has(column) ? codeProblem(value) : null;
    return code === null ? value : this.problem(column, code);
  }

  private rounded(
    of: Rounding['of'],
    { value, difference }: Extract<Parsed, { readonly value: string }>,
  ): string {
    if (difference !== undefined) this.roundings.push({ of, difference });
    return value;
  }
}
