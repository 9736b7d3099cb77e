import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

export type FocusCells = Readonly<Record<string, string>>;

const BASE: FocusCells = {
  BilledCost: '1.00',
  EffectiveCost: '1.00',
  ListCost: '1.00',
  ContractedCost: '1.00',
  BillingAccountId: '000123',
  BillingCurrency: 'USD',
  BillingPeriodStart: '2024-09-01T00:00:00Z',
  BillingPeriodEnd: '2024-10-01T00:00:00Z',
  ChargeCategory: 'Usage',
  ChargeClass: 'NULL',
  ChargeDescription: 'made up',
  ChargePeriodStart: '2024-09-18T22:00:00Z',
  ChargePeriodEnd: '2024-09-18T23:00:00Z',
  CommitmentDiscountStatus: 'NULL',
  ConsumedQuantity: '2',
  ConsumedUnit: 'Hours',
  ProviderName: 'AWS',
  PublisherName: 'AWS',
  ResourceId: 'vm-1',
  ServiceName: 'Compute',
  Tags: '{"team": "a"}',
};

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const lineOf = (cells: FocusCells): string =>
  `${Object.keys(BASE)
    .map((name) => quoted(cells[name] ?? BASE[name]!))
    .join(',')}\n`;

export const focusHeader = (): string => `${Object.keys(BASE).join(',')}\n`;

/** A FOCUS file of rows that differ from an ordinary usage row of 1.00 USD only where they say so. */
export const focusFile = (rows: readonly FocusCells[]): string =>
  focusHeader() + rows.map(lineOf).join('');

/** Row n costs n/1000 USD, so that a missing or doubled row shows in the sum. */
export const writeFocusFile = async (path: string, rows: number): Promise<void> => {
  const out = createWriteStream(path);
  out.write(focusHeader());
  for (let row = 1; row <= rows; row += 1) {
    const text = lineOf({
      ResourceId: `vm-${row}`,
      BilledCost: `${Math.floor(row / 1000)}.${String(row % 1000).padStart(3, '0')}`,
    });
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
};
