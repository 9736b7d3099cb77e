import type { Instant } from '../../domain/decider.js';
import { rootOf } from '../../domain/ids.js';
import type { CommitmentTerms } from '../../domain/commitment/terms/terms.js';
import type { Asked, TimeAxes } from '../asking/question.js';
import type { Seen } from '../asking/seen.js';
import { readView, type Views } from '../asking/read-view.js';
import { commitmentFacts, commitmentsAsOf } from '../facts/commitments.js';
import { facts, said, type RowsOf } from '../asking/wanted.js';
import { factsProjection } from '../facts/facts.js';

/** Where a commitment stands in its term at the end of a day, in the words that periods have. */
export type CommitmentState = 'ahead' | 'running' | 'ended' | 'terminated';

/** A commitment as the contract has it: the terms in force, without what was used of it. */
export interface CommitmentAnswer extends CommitmentTerms {
  readonly agreementId: string;
  readonly commitmentId: string;
  /** How often its terms were stated or changed by then, whenever that takes effect: what If-Match names. */
  readonly termsVersion: number;
  readonly state: CommitmentState;
  /** From when these terms hold. */
  readonly termsFrom: Instant;
  /** How many amendments were recorded by then, also those that hold only later. */
  readonly amendments: number;
  readonly terminatedAt: Instant | null;
  /** What its termination does with what was still owed. Null: it was not terminated. */
  readonly obligation: 'released' | 'survives' | null;
}

/** Null: no such commitment as of then, as known then. */
export const commitment = async (
  views: Views,
  question: TimeAxes & { readonly commitmentId: string },
): Promise<(CommitmentAnswer & Seen) | null> => {
  const { commitmentId } = question;
  const { rows, seen, asked } = await readView(
    views,
    [factsProjection],
    question,
    () => commitmentWanted(commitmentId),
    rootOf(commitmentId),
  );
  const answer = commitmentOf(rows, asked, commitmentId);
  return answer && { ...answer, ...seen };
};

export const commitmentWanted = (commitmentId: string) => ({
  commitments: facts(commitmentFacts, { commitmentId }),
  said: said(commitmentFacts, { commitmentId }),
});

export const commitmentOf = (
  rows: RowsOf<ReturnType<typeof commitmentWanted>>,
  { effectiveBefore }: Pick<Asked, 'effectiveBefore'>,
  commitmentId: string,
): CommitmentAnswer | null => {
  const found = commitmentsAsOf(rows.commitments).get(commitmentId);
  if (!found) return null;
  const { agreementId, terms, termination, from } = found;
  const stateInTerm = (): CommitmentState => {
    if (termination !== null) return 'terminated';
    if (terms.startsAt >= effectiveBefore) return 'ahead';
    return terms.endsAt !== null && terms.endsAt <= effectiveBefore ? 'ended' : 'running';
  };
  return {
    agreementId,
    commitmentId,
    termsVersion: rows.said.length,
    state: stateInTerm(),
    termsFrom: from,
    amendments: rows.said.filter(({ change }) => change === 'amended').length,
    ...terms,
    terminatedAt: termination?.at ?? null,
    obligation: termination?.obligation ?? null,
  };
};
