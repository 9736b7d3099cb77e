import type { AllocationLine, Split } from '../commitment/events.js';
import type { DomainEvent } from '../events.js';
import { parseInstant, type Instant } from '../instant.js';
import { activation, charge, MOVES_NOTHING, pledged, proposed, terms, usd } from './builders.js';
import { at } from './context.js';

/** A day (its noon) or an RFC 3339 instant. */
export const instant = (text: string): Instant =>
  parseInstant(text.length === 10 ? `${text}T12:00:00Z` : text)!;

type Of<Type extends DomainEvent['type']> = Extract<DomainEvent, { type: Type }>;

const split = (lines: readonly AllocationLine[]): Split => {
  const sum = (name: 'applied' | 'overage' | 'ineligible'): number =>
    lines.reduce((total, line) => total + Number(line[name]), 0);
  const [applied, overage, ineligible] = [sum('applied'), sum('overage'), sum('ineligible')];
  return {
    gross: String(applied + overage + ineligible),
    applied: String(applied),
    overage: String(overage),
    ineligible: String(ineligible),
  };
};

/** Of the day of its entry, unless it says another. */
export const line = (
  amounts: Partial<Pick<AllocationLine, 'applied' | 'overage' | 'ineligible' | 'day'>>,
  period = 0,
  commitmentId = 'deal.cloud',
): AllocationLine => ({
  commitmentId,
  period,
  class: '',
  day: '',
  applied: '0',
  overage: '0',
  ineligible: '0',
  ...amounts,
});

export const drawn = (lines: readonly AllocationLine[], currency = 'USD'): DomainEvent => ({
  type: 'DrawdownRecorded',
  body: {
    agreementId: lines[0]!.commitmentId.split('.')[0]!,
    drawdownId: 'finance 1',
    effectiveAt: '',
    basis: 'billed',
    charge: charge('0', { currency, costs: {} }),
    split: split(lines),
    lines,
    trace: [],
  },
});

/** `lines` is the whole movement; `gross` what the original recorded, negated. */
export const reversed = (gross: string, lines: readonly AllocationLine[]): DomainEvent => ({
  type: 'DrawdownReversed',
  body: {
    agreementId: 'deal',
    drawdownId: 'finance 1r',
    reverses: 'finance 1',
    currency: 'USD',
    reason: 'billed twice',
    split: { gross, applied: gross, overage: '0', ineligible: '0' },
    reallocated: { applied: '0', overage: '0', ineligible: '0' },
    lines,
    trace: [],
    effectiveAt: '',
    original: null,
  },
});

export const invested = (changed: Partial<Of<'InvestmentAgreed'>['body']> = {}): DomainEvent => ({
  type: 'InvestmentAgreed',
  body: {
    agreementId: 'deal',
    investmentId: 'deal.equity',
    investorId: 'vendor',
    recipientId: 'lab',
    instrument: 'equity',
    total: usd('500'),
    contingent: usd('200'),
    ...changed,
  },
});

export const tranche = (changed: Partial<Of<'TrancheAgreed'>['body']> = {}): DomainEvent => ({
  type: 'TrancheAgreed',
  body: {
    agreementId: 'deal',
    investmentId: 'deal.equity',
    trancheId: 'deal.equity.first',
    number: 1,
    amount: usd('300'),
    contingent: false,
    gate: { all: [] },
    plannedAt: null,
    longStopAt: null,
    ...changed,
  },
});

const ofTranche = { investmentId: 'deal.equity', trancheId: 'deal.equity.first' };
const ofMilestone = { investmentId: 'deal.equity', milestoneId: 'deal.equity.approval' };

export const funded = (
  amount: string,
  valueAt: string,
  changed: Partial<Of<'TrancheFunded'>['body']> = {},
): DomainEvent => ({
  type: 'TrancheFunded',
  body: {
    ...ofTranche,
    amount: usd(amount),
    funded: usd(amount),
    complete: false,
    valueAt: instant(valueAt),
    reference: 'wire 1',
    ...changed,
  },
});

export const milestone = (milestoneId = ofMilestone.milestoneId): DomainEvent => ({
  type: 'MilestoneDefined',
  body: {
    investmentId: 'deal.equity',
    milestoneId,
    definition: 'The regulator approves',
    dueAt: at('2026-06-30'),
  },
});

/** One of every event there is: the compiler names the one that is missing. */
export const SAMPLES: { readonly [Type in DomainEvent['type']]: DomainEvent } = {
  PartyRegistered: {
    type: 'PartyRegistered',
    body: { partyId: 'vendor', name: 'Vendor Inc.', kinds: ['vendor', 'investor'] },
  },
  PartyRenamed: {
    type: 'PartyRenamed',
    body: { partyId: 'vendor', name: 'Vendor plc', renamedAt: at('2026-04-01T12:00') },
  },
  RelationDeclared: {
    type: 'RelationDeclared',
    body: {
      partyId: 'vendor',
      relationId: 'r1',
      toPartyId: 'lab',
      kind: 'equity',
      percent: '12.5',
      from: at('2026-01-01T12:00'),
      until: null,
    },
  },
  RelationEnded: {
    type: 'RelationEnded',
    body: { partyId: 'vendor', relationId: 'r1', endedAt: at('2026-05-01T12:00') },
  },
  AgreementProposed: proposed(),
  AgreementActivated: activation(),
  AgreementAmended: {
    type: 'AgreementAmended',
    body: {
      agreementId: 'deal',
      number: 1,
      title: 'Cloud for more capital',
      endsAt: at('2030-01-01'),
      reason: 'extended',
    },
  },
  DocumentAttached: {
    type: 'DocumentAttached',
    body: { agreementId: 'deal', document: { name: 'a', sha256: 'b', uri: null } },
  },
  AgreementNoted: {
    type: 'AgreementNoted',
    body: {
      agreementId: 'deal',
      note: {
        noteId: 'n1',
        text: 'More than its revenue',
        source: 'a newspaper',
        asOf: null,
        publishedOn: '2026-04-21',
        confidence: 'low',
      },
    },
  },
  InvestmentLinked: {
    type: 'InvestmentLinked',
    body: {
      agreementId: 'deal',
      investmentId: 'deal.equity',
      commitmentId: 'deal.cloud',
      kind: 'reciprocal',
    },
  },
  AgreementTerminated: {
    type: 'AgreementTerminated',
    body: {
      agreementId: 'deal',
      terminatedAt: at('2026-09-01'),
      reason: 'insolvency',
    },
  },
  AgreementSuperseded: {
    type: 'AgreementSuperseded',
    body: {
      agreementId: 'deal',
      supersededBy: 'deal-2',
      supersededAt: at('2026-10-01'),
    },
  },
  CommitmentPledged: pledged(),
  CommitmentAmended: {
    type: 'CommitmentAmended',
    body: {
      agreementId: 'deal',
      commitmentId: 'deal.cloud',
      number: 1,
      from: '',
      terms: terms({ total: usd('1200') }),
      reason: 'more',
      ...MOVES_NOTHING,
    },
  },
  CommitmentTerminated: {
    type: 'CommitmentTerminated',
    body: {
      agreementId: 'deal',
      commitmentId: 'deal.cloud',
      terminatedAt: at('2026-09-01'),
      obligation: 'released',
      released: '400',
      currency: 'USD',
      reason: 'insolvency',
      ...MOVES_NOTHING,
    },
  },
  DrawdownRecorded: drawn([line({ applied: '70', overage: '20', ineligible: '10' })]),
  DrawdownReversed: reversed('-50', [line({ applied: '-50' })]),
  DrawdownsReallocated: {
    type: 'DrawdownsReallocated',
    body: {
      agreementId: 'deal',
      currency: 'USD',
      lines: [line({ applied: '-5', overage: '5', day: '2026-02-10' })],
    },
  },
  InvestmentAgreed: invested(),
  MilestoneDefined: milestone(),
  MilestoneAttested: {
    type: 'MilestoneAttested',
    body: { ...ofMilestone, outcome: 'met', evidence: [], attestedBy: 'ann' },
  },
  MilestoneMet: {
    type: 'MilestoneMet',
    body: { ...ofMilestone, attestedBy: 'ann', approvedBy: 'bob' },
  },
  MilestoneMissed: {
    type: 'MilestoneMissed',
    body: { ...ofMilestone, attestedBy: 'ann', approvedBy: 'bob' },
  },
  MilestoneAttestationDeclined: {
    type: 'MilestoneAttestationDeclined',
    body: { ...ofMilestone, declinedBy: 'bob', reason: 'no proof' },
  },
  MilestoneWaived: {
    type: 'MilestoneWaived',
    body: { ...ofMilestone, waivedBy: 'bob', reason: 'not needed' },
  },
  MilestoneExtended: {
    type: 'MilestoneExtended',
    body: { ...ofMilestone, dueAt: at('2026-12-31'), reason: 'late' },
  },
  TrancheAgreed: tranche(),
  TrancheCalled: {
    type: 'TrancheCalled',
    body: { ...ofTranche, calledAt: at('2026-02-01') },
  },
  TrancheFunded: funded('100', '2026-02-15T00:00:00Z'),
  TrancheCancelled: { type: 'TrancheCancelled', body: { ...ofTranche, reason: 'agreed' } },
  TrancheLapsed: { type: 'TrancheLapsed', body: ofTranche },
};
