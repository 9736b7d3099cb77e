import type { Instant } from '../decider.js';
import { formatUnits, unitsOf } from '../money.js';
import { withCommitments } from './allocation/book.js';
import { isLater, type Charges, type DayCharges } from './allocation/charges.js';
import {
  underStatements,
  type BookedCommitment,
  type CommitmentBook,
  type Termination,
} from './commitment.js';
import type { AllocationLine } from './events.js';
import type { ChargeMatch, CommitmentTerms } from './terms/terms.js';
import { withQuestions } from './terms/questions.js';
import { statement, withStatement, type TermsTimeline } from './terms/timeline.js';

/** Compact JSON: amounts as decimal text, lists instead of objects where there are many. What follows is left out. */
type ChargesText = readonly [
  at: Instant,
  last: Instant,
  category: string,
  yes: string,
  asked: number,
  usage: string,
  refunds: string,
];

interface CommitmentText {
  readonly id: string;
  readonly statements: readonly (readonly [
    dated: Instant,
    number: number,
    terms: CommitmentTerms,
  ])[];
  readonly termination: Termination | null;
  readonly refundsCovered: boolean;
}

interface BookText {
  readonly format: number;
  readonly commitments: readonly CommitmentText[];
  readonly questions: readonly ChargeMatch[];
  readonly days: readonly (readonly [day: string, charges: readonly ChargesText[]])[];
  readonly unsaid: readonly AllocationLine[];
  readonly reversed: readonly (readonly [drawdownId: string, gross: string])[];
  readonly reversals: readonly string[];
}

/** States of another format are not read: the stream is folded from its events. */
const FORMAT = 2;

export const encode = (book: CommitmentBook): string => {
  const text: BookText = {
    format: FORMAT,
    commitments: book.commitments.map(
      ({ commitmentId, statements, termination, refundsCovered }) => ({
        id: commitmentId,
        statements: statements.map(({ dated, number, terms }) => [dated, number, terms]),
        termination,
        refundsCovered,
      }),
    ),
    questions: book.questions.map(({ match }) => match),
    days: book.months
      .flatMap(({ days }) => days)
      .map(({ day, charges }) => [day, charges.map(chargesText)]),
    unsaid: book.unsaid,
    reversed: [...book.reversed].map(([id, gross]) => [id, formatUnits(gross)]),
    reversals: [...book.reversals],
  };
  return JSON.stringify(text);
};

/** Null: written in another format. */
export const decode = (json: string): CommitmentBook | null => {
  const text = JSON.parse(json) as BookText;
  if (text.format !== FORMAT) return null;
  const months = monthsOf(text);
  const book = withCommitments(
    {
      commitments: [],
      orders: [],
      questions: text.questions.reduce(
        (known, match) => withQuestions(known, { eligibility: [{ match }] }),
        [] as CommitmentBook['questions'],
      ),
      cuts: [],
      hasLaterReversals: months.some(({ days }) =>
        days.some(({ day, charges }) => charges.some(({ at }) => isLater({ day, at }))),
      ),
      months,
      totalsByPeriod: [],
      unsaid: text.unsaid,
      reversed: new Map(text.reversed.map(([id, gross]) => [id, unitsOf(gross)])),
      reversals: new Set(text.reversals),
    },
    text.commitments.map(commitmentOf),
  );
  const covered = new Set(
    text.commitments.filter(({ refundsCovered }) => refundsCovered).map(({ id }) => id),
  );
  return {
    ...book,
    commitments: book.commitments.map((commitment) => ({
      ...commitment,
      refundsCovered: covered.has(commitment.commitmentId),
    })),
  };
};

const monthsOf = ({ days }: BookText): CommitmentBook['months'] => {
  const months: { readonly month: string; readonly days: DayCharges[] }[] = [];
  for (const [day, charges] of days) {
    const read = { day, charges: charges.map(chargesOf) };
    const last = months.at(-1);
    if (last && day.startsWith(last.month)) last.days.push(read);
    else months.push({ month: day.slice(0, 7), days: [read] });
  }
  return months;
};

const commitmentOf = (text: CommitmentText): BookedCommitment => ({
  commitmentId: text.id,
  ...underStatements(
    text.statements
      .map(([dated, number, terms]) => statement(dated, number, terms))
      .reduce<TermsTimeline>(withStatement, []),
  ),
  termination: text.termination,
  offered: [],
  offeredTotal: 0n,
  refundsTotal: 0n,
  refundsCovered: text.refundsCovered,
});

const chargesText = (charges: Charges): ChargesText => [
  charges.at,
  charges.last,
  charges.category,
  charges.yes,
  charges.asked,
  formatUnits(charges.usage),
  formatUnits(charges.refunds),
];

const NOWHERE_YET: Charges['destination'] = {
  order: 0,
  placements: [],
  trace: [],
  totalsKey: '',
  isOutside: false,
};

const chargesOf = ([at, last, category, yes, asked, usage, refunds]: ChargesText): Charges => ({
  at,
  last,
  category,
  yes,
  asked,
  usage: unitsOf(usage),
  refunds: unitsOf(refunds),
  destination: NOWHERE_YET,
});
