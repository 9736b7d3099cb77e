import { isOpen, type Agreement } from '../agreement/agreement.js';
import { accept, type Decision, type DecisionContext, type Instant } from '../decider.js';
import { parentOf } from '../ids.js';
import { instantOfMicros, microsOf } from '../instant.js';
import { formatUnits, unitsOf } from '../money.js';
import { allocate, routeOf, traceOf } from './allocation.js';
import type { CommitmentCommand } from './commands.js';
import { bookedCommitment, type CommitmentBook } from './commitment.js';
import type { AllocationTrace, Charge, CommitmentEvent, DrawdownRecorded } from './events.js';
import { remainingObligation } from './obligation.js';
import { refuse } from './rejections.js';
import { reversalSplit, splitText } from './split.js';
import type { CommitmentTerms, CostBasis } from './terms.js';
import { amendmentFault, termsFault } from './terms-faults.js';

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
      return pledge(command, book, agreement);
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
  return (
    termsFault(terms) ??
    conflict(terms, book) ??
    accept({ type: 'CommitmentPledged', body: { agreementId, commitmentId, terms } })
  );
};

/** A charge is allocated over the whole book, so the book counts one currency on one basis. */
const conflict = (terms: CommitmentTerms, { commitments }: CommitmentBook) => {
  const booked = commitments[0]?.terms;
  if (!booked) return null;
  const { currency } = terms.total;
  if (currency !== booked.total.currency) {
    return refuse('CommitmentCurrencyConflict', { currency, bookCurrency: booked.total.currency });
  }
  return terms.basis === booked.basis
    ? null
    : refuse('CommitmentBasisConflict', { basis: terms.basis, bookBasis: booked.basis });
};

/** New terms decide about the very next charge, so they cannot take effect later: views would not agree until then. */
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
  if (commitment.terminatedAt !== null) {
    const { terminatedAt } = commitment;
    return refuse('CommitmentTerminated', { commitmentId, terminatedAt });
  }
  if (isTooFarAhead(effectiveAt, now)) return refuse('EffectiveTooFarAhead', { effectiveAt, now });
  const number = commitment.amendments + 1;
  return (
    termsFault(terms) ??
    conflict(terms, book) ??
    amendmentFault(terms, commitment) ??
    accept({
      type: 'CommitmentAmended',
      body: { agreementId, commitmentId, number, terms, reason },
    })
  );
};

const terminate = (command: Command<'TerminateCommitment'>, book: CommitmentBook): Answer => {
  const { agreementId, commitmentId, terminatedAt, obligation, reason } = command;
  const commitment = bookedCommitment(book, commitmentId);
  if (!commitment) return refuse('CommitmentUnknown', { commitmentId });
  if (commitment.terminatedAt !== null) {
    return refuse('CommitmentTerminated', { commitmentId, terminatedAt: commitment.terminatedAt });
  }
  const { startsAt, endsAt } = commitment.terms;
  if (terminatedAt < startsAt || (endsAt !== null && terminatedAt > endsAt)) {
    return refuse('TerminationOutsideTerm', { terminatedAt, startsAt, endsAt });
  }
  const remaining = remainingObligation(commitment.limits.total, commitment.applied, 0n);
  const released = formatUnits(obligation === 'released' ? remaining : 0n);
  return accept({
    type: 'CommitmentTerminated',
    body: { agreementId, commitmentId, terminatedAt, released, reason },
  });
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
  const booked = book.commitments[0]?.terms;
  if (!booked) return refuse('NoCommitmentYet', { agreementId });
  if (!takesUsage(agreement, effectiveAt)) {
    return refuse('AgreementNotActive', { agreementId, status: agreement.status });
  }
  if (isTooFarAhead(effectiveAt, now)) return refuse('EffectiveTooFarAhead', { effectiveAt, now });
  const { basis, total } = booked;
  if (charge.currency !== total.currency) {
    return refuse('CurrencyMismatch', { currency: charge.currency, bookCurrency: total.currency });
  }
  const amount = charge.costs[basis] ?? charge.amount;
  if (amount === null) return refuse('BasisAmountMissing', { basis });
  const trace = traceOf(book, charge, effectiveAt);
  if (trace.length === 0) return refuse('UsageOutsideTerm', { effectiveAt });
  const drawn = { agreementId, drawdownId, basis, charge, trace };
  return accept(drawdownRecorded(drawn, book, unitsOf(amount)));
};

const drawdownRecorded = (
  drawn: {
    readonly agreementId: string;
    readonly drawdownId: string;
    readonly basis: CostBasis;
    readonly charge: Charge;
    readonly trace: readonly AllocationTrace[];
  },
  book: CommitmentBook,
  gross: bigint,
): DrawdownRecorded => {
  const { agreementId, drawdownId, basis, charge, trace } = drawn;
  const { lines, headline } = allocate(book, routeOf(trace), gross);
  const split = splitText(headline);
  return {
    type: 'DrawdownRecorded',
    body: { agreementId, drawdownId, basis, charge, split, lines, trace },
  };
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
  const { trace } = original;
  const { lines, headline } = allocate(book, routeOf(trace), -taken);
  const { split, reallocated } = reversalSplit(original.split, before, taken, headline);
  const { currency } = original.charge;
  return accept({
    type: 'DrawdownReversed',
    body: { agreementId, drawdownId, reverses, currency, reason, split, reallocated, lines, trace },
  });
};
