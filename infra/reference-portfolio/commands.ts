import type { Instant } from '../../libs/domain/decider.js';
import type { DomainCommand } from '../../libs/domain/events.js';
import type {
  CommitmentPeriod,
  CommitmentTerms,
} from '../../libs/domain/commitment/terms/terms.js';
import { invest } from './investment-commands.js';
import type { PortfolioCommand } from './portfolio-command.js';
import {
  amountOf,
  plainNumber,
  type CommitmentOfPortfolio,
  type Deal,
  type PartyOfPortfolio,
  type Portfolio,
} from './portfolio.js';
import { periodBounds, relativeDay, relativeInstant } from './relative-date.js';
import { startOfDay } from '../../libs/domain/instant.js';

/** All commands in the order in which they must be submitted. The first registers a party as of `registered`. */
export const portfolioCommands = (
  portfolio: Portfolio,
  today: string,
): readonly PortfolioCommand[] => [
  ...portfolio.parties.map((party) => registerParty(party, portfolio.registered, today)),
  ...portfolio.parties.flatMap((party) => declareRelations(party, today)),
  ...portfolio.deals.flatMap((deal) => [
    ...makeAgreement(deal, today),
    ...deal.commitments.map((commitment) => pledge(deal, commitment, today)),
    ...deal.investments.flatMap((investment) => invest(portfolio, deal, investment, today)),
  ]),
];

const registerParty = (
  { id, name, kinds }: PartyOfPortfolio,
  registered: string,
  today: string,
): PortfolioCommand => ({
  id: `${id}/register`,
  effectiveAt: relativeInstant(registered, today),
  actor: null,
  command: { type: 'RegisterParty', partyId: id, name, kinds },
});

const declareRelations = (party: PartyOfPortfolio, today: string): PortfolioCommand[] =>
  (party.relations ?? []).map(({ id, to, kind, percent, from, until }) => ({
    id: `${party.id}/relation/${id}`,
    effectiveAt: relativeInstant(from, today),
    actor: null,
    command: {
      type: 'DeclareRelation',
      partyId: party.id,
      relationId: id,
      toPartyId: to,
      kind,
      percent,
      from: relativeInstant(from, today),
      until: until === null ? null : relativeInstant(until, today),
    },
  }));

const makeAgreement = (deal: Deal, today: string): PortfolioCommand[] => {
  const agreementId = deal.id;
  const startsAt = relativeInstant(deal.startsAt, today);
  const endsAt = deal.endsAt === null ? null : relativeInstant(deal.endsAt, today);
  const step = (id: string, command: DomainCommand): PortfolioCommand => ({
    id: `${agreementId}/${id}`,
    effectiveAt: startsAt,
    actor: null,
    command,
  });
  return [
    step('propose', {
      type: 'ProposeAgreement',
      agreementId,
      title: deal.title,
      vendorId: deal.vendor,
      customerId: deal.customer,
      startsAt,
      endsAt,
      documents: [],
    }),
    step('activate', { type: 'ActivateAgreement', agreementId, activatedAt: startsAt }),
    ...deal.claims.map(({ id, ...claim }) => ({
      ...step(`claim/${id}`, {
        type: 'NoteOnAgreement',
        agreementId,
        note: { noteId: id, ...claim },
      }),
      effectiveAt: toldAt(deal, claim.publishedOn, today),
    })),
  ];
};

/** A claim is there from when it was told on: not before its agreement, nor (its days being real ones) after today. */
const toldAt = (deal: Deal, publishedOn: string | null, today: string): Instant => {
  const told = publishedOn ?? relativeDay(deal.reportedAt, today);
  const start = relativeDay(deal.startsAt, today);
  const [, middle = told] = [start, told, today].sort();
  return startOfDay(middle);
};

const pledge = (
  deal: Deal,
  commitment: CommitmentOfPortfolio,
  today: string,
): PortfolioCommand => ({
  id: `${deal.id}.${commitment.id}/pledge`,
  effectiveAt: relativeInstant(commitment.startsAt, today),
  actor: null,
  command: {
    type: 'PledgeCommitment',
    agreementId: deal.id,
    commitmentId: `${deal.id}.${commitment.id}`,
    terms: termsOf(commitment, today),
  },
});

const termsOf = (commitment: CommitmentOfPortfolio, today: string): CommitmentTerms => {
  const { marketplace, onlyServiceCategories, schedule } = commitment;
  const always = { from: null, until: null };
  return {
    name: commitment.name,
    total: amountOf(commitment.total),
    basis: commitment.basis,
    startsAt: relativeInstant(commitment.startsAt, today),
    endsAt: commitment.endsAt === null ? null : relativeInstant(commitment.endsAt, today),
    schedule: {
      mode: schedule.mode,
      periods: periodsOf(commitment, today),
      excessCarriesForward: false,
      rolloverFraction: schedule.mode === 'total-only' ? null : (schedule.rolloverFraction ?? null),
    },
    countedCategories: ['usage', 'purchase'],
    eligibility: [
      ...(marketplace === undefined
        ? []
        : [
            {
              ruleId: 'marketplace',
              effect: 'include' as const,
              match: { attributes: { publisher: marketplace.publishers }, tags: {} },
              fraction: '1',
              class: 'marketplace',
              ...always,
            },
          ]),
      ...(onlyServiceCategories === undefined
        ? []
        : [
            {
              ruleId: 'in-scope',
              effect: 'include' as const,
              match: { attributes: { serviceCategory: onlyServiceCategories }, tags: {} },
              fraction: '1',
              class: '',
              ...always,
            },
            {
              ruleId: 'out-of-scope',
              effect: 'exclude' as const,
              match: { attributes: {}, tags: {} },
              fraction: '0',
              class: '',
              ...always,
            },
          ]),
    ],
    caps:
      marketplace === undefined
        ? []
        : [
            {
              class: 'marketplace',
              of: marketplace.cap.of,
              value: plainNumber(marketplace.cap.value),
            },
          ],
    priority: commitment.priority ?? 1,
    stackable: false,
  };
};

const periodsOf = (commitment: CommitmentOfPortfolio, today: string): CommitmentPeriod[] => {
  const { schedule } = commitment;
  const first = relativeDay(commitment.startsAt, today);
  const end = commitment.endsAt === null ? null : relativeInstant(commitment.endsAt, today);
  if (schedule.mode === 'total-only') return [{ start: startOfDay(first), end, minimum: null }];
  const bounds = periodBounds(first, schedule.everyMonths, schedule.minimums.length);
  return schedule.minimums.map((minimum, index) => ({
    start: startOfDay(bounds[index] as string),
    end: startOfDay(bounds[index + 1] as string),
    minimum: plainNumber(minimum),
  }));
};
