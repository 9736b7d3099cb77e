import type { AllocationLine, Split } from '../../domain/commitment/events.js';
import type { CommitmentTerms } from '../../domain/commitment/terms/terms.js';
import type { DomainEvent } from '../../domain/events.js';
import type { MoneyText } from '../../domain/money.js';
import { instant } from './entries.js';

export const usd = (amount: string): MoneyText => ({ amount, currency: 'USD' });

/** A pool of 1,000 USD over 2026. */
export const terms = (changed: Partial<CommitmentTerms> = {}): CommitmentTerms => ({
  name: 'Cloud spend',
  total: usd('1000'),
  basis: 'billed',
  startsAt: instant('2026-01-01T00:00:00Z'),
  endsAt: instant('2027-01-01T00:00:00Z'),
  schedule: {
    mode: 'total-only',
    periods: [
      {
        start: instant('2026-01-01T00:00:00Z'),
        end: instant('2027-01-01T00:00:00Z'),
        minimum: null,
      },
    ],
    excessCarriesForward: false,
    rolloverFraction: null,
  },
  countedCategories: ['usage'],
  eligibility: [],
  caps: [],
  priority: 1,
  stackable: false,
  ...changed,
});

type Of<Type extends DomainEvent['type']> = Extract<DomainEvent, { type: Type }>;

export const proposed = (changed: Partial<Of<'AgreementProposed'>['body']> = {}): DomainEvent => ({
  type: 'AgreementProposed',
  body: {
    agreementId: 'deal',
    title: 'Cloud for capital',
    vendorId: 'vendor',
    customerId: 'lab',
    startsAt: instant('2026-01-01T00:00:00Z'),
    endsAt: null,
    documents: [],
    ...changed,
  },
});

export const activated = (agreementId = 'deal'): DomainEvent => ({
  type: 'AgreementActivated',
  body: { agreementId, activatedAt: instant('2026-01-01T00:00:00Z') },
});

export const pledged = (
  changed: Partial<CommitmentTerms> = {},
  commitmentId = 'deal.cloud',
): DomainEvent => ({
  type: 'CommitmentPledged',
  body: {
    agreementId: commitmentId.split('.')[0]!,
    commitmentId,
    from: terms(changed).startsAt,
    terms: terms(changed),
    ...MOVES_NOTHING,
  },
});

const MOVES_NOTHING = {
  reallocated: { applied: '0', overage: '0', ineligible: '0' },
  lines: [],
} as const;

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
    charge: {
      category: 'usage',
      currency,
      costs: {},
      amount: null,
      chargedFrom: null,
      chargedTo: null,
      billedFrom: null,
      billedTo: null,
      quantity: null,
      unit: null,
      attributes: {},
      tags: {},
    },
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
    dueAt: instant('2026-06-30T00:00:00Z'),
  },
});

/** One of every event there is: the compiler names the one that is missing. */
export const SAMPLES: { readonly [Type in DomainEvent['type']]: DomainEvent } = {
  PartyRegistered: {
    type: 'PartyRegistered',
    body: { partyId: 'vendor', name: 'Vendor Inc.', kinds: ['vendor', 'investor'] },
  },
  RelationDeclared: {
    type: 'RelationDeclared',
    body: {
      partyId: 'vendor',
      relationId: 'r1',
      toPartyId: 'lab',
      kind: 'equity',
      percent: '12.5',
      from: instant('2026-01-01'),
      until: null,
    },
  },
  RelationEnded: {
    type: 'RelationEnded',
    body: { partyId: 'vendor', relationId: 'r1', endedAt: instant('2026-05-01') },
  },
  AgreementProposed: proposed(),
  AgreementActivated: activated(),
  AgreementAmended: {
    type: 'AgreementAmended',
    body: {
      agreementId: 'deal',
      number: 1,
      title: 'Cloud for more capital',
      endsAt: instant('2030-01-01T00:00:00Z'),
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
      terminatedAt: instant('2026-09-01T00:00:00Z'),
      reason: 'insolvency',
    },
  },
  AgreementSuperseded: {
    type: 'AgreementSuperseded',
    body: {
      agreementId: 'deal',
      supersededBy: 'deal-2',
      supersededAt: instant('2026-10-01T00:00:00Z'),
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
      terminatedAt: instant('2026-09-01T00:00:00Z'),
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
    body: { ...ofMilestone, dueAt: instant('2026-12-31T00:00:00Z'), reason: 'late' },
  },
  TrancheAgreed: tranche(),
  TrancheCalled: {
    type: 'TrancheCalled',
    body: { ...ofTranche, calledAt: instant('2026-02-01T00:00:00Z') },
  },
  TrancheFunded: funded('100', '2026-02-15T00:00:00Z'),
  TrancheCancelled: { type: 'TrancheCancelled', body: { ...ofTranche, reason: 'agreed' } },
  TrancheLapsed: { type: 'TrancheLapsed', body: ofTranche },
};
