import { moneyIn } from '../../domain/money.js';
import type { Asked, TimeAxes } from '../asking/question.js';
import { readView, type Views } from '../asking/read-view.js';
import { facts, said, type RowsOf } from '../asking/rows-wanted.js';
import { commitmentFacts, commitmentsAsOf, stateOf } from '../facts/commitments.js';
import { factsProjection } from '../facts/facts.js';
import { timesSaid } from '../facts/times-said.js';
import type { CommitmentList, ListedCommitment } from './answer.js';
import {
  agreementsBetween,
  dealingsWanted,
  partiesNamed,
  type BetweenParties,
} from './dealings.js';
import { pageOf, type Page, type PageAsked } from './page.js';

interface CommitmentsFilter extends BetweenParties {
  readonly agreementId?: string | undefined;
  readonly state?: ListedCommitment['state'] | undefined;
}

export interface CommitmentsQuestion extends TimeAxes, PageAsked, CommitmentsFilter {}

export const commitments = async (
  views: Views,
  question: CommitmentsQuestion,
): Promise<CommitmentList> => {
  const { rows, seen, asked } = await readView(views, [factsProjection], question, () =>
    commitmentsWanted(question),
  );
  return { ...commitmentsOf(rows, asked, question), ...seen };
};

export const commitmentsWanted = ({ agreementId }: CommitmentsFilter) => {
  const where = agreementId === undefined ? {} : { agreementId };
  return {
    ...dealingsWanted(),
    commitments: facts(commitmentFacts, where),
    saidCommitments: said(commitmentFacts, where),
  };
};

export const commitmentsOf = (
  rows: RowsOf<ReturnType<typeof commitmentsWanted>>,
  { effectiveBefore }: Pick<Asked, 'effectiveBefore'>,
  question: PageAsked & CommitmentsFilter,
): Page<ListedCommitment> => {
  const named = partiesNamed(rows);
  const versions = timesSaid(rows.saidCommitments, 'commitmentId');
  const agreements = agreementsBetween(rows, question);
  const listed = [...commitmentsAsOf(rows.commitments).values()].flatMap(
    (commitment): ListedCommitment[] => {
      const { agreementId, commitmentId, terms, currency, total, termination } = commitment;
      const agreement = agreements.get(agreementId);
      const state = stateOf(commitment, effectiveBefore);
      if (agreement === undefined || (question.state ?? state) !== state) return [];
      return [
        {
          ...{ agreementId, commitmentId, termsVersion: versions.get(commitmentId) ?? 0 },
          ...{ name: terms.name, state },
          vendor: named(agreement.vendorId),
          customer: named(agreement.customerId),
          total: moneyIn(currency)(total),
          ...{ startsAt: terms.startsAt, endsAt: terms.endsAt },
          terminatedAt: termination?.at ?? null,
        },
      ];
    },
  );
  return pageOf(listed, ({ commitmentId }) => commitmentId, question);
};
