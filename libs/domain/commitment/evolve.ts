import { unitsOf } from '../money.js';
import { bucketOf, routeOf } from './allocation.js';
import {
  bookedCommitment,
  limitsOf,
  type BookedCommitment,
  type Bucket,
  type CommitmentBook,
} from './commitment.js';
import type { AllocationLine, AllocationTrace, CommitmentEvent } from './events.js';
import { inOrder, movesTiers, rebased, replaced } from './order.js';
import { plus, posted } from './position.js';
import { grossOf, sumsOfSplit } from './split.js';

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
  }
};

const pledged = (book: CommitmentBook, body: Body<'CommitmentPledged'>): CommitmentBook => {
  const fresh: BookedCommitment = {
    commitmentId: body.commitmentId,
    terms: body.terms,
    limits: limitsOf(body.terms),
    amendments: 0,
    terminatedAt: null,
    released: 0n,
    recorded: [],
    opening: [],
    applied: 0n,
    openingApplied: 0n,
    tier: 0,
  };
  const commitments = inOrder([...book.commitments, fresh]);
  const next = { ...book, commitments };
  return movesTiers(book.commitments, commitments) ? rebased(next) : next;
};

const amended = (book: CommitmentBook, body: Body<'CommitmentAmended'>): CommitmentBook => {
  const { commitmentId, number, terms } = body;
  const commitment = {
    ...bookedCommitment(book, commitmentId)!,
    terms,
    limits: limitsOf(terms),
    amendments: number,
  };
  return rebased({ ...book, commitments: inOrder(replaced(book.commitments, commitment)) });
};

const terminated = (book: CommitmentBook, body: Body<'CommitmentTerminated'>): CommitmentBook => {
  const { commitmentId, terminatedAt, released } = body;
  const before = bookedCommitment(book, commitmentId)!;
  const commitment = { ...before, terminatedAt, released: unitsOf(released) };
  return { ...book, commitments: replaced(book.commitments, commitment) };
};

const drawnDown = (book: CommitmentBook, body: Body<'DrawdownRecorded'>): CommitmentBook => {
  const split = sumsOfSplit(body.split);
  return {
    commitments: withLines(book.commitments, body.lines),
    shelves: withGross(book, body.trace, grossOf(split)),
    headline: plus(book.headline, split),
    openingHeadline: book.openingHeadline,
    reversed: book.reversed,
    reversals: book.reversals,
  };
};

const reversed = (book: CommitmentBook, body: Body<'DrawdownReversed'>): CommitmentBook => {
  const { drawdownId, reverses, reallocated, lines, trace } = body;
  const split = sumsOfSplit(body.split);
  const gross = grossOf(split);
  return {
    commitments: withLines(book.commitments, lines),
    shelves: withGross(book, trace, gross),
    headline: plus(book.headline, plus(split, sumsOfSplit(reallocated))),
    openingHeadline: book.openingHeadline,
    reversed: new Map(book.reversed).set(reverses, (book.reversed.get(reverses) ?? 0n) - gross),
    reversals: new Set(book.reversals).add(drawdownId),
  };
};

const withLines = (
  commitments: readonly BookedCommitment[],
  lines: readonly AllocationLine[],
): readonly BookedCommitment[] => {
  const next = commitments.slice();
  for (const line of lines) {
    const at = next.findIndex(({ commitmentId }) => commitmentId === line.commitmentId);
    const before = next[at]!;
    const sums = sumsOfSplit(line);
    // Spelled out: a spread of this object is a sixth of the cost of a drawdown.
    next[at] = {
      commitmentId: before.commitmentId,
      terms: before.terms,
      limits: before.limits,
      amendments: before.amendments,
      terminatedAt: before.terminatedAt,
      released: before.released,
      opening: before.opening,
      openingApplied: before.openingApplied,
      tier: before.tier,
      recorded: posted(before.recorded, line.period, line.class, sums),
      applied: before.applied + sums.applied,
    };
  }
  return next;
};

const withGross = (
  book: CommitmentBook,
  trace: readonly AllocationTrace[],
  gross: bigint,
): CommitmentBook['shelves'] => {
  const bucket = bucketOf(book, routeOf(trace));
  const period = bucket.route[0]!.period;
  const shelves = book.shelves.slice();
  while (shelves.length <= period) shelves.push([]);
  const { key, route } = bucket;
  const next: Bucket[] = [];
  for (const other of shelves[period]!) if (other !== bucket) next.push(other);
  next.push({ key, route, gross: bucket.gross + gross });
  shelves[period] = next;
  return shelves;
};
