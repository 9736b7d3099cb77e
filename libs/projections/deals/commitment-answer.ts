import {
  boolean,
  decimal,
  instant,
  integer,
  list,
  mapOf,
  money,
  named,
  oneOf,
  orNull,
  text,
  type AnswerOf,
} from '../../answers/schema.js';
import { COST_BASES } from '../../domain/commitment/terms/terms.js';
import { answer, termsVersionSchema } from '../asking/seen.js';

const Schedule = named('Schedule', {
  mode: oneOf(['total-only', 'period-minimums', 'sum-of-periods']),
  periods: list(
    named('SchedulePeriod', {
      start: instant(),
      end: orNull(instant()),
      minimum: orNull(decimal()),
    }),
  ),
  excessCarriesForward: boolean(),
  rolloverFraction: orNull(decimal()),
});

const EligibilityRule = named('EligibilityRule', {
  ruleId: text(),
  effect: oneOf(['include', 'exclude']),
  match: named('ChargeMatch', { attributes: mapOf(list(text())), tags: mapOf(list(text())) }),
  fraction: decimal(),
  class: text(),
  from: orNull(instant()),
  until: orNull(instant()),
});

const ClassCap = named('ClassCap', {
  class: text(),
  of: oneOf(['period-minimum', 'total', 'absolute']),
  value: decimal(),
});

export const commitmentTermsMembers = {
  name: text(),
  total: money(),
  basis: oneOf(COST_BASES),
  startsAt: instant(),
  endsAt: orNull(instant()),
  schedule: Schedule,
  countedCategories: list(text()),
  eligibility: list(EligibilityRule),
  caps: list(ClassCap),
  priority: integer(),
  stackable: boolean(),
};

export const Commitment = answer('Commitment', {
  agreementId: text(),
  commitmentId: text(),
  termsVersion: termsVersionSchema(),
  state: oneOf(['ahead', 'running', 'ended', 'terminated'], 'At the end of asOf.'),
  termsFrom: instant('From when these terms hold.'),
  amendments: integer('Those that hold only later included.'),
  ...commitmentTermsMembers,
  terminatedAt: orNull(instant()),
  obligation: orNull(
    oneOf(['released', 'survives']),
    'What its termination does with what was still owed. Null: it was not terminated.',
  ),
});
/** A commitment as the contract has it: the terms in force, without what was used of it. */
export type Commitment = AnswerOf<typeof Commitment>;
