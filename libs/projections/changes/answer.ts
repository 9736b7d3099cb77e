import {
  boolean,
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

const FigureChange = named('FigureChange', {
  view: oneOf(['burn-down', 'remaining-obligation', 'tranches']),
  figure: text("The member's name in the view's answer."),
  before: orNull(money(), 'Null: what it is of was not there yet.'),
  after: money(),
  by: money('after less before; what was not there counts 0.'),
  explainedBy: text('Path and query of what it is made of, entry by entry.'),
});
export type FigureChange = AnswerOf<typeof FigureChange>;

const EntriesOfType = named('EntriesOfType', {
  type: text('Of the events.'),
  entries: integer(),
  applied: money('What they moved, together.'),
  overage: money(),
  ineligible: money(),
});
export type EntriesOfType = AnswerOf<typeof EntriesOfType>;

const CommitmentChange = named('CommitmentChange', {
  agreementId: text(),
  commitmentId: text(),
  name: text(),
  figures: list(FigureChange, 'Those that differ.'),
  why: list(EntriesOfType, 'The entries about it since then, by type.'),
  whyComplete: boolean('False: there are more entries; explainedBy has them all, in pages.'),
});
export type CommitmentChange = AnswerOf<typeof CommitmentChange>;

const RecordedOfType = named('RecordedOfType', {
  type: text('Of the events.'),
  entries: integer(),
});
export type RecordedOfType = AnswerOf<typeof RecordedOfType>;

const InvestmentChange = named('InvestmentChange', {
  agreementId: text(),
  investmentId: text(),
  instrument: text(),
  figures: list(FigureChange, 'Those that differ.'),
  why: list(RecordedOfType, 'The entries about it since then, by type.'),
  whyComplete: boolean('False: there are more entries; explainedBy has them all, in pages.'),
});
export type InvestmentChange = AnswerOf<typeof InvestmentChange>;

export const Changes = answer('Changes', {
  sincePosition: mapOf(
    integer(),
    'How far each shard was then. After `ledgerPosition` nothing is looked at.',
  ),
  data: list(CommitmentChange, 'Commitments of which a figure changed, by id.'),
  investments: list(
    InvestmentChange,
    'Investments of which a figure changed, by id: on the page where its id stands between those of commitments.',
  ),
  recorded: list(
    RecordedOfType,
    'On the first page: all that was recorded since then, also what moved no figure. Of the first 2,000 entries of each shard.',
  ),
  recordedComplete: boolean('False: more was recorded.'),
  hasMore: boolean(),
  next: orNull(text(), 'Send it as `cursor`, with the same filters. Null: this is the last page.'),
});
/** What moved since a moment, by how much, and why. */
export type Changes = AnswerOf<typeof Changes>;
