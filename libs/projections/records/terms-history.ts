import type { CommitmentTerms } from '../../domain/commitment/terms/terms.js';
import { rootOf } from '../../domain/ids.js';
import type { TimeAxes } from '../asking/question.js';
import { readView, type Views } from '../asking/read-view.js';
import { said, type RowsOf } from '../asking/rows-wanted.js';
import type { Told } from '../asking/seen.js';
import { commitmentFacts } from '../facts/commitments.js';
import { factsProjection } from '../facts/facts.js';
import type { TermsHistory } from './answer.js';

/** Null: no such commitment as known then. */
export const termsHistory = async (
  views: Views,
  question: TimeAxes & { readonly commitmentId: string },
): Promise<TermsHistory | null> => {
  const { commitmentId } = question;
  const wanted = () => termsHistoryWanted(commitmentId);
  const root = rootOf(commitmentId);
  const { rows, seen } = await readView(views, [factsProjection], question, wanted, root);
  const answer = termsHistoryOf(rows, commitmentId);
  return answer && { ...answer, ...seen };
};

const termsHistoryWanted = (commitmentId: string) => ({
  said: said(commitmentFacts, { commitmentId }),
});

const termsHistoryOf = (
  { said }: RowsOf<ReturnType<typeof termsHistoryWanted>>,
  commitmentId: string,
): Told<TermsHistory> | null => {
  const [first] = said;
  if (first === undefined) return null;
  return {
    agreementId: first.agreementId,
    commitmentId,
    termsVersion: said.length,
    versions: said.map((row, at) => ({
      version: at + 1,
      change: row.change as TermsHistory['versions'][number]['change'],
      from: row.effectiveAt,
      terms: row.terms === null ? null : (JSON.parse(row.terms) as CommitmentTerms),
      obligation: row.obligation as TermsHistory['versions'][number]['obligation'],
      ...{ shard: row.shard, position: row.position, recordedAt: row.recordedAt },
    })),
  };
};
