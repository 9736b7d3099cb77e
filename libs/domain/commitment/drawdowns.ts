import type { Agreement } from '../agreement/agreement.js';
import { accept, type Decision, type DecisionContext, type Instant } from '../decider.js';
import { formatUnits, unitsOf } from '../money.js';
import type { Refusal } from '../refusal.js';
import { postedOf, takenBack, type Destination, type Posted } from './allocation/charges.js';
import { chargesLike } from './allocation/charges-by-day.js';
import { destinationAt, destinationOfRecorded } from './allocation/destination.js';
import { allOf } from './allocation/moved-lines.js';
import { movementOf } from './allocation/movement.js';
import { reversalSplit } from './allocation/split.js';
import type { CommitmentCommand } from './commands.js';
import type { CommitmentBook } from './commitment.js';
import type { CommitmentEvent } from './events.js';
import { refuse } from './rejections.js';
import { profileOf } from './terms/questions.js';
import { latestTerms } from './terms/timeline.js';
import { isTooFarAhead } from './too-far-ahead.js';

type Command<Type extends CommitmentCommand['type']> = Extract<CommitmentCommand, { type: Type }>;
type Answer = Decision<CommitmentEvent>;

/** Usage cannot be refused for being over the commitment: it already happened. What is above is overage. */
export const record = (
  command: Command<'RecordDrawdown'>,
  book: CommitmentBook,
  { now, effectiveAt }: DecisionContext,
  agreement: Agreement,
): Answer => {
  const { agreementId, drawdownId, charge } = command;
  if (agreement.status === 'unknown') return refuse('AgreementUnknown', { agreementId });
  const [first] = book.commitments;
  if (!first) return refuse('NoCommitmentYet', { agreementId });
  if (!takesUsage(agreement, effectiveAt)) {
    return refuse('AgreementNotActive', { agreementId, status: agreement.status });
  }
  if (isTooFarAhead(effectiveAt, now)) return refuse('EffectiveTooFarAhead', { effectiveAt, now });
  const { basis, total } = latestTerms(first.timeline).terms;
  if (charge.currency !== total.currency) {
    return refuse('CurrencyMismatch', { currency: charge.currency, bookCurrency: total.currency });
  }
  const amount = charge.costs[basis] ?? charge.amount;
  if (amount === null) return refuse('BasisAmountMissing', { basis });
  const profile = profileOf(charge, book.questions);
  const posted = postedOf(effectiveAt, profile, unitsOf(amount));
  const destination = destinationOf(book, posted);
  if (destination === null) return refuse('UsageOutsideTerm', { effectiveAt });
  const { lines, split } = movementOf(book, posted, destination);
  const { trace } = destination;
  return accept(
    ...allOf(charge.currency, {
      type: 'DrawdownRecorded',
      body: { agreementId, drawdownId, effectiveAt, basis, charge, split, lines, trace },
    }),
  );
};

/** As the charges it joins, or by the terms. Null: outside all of them. */
const destinationOf = (book: CommitmentBook, posted: Posted): Destination | null => {
  const known = chargesLike(book, posted)?.destination;
  if (known !== undefined) return known.isOutside ? null : known;
  return destinationAt(book, posted.profile, posted.at);
};

const takesUsage = (agreement: Agreement, effectiveAt: Instant): boolean =>
  agreement.status === 'active' ||
  (agreement.status === 'terminated' && effectiveAt < agreement.terminatedAt);

/** Takes back what was recorded, whatever has become of the agreement since: a correction is always possible. */
export const reverse = (
  command: Command<'ReverseDrawdown'>,
  book: CommitmentBook,
  { now, effectiveAt }: DecisionContext,
): Answer => {
  const { agreementId, drawdownId, reverses, original, amount, reason } = command;
  if (book.reversals.has(reverses)) {
    return refuse('ReversalNotReversible', { drawdownId: reverses });
  }
  if (original?.drawdownId !== reverses || original.agreementId !== agreementId) {
    return refuse('DrawdownUnknown', { drawdownId: reverses });
  }
  if (isTooFarAhead(effectiveAt, now)) return refuse('EffectiveTooFarAhead', { effectiveAt, now });
  if (effectiveAt < original.effectiveAt) {
    return refuse('ReversalBeforeOriginal', { effectiveAt, original: original.effectiveAt });
  }
  const gross = unitsOf(original.split.gross);
  const before = book.reversed.get(reverses) ?? 0n;
  const left = gross - before;
  if (left === 0n) return refuse('DrawdownAlreadyReversed', { drawdownId: reverses });
  const fault = amount === null ? null : amountFault(amount, gross, left);
  if (fault) return fault;
  const taken = amount === null ? left : unitsOf(amount);
  const { charge, trace } = original;
  const profile = profileOf(charge, book.questions);
  const posted = takenBack(effectiveAt, original.effectiveAt, profile, taken);
  const destination =
    chargesLike(book, posted)?.destination ??
    destinationOfRecorded(book, posted.profile, posted.at);
  const { lines, unstackedTotals } = movementOf(book, posted, destination);
  const { split, reallocated } = reversalSplit(original.split, before, taken, unstackedTotals);
  const { category, currency, attributes, tags } = charge;
  const placedBy = { effectiveAt: original.effectiveAt, category, attributes, tags };
  return accept(
    ...allOf(currency, {
      type: 'DrawdownReversed',
      body: {
        agreementId,
        drawdownId,
        reverses,
        currency,
        reason,
        split,
        reallocated,
        lines,
        trace,
        effectiveAt,
        original: placedBy,
      },
    }),
  );
};

/** What is taken back has the sign of the original, and is no more than what is left of it. */
const amountFault = (amount: string, gross: bigint, left: bigint): Refusal | null => {
  const taken = unitsOf(amount);
  if (taken === 0n || taken < 0n !== gross < 0n) return refuse('AmountNotPositive', { amount });
  const isTooMuch = gross < 0n ? taken < left : taken > left;
  return isTooMuch ? refuse('ReversalExceedsOriginal', { amount, left: formatUnits(left) }) : null;
};
