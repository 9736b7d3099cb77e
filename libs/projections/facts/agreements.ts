import type { Instant } from '../../domain/decider.js';
import type { AgreementEvent } from '../../domain/agreement/events.js';
import type { RecordedEntry } from '../../ledger/ledger.js';
import type { RowChanges } from '../engine/projection.js';
import { factTable, insertFact, type FactRow, type FactTable } from '../engine/table.js';

/**
 * Who an agreement is between and where it stands, kept by every projection that asks it: a projection reads only
 * its own tables, so that its answer has one position.
 */
const shape = {
  agreementId: 'text',
  change: 'text',
  title: 'text?',
  vendorId: 'text?',
  customerId: 'text?',
  startsAt: 'instant?',
  endsAt: 'instant?',
} as const;

export type AgreementFacts = FactTable<typeof shape>;
export type AgreementFact = FactRow<typeof shape>;

export const agreementFacts = (name: string): AgreementFacts =>
  factTable(name, shape, [['agreementId']]);

export const AGREEMENT_FACT_EVENTS = [
  'AgreementProposed',
  'AgreementActivated',
  'AgreementAmended',
  'AgreementTerminated',
  'AgreementSuperseded',
] as const satisfies readonly AgreementEvent['type'][];

const NOTHING = {
  title: null,
  vendorId: null,
  customerId: null,
  startsAt: null,
  endsAt: null,
} as const;

export const foldAgreement = (
  table: AgreementFacts,
  entry: RecordedEntry,
  rows: RowChanges,
): void => {
  const { event } = entry;
  switch (event.type) {
    case 'AgreementProposed': {
      const { agreementId, title, vendorId, customerId, startsAt, endsAt } = event.body;
      // An agreement exists from its start at the latest, also when it was entered long after.
      const effectiveAt = startsAt < entry.effectiveAt ? startsAt : entry.effectiveAt;
      const values = { agreementId, title, vendorId, customerId, startsAt, endsAt };
      return insertFact(rows, table, entry, effectiveAt, { ...values, change: 'proposed' });
    }
    case 'AgreementActivated':
      return insertFact(rows, table, entry, event.body.activatedAt, {
        ...NOTHING,
        agreementId: event.body.agreementId,
        change: 'activated',
      });
    case 'AgreementAmended':
      return insertFact(rows, table, entry, entry.effectiveAt, {
        ...NOTHING,
        agreementId: event.body.agreementId,
        change: 'amended',
        title: event.body.title,
        endsAt: event.body.endsAt,
      });
    case 'AgreementTerminated':
      return insertFact(rows, table, entry, event.body.terminatedAt, {
        ...NOTHING,
        agreementId: event.body.agreementId,
        change: 'terminated',
      });
    case 'AgreementSuperseded':
      return insertFact(rows, table, entry, event.body.supersededAt, {
        ...NOTHING,
        agreementId: event.body.agreementId,
        change: 'superseded',
      });
    default:
      return;
  }
};

export interface AgreementAsOf {
  readonly agreementId: string;
  readonly title: string;
  readonly vendorId: string;
  readonly customerId: string;
  readonly status: 'proposed' | 'active' | 'terminated' | 'superseded';
  readonly startsAt: Instant;
  readonly endsAt: Instant | null;
}

/** `rows` in ledger order. The later record wins; what was said about an agreement not yet effective is passed over. */
export const agreementsAsOf = (rows: readonly AgreementFact[]): Map<string, AgreementAsOf> => {
  const agreements = new Map<string, AgreementAsOf>();
  for (const row of rows) {
    if (row.change === 'proposed') {
      agreements.set(row.agreementId, {
        agreementId: row.agreementId,
        title: row.title!,
        vendorId: row.vendorId!,
        customerId: row.customerId!,
        status: 'proposed',
        startsAt: row.startsAt!,
        endsAt: row.endsAt,
      });
      continue;
    }
    const agreement = agreements.get(row.agreementId);
    if (agreement) agreements.set(row.agreementId, { ...agreement, ...changed(row) });
  }
  return agreements;
};

const changed = (row: AgreementFact): Partial<AgreementAsOf> => {
  switch (row.change) {
    case 'activated':
      return { status: 'active' };
    case 'amended':
      return { title: row.title!, endsAt: row.endsAt };
    case 'terminated':
      return { status: 'terminated' };
    case 'superseded':
      return { status: 'superseded' };
    default:
      throw new Error(`unknown change of an agreement: ${row.change}`);
  }
};
