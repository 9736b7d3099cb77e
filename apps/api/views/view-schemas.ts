import {
  about,
  boolean,
  day,
  decimal,
  instant,
  integer,
  list,
  money,
  name,
  object,
  oneOf,
  orNull,
  text,
  type Schema,
} from './schema.js';

/**
 * What the views answer, as OpenAPI schemas. The answers' own types live beside their queries in libs/projections; a
 * test holds real answers against these.
 */

const seen = {
  asOf: about(day, 'The whole of this UTC day is included.'),
  knownAt: about(orNull(instant), 'Null: everything the view has seen.'),
  ledgerPosition: {
    type: 'object',
    additionalProperties: integer,
    description: 'The last position of each shard that the answer includes.',
  } satisfies Schema,
  lag: about(integer, 'Events in the ledger that the answer does not include yet.'),
  skipped: about(
    integer,
    'Events that the answer lacks: the view cannot fold them, and somebody decided to go on without. Above 0 the figures are wrong by whatever these say.',
  ),
  skippedEvents: about(
    list(text),
    'Which, as shard:position; at most 20. Who decided it and why: GET /v1/ledger/events?type=ProjectionEventSkipped',
  ),
};

const partyName = name('PartyName', object({ partyId: text, name: orNull(text) }));

const termsVersion = about(
  integer,
  'Version of its terms, which If-Match names. Usage, payments, notes and documents do not change it.',
);

const agreementMembers = {
  agreementId: text,
  termsVersion,
  title: text,
  status: oneOf('proposed', 'active', 'terminated', 'superseded'),
  vendor: partyName,
  customer: partyName,
  startsAt: instant,
  endsAt: orNull(instant),
  commitments: list(
    name(
      'CommitmentSummary',
      object({
        commitmentId: text,
        termsVersion,
        name: text,
        total: money,
        applied: money,
        released: money,
        remaining: money,
        utilisation: orNull(decimal),
        startsAt: instant,
        endsAt: orNull(instant),
        terminatedAt: orNull(instant),
      }),
    ),
  ),
  investments: list(
    name(
      'InvestmentSummary',
      object({
        investmentId: text,
        investorId: text,
        recipientId: text,
        instrument: text,
        total: money,
        contingent: orNull(money),
        funded: money,
      }),
    ),
  ),
  links: list(
    object({
      investmentId: text,
      commitmentId: text,
      kind: oneOf('reciprocal', 'conditional'),
      notCounted: about(
        orNull(
          oneOf(
            'investment-unknown',
            'commitment-unknown',
            'other-parties',
            'other-currency',
            'agreement-not-in-force',
          ),
        ),
        'Why the two are in no pair of the circularity view. Null: they are.',
      ),
    }),
  ),
  notes: about(integer, 'How many sourced claims are kept with it.'),
};

export const portfolio = name(
  'Portfolio',
  object({ agreements: list(name('AgreementSummary', object(agreementMembers))), ...seen }),
);
export const agreement = name('Agreement', object({ ...agreementMembers, ...seen }));

const relation = {
  relationId: text,
  kind: oneOf('equity', 'voting', 'board-seat', 'exclusivity'),
  percent: orNull(decimal),
  from: instant,
  until: orNull(instant),
};

export const party = name(
  'Party',
  object({
    partyId: text,
    termsVersion,
    name: text,
    kinds: list(text),
    relations: list(name('Relation', object({ ...relation, to: partyName }))),
    relationsOfOthers: list(name('RelationOfOther', object({ ...relation, of: partyName }))),
    ...seen,
  }),
);

const chargeMatch = name(
  'ChargeMatch',
  object({
    attributes: { type: 'object', additionalProperties: list(text) },
    tags: { type: 'object', additionalProperties: list(text) },
  }),
);

export const commitment = name(
  'Commitment',
  object({
    agreementId: text,
    commitmentId: text,
    termsVersion,
    state: about(oneOf('ahead', 'running', 'ended', 'terminated'), 'At the end of asOf.'),
    termsFrom: about(instant, 'From when these terms hold.'),
    amendments: about(integer, 'Those that hold only later included.'),
    name: text,
    total: money,
    basis: oneOf('list', 'contracted', 'billed', 'effective'),
    startsAt: instant,
    endsAt: orNull(instant),
    schedule: name(
      'Schedule',
      object({
        mode: oneOf('total-only', 'period-minimums', 'sum-of-periods'),
        periods: list(
          name(
            'SchedulePeriod',
            object({ start: instant, end: orNull(instant), minimum: orNull(decimal) }),
          ),
        ),
        excessCarriesForward: boolean,
        rolloverFraction: orNull(decimal),
      }),
    ),
    countedCategories: list(text),
    eligibility: list(
      name(
        'EligibilityRule',
        object({
          ruleId: text,
          effect: oneOf('include', 'exclude'),
          match: chargeMatch,
          fraction: decimal,
          class: text,
          from: orNull(instant),
          until: orNull(instant),
        }),
      ),
    ),
    caps: list(
      name(
        'ClassCap',
        object({ class: text, of: oneOf('period-minimum', 'total', 'absolute'), value: decimal }),
      ),
    ),
    priority: integer,
    stackable: boolean,
    terminatedAt: orNull(instant),
    obligation: orNull(oneOf('released', 'survives')),
    ...seen,
  }),
);

export const burnDown = name(
  'BurnDown',
  object({
    agreementId: text,
    commitmentId: text,
    termsVersion,
    name: text,
    startsAt: instant,
    endsAt: orNull(instant),
    terminatedAt: orNull(instant),
    total: money,
    applied: money,
    overage: money,
    ineligible: money,
    netCredit: about(money, 'Given back beyond all that was used.'),
    released: money,
    remaining: money,
    utilisation: orNull(decimal),
    interval: oneOf('day', 'week', 'month'),
    series: list(
      name(
        'BurnDownBucket',
        object({
          from: day,
          to: day,
          gross: orNull(money),
          applied: orNull(money),
          overage: orNull(money),
          ineligible: orNull(money),
          cumulativeApplied: orNull(money),
          burnDown: about(orNull(money), 'Total less what was applied and released. A level.'),
          planned: orNull(money),
        }),
      ),
    ),
    pace: about(
      orNull(
        name(
          'Pace',
          object({
            recentDays: integer,
            recentApplied: about(
              money,
              'By these days; one on which more was given or taken back than used is a day without use.',
            ),
            recentPerDay: orNull(money),
            planned: about(orNull(money), 'What the schedule plans to be applied by now.'),
            state: about(
              orNull(oneOf('ahead', 'on', 'behind')),
              'With minimums: applied against planned. Without: recent use against required.',
            ),
            required: about(
              money,
              'What must be applied by requiredBy: in the period that runs, or of the total without minimums.',
            ),
            requiredBy: orNull(day),
            daysLeft: orNull(integer),
            requiredPerDay: orNull(money),
            paceRatio: about(
              orNull(decimal),
              'With minimums: applied / planned. Without: recent / required a day.',
            ),
          }),
        ),
      ),
      'Null: terminated.',
    ),
    exhaustion: about(
      orNull(
        name(
          'Exhaustion',
          object({
            outcome: oneOf('already', 'expected', 'after-end', 'never'),
            on: orNull(day),
          }),
        ),
      ),
      'Null: terminated.',
    ),
    ...seen,
  }),
);

/** Of one period; nothing here was assessed, so nobody was charged for a shortfall. */
const periodMembers = {
  index: about(integer, 'From 0, as the lines of recorded drawdowns name it.'),
  start: instant,
  end: about(orNull(instant), 'Exclusive. Null: unknown.'),
  dueOn: about(orNull(day), 'The last day of the period: what is missing then is due.'),
  state: about(
    oneOf('ahead', 'running', 'ended', 'terminated'),
    'terminated: the commitment ended before the period did.',
  ),
  minimum: about(orNull(money), 'Null: this period has none.'),
  rolledIn: about(money, 'From the shortfall of the period before.'),
  applied: money,
  carriedCredit: about(money, 'Excess of earlier periods that counts here.'),
  shortfallToDate: about(money, 'Against the part of minimum and rolled in whose time has passed.'),
  shortfall: about(
    money,
    'What is missing of minimum and rolled in as if nothing more came, less what rolls out; never more than is still owed.',
  ),
  rolledOut: about(
    money,
    "What is missing of the period's own minimum and moves to the next one: not in shortfall.",
  ),
  due: about(money, 'The part of the remaining obligation that falls due with it: its shortfall.'),
};

export const remainingObligation = name(
  'RemainingObligation',
  object({
    agreementId: text,
    commitmentId: text,
    termsVersion,
    name: text,
    endsAt: orNull(instant),
    terminatedAt: orNull(instant),
    total: money,
    applied: money,
    released: money,
    remaining: money,
    periods: list(name('PeriodObligation', object(periodMembers))),
    dueAtEnd: money,
    byDue: name(
      'ObligationByDue',
      object({
        pastDue: money,
        years: list(name('DueYear', object({ from: day, to: day, amount: money }))),
        thereafter: money,
        undated: money,
      }),
    ),
    ...seen,
  }),
);

export const periods = name(
  'CommitmentPeriods',
  object({
    agreementId: text,
    commitmentId: text,
    termsVersion,
    name: text,
    endsAt: orNull(instant),
    terminatedAt: orNull(instant),
    mode: oneOf('total-only', 'period-minimums', 'sum-of-periods'),
    excessCarriesForward: about(boolean, 'What a period takes beyond its minimum counts later.'),
    rolloverFraction: about(
      orNull(decimal),
      "The part of a period's minimum that may move, as shortfall, to the next one.",
    ),
    periods: list(
      name(
        'Period',
        object({
          ...periodMembers,
          overage: about(money, 'Used in this period beyond what the commitment takes.'),
          netCredit: about(money, 'Given back in it beyond all that was used by then.'),
        }),
      ),
    ),
    ...seen,
  }),
);

const shares = {
  baseAmount: money,
  vendors: list(
    name('VendorShare', object({ vendorId: text, amount: money, share: orNull(decimal) })),
  ),
  top1: orNull(decimal),
  top3: orNull(decimal),
  hhi: about(orNull(decimal), '10,000 times the sum of the squared shares.'),
  band: orNull(text),
  effectiveNumber: orNull(decimal),
};

export const concentration = name(
  'Concentration',
  object({
    base: oneOf('spend', 'remaining', 'committed'),
    by: text,
    bands: oneOf('us-2023', 'us-2010'),
    window: orNull(name('ConcentrationWindow', object({ from: day, to: day, months: integer }))),
    currencies: list(
      name(
        'CurrencyConcentration',
        object({
          currency: text,
          ...shares,
          months: orNull(list(name('MonthConcentration', object({ month: text, ...shares })))),
        }),
      ),
    ),
    ...seen,
  }),
);

const amounts = name(
  'InvestmentAmounts',
  object({
    agreed: money,
    funded: money,
    called: money,
    eligible: money,
    gated: money,
    lapsed: money,
    cancelled: money,
  }),
);

const trancheMembers = {
  trancheId: text,
  number: integer,
  stage: oneOf('gated', 'eligible', 'called', 'funded', 'lapsed', 'cancelled'),
  contingent: boolean,
  amount: money,
  funded: money,
  unfunded: money,
  gateOpen: boolean,
  missing: list(text),
  plannedAt: orNull(instant),
  longStopAt: orNull(instant),
  calledAt: orNull(instant),
};

const pipelineMembers = {
  agreementId: text,
  investmentId: text,
  termsVersion,
  investorId: text,
  recipientId: text,
  instrument: text,
  total: money,
  contingent: orNull(money),
  firm: amounts,
  contingentTranches: amounts,
  tranches: list(name('TrancheOfInvestment', object(trancheMembers))),
  milestones: list(
    name(
      'Milestone',
      object({
        milestoneId: text,
        definition: text,
        status: oneOf('pending', 'attested', 'met', 'missed', 'waived'),
        claimed: orNull(text),
        by: orNull(text),
        dueAt: orNull(instant),
        overdue: boolean,
      }),
    ),
  ),
};

export const tranche = name(
  'Tranche',
  object({ agreementId: text, investmentId: text, termsVersion, ...trancheMembers, ...seen }),
);
export const tranchePipeline = name('TranchePipeline', object({ ...pipelineMembers, ...seen }));
export const tranchePipelines = name(
  'TranchePipelines',
  object({ investments: list(name('InvestmentPipeline', object(pipelineMembers))), ...seen }),
);

export const circularity = name(
  'Circularity',
  object({
    payments: text,
    pairs: list(
      name(
        'CircularPair',
        object({
          vendorId: text,
          customerId: text,
          currency: text,
          funded: money,
          announced: money,
          contingent: money,
          committed: money,
          grossDrawdowns: money,
          multiple: name(
            'CapitalMultiple',
            object({ funded: orNull(decimal), announced: orNull(decimal) }),
          ),
          circularityRatioUpperBound: orNull(decimal),
          recycledCapital: orNull(decimal),
        }),
      ),
    ),
    ...seen,
  }),
);
