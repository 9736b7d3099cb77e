import { setImmediate as others } from 'node:timers/promises';
import { isBinding } from '../../domain/agreement/agreement.js';
import { refuse } from '../../domain/commitment/rejections.js';
import { addDays, addMonths, monthOf } from '../../domain/calendar.js';
import type { Instant } from '../../domain/decider.js';
import { startOfDay } from '../../domain/instant.js';
import { formatUnits, inCurrency, sumOf, unitsOf } from '../../domain/money.js';
import { QueryRefused, type TimeAxes } from '../asking/question.js';
import { nowOf, readView, type Views } from '../asking/read-view.js';
import { facts, sums, type RowsOf } from '../asking/rows-wanted.js';
import { burnDownDays } from '../burn-down/burn-down.js';
import { circularityWanted } from '../circularity/query.js';
import { agreementFacts, agreementsAsOf, type AgreementAsOf } from '../facts/agreements.js';
import {
  commitmentFacts,
  commitmentsAsOf,
  type CommitmentAsOf,
  type CommitmentFact,
} from '../facts/commitments.js';
import { factsProjection } from '../facts/facts.js';
import { knownDays } from '../forecast/history.js';
import { vendorConcentrationWanted } from '../vendor-concentration/query.js';
import { vendorConcentrationReads } from '../vendor-concentration/vendor-concentration.js';
import type { Scenario } from './answer.js';
import type { ScenarioChanges } from './changes.js';
import { besideToday, SPEND } from './beside-today.js';
import { addedCommitment, supposedCommitment, type Subject, type Supposed } from './supposed.js';
import { SuppositionRefused, supposedFacts, type Suppositions } from './suppositions.js';

interface ScenarioScope {
  readonly agreementId?: string | undefined;
  readonly vendorId?: string | undefined;
  readonly customerId?: string | undefined;
}

export interface ScenarioQuestion extends TimeAxes, ScenarioScope, ScenarioChanges, Suppositions {}

/** Each is forecast and looked at twice, so many at once would be too long. */
const COMMITMENTS_MAX = 20;

const daysWanted = (commitmentId: string) =>
  sums(burnDownDays, { where: { commitmentId }, by: ['period', 'currency'], per: 'day' });

type DaysOf = `days of ${string}`;
const daysOf = (commitmentId: string): DaysOf => `days of ${commitmentId}`;

type Wanted = ReturnType<typeof vendorConcentrationWanted> &
  ReturnType<typeof circularityWanted> &
  Record<DaysOf, ReturnType<typeof daysWanted>>;

/** What would come of use, beside what is forecast. Nothing is recorded, whatever is supposed. */
export const scenario = async (views: Views, question: ScenarioQuestion): Promise<Scenario> => {
  const ids = await chosenIds(views, question);
  const { rows, seen, asked } = await readView(
    views,
    vendorConcentrationReads,
    question,
    (axes): Wanted => ({
      ...vendorConcentrationWanted({ tenant: axes.tenant, ...SPEND }, axes),
      ...circularityWanted(),
      ...Object.fromEntries(ids.map((id) => [daysOf(id), daysWanted(id)])),
    }),
  );
  const known = knownDays(asked, nowOf(views));
  const after = factsAfter(rows, question, { last: known.last, now: nowOf(views) });
  const altered = commitmentsAsOf(after);
  const supposed: Supposed[] = [];
  for (const { commitment, agreement } of inScope(rows, question)) {
    const { commitmentId, currency } = commitment;
    const days = rows[daysOf(commitmentId)];
    // Pledged since it was chosen.
    if (days === undefined) continue;
    const changed = isAltered(question, commitmentId) ? altered.get(commitmentId) : undefined;
    const subject = {
      ...{ commitment, altered: changed ?? commitment, agreement, asked, known },
      days: inCurrency(days, currency),
    };
    refuseBelowApplied(subject, question);
    supposed.push(supposedCommitment(subject, question));
    await others();
  }
  const agreements = agreementsAsOf(rows.agreements);
  for (const { commitmentId, agreementId, usePerDay } of question.added ?? []) {
    const [added, agreement] = [altered.get(commitmentId), agreements.get(agreementId)];
    if (added === undefined || agreement === undefined) continue;
    const subject = { altered: added, agreement, asked, known };
    supposed.push(addedCommitment(subject, unitsOf(usePerDay), question));
  }
  return {
    computed: 'on-request',
    method: 'weekly-pattern-damped-trend',
    nextMonths: { from: addDays(known.last, 1), to: addMonths(known.last, 12) },
    commitments: supposed.map(({ told }) => told),
    ...besideToday(rows, { asked, question, month: monthOf(known.last), after, supposed }),
    ...seen,
  };
};

/** The facts about commitments as they would be. */
const factsAfter = (
  rows: RowsOf<ReturnType<typeof scopeWanted>>,
  question: ScenarioQuestion,
  { last, now }: { readonly last: string; readonly now: Instant },
): readonly CommitmentFact[] =>
  supposedFacts(question, {
    facts: rows.commitments,
    agreements: new Map(
      [...agreementsAsOf(rows.agreements)].filter(
        ([, agreement]) => isBinding(agreement) && isOf(agreement, question),
      ),
    ),
    tenant: question.tenant,
    from: startOfDay(addDays(last, 1)),
    now,
  });

const isAltered = ({ amended = [], ended = [] }: Suppositions, id: string): boolean =>
  [...amended, ...ended].some(({ commitmentId }) => commitmentId === id);

/** As the domain refuses it; it has no usage there to look at. */
const refuseBelowApplied = (
  { altered, days }: Pick<Subject, 'altered' | 'days'>,
  { amended = [] }: Suppositions,
): void => {
  const applied = sumOf(days.map((day) => day.applied));
  if (altered.total >= applied) return;
  const at = amended.findIndex(({ commitmentId }) => commitmentId === altered.commitmentId);
  if (at === -1) return;
  const facts = { total: formatUnits(altered.total), applied: formatUnits(applied) };
  const { rejection } = refuse('AmendmentBelowApplied', facts);
  throw new SuppositionRefused(rejection, `/amendedCommitments/${at}`);
};

const scopeWanted = () => ({
  agreements: facts(agreementFacts),
  commitments: facts(commitmentFacts),
});

interface InScope {
  readonly commitment: CommitmentAsOf;
  readonly agreement: AgreementAsOf;
}

/** The commitments in force that are asked about, by id. */
const inScope = (
  rows: RowsOf<ReturnType<typeof scopeWanted>>,
  scope: ScenarioScope,
): readonly InScope[] => {
  const agreements = agreementsAsOf(rows.agreements);
  return [...commitmentsAsOf(rows.commitments).values()]
    .flatMap((commitment) => {
      const agreement = agreements.get(commitment.agreementId);
      return agreement !== undefined &&
        isBinding(agreement) &&
        commitment.termination === null &&
        isOf(agreement, scope)
        ? [{ commitment, agreement }]
        : [];
    })
    .sort((left, right) => (left.commitment.commitmentId < right.commitment.commitmentId ? -1 : 1));
};

const isOf = (
  agreement: AgreementAsOf,
  { agreementId, vendorId, customerId }: ScenarioScope,
): boolean =>
  (agreementId ?? agreement.agreementId) === agreement.agreementId &&
  (vendorId ?? agreement.vendorId) === agreement.vendorId &&
  (customerId ?? agreement.customerId) === agreement.customerId;

/** Their amounts by day are read only once it is known that they are few. */
const chosenIds = async (views: Views, question: ScenarioQuestion): Promise<readonly string[]> => {
  const { rows } = await readView(views, [factsProjection], question, scopeWanted);
  const found = inScope(rows, question);
  if (found.length > COMMITMENTS_MAX) {
    throw new QueryRefused(
      'scenario-too-wide',
      `${found.length} commitments are in force there, and a scenario is about ${COMMITMENTS_MAX} at most: name an agreement, vendor or customer`,
      { commitments: found.length },
    );
  }
  return found.map(({ commitment }) => commitment.commitmentId);
};
