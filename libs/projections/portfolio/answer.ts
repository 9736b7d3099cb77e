import {
  day,
  decimal,
  instant,
  money,
  named,
  oneOf,
  orNull,
  text,
  type AnswerOf,
} from '../../answers/schema.js';
import { RISKS } from '../../domain/commitment/obligation/risk.js';
import { Pace } from '../burn-down/answer.js';
import { PartyName } from '../deals/answer.js';
import { pageAnswer } from '../lists/page.js';

const Risk = named('Risk', {
  level: oneOf([...new Set(RISKS.map(([, level]) => level))]),
  reason: oneOf(
    RISKS.map(([reason]) => reason),
    'Why, the worst first; of several that hold the first one counts.',
  ),
});

const NextDue = named('NextDue', {
  on: orNull(day(), 'The last day by which it is to be used. Null: the end is unknown.'),
  amount: money(),
});

const ProjectedEnd = named('ProjectedEnd', {
  on: orNull(day(), 'Null: `outcome` says why there is none.'),
  outcome: oneOf(
    ['already', 'expected', 'after-end', 'no-recent-use', 'not-in-a-lifetime', 'terminated'],
    'already: it is used up, since `on`. after-end: `on` is later than the term allows. not-in-a-lifetime: in more than a hundred years.',
  ),
});

const CommitmentStanding = named('CommitmentStanding', {
  commitmentId: text(),
  name: text(),
  agreementId: text(),
  agreement: text('Its title.'),
  agreementStatus: oneOf(['proposed', 'active', 'terminated', 'superseded']),
  vendor: PartyName,
  customer: PartyName,
  state: oneOf(['ahead', 'running', 'ended', 'terminated'], 'Of its term, at the end of asOf.'),
  startsAt: instant(),
  endsAt: orNull(instant()),
  terminatedAt: orNull(instant()),
  total: money('What is pledged.'),
  applied: money(),
  released: money(),
  remaining: money('total - applied - released, never below 0.'),
  utilisation: orNull(decimal(), 'applied / total. Null: the total is 0.'),
  pace: orNull(Pace, 'As the burn-down has it. Null: it was terminated.'),
  pastDue: money('The part of remaining that was to be used by the end of asOf. Not assessed.'),
  nextDue: orNull(NextDue, 'What falls due next, after asOf. Null: nothing does.'),
  projectedEnd: ProjectedEnd,
  risk: Risk,
});
/** How one commitment stands, and whether it is to be worried about. */
export type CommitmentStanding = AnswerOf<typeof CommitmentStanding>;

export const Portfolio = pageAnswer('Portfolio', CommitmentStanding);
/** A page of commitments. */
export type Portfolio = AnswerOf<typeof Portfolio>;
