import {
  boolean,
  day,
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
import { answer } from '../asking/seen.js';
import { EXPLAINED_VIEWS } from './question.js';

const ExplainedEntry = named('ExplainedEntry', {
  shard: integer(),
  position: integer(),
  hash: text(),
  recordedAt: instant(),
  effectiveAt: instant(),
  type: text('Of the event.'),
  source: text(),
  id: text(),
});
export type ExplainedEntry = AnswerOf<typeof ExplainedEntry>;

const DecidingTerms = named('DecidingTerms', {
  version: integer('1 is the pledge; each change is one more, in the order of recording.'),
  shard: integer(),
  position: integer('Of the entry that says these terms.'),
});

const ExplanationLine = named('ExplanationLine', {
  name: orNull(text(), 'A figure that this one is made of. Null: an entry, or a limit.'),
  side: oneOf(['sum', 'numerator', 'denominator'], 'Of a ratio there are two.'),
  amount: orNull(money(), 'What it gives to the figure, with its sign. Null: it is no money.'),
  number: orNull(decimal(), 'Days, or another count. Null: it is money.'),
  because: oneOf(
    ['figure', 'limit', 'used', 'taken-back', 'moved', 'terms', 'stated', 'paid'],
    'used: a charge. taken-back: a reversal. moved: an entry that moved what earlier ones had applied. terms: a change of ' +
      'terms moved it. stated: terms say it. paid: a payment. figure: explained by itself. limit: what `rule` adds or takes away.',
  ),
  rule: orNull(
    text(),
    'Of a charge the eligibility rule: its id, `default` or `category:<name>`. Else the limit, or how much of it counts.',
  ),
  class: orNull(text(), 'Class of the rule, for caps.'),
  day: orNull(day(), 'On which the amount takes effect.'),
  period: orNull(integer(), 'Of the commitment, from 0.'),
  terms: orNull(DecidingTerms, 'The terms that decided it, as they were known then.'),
  entry: orNull(ExplainedEntry, 'Its text and proof: GET /v1/ledger/events/{shard}/{position}'),
  explainedBy: orNull(text(), 'Path and query of its own explanation.'),
});
export type ExplanationLine = AnswerOf<typeof ExplanationLine>;

export const Explanation = answer('Explanation', {
  view: oneOf(EXPLAINED_VIEWS),
  figure: text("The member's name in the view's answer."),
  of: mapOf(text(), 'What the figure is of, as it was asked.'),
  formula: text('How the lines make the figure.'),
  value: orNull(money(), 'The figure as the view answers it. Null: it is a ratio, or null there.'),
  ratio: orNull(decimal(), 'As value, of a figure that is no money.'),
  absent: orNull(text(), 'Why the view has null there. Null: it has not.'),
  lines: list(ExplanationLine, 'What made it: first other figures and limits, then entries.'),
  before: orNull(money(), 'The sum of the pages before. Null: a ratio adds nothing up.'),
  subtotal: orNull(money(), 'The sum of this page.'),
  total: orNull(money(), 'before + subtotal: on the last page what all lines add up to.'),
  addsUp: orNull(
    boolean('Whether the lines make the figure that the view answers.'),
    'Null: there are more pages.',
  ),
  difference: orNull(money(), 'value - total, on the last page of a sum.'),
  hasMore: boolean(),
  next: orNull(text(), 'Sent as `cursor` it gives the next page, of the same moment.'),
  stoppedEarly: boolean('The page is not full: enough entries were looked at.'),
});
/** What made a figure of a view: entries, rules, terms, and other figures. */
export type Explanation = AnswerOf<typeof Explanation>;
