import { isOpen, type Agreement } from '../agreement/agreement.js';
import { accept, type Decision, type DecisionContext, type Instant } from '../decider.js';
import { parentOf } from '../ids.js';
import { dayOf, instantOfMicros, microsOf } from '../instant.js';
import { formatUnits, unitsOf } from '../money.js';
import { withCommitments } from './allocation/book.js';
import {
  chargesLike,
  postedOf,
  takenBack,
  type Destination,
  type Posted,
} from './allocation/charges.js';
import { movementOf, movementOfTerms } from './allocation/movement.js';
import { destinationAt, destinationOfRecorded } from './allocation/destination.js';
import type { CommitmentCommand } from './commands.js';
import {
  bookedCommitment,
  pledgedCommitment,
  replaced,
  underStatements,
  type CommitmentBook,
} from './commitment.js';
import type { CommitmentEvent } from './events.js';
import { allOf } from './allocation/moved-lines.js';
import { appliedBy } from './obligation/applied.js';
import { remainingObligation } from './obligation/remaining.js';
import { refuse } from './rejections.js';
import { parts, reversalSplit, splitText } from './allocation/split.js';
import type { CommitmentTerms } from './terms/terms.js';
import { amendmentFault, recordedUsageFault, termsFault } from './terms/terms-faults.js';
import { profileOf } from './terms/questions.js';
import {
  amendmentsOf,
  inForceAt,
  latestTerms,
  pledgeHoldsFrom,
  statement,
  withStatement,
} from './terms/timeline.js';

type Command<Type extends CommitmentCommand['type']> = Extract<CommitmentCommand, { type: Type }>;
type Answer = Decision<CommitmentEvent>;

export const decide = (
  command: CommitmentCommand,
  book: CommitmentBook,
  context: DecisionContext,
  agreement: Agreement,
): Answer => {
  switch (command.type) {
    case 'PledgeCommitment':
      return pledge(command, book, context, agreement);
    case 'AmendCommitment':
      return amend(command, book, context, agreement);
    case 'TerminateCommitment':
      return terminate(command, book);
    case 'RecordDrawdown':
      return recordDrawdown(command, book, context, agreement);
    case 'ReverseDrawdown':
      return reverseDrawdown(command, book, context);
  }
};

const pledge = (
  command: Command<'PledgeCommitment'>,
  book: CommitmentBook,
  { effectiveAt }: DecisionContext,
  agreement: Agreement,
): Answer => {
  const { agreementId, commitmentId, terms } = command;
  if (agreement.status === 'unknown') return refuse('AgreementUnknown', { agreementId });
  if (!isOpen(agreement))
    return refuse('AgreementClosed', { agreementId, status: agreement.status });
  if (parentOf(commitmentId) !== agreementId) {
    return refuse('NotOfAgreement', { agreementId, id: commitmentId });
  }
  if (bookedCommitment(book, commitmentId)) {
    return refuse('CommitmentAlreadyPledged', { commitmentId });
  }
  const fault = termsFault(terms) ?? conflict(terms, book);
  if (fault) return fault;
  const from = pledgeHoldsFrom(terms, effectiveAt);
  const next = withCommitments(book, [
    ...book.commitments,
    pledgedCommitment(commitmentId, from, terms),
  ]);
  const unclear = recordedUsageFault(book, next, from);
  if (unclear) return unclear;
  const { lines, unstackedTotals } = movementOfTerms(book, next, dayOf(from));
  const moves = { reallocated: parts(unstackedTotals), lines };
  return accept(
    ...allOf(terms.total.currency, {
      type: 'CommitmentPledged',
      body: { agreementId, commitmentId, from, terms, ...moves },
    }),
  );
};

/** A charge is allocated over the whole book, so the book counts one currency on one basis. */
const conflict = (terms: CommitmentTerms, { commitments }: CommitmentBook) => {
  const [first] = commitments;
  if (!first) return null;
  const booked = latestTerms(first.timeline).terms;
  const { currency } = terms.total;
  if (currency !== booked.total.currency) {
    return refuse('CommitmentCurrencyConflict', { currency, bookCurrency: booked.total.currency });
  }
  return terms.basis === booked.basis
    ? null
    : refuse('CommitmentBasisConflict', { basis: terms.basis, bookBasis: booked.basis });
};

const amend = (
  command: Command<'AmendCommitment'>,
  book: CommitmentBook,
  { now, effectiveAt }: DecisionContext,
  agreement: Agreement,
): Answer => {
  const { agreementId, commitmentId, terms, reason } = command;
  const commitment = bookedCommitment(book, commitmentId);
  if (!commitment) return refuse('CommitmentUnknown', { commitmentId });
  if (agreement.status !== 'unknown' && !isOpen(agreement)) {
    return refuse('AgreementClosed', { agreementId, status: agreement.status });
  }
  if (commitment.termination !== null) {
    const terminatedAt = commitment.termination.at;
    return refuse('CommitmentTerminated', { commitmentId, terminatedAt });
  }
  if (isTooFarAhead(effectiveAt, now)) return refuse('EffectiveTooFarAhead', { effectiveAt, now });
  const fault = termsFault(terms) ?? conflict(terms, book);
  if (fault) return fault;
  const number = amendmentsOf(commitment.statements) + 1;
  const statements = withStatement(commitment.statements, statement(effectiveAt, number, terms));
  const amended = { ...commitment, ...underStatements(statements) };
  const next = withCommitments(book, replaced(book, amended));
  const { from } = statements.find((each) => each.number === number)!;
  const unclear =
    amendmentFault(book, commitment, statements, number) ?? recordedUsageFault(book, next, from);
  if (unclear) return unclear;
  const { lines, unstackedTotals } = movementOfTerms(book, next, dayOf(from));
  const moves = { reallocated: parts(unstackedTotals), lines };
  return accept(
    ...allOf(terms.total.currency, {
      type: 'CommitmentAmended',
      body: { agreementId, commitmentId, number, from: effectiveAt, terms, reason, ...moves },
    }),
  );
};

const terminate = (command: Command<'TerminateCommitment'>, book: CommitmentBook): Answer => {
  const { agreementId, commitmentId, terminatedAt, obligation, reason } = command;
  const commitment = bookedCommitment(book, commitmentId);
  if (!commitment) return refuse('CommitmentUnknown', { commitmentId });
  if (commitment.termination !== null) {
    return refuse('CommitmentTerminated', {
      commitmentId,
      terminatedAt: commitment.termination.at,
    });
  }
  const { timeline } = commitment;
  const { terms, limits } = timeline[inForceAt(timeline, terminatedAt)]!;
  const { startsAt, endsAt } = terms;
  if (terminatedAt < startsAt || (endsAt !== null && terminatedAt > endsAt)) {
    return refuse('TerminationOutsideTerm', { terminatedAt, startsAt, endsAt });
  }
  const termination = { at: terminatedAt, obligation };
  const next = withCommitments(book, replaced(book, { ...commitment, termination }));
  const unclear = recordedUsageFault(book, next, terminatedAt);
  if (unclear) return unclear;
  const { lines, unstackedTotals } = movementOfTerms(book, next, dayOf(terminatedAt));
  const owed = remainingObligation(limits.total, appliedBy(next, commitmentId), 'owed');
  const released = formatUnits(obligation === 'released' ? owed : 0n);
  const { currency } = terms.total;
  const moves = { currency, reallocated: parts(unstackedTotals), lines };
  return accept(
    ...allOf(currency, {
      type: 'CommitmentTerminated',
      body: { agreementId, commitmentId, terminatedAt, obligation, released, reason, ...moves },
    }),
  );
};

/** Usage cannot be refused for being over the commitment: it already happened. What is above is overage. */
const recordDrawdown = (
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
  const { lines, unstackedTotals } = movementOf(book, posted, destination);
  const split = splitText(unstackedTotals);
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

const A_DAY_IN_MICROS = 86_400_000_000n;

const isTooFarAhead = (effectiveAt: Instant, now: Instant): boolean =>
  effectiveAt > now && effectiveAt > instantOfMicros(microsOf(now) + A_DAY_IN_MICROS);

/** Takes back what was recorded, whatever has become of the agreement since: a correction is always possible. */
const reverseDrawdown = (
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
  const taken = amount === null ? left : unitsOf(amount);
  if (taken === 0n || taken < 0n !== gross < 0n)
    return refuse('AmountNotPositive', { amount: amount! });
  if (gross < 0n ? taken < left : taken > left) {
    return refuse('ReversalExceedsOriginal', { amount: amount!, left: formatUnits(left) });
  }
  const { charge, trace } = original;
  const posted = takenBack(
    effectiveAt,
    original.effectiveAt,
    profileOf(charge, book.questions),
    taken,
  );
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
