import { setImmediate as others } from 'node:timers/promises';
import { isBinding } from '../../domain/agreement/agreement.js';
import { addDays, addMonths, monthOf } from '../../domain/calendar.js';
import { inCurrency } from '../../domain/money.js';
import { QueryRefused, type TimeAxes } from '../asking/question.js';
import { nowOf, readView, type Views } from '../asking/read-view.js';
import { facts, sums, type RowsOf } from '../asking/rows-wanted.js';
import { burnDownDays } from '../burn-down/burn-down.js';
import { circularityOf, circularityWanted } from '../circularity/query.js';
import { agreementFacts, agreementsAsOf, type AgreementAsOf } from '../facts/agreements.js';
import { commitmentFacts, commitmentsAsOf, type CommitmentAsOf } from '../facts/commitments.js';
import { factsProjection } from '../facts/facts.js';
import { knownDays } from '../forecast/history.js';
import { vendorConcentrationOf, vendorConcentrationWanted } from '../vendor-concentration/query.js';
import { vendorConcentrationReads } from '../vendor-concentration/vendor-concentration.js';
import type { Scenario } from './answer.js';
import type { ScenarioChanges } from './changes.js';
import { supposedCommitment, type ExpectedUse, type Supposed } from './supposed.js';

interface ScenarioScope {
  readonly agreementId?: string | undefined;
  readonly vendorId?: string | undefined;
  readonly customerId?: string | undefined;
}

export interface ScenarioQuestion extends TimeAxes, ScenarioScope, ScenarioChanges {}

/** Each is forecast and looked at twice, so many at once would be too long. */
const COMMITMENTS_MAX = 20;

const spendOf = ({ tenant }: TimeAxes) => ({ tenant, base: 'spend', windowMonths: 12 }) as const;

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
  const spendQuestion = spendOf(question);
  const { rows, seen, asked } = await readView(
    views,
    vendorConcentrationReads,
    question,
    (axes): Wanted => ({
      ...vendorConcentrationWanted(spendQuestion, axes),
      ...circularityWanted(),
      ...Object.fromEntries(ids.map((id) => [daysOf(id), daysWanted(id)])),
    }),
  );
  const known = knownDays(asked, nowOf(views));
  const supposed: Supposed[] = [];
  for (const { commitment, agreement } of inScope(rows, question)) {
    const days = rows[daysOf(commitment.commitmentId)];
    // Pledged since it was chosen.
    if (days === undefined) continue;
    const dated = inCurrency(days, commitment.currency);
    const subject = { commitment, agreement, asked, known, days: dated };
    supposed.push(supposedCommitment(subject, question));
    await others();
  }
  const expected = supposed.flatMap((each) => (each.expected === null ? [] : [each.expected]));
  const spend = (side: 'baseline' | 'supposed') =>
    vendorConcentrationOf(
      { ...rows, spend: asSpend(expected, side, monthOf(known.last)) },
      asked,
      spendQuestion,
    ).currencies.map((each) => ({ ...each, months: null }));
  const pairs = (side: 'baseline' | 'supposed') =>
    circularityOf(
      {
        ...rows,
        payments: [...rows.payments, ...asSpend(expected, side, '')],
      },
      question,
    ).pairs;
  return {
    computed: 'on-request',
    method: 'weekly-pattern-damped-trend',
    nextMonths: { from: addDays(known.last, 1), to: addMonths(known.last, 12) },
    commitments: supposed.map(({ told }) => told),
    concentration: {
      today: vendorConcentrationOf(rows, asked, spendQuestion).currencies.map((each) => ({
        ...each,
        months: null,
      })),
      baseline: spend('baseline'),
      supposed: spend('supposed'),
    },
    circularity: {
      today: circularityOf(rows, question).pairs,
      baseline: pairs('baseline'),
      supposed: pairs('supposed'),
    },
    ...seen,
  };
};

const asSpend = (expected: readonly ExpectedUse[], side: 'baseline' | 'supposed', when: string) =>
  expected.map(({ agreementId, currency, [side]: gross }) => ({
    agreementId,
    currency,
    when,
    gross,
  }));

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
  { agreementId, vendorId, customerId }: ScenarioScope,
): readonly InScope[] => {
  const agreements = agreementsAsOf(rows.agreements);
  return [...commitmentsAsOf(rows.commitments).values()]
    .flatMap((commitment) => {
      const agreement = agreements.get(commitment.agreementId);
      return agreement !== undefined &&
        isBinding(agreement) &&
        commitment.termination === null &&
        (agreementId ?? agreement.agreementId) === agreement.agreementId &&
        (vendorId ?? agreement.vendorId) === agreement.vendorId &&
        (customerId ?? agreement.customerId) === agreement.customerId
        ? [{ commitment, agreement }]
        : [];
    })
    .sort((left, right) => (left.commitment.commitmentId < right.commitment.commitmentId ? -1 : 1));
};

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
