import type {
  ChargeAttribute,
  ChargeCategory,
  CostBasis,
} from '../../domain/commitment/terms/terms.js';
import { classify } from './classify.js';
import type { FocusColumn } from './columns.js';
import { contractCommitmentIds } from './contract-applied.js';
import type { FocusRow, RowProblem } from './focus-row.js';
import { readTags } from './tags.js';
import { RowReader, TEXT_MAX, type Rounding } from './row-reader.js';
import { parseTime, type Parsed } from './values.js';

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
  /** Numbers that had more decimals than are kept: the facts above are the rounded ones. */
  readonly roundings: readonly Rounding[];
  /** Costs that are left out because they cannot be read; there is at least one that can. */
  readonly costProblems: readonly RowProblem[];
  /** Columns that tell rows apart and go nowhere else. */
  readonly marks: Readonly<Partial<Record<FocusColumn, string>>>;
}

/** Money paid for commitment that was not used: counted, shown, and not drawn down. */
export interface ShortfallFee {
  readonly kind: 'shortfall-fee';
  readonly line: number;
  readonly rule: string;
}

export interface UnreadableRow {
  readonly kind: 'refused';
  readonly line: number;
  readonly problems: readonly RowProblem[];
}

/** FOCUS lets the last two never be null. */
const COSTS: readonly (readonly [CostBasis, FocusColumn, boolean])[] = [
  ['list', 'ListCost', false],
  ['contracted', 'ContractedCost', false],
  ['billed', 'BilledCost', true],
  ['effective', 'EffectiveCost', true],
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

const costsOf = (read: RowReader): Partial<Record<CostBasis, string>> => {
  const costs: Partial<Record<CostBasis, string>> = {};
  for (const [basis, column, mustBeThere] of COSTS) {
    const cost = read.cost(column, basis, mustBeThere);
    if (cost !== null) costs[basis] = cost;
  }
  return costs;
};

const quantityOf = (read: RowReader): { quantity: string | null; unit: string | null } => {
  const consumed = read.quantity('ConsumedQuantity');
  const [quantity, unit] =
    consumed === null
      ? [read.quantity('PricingQuantity'), read.text('PricingUnit')]
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
): ChargeRow | ShortfallFee | UnreadableRow => {
  const kind = classify(row);
  if (kind.kind === 'shortfall-fee') return { ...kind, line: row.line };
  const read = new RowReader(row, time);
  if (kind.kind === 'unknown') {
    read.problem(
      'ChargeCategory',
      kind.value === null ? 'value-missing' : 'unknown-charge-category',
    );
  }
  const costs = costsOf(read);
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
  const isWithoutCost = Object.keys(costs).length === 0;
  if (
    isWithoutCost ||
    read.problems.length > 0 ||
    kind.kind === 'unknown' ||
    !tags ||
    !currency ||
    !chargedFrom
  ) {
    const problems = [...read.costProblems, ...read.problems];
    return { kind: 'refused', line: row.line, problems };
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
    roundings: read.roundings,
    costProblems: read.costProblems,
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
