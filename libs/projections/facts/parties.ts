import type { RecordedEntry } from '../../ledger/ledger.js';
import type { Projection, RowChanges } from '../engine/projection.js';
import { AGREEMENT_FACT_EVENTS, agreementFacts, foldAgreement } from '../facts/agreements.js';
import { commitmentFacts, foldCommitment } from '../facts/commitments.js';
import { DRAWDOWN_EVENTS, postingsOf } from '../burn-down/postings.js';
import {
  foldFunding,
  FUNDING_FACT_EVENTS,
  fundingFacts,
  investmentFacts,
} from '../facts/investments.js';
import { addSums, factTable, insertFact, sumTable } from '../engine/table.js';

/** Who deals with whom, and where each deal stands: the top view. */
export const registerParties = factTable(
  'register_party',
  { partyId: 'text', name: 'text', kinds: 'text' },
  [['partyId']],
);
export const registerAgreements = agreementFacts('register_agreement');
export const registerNotes = factTable(
  'register_note',
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
export const registerLinks = factTable(
  'register_link',
  { agreementId: 'text', investmentId: 'text', commitmentId: 'text', kind: 'text' },
  [['agreementId']],
);
/** `change`: declared, or ended (then all but the ids is null). */
export const registerRelations = factTable(
  'register_relation',
  {
    partyId: 'text',
    relationId: 'text',
    change: 'text',
    toPartyId: 'text?',
    kind: 'text?',
    percent: 'text?',
    startsAt: 'instant?',
    endsAt: 'instant?',
  },
  [['partyId'], ['toPartyId']],
);
export const registerCommitments = commitmentFacts('register_commitment');
export const registerInvestments = investmentFacts('register_investment');
export const registerFundings = fundingFacts('register_funding');
export const registerApplied = sumTable(
  'register_applied_day',
  { commitmentId: 'text', currency: 'text' },
  ['applied'],
);

const foldPartiesAndAsides = (entry: RecordedEntry, rows: RowChanges): void => {
  const { event } = entry;
  switch (event.type) {
    case 'PartyRegistered': {
      const { partyId, name, kinds } = event.body;
      // A company was there before somebody registered it: questions about the past may name it.
      return insertFact(rows, registerParties, entry, '1970-01-01T00:00:00.000000Z', {
        partyId,
        name,
        kinds: JSON.stringify(kinds),
      });
    }
    case 'AgreementNoted':
      return insertFact(rows, registerNotes, entry, entry.effectiveAt, {
        agreementId: event.body.agreementId,
        ...event.body.note,
      });
    case 'InvestmentLinked':
      return insertFact(rows, registerLinks, entry, entry.effectiveAt, event.body);
    case 'RelationDeclared': {
      const { from: startsAt, until: endsAt, ...body } = event.body;
      return insertFact(rows, registerRelations, entry, startsAt, {
        ...{ ...body, startsAt, endsAt },
        change: 'declared',
      });
    }
    case 'RelationEnded': {
      const { partyId, relationId, endedAt } = event.body;
      const ended = { toPartyId: null, kind: null, percent: null, startsAt: null, endsAt: endedAt };
      return insertFact(rows, registerRelations, entry, endedAt, {
        ...{ partyId, relationId, change: 'ended' },
        ...ended,
      });
    }
    default:
      return;
  }
};

export const registerProjection: Projection = {
  name: 'register',
  version: 3,
  tables: [
    registerParties,
    registerRelations,
    registerAgreements,
    registerLinks,
    registerNotes,
    registerCommitments,
    registerInvestments,
    registerFundings,
    registerApplied,
  ],
  handles: [
    'PartyRegistered',
    'RelationDeclared',
    'RelationEnded',
    'InvestmentLinked',
    'AgreementNoted',
    ...AGREEMENT_FACT_EVENTS,
    ...FUNDING_FACT_EVENTS,
    ...DRAWDOWN_EVENTS,
  ],
  fold(entry: RecordedEntry, rows: RowChanges): void {
    foldPartiesAndAsides(entry, rows);
    foldAgreement(registerAgreements, entry, rows);
    foldCommitment(registerCommitments, entry, rows);
    foldFunding({ investments: registerInvestments, fundings: registerFundings }, entry, rows);
    for (const posting of postingsOf(entry)) {
      addSums(rows, registerApplied, entry, posting.effectiveAt, posting, posting);
    }
  },
};
