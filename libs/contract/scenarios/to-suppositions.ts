import type { CommitmentTerms } from '../../domain/commitment/terms/terms.js';
import { RampDoesNotFit, toSchedule, toTerms } from '../commitments/to-terms.js';
import { toAmount, toInstant, toInstantOrNull, toMoney } from '../to-values.js';
import type { ScenarioBody } from './bodies.js';

const TOTAL_ONLY = { mode: 'total-only' } as const;

/** The commitments that a validated body adds, amends and ends, as the domain has their terms. */
export const toSuppositions = ({
  addedCommitments = [],
  amendedCommitments = [],
  endedCommitments = [],
}: ScenarioBody) => ({
  added: addedCommitments.map(({ agreementId, id, usePerDay, schedule, ...body }, at) => ({
    agreementId,
    commitmentId: `${agreementId}.${id}`,
    usePerDay: toAmount(usePerDay ?? '0'),
    /** The terms count on the basis that the agreement counts by. */
    terms: under(`/addedCommitments/${at}`, () =>
      toTerms({ ...body, name: id, basis: 'effective', schedule: schedule ?? TOTAL_ONLY }),
    ),
  })),
  amended: amendedCommitments.map((body, at) => ({
    commitmentId: body.commitmentId,
    /** The supposed terms, made of those that hold. */
    termsAfter: (held: CommitmentTerms): CommitmentTerms =>
      under(`/amendedCommitments/${at}`, () => amended(body, held)),
  })),
  ended: endedCommitments.map((body) => ({
    ...body,
    terminatedAt: toInstant(body.terminatedAt),
  })),
});

const amended = (
  { total, endsAt, schedule }: NonNullable<ScenarioBody['amendedCommitments']>[number],
  held: CommitmentTerms,
): CommitmentTerms => {
  const terms = {
    ...held,
    total: total === undefined ? held.total : toMoney(total),
    endsAt: toInstantOrNull(endsAt) ?? held.endsAt,
  };
  const cut = schedule ?? (held.schedule.mode === 'total-only' ? TOTAL_ONLY : null);
  if (cut === null) return terms;
  const body = { ...terms, schedule: cut };
  const { endsAt: end, ...open } = body;
  return { ...terms, schedule: toSchedule(end === null ? open : { ...open, endsAt: end }) };
};

const under = (pointer: string, terms: () => CommitmentTerms): CommitmentTerms => {
  try {
    return terms();
  } catch (error) {
    if (!(error instanceof RampDoesNotFit)) throw error;
    throw new RampDoesNotFit(error.message, `${pointer}${error.pointer}`);
  }
};
