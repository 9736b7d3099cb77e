import type { Asked } from '../asking/question.js';
import { circularityOf } from '../circularity/query.js';
import type { CommitmentFact } from '../facts/commitments.js';
import { vendorConcentrationOf } from '../vendor-concentration/query.js';
import type { Scenario } from './answer.js';
import type { ScenarioQuestion } from './query.js';
import type { Supposed } from './supposed.js';

export const SPEND = { base: 'spend', windowMonths: 12, vendorId: undefined } as const;
const COMMITTED = { ...SPEND, base: 'committed' } as const;

type Rows = Parameters<typeof vendorConcentrationOf>[0] & Parameters<typeof circularityOf>[0];

interface Beside {
  readonly asked: Asked;
  readonly question: ScenarioQuestion;
  /** `YYYY-MM` of the last day that is known. */
  readonly month: string;
  /** Facts about commitments as they would be. */
  readonly after: readonly CommitmentFact[];
  readonly supposed: readonly Supposed[];
}

/** Concentration and circularity of today, as forecast, and as supposed: by the same questions over other rows. */
export const besideToday = (
  rows: Rows,
  { asked, question, month, after, supposed }: Beside,
): Pick<Scenario, 'concentration' | 'circularity'> => {
  const { tenant } = question;
  const rowsAfter = { ...rows, commitments: after, applied: appliedAfter(rows.applied, supposed) };
  const concentration = (from: Rows, base: typeof SPEND | typeof COMMITTED) =>
    vendorConcentrationOf(from, asked, { tenant, ...base }).currencies.map((each) => ({
      ...each,
      months: null,
    }));
  const spend = (side: Side) =>
    concentration({ ...rows, spend: expectedSpend(supposed, side, month) }, SPEND);
  const pairs = (from: Rows, side: Side) =>
    circularityOf(
      { ...from, payments: [...rows.payments, ...expectedSpend(supposed, side, '')] },
      question,
    ).pairs;
  return {
    concentration: {
      today: concentration(rows, SPEND),
      baseline: spend('baseline'),
      supposed: spend('supposed'),
      committed: {
        today: concentration(rows, COMMITTED),
        supposed: concentration(rowsAfter, COMMITTED),
      },
    },
    circularity: {
      today: circularityOf(rows, question).pairs,
      baseline: pairs(rows, 'baseline'),
      supposed: pairs(rowsAfter, 'supposed'),
    },
  };
};

type Side = 'baseline' | 'supposed';

const expectedSpend = (
  supposed: readonly Supposed[],
  side: Side,
  when: string,
): Rows['payments'] & Rows['spend'] =>
  supposed.flatMap(({ expected }) => {
    if (expected === null) return [];
    const { agreementId, currency, [side]: gross } = expected;
    return [{ agreementId, currency, when, gross }];
  });

/** A release lets go of what is not applied when it ends, not of what is not applied by now. */
const appliedAfter = (applied: Rows['applied'], supposed: readonly Supposed[]): Rows['applied'] => {
  const inTheEnd = supposed.flatMap(({ told, appliedInTheEnd }) => {
    if (told.change !== 'ended' || appliedInTheEnd === null) return [];
    const { commitmentId, total } = told;
    const nothing = { when: '', overage: 0n, ineligible: 0n };
    return [{ ...nothing, commitmentId, currency: total.currency, applied: appliedInTheEnd }];
  });
  const ended = new Set(inTheEnd.map(({ commitmentId }) => commitmentId));
  return [...applied.filter(({ commitmentId }) => !ended.has(commitmentId)), ...inTheEnd];
};
