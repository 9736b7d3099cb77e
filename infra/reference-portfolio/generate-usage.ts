import { addDays, relativeDay } from './relative-date.js';
import { usageProfile, type ServiceShare, type UsageProfile } from './usage-profiles.js';

/**
 * Synthetic usage of a year (of less, where the profile says since when) in the shape of a FOCUS 1.0 file, for one
 * agreement of the reference portfolio. Nobody's real bill: every row says so in ChargeDescription. The same request
 * gives the same bytes, on any machine.
 */
export interface UsageRequest {
  /** An agreement of the portfolio with commitments: `amazon-anthropic`, `microsoft-openai` … */
  readonly agreementId: string;
  /** `YYYY-MM-DD`; the usage ends with the day before. */
  readonly today: string;
  /** About how many usage rows; the year's cost stays the same, so more rows are smaller ones. */
  readonly rows: number;
  readonly seed?: number;
}

export const FOCUS_1_0_HEADER = [
  'BilledCost',
  'BillingAccountId',
  'BillingCurrency',
  'BillingPeriodEnd',
  'BillingPeriodStart',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'ChargeFrequency',
  'ChargePeriodEnd',
  'ChargePeriodStart',
  'CommitmentDiscountId',
  'CommitmentDiscountStatus',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ContractedCost',
  'EffectiveCost',
  'InvoiceIssuerName',
  'ListCost',
  'PricingCategory',
  'PricingQuantity',
  'PricingUnit',
  'ProviderName',
  'PublisherName',
  'RegionId',
  'ResourceId',
  'ServiceCategory',
  'ServiceName',
  'SkuId',
  'SubAccountId',
  'Tags',
] as const;
type Column = (typeof FOCUS_1_0_HEADER)[number];
type Row = Partial<Record<Column, string>>;

const DAYS = 365;

/** CSV lines, each with its line end; the header first. Nothing is kept, so any number of rows is flat in memory. */
export async function* generateUsage(request: UsageRequest): AsyncGenerator<string> {
  yield `${FOCUS_1_0_HEADER.join(',')}\n`;
  const profile = usageProfile(request.agreementId);
  const random = mulberry32(seedOf(`${request.agreementId}/${request.seed ?? 1}`));
  const first = addDays(request.today, -DAYS);
  const weights = Array.from({ length: DAYS }, (_, index) =>
    dayWeight(addDays(first, index), index),
  );
  const since = profile.since === undefined ? first : relativeDay(profile.since, request.today);
  const before = weights.findIndex((_, index) => addDays(first, index) >= since);
  const weightOfYear = weights.reduce((sum, weight) => sum + weight, 0);
  let rowsBefore = 0;
  for (const [index, weight] of weights.entries()) {
    const day = addDays(first, index);
    if (index < before) continue;
    const rowsUpTo = Math.round((request.rows * (index + 1 - before)) / (DAYS - before));
    const rowsOfDay = rowsUpTo - rowsBefore;
    const costOfDay = (profile.yearlyCost * weight) / weightOfYear;
    for (let at = 0; at < rowsOfDay; at += 1) {
      const row = usageRow(profile, day, at, rowsOfDay, costOfDay / rowsOfDay, random);
      yield line({ ...row, ResourceId: `synthetic-${rowsBefore + at}` });
    }
    rowsBefore = rowsUpTo;
    if (day.endsWith('-01')) for (const row of monthlyRows(profile, day)) yield line(row);
  }
}

/** A year grows by about three quarters; weekends are quieter. */
const dayWeight = (day: string, index: number): number => {
  const weekday = new Date(day).getUTCDay();
  const season = weekday === 0 || weekday === 6 ? 0.82 : 1;
  return season * (0.72 + (0.56 * index) / DAYS);
};

const usageRow = (
  profile: UsageProfile,
  day: string,
  at: number,
  rowsOfDay: number,
  meanCost: number,
  random: () => number,
): Row => {
  const service = pick(profile.services, random());
  const refund = random() < 0.002;
  const cost = meanCost * (0.6 + 0.8 * random()) * (refund ? -0.5 : 1);
  const workload = random() < 0.6 ? 'training' : random() < 0.8 ? 'inference' : 'research';
  const hour = rowsOfDay < 24 ? null : Math.floor((at * 24) / rowsOfDay);
  return {
    ...common(profile, day),
    ...costs(cost),
    ChargeCategory: 'Usage',
    ChargeDescription: `Synthetic: ${refund ? 'refund for' : 'usage of'} ${service.name}`,
    ChargeFrequency: 'Usage-Based',
    ChargePeriodStart: hour === null ? `${day}T00:00:00Z` : hourOf(day, hour),
    ChargePeriodEnd: hour === null ? `${addDays(day, 1)}T00:00:00Z` : hourOf(day, hour + 1),
    ConsumedQuantity: Math.abs(cost / service.unitPrice).toFixed(6),
    ConsumedUnit: service.unit,
    PricingCategory: random() < 0.15 ? 'Dynamic' : 'Standard',
    PricingQuantity: Math.abs(cost / service.unitPrice).toFixed(6),
    PricingUnit: service.unit,
    PublisherName: service.publisher ?? profile.issuer,
    RegionId: profile.regions[Math.floor(random() * profile.regions.length)] ?? '',
    ServiceCategory: service.category,
    ServiceName: service.name,
    SkuId: service.sku,
    SubAccountId: `${profile.account}-${workload}`,
    Tags: JSON.stringify({ workload, data: 'synthetic' }),
  };
};

/** What bills have besides usage: support, tax, a goodwill credit each quarter, and a fee for what was not used. */
const monthlyRows = (profile: UsageProfile, day: string): Row[] => {
  const month = profile.yearlyCost / 12;
  const charge = (id: string, category: string, cost: number, more: Row = {}): Row => ({
    ...common(profile, day),
    ...costs(cost),
    ChargeCategory: category,
    ChargeFrequency: 'Recurring',
    ChargePeriodStart: `${day}T00:00:00Z`,
    ChargePeriodEnd: `${addDays(day, 1)}T00:00:00Z`,
    PublisherName: profile.issuer,
    ResourceId: `synthetic-${id}-${day}`,
    ServiceCategory: 'Other',
    ServiceName: 'Support',
    Tags: '{"data":"synthetic"}',
    ...more,
  });
  const rows = [
    charge('support', 'Purchase', month * 0.01, { ChargeDescription: 'Synthetic: support plan' }),
    charge('tax', 'Tax', month * 0.002, { ChargeDescription: 'Synthetic: tax' }),
    charge('unused', 'Usage', month * 0.001, {
      ChargeDescription: 'Synthetic: unused fee of a savings plan',
      CommitmentDiscountId: 'synthetic-savings-plan',
      CommitmentDiscountStatus: 'Unused',
      PricingCategory: 'Committed',
      ServiceCategory: 'Compute',
      ServiceName: 'Synthetic savings plan',
    }),
  ];
  const isQuarter = Number(day.slice(5, 7)) % 3 === 1;
  if (!isQuarter) return rows;
  return [
    ...rows,
    charge('credit', 'Credit', month * -0.003, {
      ChargeDescription: 'Synthetic: goodwill credit',
      ChargeFrequency: 'One-Time',
    }),
  ];
};

const common = (profile: UsageProfile, day: string): Row => {
  const monthStart = `${day.slice(0, 8)}01`;
  return {
    BillingAccountId: profile.account,
    BillingCurrency: 'USD',
    BillingPeriodStart: `${monthStart}T00:00:00Z`,
    BillingPeriodEnd: `${addDays(monthStart, 31).slice(0, 8)}01T00:00:00Z`,
    InvoiceIssuerName: profile.issuer,
    ProviderName: profile.provider,
  };
};

/** List price is what the discount was taken from; the rest agree, because nothing here is prepaid. */
const costs = (cost: number): Row => ({
  BilledCost: cost.toFixed(4),
  ContractedCost: cost.toFixed(4),
  EffectiveCost: cost.toFixed(4),
  ListCost: (cost / 0.85).toFixed(4),
});

const hourOf = (day: string, hour: number): string =>
  hour === 24 ? `${addDays(day, 1)}T00:00:00Z` : `${day}T${String(hour).padStart(2, '0')}:00:00Z`;

const pick = (services: readonly ServiceShare[], at: number): ServiceShare => {
  let left = at;
  for (const service of services) {
    left -= service.share;
    if (left < 0) return service;
  }
  return services[services.length - 1] as ServiceShare;
};

const line = (row: Row): string =>
  `${FOCUS_1_0_HEADER.map((column) => cell(row[column])).join(',')}\n`;

const cell = (value: string | undefined): string => {
  if (value === undefined) return 'NULL';
  return /[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
};

/** A small generator with a known sequence for each seed (Tommy Ettinger's mulberry32, public domain). */
const mulberry32 = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** FNV-1a. */
const seedOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
};
