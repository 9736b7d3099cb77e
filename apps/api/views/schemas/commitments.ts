import {
  about,
  boolean,
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
} from '../schema.js';
import { seen, termsVersion } from './seen.js';

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
