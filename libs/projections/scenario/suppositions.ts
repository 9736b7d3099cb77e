import { type DecisionContext, type Instant, type Rejection } from '../../domain/decider.js';
import type { Agreement } from '../../domain/agreement/agreement.js';
import { emptyBook, type CommitmentBook } from '../../domain/commitment/commitment.js';
import type { CommitmentCommand } from '../../domain/commitment/commands.js';
import { decide } from '../../domain/commitment/decide.js';
import type { CommitmentEvent } from '../../domain/commitment/events.js';
import { evolve } from '../../domain/commitment/evolve.js';
import { refuse } from '../../domain/commitment/rejections.js';
import { latestTerms } from '../../domain/commitment/terms/timeline.js';
import type { CommitmentTerms } from '../../domain/commitment/terms/terms.js';
import { parentOf } from '../../domain/ids.js';
import { QueryRefused } from '../asking/question.js';
import type { AgreementAsOf } from '../facts/agreements.js';
import { saidOf, type CommitmentFact } from '../facts/commitments.js';

export interface AddedCommitment {
  readonly agreementId: string;
  readonly commitmentId: string;
  /** On whatever basis: the one of the agreement is taken. */
  readonly terms: CommitmentTerms;
  /** Decimal text in its currency. */
  readonly usePerDay: string;
}

/** Commitments that are supposed to be pledged, amended and terminated. */
export interface Suppositions {
  readonly added?: readonly AddedCommitment[];
  readonly amended?: readonly {
    readonly commitmentId: string;
    readonly termsAfter: (held: CommitmentTerms) => CommitmentTerms;
  }[];
  readonly ended?: readonly {
    readonly commitmentId: string;
    readonly terminatedAt: Instant;
    readonly obligation: 'released' | 'survives';
  }[];
}

/** The contract does not allow what is supposed: it would be refused, too, if it were asked for. */
export class SuppositionRefused extends Error {
  constructor(
    readonly rejection: Rejection,
    /** Where the body has it, as JSON pointer. */
    readonly pointer: string,
  ) {
    super(`${rejection.name}: ${pointer}`);
  }
}

/** What the facts say now. */
interface Known {
  readonly facts: readonly CommitmentFact[];
  /** Those that are asked about. */
  readonly agreements: ReadonlyMap<string, AgreementAsOf>;
  readonly tenant: string;
  /** The first moment of the forecast: amendments hold from it on. */
  readonly from: Instant;
  readonly now: Instant;
}

/**
 * The facts as they would be, as the domain decides what is supposed: what it refuses is refused here. Books are made of the
 * facts alone, so what would move of recorded usage is not looked at; nothing supposed holds before `from`.
 */
export const supposedFacts = (
  { added = [], amended = [], ended = [] }: Suppositions,
  known: Known,
): readonly CommitmentFact[] => {
  refuseRepeats([...added, ...amended, ...ended].map(({ commitmentId }) => commitmentId));
  const books = new Map<string, CommitmentBook>();
  const facts = [...known.facts];
  const suppose = (
    commitmentId: string,
    pointer: string,
    commandOn: (book: CommitmentBook) => CommitmentCommand,
  ): void => {
    const agreement = known.agreements.get(parentOf(commitmentId));
    if (agreement === undefined) {
      throw new QueryRefused(
        'scenario-out-of-scope',
        `the agreement of ${commitmentId} is not among those in force that the scenario is about`,
        { commitmentId },
      );
    }
    const { agreementId } = agreement;
    const book = books.get(agreementId) ?? bookOf(agreementId, known.facts);
    const context: DecisionContext = { now: known.now, effectiveAt: known.from, actor: '' };
    const decision = decide(commandOn(book), book, context, agreementIn(agreement));
    if (decision.outcome === 'rejected') throw new SuppositionRefused(decision.rejection, pointer);
    books.set(agreementId, decision.events.reduce(evolve, book));
    facts.push(...decision.events.flatMap((event) => factsOf(event, known)));
  };
  for (const [at, { agreementId, commitmentId, terms }] of added.entries()) {
    if (terms.startsAt < known.from) refuseBefore(commitmentId, 'begin', terms.startsAt, known);
    suppose(commitmentId, `/addedCommitments/${at}`, (book) => ({
      type: 'PledgeCommitment',
      ...{ agreementId, commitmentId, terms: { ...terms, basis: basisOf(book) ?? terms.basis } },
    }));
  }
  for (const [at, { commitmentId, termsAfter }] of amended.entries()) {
    suppose(commitmentId, `/amendedCommitments/${at}`, (book) => ({
      type: 'AmendCommitment',
      agreementId: parentOf(commitmentId),
      commitmentId,
      terms: termsAfter(heldIn(book, commitmentId, `/amendedCommitments/${at}`)),
      reason: '',
    }));
  }
  for (const [at, { commitmentId, terminatedAt, obligation }] of ended.entries()) {
    if (terminatedAt <= known.from) refuseBefore(commitmentId, 'end', terminatedAt, known);
    suppose(commitmentId, `/endedCommitments/${at}`, () => ({
      type: 'TerminateCommitment',
      ...{ agreementId: parentOf(commitmentId), commitmentId, terminatedAt, obligation },
      reason: '',
    }));
  }
  return facts;
};

const refuseRepeats = (ids: readonly string[]): void => {
  const repeated = ids.find((id, at) => ids.indexOf(id) !== at);
  if (repeated === undefined) return;
  throw new QueryRefused(
    'scenario-repeats',
    `two things are supposed of ${repeated}: suppose one`,
    {
      commitmentId: repeated,
    },
  );
};

/** What was used by then would have to be allocated anew, and nobody forecasts that. */
const refuseBefore = (
  commitmentId: string,
  verb: 'begin' | 'end',
  at: Instant,
  { from }: Known,
): never => {
  throw new QueryRefused(
    'scenario-not-ahead',
    `${commitmentId} would ${verb} at ${at}, and the scenario begins at ${from}`,
    { commitmentId, at, from },
  );
};

const basisOf = ({ commitments: [first] }: CommitmentBook) =>
  first && latestTerms(first.timeline).terms.basis;

const heldIn = (book: CommitmentBook, commitmentId: string, pointer: string): CommitmentTerms => {
  const found = book.commitments.find((each) => each.commitmentId === commitmentId);
  if (found !== undefined) return latestTerms(found.timeline).terms;
  const { rejection } = refuse('CommitmentUnknown', { commitmentId });
  throw new SuppositionRefused(rejection, pointer);
};

const NO_MOVES = { reallocated: { applied: '0', overage: '0', ineligible: '0' }, lines: [] };

const bookOf = (agreementId: string, facts: readonly CommitmentFact[]): CommitmentBook => {
  const numbers = new Map<string, number>();
  return facts
    .filter((fact) => fact.agreementId === agreementId)
    .map((fact): CommitmentEvent => {
      const { commitmentId, change, terms, obligation, effectiveAt } = fact;
      const of = { agreementId, commitmentId, ...NO_MOVES };
      if (terms === null) {
        const ends = obligation === 'released' ? obligation : 'survives';
        const ended = { terminatedAt: effectiveAt, obligation: ends, released: '0' } as const;
        return {
          type: 'CommitmentTerminated',
          body: { ...of, ...ended, reason: '', currency: '' },
        };
      }
      const stated = { ...of, from: effectiveAt, terms: JSON.parse(terms) as CommitmentTerms };
      if (change === 'pledged') return { type: 'CommitmentPledged', body: stated };
      const number = (numbers.get(commitmentId) ?? 0) + 1;
      numbers.set(commitmentId, number);
      return { type: 'CommitmentAmended', body: { ...stated, number, reason: '' } };
    })
    .reduce(evolve, emptyBook);
};

const agreementIn = ({ status, ...terms }: AgreementAsOf): Agreement => {
  const known = {
    ...{ ...terms, amendments: 0, termsVersion: 1 },
    ...{ documents: [], notes: [], links: [] },
  };
  const { startsAt } = terms;
  return status === 'active'
    ? { ...known, status, activatedAt: startsAt }
    : { ...known, status: 'terminated', terminatedAt: startsAt };
};

const factsOf = (event: CommitmentEvent, { tenant, now }: Known): readonly CommitmentFact[] => {
  const said = saidOf(event);
  if (said === null) return [];
  const place = { shard: 0, position: 0, line: 0, tenant, recordedAt: now };
  return [{ ...place, effectiveAt: said.effectiveAt, ...said.values }];
};
