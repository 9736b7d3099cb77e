/**
 * The FOCUS columns (FinOps Open Cost and Usage Specification, 1.0 to 1.4) that the ledger reads. Everything else in a
 * file, custom `x_` columns included, is left alone.
 */
export const FOCUS_COLUMNS = [
  'BilledCost',
  'BillingAccountId',
  'BillingCurrency',
  'BillingPeriodEnd',
  'BillingPeriodStart',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'ChargePeriodEnd',
  'ChargePeriodStart',
  'CommitmentDiscountId',
  'CommitmentDiscountStatus',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ContractApplied',
  'ContractedCost',
  'EffectiveCost',
  'InvoiceId',
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
  'SkuPriceId',
  'SubAccountId',
  'Tags',
] as const;
export type FocusColumn = (typeof FOCUS_COLUMNS)[number];

/** The other columns of the standard: known by name only, to say a word when one is misspelt. */
export const UNREAD_COLUMNS: readonly string[] = [
  'AllocatedMethodDetails',
  'AllocatedMethodId',
  'AllocatedResourceId',
  'AllocatedResourceName',
  'AllocatedTags',
  'AvailabilityZone',
  'BillingAccountName',
  'BillingAccountType',
  'CapacityReservationId',
  'CapacityReservationStatus',
  'ChargeFrequency',
  'CommitmentDiscountCategory',
  'CommitmentDiscountName',
  'CommitmentDiscountQuantity',
  'CommitmentDiscountType',
  'CommitmentDiscountUnit',
  'ContractedUnitPrice',
  'ListUnitPrice',
  'PricingCurrency',
  'PricingCurrencyContractedUnitPrice',
  'PricingCurrencyEffectiveCost',
  'PricingCurrencyListUnitPrice',
  'RegionName',
  'ResourceName',
  'ResourceType',
  'ServiceSubcategory',
  'SkuMeter',
  'SkuPriceDetails',
  'SubAccountName',
  'SubAccountType',
];

/**
 * Other names of the same thing, best first. 1.3 renamed the provider: who sells is ServiceProviderName, whose
 * machines it runs on is HostProviderName; files of the transition carry old and new side by side.
 */
const OTHER_NAMES: Readonly<Partial<Record<FocusColumn, readonly string[]>>> = {
  ProviderName: ['ServiceProviderName', 'ProviderName'],
  PublisherName: ['PublisherName', 'HostProviderName'],
  RegionId: ['RegionId', 'Region'],
};

/** The columns without which a row cannot become a drawdown, so a file without them is refused before its first row. */
export const REQUIRED_COLUMNS: readonly FocusColumn[] = [
  'BilledCost',
  'BillingCurrency',
  'ChargeCategory',
  'ChargePeriodStart',
  'EffectiveCost',
  'ProviderName',
];

export const namesOf = (column: FocusColumn): readonly string[] => OTHER_NAMES[column] ?? [column];
