import type { AgreementEvent } from '../../domain/agreement/events.js';
import type { Instant } from '../../domain/decider.js';
import type { Folded } from '../engine/projection.js';
import { factTable, insertFact, type FactRow } from '../engine/table.js';

/** Who an agreement is between and where it stands, as it was said. */
export const agreementFacts = factTable(
  'agreement',
  {
    agreementId: 'text',
    change: 'text',
    title: 'text?',
    vendorId: 'text?',
    customerId: 'text?',
    startsAt: 'instant?',
    endsAt: 'instant?',
  },
  [['agreementId']],
);
export type AgreementFact = FactRow<(typeof agreementFacts)['shape']>;

/** Claims about an agreement that somebody found somewhere. */
export const noteFacts = factTable(
  'agreement_note',
  {
    agreementId: 'text',
    noteId: 'text',
    text: 'text',
    source: 'text',
    asOf: 'text?',
    publishedOn: 'text?',
    confidence: 'text',
  },
  [['agreementId']],
);

/** Which capital was given for which commitment. */
export const linkFacts = factTable(
  'agreement_link',
  { agreementId: 'text', investmentId: 'text', commitmentId: 'text', kind: 'text' },
  [['agreementId']],
);
export type LinkFact = FactRow<(typeof linkFacts)['shape']>;

const NO_DETAILS = {
  title: null,
  vendorId: null,
  customerId: null,
  startsAt: null,
  endsAt: null,
} as const;

export const agreements: Folded = {
  tables: [agreementFacts, noteFacts, linkFacts],
  handles: [
    'AgreementProposed',
    'AgreementActivated',
    'AgreementAmended',
    'AgreementTerminated',
    'AgreementSuperseded',
    'AgreementNoted',
    'InvestmentLinked',
  ] satisfies readonly AgreementEvent['type'][],
  fold(entry, rows) {
    const { event } = entry;
    const change = (
      name: string,
      effectiveAt: Instant,
      { agreementId }: { readonly agreementId: string },
      more: { readonly title?: string; readonly endsAt?: Instant | null } = {},
    ): void =>
      insertFact(rows, agreementFacts, entry, effectiveAt, {
        ...{ ...NO_DETAILS, agreementId, change: name },
        ...more,
      });
    switch (event.type) {
      case 'AgreementProposed': {
        const { agreementId, title, vendorId, customerId, startsAt, endsAt } = event.body;
        // An agreement exists from its start at the latest, also when it was entered long after.
        const effectiveAt = startsAt < entry.effectiveAt ? startsAt : entry.effectiveAt;
        const values = { agreementId, title, vendorId, customerId, startsAt, endsAt };
        return insertFact(rows, agreementFacts, entry, effectiveAt, {
          ...values,
          change: 'proposed',
        });
      }
      case 'AgreementActivated':
        return change('activated', event.body.activatedAt, event.body);
      case 'AgreementAmended': {
        const { title, endsAt } = event.body;
        return change('amended', entry.effectiveAt, event.body, { title, endsAt });
      }
      case 'AgreementTerminated':
        return change('terminated', event.body.terminatedAt, event.body);
      case 'AgreementSuperseded':
        return change('superseded', event.body.supersededAt, event.body);
      case 'AgreementNoted':
        return insertFact(rows, noteFacts, entry, entry.effectiveAt, {
          agreementId: event.body.agreementId,
          ...event.body.note,
        });
      case 'InvestmentLinked':
        return insertFact(rows, linkFacts, entry, entry.effectiveAt, event.body);
      default:
        return;
    }
  },
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
      agreements.set(row.agreementId, proposed(row));
      continue;
    }
    const agreement = agreements.get(row.agreementId);
    if (agreement) agreements.set(row.agreementId, { ...agreement, ...changed(row) });
  }
  return agreements;
};

const proposed = (row: AgreementFact): AgreementAsOf => {
  const { agreementId, title, vendorId, customerId, startsAt, endsAt } = row;
  if (title === null || vendorId === null || customerId === null || startsAt === null) {
    throw new Error(`the agreement ${agreementId} was proposed without title, parties or start`);
  }
  return { agreementId, title, vendorId, customerId, status: 'proposed', startsAt, endsAt };
};

const changed = (row: AgreementFact): Partial<AgreementAsOf> => {
  switch (row.change) {
    case 'activated':
      return { status: 'active' };
    case 'amended':
      return { ...(row.title !== null && { title: row.title }), endsAt: row.endsAt };
    case 'terminated':
      return { status: 'terminated' };
    case 'superseded':
      return { status: 'superseded' };
    default:
      throw new Error(`unknown change of an agreement: ${row.change}`);
  }
};
