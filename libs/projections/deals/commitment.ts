import { rootOf } from '../../domain/ids.js';
import type { Asked, TimeAxes } from '../asking/question.js';
import type { Told } from '../asking/seen.js';
import type { Commitment } from './commitment-answer.js';
import { readView, type Views } from '../asking/read-view.js';
import { commitmentFacts, commitmentsAsOf, stateOf } from '../facts/commitments.js';
import { facts, said, type RowsOf } from '../asking/rows-wanted.js';
import { factsProjection } from '../facts/facts.js';

/** Null: no such commitment as of then, as known then. */
export const commitment = async (
  views: Views,
  question: TimeAxes & { readonly commitmentId: string },
): Promise<Commitment | null> => {
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

const commitmentOf = (
  rows: RowsOf<ReturnType<typeof commitmentWanted>>,
  { effectiveBefore }: Pick<Asked, 'effectiveBefore'>,
  commitmentId: string,
): Told<Commitment> | null => {
  const found = commitmentsAsOf(rows.commitments).get(commitmentId);
  if (!found) return null;
  const { agreementId, terms, termination, from } = found;
  return {
    agreementId,
    commitmentId,
    termsVersion: rows.said.length,
    state: stateOf(found, effectiveBefore),
    termsFrom: from,
    amendments: rows.said.filter(({ change }) => change === 'amended').length,
    ...terms,
    terminatedAt: termination?.at ?? null,
    obligation: termination?.obligation ?? null,
  };
};
