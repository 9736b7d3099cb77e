import {
  custom,
  flat,
  linear,
  step,
  type Cadence,
} from '../../domain/commitment/terms/schedule.js';
import type {
  ChargeMatch,
  CommitmentPeriod,
  CommitmentSchedule,
  CommitmentTerms,
  EligibilityRule,
} from '../../domain/commitment/terms/terms.js';
import type {
  ChargeMatchBody,
  CommitmentTermsBody,
  EligibilityRuleBody,
  PeriodBody,
  RampBody,
} from './bodies.js';
import { toAmount, toInstant, toInstantOrNull, toMoney } from '../to-values.js';

/** A ramp that cannot be cut into periods: too many or too few minimums, no end of the term. */
export class RampDoesNotFit extends Error {
  /** `pointer`: where the body has it. */
  constructor(
    message: string,
    readonly pointer = '/schedule/ramp',
  ) {
    super(message);
  }
}

/** A body's terms as they are stored: ramps expanded, defaults filled in. */
export const toTerms = (body: CommitmentTermsBody): CommitmentTerms => ({
  name: body.name,
  total: toMoney(body.total),
  basis: body.basis,
  startsAt: toInstant(body.startsAt),
  endsAt: toInstantOrNull(body.endsAt),
  schedule: toSchedule(body),
  countedCategories: body.countedCategories ?? ['usage', 'purchase'],
  eligibility: (body.eligibility ?? []).map(toEligibilityRule),
  caps: (body.caps ?? []).map((cap) => ({ ...cap, value: toAmount(cap.value) })),
  priority: body.priority ?? 0,
  stackable: body.stackable ?? false,
});

type TermAndSchedule = Pick<CommitmentTermsBody, 'total' | 'startsAt' | 'endsAt' | 'schedule'>;

export const toSchedule = (body: TermAndSchedule): CommitmentSchedule => {
  const { mode, excessCarriesForward = false, rolloverFraction } = body.schedule;
  return {
    mode,
    periods: toPeriods(body),
    excessCarriesForward,
    rolloverFraction: rolloverFraction === undefined ? null : toAmount(rolloverFraction),
  };
};

/** Periods as given, or from the ramp, or the whole term as one. */
const toPeriods = (body: TermAndSchedule): readonly CommitmentPeriod[] => {
  const { periods, ramp } = body.schedule;
  if (ramp !== undefined) {
    if (periods !== undefined) throw new RampDoesNotFit('give periods or a ramp, not both');
    return fromRamp(body, ramp);
  }
  if (periods !== undefined) return periods.map(toPeriod);
  return [{ start: toInstant(body.startsAt), end: toInstantOrNull(body.endsAt), minimum: null }];
};

const toPeriod = ({ start, end, minimum }: PeriodBody): CommitmentPeriod => ({
  start: toInstant(start),
  end: toInstantOrNull(end),
  minimum: minimum === undefined ? null : toAmount(minimum),
});

const fromRamp = (body: TermAndSchedule, ramp: RampBody): readonly CommitmentPeriod[] => {
  if (body.endsAt === undefined) throw new RampDoesNotFit('a ramp needs an end of the term');
  const cadence: Cadence = {
    startsAt: toInstant(body.startsAt),
    endsAt: toInstant(body.endsAt),
    every: ramp.every,
  };
  const { currency } = body.total;
  try {
    switch (ramp.kind) {
      case 'flat':
        return flat(cadence, toMoney(body.total)).periods;
      case 'linear':
        return linear(cadence, ramp.first ?? '0', ramp.last ?? '0', currency).periods;
      case 'step':
        return step(cadence, ramp.steps ?? [], currency).periods;
      case 'custom':
        return custom(cadence, ramp.minimums ?? [], currency).periods;
    }
  } catch (error) {
    if (error instanceof RangeError) throw new RampDoesNotFit(error.message);
    throw error;
  }
};

const toMatch = ({ attributes, tags }: ChargeMatchBody): ChargeMatch => ({
  attributes: attributes ?? {},
  tags: tags ?? {},
});

const toEligibilityRule = (rule: EligibilityRuleBody): EligibilityRule => ({
  ruleId: rule.ruleId,
  effect: rule.effect,
  match: toMatch(rule.match),
  fraction: rule.effect === 'exclude' ? '0' : toAmount(rule.fraction ?? '1'),
  class: rule.class ?? '',
  from: toInstantOrNull(rule.from),
  until: toInstantOrNull(rule.until),
});
