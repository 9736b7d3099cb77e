import { isOpen, type Agreement } from '../agreement/agreement.js';
import { accept, type Decision, type DecisionContext } from '../decider.js';
import { parentOf } from '../ids.js';
import { dayOf } from '../instant.js';
import { formatUnits } from '../money.js';
import type { Refusal } from '../refusal.js';
import { withCommitments } from './allocation/book.js';
import { allOf } from './allocation/moved-lines.js';
import { movementOfTerms } from './allocation/movement.js';
import { parts } from './allocation/split.js';
import type { CommitmentCommand } from './commands.js';
import {
  bookedCommitment,
  pledgedCommitment,
  replaced,
  underStatements,
  type CommitmentBook,
} from './commitment.js';
import type { CommitmentEvent } from './events.js';
import { appliedBy } from './obligation/applied.js';
import { stillOwed } from './obligation/remaining.js';
import { refuse } from './rejections.js';
import type { CommitmentTerms } from './terms/terms.js';
import { amendmentFault, recordedUsageFault, termsFault } from './terms/terms-faults.js';
import {
  amendmentsOf,
  latestTerms,
  pledgeHoldsFrom,
  statement,
  withStatement,
  statementNumbered,
  termsAt,
} from './terms/timeline.js';
import { isTooFarAhead } from './too-far-ahead.js';

type Command<Type extends CommitmentCommand['type']> = Extract<CommitmentCommand, { type: Type }>;
type Answer = Decision<CommitmentEvent>;

export const pledge = (
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
const conflict = (terms: CommitmentTerms, { commitments }: CommitmentBook): Refusal | null => {
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

export const amend = (
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
  const { from } = statementNumbered(statements, number);
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

export const terminate = (
  command: Command<'TerminateCommitment'>,
  book: CommitmentBook,
): Answer => {
  const { agreementId, commitmentId, terminatedAt, obligation, reason } = command;
  const commitment = bookedCommitment(book, commitmentId);
  if (!commitment) return refuse('CommitmentUnknown', { commitmentId });
  if (commitment.termination !== null) {
    return refuse('CommitmentTerminated', {
      commitmentId,
      terminatedAt: commitment.termination.at,
    });
  }
  const { terms, limits } = termsAt(commitment.timeline, terminatedAt);
  const { startsAt, endsAt } = terms;
  if (terminatedAt < startsAt || (endsAt !== null && terminatedAt > endsAt)) {
    return refuse('TerminationOutsideTerm', { terminatedAt, startsAt, endsAt });
  }
  const termination = { at: terminatedAt, obligation };
  const next = withCommitments(book, replaced(book, { ...commitment, termination }));
  const unclear = recordedUsageFault(book, next, terminatedAt);
  if (unclear) return unclear;
  const { lines, unstackedTotals } = movementOfTerms(book, next, dayOf(terminatedAt));
  const owed = stillOwed(limits.total, appliedBy(next, commitmentId), 'owed');
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
