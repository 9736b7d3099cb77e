import type { QueryBus } from '@nestjs/cqrs';
import type { TimeAxes } from '../../../libs/projections/asking/question.js';
import type { Seen } from '../../../libs/projections/asking/seen.js';
import { GetDeals } from '../../../libs/projections/deals/get-deals.js';
import { CliFailure, EXIT } from '../failure.js';

/** Whom a view is asked, when, and about what. */
export interface AskedOf {
  readonly queries: QueryBus;
  readonly axes: TimeAxes;
  readonly id: string | undefined;
}

interface CommitmentRef {
  readonly agreementId: string;
  readonly commitmentId: string;
}

interface Commitments {
  readonly refs: readonly CommitmentRef[];
  readonly seen: Seen;
}

const commitmentsOf = async ({ queries, axes }: AskedOf): Promise<Commitments> => {
  const { agreements, ...seen } = await queries.execute(new GetDeals(axes));
  const refs = agreements.flatMap(({ agreementId, commitments }) =>
    commitments.map(({ commitmentId }) => ({ agreementId, commitmentId })),
  );
  return { refs, seen };
};

export const unknown = (what: string, id: string, known: readonly string[]): CliFailure =>
  new CliFailure(
    EXIT.failed,
    `There is no ${what} ${id}.`,
    known.length === 0
      ? 'Load the reference deals: commitment-ledger seed'
      : `Use one of: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', …' : ''}`,
  );

/** A commitment by its id, or all of an agreement; all there are without an id. */
export const chosenCommitments = async (asked: AskedOf): Promise<Commitments> => {
  const { refs: all, seen } = await commitmentsOf(asked);
  const { id } = asked;
  if (id === undefined) return { refs: all, seen };
  const refs = all.filter(
    ({ agreementId, commitmentId }) => id === commitmentId || id === agreementId,
  );
  if (refs.length > 0) return { refs, seen };
  throw unknown(
    'commitment',
    id,
    all.map(({ commitmentId }) => commitmentId),
  );
};
