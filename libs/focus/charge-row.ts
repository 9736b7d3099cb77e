import type { ChargeAttribute, ChargeCategory, CostBasis } from '../domain/commitment/terms.js';
import { classify } from './classify.js';
import type { FocusColumn } from './columns.js';
import { contractCommitmentIds } from './contract-applied.js';
import type { FocusRow, RowProblem } from './focus-row.js';
import { readTags } from './tags.js';
import {
  codeProblem,
  hasControlCharacter,
  parseDecimal,
  parseTime,
  type Parsed,
} from './values.js';

/** A row's facts in canonical form: what the usage event and the row's identity are made of. */
export interface ChargeRow {
  readonly kind: 'charge';
  readonly line: number;
  readonly category: ChargeCategory;
  readonly currency: string;
  readonly costs: Readonly<Partial<Record<CostBasis, string>>>;
  readonly chargedFrom: string;
  readonly chargedTo: string | null;
  readonly billedFrom: string | null;
  readonly billedTo: string | null;
  readonly quantity: string | null;
  readonly unit: string | null;
  readonly attributes: Readonly<Partial<Record<ChargeAttribute, string>>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Tags that the file has and the ledger does not keep. */
  readonly tagsLeftOut: number;
  /** Columns that tell rows apart and go nowhere else. */
  readonly marks: Readonly<Partial<Record<FocusColumn, string>>>;
}

/** Money paid for commitment that was not used: counted, shown, and not drawn down. */
export interface ShortfallFee {
  readonly kind: 'shortfall-fee';
  readonly line: number;
  readonly rule: string;
}

export interface RefusedRow {
  readonly kind: 'refused';
  readonly line: number;
  readonly problems: readonly RowProblem[];
}

const COSTS: readonly (readonly [CostBasis, FocusColumn])[] = [
  ['list', 'ListCost'],
  ['contracted', 'ContractedCost'],
  ['billed', 'BilledCost'],
  ['effective', 'EffectiveCost'],
];

const ATTRIBUTES: readonly (readonly [ChargeAttribute, FocusColumn])[] = [
  ['vendor', 'ProviderName'],
  ['publisher', 'PublisherName'],
  ['account', 'BillingAccountId'],
  ['subAccount', 'SubAccountId'],
  ['region', 'RegionId'],
  ['serviceCategory', 'ServiceCategory'],
  ['service', 'ServiceName'],
  ['sku', 'SkuId'],
  ['pricingCategory', 'PricingCategory'],
];

const CODES: ReadonlySet<FocusColumn> = new Set([
  'BillingAccountId',
  'SubAccountId',
  'RegionId',
  'SkuId',
]);

/** Part of the identity since the first version; see row-identity.ts before changing anything here. */
const MARKS: readonly FocusColumn[] = [
  'ChargeClass',
  'ChargeDescription',
  'CommitmentDiscountId',
  'InvoiceId',
  'InvoiceIssuerName',
  'ResourceId',
  'SkuPriceId',
];

/** Longest text that an attribute or unit may have. */
export const TEXT_MAX = 256;

const MESSAGES: Readonly<Record<string, string>> = {
  'not-a-number': 'not a decimal number',
  'spreadsheet-number':
    'a number as a spreadsheet shows it, digits may be lost: export the file again',
  'too-many-decimals': 'more decimals than the ledger keeps (money 12, quantities 18)',
  'number-too-large': 'more than 18 digits before the decimal point',
  'not-a-time': 'not a date and time (YYYY-MM-DDTHH:mm:ssZ)',
  'spreadsheet-date': 'a date as a spreadsheet counts it: export the file again',
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

class RowReader {
  readonly problems: RowProblem[] = [];

  constructor(
    private readonly row: FocusRow,
    private readonly time: (text: string) => Parsed,
  ) {}

  problem(column: FocusColumn, code: string): null {
    const message = `${column}: ${MESSAGES[code] ?? code}`;
    const value = this.row.text(column);
    this.problems.push({ kind: 'problem', line: this.row.line, column, code, value, message });
    return null;
  }

  required<Value>(column: FocusColumn, value: Value | null): Value | null {
    return value === null && this.row.text(column) === null
      ? this.problem(column, 'value-missing')
      : value;
  }

  decimal(column: FocusColumn, decimalsMax: number): string | null {
    return this.parsed(column, (text) => parseDecimal(text, decimalsMax));
  }

  instant(column: FocusColumn): string | null {
    return this.parsed(column, this.time);
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

  private parsed(column: FocusColumn, parse: (text: string) => Parsed): string | null {
    const text = this.row.text(column);
    if (text === null) return null;
    const parsed = parse(text);
    return 'value' in parsed ? parsed.value : this.problem(column, parsed.code);
  }
}

const present = <Key extends string, Column>(
  pairs: readonly (readonly [Key, Column])[],
  read: (column: Column) => string | null,
): Partial<Record<Key, string>> => {
  const result: Partial<Record<Key, string>> = {};
  for (const [key, column] of pairs) {
    const value = read(column);
    if (value !== null) result[key] = value;
  }
  return result;
};

const quantityOf = (read: RowReader): { quantity: string | null; unit: string | null } => {
  const consumed = read.decimal('ConsumedQuantity', 18);
  const [quantity, unit] =
    consumed === null
      ? [read.decimal('PricingQuantity', 18), read.text('PricingUnit')]
      : [consumed, read.text('ConsumedUnit')];
  return quantity === null || unit === null ? { quantity: null, unit: null } : { quantity, unit };
};

const checkPeriod = (
  read: RowReader,
  column: FocusColumn,
  from: string | null,
  to: string | null,
): void => {
  if (from !== null && to !== null && to < from) read.problem(column, 'period-reversed');
};

/** A row as written to its facts, or all that is wrong with it. `time`: parseTime, or one that remembers. */
export const toChargeRow = (
  row: FocusRow,
  time: (text: string) => Parsed = parseTime,
): ChargeRow | ShortfallFee | RefusedRow => {
  const kind = classify(row);
  if (kind.kind === 'shortfall-fee') return { ...kind, line: row.line };
  const read = new RowReader(row, time);
  if (kind.kind === 'unknown') {
    read.problem(
      'ChargeCategory',
      kind.value === null ? 'value-missing' : 'unknown-charge-category',
    );
  }
  const costs = present(COSTS, (column) => read.decimal(column, 12));
  read.required('BilledCost', costs.billed ?? null);
  read.required('EffectiveCost', costs.effective ?? null);
  const currency = read.required('BillingCurrency', read.text('BillingCurrency'));
  if (currency !== null && !/^[A-Z]{3}$/.test(currency))
    read.problem('BillingCurrency', 'currency-invalid');
  const chargedFrom = read.required('ChargePeriodStart', read.instant('ChargePeriodStart'));
  const chargedTo = read.instant('ChargePeriodEnd');
  checkPeriod(read, 'ChargePeriodEnd', chargedFrom, chargedTo);
  const billedFrom = read.instant('BillingPeriodStart');
  const billedTo = read.instant('BillingPeriodEnd');
  checkPeriod(read, 'BillingPeriodEnd', billedFrom, billedTo);
  const attributes = present(ATTRIBUTES, (column) => read.text(column));
  read.required('ProviderName', attributes.vendor ?? null);
  const tags = readTags(row.text('Tags'), contractTag(row));
  if (tags === null) read.problem('Tags', 'tags-malformed');
  const { quantity, unit } = quantityOf(read);
  if (read.problems.length > 0 || kind.kind === 'unknown' || !tags || !currency || !chargedFrom) {
    return { kind: 'refused', line: row.line, problems: read.problems };
  }
  return {
    kind: 'charge',
    line: row.line,
    category: kind.category,
    currency,
    costs,
    chargedFrom,
    // A charge of a moment ends where it starts: the ledger's periods are never empty.
    chargedTo: chargedTo === chargedFrom ? null : chargedTo,
    billedFrom,
    billedTo: billedTo === billedFrom ? null : billedTo,
    quantity,
    unit,
    attributes,
    tags: tags.kept,
    tagsLeftOut: tags.leftOut,
    marks: present(
      MARKS.map((column) => [column, column] as const),
      (column) => row.text(column),
    ),
  };
};

/** The vendor's own allocation travels as a tag, so that it can be compared with ours and asked for by rules. */
const contractTag = (row: FocusRow): Readonly<Record<string, string>> => {
  const cell = row.text('ContractApplied');
  if (cell === null) return {};
  const ids = contractCommitmentIds(cell);
  if (ids === null) return { 'focus.contractApplied': 'unreadable' };
  return ids.length === 0 ? {} : { 'focus.contractApplied': ids.join(' ').slice(0, TEXT_MAX) };
};
