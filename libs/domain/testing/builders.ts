import { deciders } from '../aggregates.js';
import type { Agreement } from '../agreement/agreement.js';
import type { AgreementEvent } from '../agreement/events.js';
import type { CommitmentCommand } from '../commitment/commands.js';
import {
  bookedCommitment,
  isNothing,
  NOTHING,
  plus,
  type CommitmentBook,
  type Sums,
} from '../commitment/commitment.js';
import { sumsOfSplit } from '../commitment/allocation/split.js';
import type { Charge, CommitmentEvent, DrawdownRecorded } from '../commitment/events.js';
import type {
  CommitmentSchedule,
  CommitmentTerms,
  EligibilityRule,
} from '../commitment/terms/terms.js';
import type { DecisionContext, Instant } from '../decider.js';
import { addDays } from '../calendar.js';
import { appliedBy } from '../commitment/obligation/applied.js';
import { periodFigures, type PeriodFigures } from '../commitment/obligation/periods.js';
import { latestTerms } from '../commitment/terms/timeline.js';
import { rootOf } from '../ids.js';
import { startOfDay } from '../instant.js';
import { addTo, formatUnits, type MoneyText } from '../money.js';
import { at, CONTEXT } from './context.js';

export const usd = (amount: string): MoneyText => ({ amount, currency: 'USD' });

type DrawdownReversed = Extract<CommitmentEvent, { type: 'DrawdownReversed' }>;

type Of<Union extends { readonly type: string }, Type extends Union['type']> = Extract<
  Union,
  { type: Type }
>;

export const proposed = (
  body: Partial<Of<AgreementEvent, 'AgreementProposed'>['body']> = {},
): AgreementEvent => ({
  type: 'AgreementProposed',
  body: {
    agreementId: 'deal',
    title: 'Cloud for capital',
    vendorId: 'vendor',
    customerId: 'lab',
    startsAt: at('2026-01'),
    endsAt: null,
    documents: [],
    ...body,
  },
});

export const activation = (agreementId = 'deal'): AgreementEvent => ({
  type: 'AgreementActivated',
  body: { agreementId, activatedAt: at('2026-01') },
});

export const activated = activation();

export const terminatedAgreement: AgreementEvent = {
  type: 'AgreementTerminated',
  body: { agreementId: 'deal', terminatedAt: at('2026-06'), reason: 'insolvency' },
};

export const supersededAgreement: AgreementEvent = {
  type: 'AgreementSuperseded',
  body: { agreementId: 'deal', supersededBy: 'deal-2', supersededAt: at('2026-06') },
};

export const agreementAfter = (...events: readonly AgreementEvent[]): Agreement =>
  events.reduce(deciders.agreement.evolve, deciders.agreement.initial);

export const activeAgreement = agreementAfter(proposed(), activated);

/** Twelve months of 2026 under a single pool unless told otherwise. */
export const terms = (changed: Partial<CommitmentTerms> = {}): CommitmentTerms => ({
  name: 'Cloud spend',
  total: usd('1000'),
  basis: 'billed',
  startsAt: at('2026-01'),
  endsAt: at('2027-01'),
  schedule: pool(),
  countedCategories: ['usage', 'purchase'],
  eligibility: [],
  caps: [],
  priority: 1,
  stackable: false,
  ...changed,
});

export const pool = (start = at('2026-01'), end: Instant | null = at('2027-01')) =>
  ({
    mode: 'total-only',
    periods: [{ start, end, minimum: null }],
    excessCarriesForward: false,
    rolloverFraction: null,
  }) satisfies CommitmentSchedule;

/** Consecutive periods of 2026 with these minimums, each of `12 / count` months. */
export const periods = (
  mode: 'period-minimums' | 'sum-of-periods',
  minimums: readonly string[],
  changed: Partial<CommitmentSchedule> = {},
): CommitmentSchedule => {
  const months = 12 / minimums.length;
  const start = (index: number): Instant =>
    index === minimums.length
      ? at('2027-01')
      : at(`2026-${String(index * months + 1).padStart(2, '0')}`);
  return {
    mode,
    periods: minimums.map((minimum, index) => ({
      start: start(index),
      end: start(index + 1),
      minimum,
    })),
    excessCarriesForward: false,
    rolloverFraction: null,
    ...changed,
  };
};

/** Counts what `publisher` acme sells in a class of its own, in full or by a fraction. */
export const marketplaceRule = (changed: Partial<EligibilityRule> = {}): EligibilityRule => ({
  ruleId: 'marketplace',
  effect: 'include',
  match: { attributes: { publisher: ['acme'] }, tags: {} },
  fraction: '1',
  class: 'marketplace',
  from: null,
  until: null,
  ...changed,
});

/** Of a charge that `marketplaceRule` matches. */
export const MARKETPLACE = { attributes: { publisher: 'acme' } } as const;

export const pledge = (
  changed: Partial<CommitmentTerms> = {},
  commitmentId = 'deal.cloud',
): Of<CommitmentCommand, 'PledgeCommitment'> => ({
  type: 'PledgeCommitment',
  agreementId: rootOf(commitmentId),
  commitmentId,
  terms: terms(changed),
});

export const pledged = (
  changed: Partial<CommitmentTerms> = {},
  commitmentId = 'deal.cloud',
): CommitmentEvent => ({
  type: 'CommitmentPledged',
  body: {
    agreementId: rootOf(commitmentId),
    commitmentId,
    from: terms(changed).startsAt,
    terms: terms(changed),
    ...MOVES_NOTHING,
  },
});

/** Of an event about terms before anything was used. */
export const MOVES_NOTHING = {
  reallocated: { applied: '0', overage: '0', ineligible: '0' },
  lines: [],
} as const;

export const charge = (gross: string, changed: Partial<Charge> = {}): Charge => ({
  category: 'usage',
  currency: 'USD',
  costs: { billed: gross },
  amount: null,
  chargedFrom: null,
  chargedTo: null,
  billedFrom: null,
  billedTo: null,
  quantity: null,
  unit: null,
  attributes: {},
  tags: {},
  ...changed,
});

export const recordDrawdown = (
  gross: string,
  changed: Partial<Charge> = {},
  drawdownId = 'finance 1',
): Of<CommitmentCommand, 'RecordDrawdown'> => ({
  type: 'RecordDrawdown',
  agreementId: 'deal',
  drawdownId,
  charge: charge(gross, changed),
});

export const reverseDrawdown = (
  original: DrawdownRecorded['body'],
  amount: string | null = null,
  drawdownId = `${original.drawdownId}-reversal`,
): Of<CommitmentCommand, 'ReverseDrawdown'> => ({
  type: 'ReverseDrawdown',
  agreementId: 'deal',
  drawdownId,
  original,
  reverses: original.drawdownId,
  amount,
  reason: 'billed twice',
});

/** A book under test: commands go in, state moves on, what was recorded is kept. */
export class Book {
  readonly events: CommitmentEvent[] = [];
  state: CommitmentBook = deciders.commitment.initial;

  constructor(
    readonly agreement: Agreement = activeAgreement,
    ...past: readonly CommitmentEvent[]
  ) {
    past.forEach((event) => this.take(event));
  }

  do(command: CommitmentCommand, context: Partial<DecisionContext> = {}): CommitmentEvent['body'] {
    const given = { ...CONTEXT, now: at('2035-01'), ...context };
    const decision = deciders.commitment.decide(command, this.state, given, this.agreement);
    if (decision.outcome === 'rejected') throw new Error(decision.rejection.name);
    decision.events.forEach((event) => this.take(event));
    return decision.events[0]!.body;
  }

  draw(gross: string, month: string, changed: Partial<Charge> = {}): DrawdownRecorded['body'] {
    const id = `finance ${this.events.length}`;
    return this.do(recordDrawdown(gross, changed, id), {
      effectiveAt: at(month),
    }) as DrawdownRecorded['body'];
  }

  /** Takes effect when its original did. */
  reverse(
    original: DrawdownRecorded['body'],
    amount: string | null = null,
    drawdownId = `finance ${this.events.length}`,
  ): DrawdownReversed['body'] {
    return this.do(reverseDrawdown(original, amount, drawdownId), {
      effectiveAt: original.effectiveAt,
    }) as DrawdownReversed['body'];
  }

  /** What the lines of all events up to a day come to, per commitment, period and class; nothing is left out. */
  on(day: string): readonly (Sums & { readonly place: string })[] {
    const places = new Map<string, Sums>();
    for (const event of this.events) {
      for (const line of event.body.lines) {
        if (line.day > day) continue;
        const place = `${line.commitmentId} ${line.period} ${line.class}`;
        places.set(place, plus(places.get(place) ?? NOTHING, sumsOfSplit(line)));
      }
    }
    return [...places]
      .map(([place, sums]) => ({ place, ...sums }))
      .filter((sums) => !isNothing(sums))
      .sort((left, right) => (left.place < right.place ? -1 : 1));
  }

  /** What is applied to one commitment by everything in the book, as text. */
  applied(commitmentId = 'deal.cloud'): string {
    return formatUnits(appliedBy(this.state, commitmentId));
  }

  /** The periods of a commitment under its latest terms, by the lines of all events up to `day`, the whole of it included. */
  figures(day: string, commitmentId = 'deal.cloud'): readonly PeriodFigures[] {
    const { timeline, termination } = bookedCommitment(this.state, commitmentId)!;
    const appliedByPeriod = new Map<number, bigint>();
    for (const { place, applied } of this.on(day)) {
      const [id, period] = place.split(' ');
      if (id === commitmentId) addTo(appliedByPeriod, Number(period), applied);
    }
    const now = startOfDay(addDays(day, 1));
    return periodFigures({ statement: latestTerms(timeline), termination, appliedByPeriod, now });
  }

  /** Every day on which something takes effect. */
  days(): readonly string[] {
    const lines = this.events.flatMap(({ body }) => body.lines);
    return [...new Set(lines.map(({ day }) => day))].sort();
  }

  private take(event: CommitmentEvent): void {
    this.events.push(event);
    this.state = deciders.commitment.evolve(this.state, event);
  }
}
