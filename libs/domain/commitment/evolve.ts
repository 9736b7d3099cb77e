import { dayOf } from '../instant.js';
import { unitsOf } from '../money.js';
import { withCharge, withCommitments } from './allocation/book.js';
import { postedOf, takenBack, type Destination, type Posted } from './allocation/charges.js';
import { chargesLike } from './allocation/charges-by-day.js';
import { staysCovered } from './allocation/covered.js';
import { negated, mergedLines } from './allocation/lines.js';
import { movement, movementOf } from './allocation/movement.js';
import { destinationOfRecorded } from './allocation/destination.js';
import {
  commitmentIn,
  pledgedCommitment,
  replaced,
  underStatements,
  type BookedCommitment,
  type CommitmentBook,
} from './commitment.js';
import type { AllocationLine, CommitmentEvent } from './events.js';
import { profileOf } from './terms/questions.js';
import { heldFrom, statement, withStatement } from './terms/timeline.js';
import { placeOfOldReversal } from './allocation/undated.js';

type Body<Type extends CommitmentEvent['type']> = Extract<CommitmentEvent, { type: Type }>['body'];

export const evolve = (book: CommitmentBook, event: CommitmentEvent): CommitmentBook => {
  switch (event.type) {
    case 'CommitmentPledged':
      return pledged(book, event.body);
    case 'CommitmentAmended':
      return amended(book, event.body);
    case 'CommitmentTerminated':
      return terminated(book, event.body);
    case 'DrawdownRecorded':
      return drawnDown(book, event.body);
    case 'DrawdownReversed':
      return reversed(book, event.body);
    case 'DrawdownsReallocated':
      // It says how the charges fall that the book already has.
      return book;
  }
};

const pledged = (book: CommitmentBook, body: Body<'CommitmentPledged'>): CommitmentBook => {
  const { commitmentId, from, terms } = body;
  const commitments = [...book.commitments, pledgedCommitment(commitmentId, from, terms)];
  return underTerms(book, commitments, dayOf(from), body.undated);
};

const amended = (book: CommitmentBook, body: Body<'CommitmentAmended'>): CommitmentBook => {
  const { commitmentId, number, from, terms } = body;
  const commitment = commitmentIn(book, commitmentId);
  const statements = withStatement(commitment.statements, statement(from, number, terms));
  const earliest = heldFrom(commitment.timeline);
  const holdsFrom = from < earliest ? earliest : from;
  const changed = replaced(book, { ...commitment, ...underStatements(statements) });
  return underTerms(book, changed, dayOf(holdsFrom), body.undated);
};

const terminated = (book: CommitmentBook, body: Body<'CommitmentTerminated'>): CommitmentBook => {
  const { commitmentId, terminatedAt, obligation } = body;
  const termination = { at: terminatedAt, obligation };
  const commitment: BookedCommitment = { ...commitmentIn(book, commitmentId), termination };
  return underTerms(book, replaced(book, commitment), dayOf(terminatedAt), body.undated);
};

const underTerms = (
  book: CommitmentBook,
  commitments: readonly BookedCommitment[],
  day: string,
  undated: true | undefined,
): CommitmentBook => {
  const next = withCommitments(book, commitments);
  if (!undated) return { ...next, unsaid: [] };
  return { ...next, unsaid: mergedLines(book.unsaid, movement(book, next, day).lines) };
};

const drawnDown = (book: CommitmentBook, body: Body<'DrawdownRecorded'>): CommitmentBook => {
  const profile = profileOf(body.charge, book.questions);
  const posted = postedOf(body.effectiveAt, profile, unitsOf(body.split.gross));
  return withEntry(book, posted, body);
};

const reversed = (book: CommitmentBook, body: Body<'DrawdownReversed'>): CommitmentBook => {
  const { drawdownId, reverses, original, effectiveAt } = body;
  const gross = unitsOf(body.split.gross);
  const place =
    original === null
      ? placeOfOldReversal(book, body)
      : { at: original.effectiveAt, profile: profileOf(original, book.questions) };
  const posted = takenBack(effectiveAt, place.at, place.profile, -gross);
  return {
    ...withEntry(book, posted, body),
    reversed: new Map(book.reversed).set(reverses, (book.reversed.get(reverses) ?? 0n) - gross),
    reversals: new Set(book.reversals).add(drawdownId),
  };
};

interface Said {
  readonly lines: readonly AllocationLine[];
  readonly undated?: true;
}

const withEntry = (
  book: CommitmentBook,
  posted: Posted,
  { lines, undated }: Said,
): CommitmentBook => {
  if (posted.usage === 0n && posted.refunds === 0n) return book;
  const next = withCharge(book, posted);
  const said = undated ? { ...next, unsaid: unsaidBy(book, posted, lines) } : saidAll(next);
  if (posted.refunds === 0n && posted.usage > 0n) return said;
  const destination = chargesLike(said, posted)?.destination;
  if (!destination)
    throw new Error(`the book has no charges of ${posted.day} like those just added`);
  return staysCovered(book, destination, posted) ? said : uncovered(said, destination);
};

const saidAll = (book: CommitmentBook): CommitmentBook =>
  book.unsaid.length === 0 ? book : { ...book, unsaid: [] };

/** What an entry of schema 1 should have moved, day by day, less what it said. */
const unsaidBy = (
  book: CommitmentBook,
  posted: Posted,
  lines: readonly AllocationLine[],
): readonly AllocationLine[] => {
  const destination =
    chargesLike(book, posted)?.destination ??
    destinationOfRecorded(book, posted.profile, posted.at);
  return mergedLines(movementOf(book, posted, destination).lines, negated(lines));
};

/** Refunds of these commitments may have moved more than their own place: from now on all is looked at. */
const uncovered = (book: CommitmentBook, { placements }: Destination): CommitmentBook => {
  const touched = new Set(placements.map(({ commitmentId }) => commitmentId));
  return {
    ...book,
    commitments: book.commitments.map((commitment) =>
      touched.has(commitment.commitmentId) && commitment.refundsTotal !== 0n
        ? { ...commitment, refundsCovered: false }
        : commitment,
    ),
  };
};
