import type {
  InvestmentPipeline,
  TranchePipelines,
} from '../../../libs/projections/tranche-pipeline/answer.js';
import { figure } from '../cells.js';
import { day, plural } from '../format.js';
import { recordsOf } from '../records.js';
import type { Report } from '../report.js';
import type { Table } from '../table.js';
import { inWords, sumByCurrency } from './portfolio.js';

const tail = (id: string): string => id.slice(id.lastIndexOf('.') + 1);

const trancheTable = (investment: InvestmentPipeline): Table => ({
  title: `${investment.investmentId}: ${investment.investorId} in ${investment.recipientId}, ${investment.instrument}, in ${investment.total.currency}`,
  columns: [
    { title: 'Tranche', align: 'left' },
    { title: 'Stage', align: 'left' },
    { title: 'Amount', align: 'right' },
    { title: 'Funded', align: 'right' },
    { title: 'Planned', align: 'left', drop: 2 },
    { title: 'Waits for', align: 'left', drop: 1 },
  ],
  rows: investment.tranches.map((tranche) => [
    tail(tranche.trancheId) + (tranche.contingent ? ' (contingent)' : ''),
    tranche.stage,
    figure(tranche.amount),
    figure(tranche.funded),
    tranche.plannedAt === null ? '–' : day(tranche.plannedAt),
    tranche.missing.map(tail).join('\n'),
  ]),
});

/** Capital in slices: what is paid, what may be called, what waits for which milestone. */
export const tranchesReport = (answer: TranchePipelines): Report => {
  const { investments } = answer;
  const overdue = investments.flatMap(({ milestones }) =>
    milestones.filter((milestone) => milestone.overdue),
  );
  return {
    headline:
      investments.length === 0
        ? 'There are no investments yet.'
        : `${inWords(sumByCurrency(investments.map(({ firm }) => firm.funded)))} of ` +
          `${inWords(sumByCurrency(investments.map(({ total }) => total)))} firm money is funded in ${plural(investments.length, 'investment')}; ` +
          `${inWords(sumByCurrency(investments.map(({ contingentTranches }) => contingentTranches.gated)))} of contingent money is gated.`,
    tables: investments.map(trancheTable),
    notes: overdue.map(
      ({ milestoneId, dueAt }) =>
        `Overdue since ${day(dueAt)} and undecided: milestone ${milestoneId}.`,
    ),
    answer,
    records: recordsOf(
      investments.flatMap(({ investmentId, tranches }) =>
        tranches.map((tranche) => ({ investmentId, ...tranche })),
      ),
      [
        ['investment', ({ investmentId }) => investmentId],
        ['tranche', ({ trancheId }) => trancheId],
        'stage',
        'contingent',
        ['currency', ({ amount }) => amount.currency],
        'amount',
        'funded',
        'unfunded',
        'plannedAt',
        ['missing', ({ missing }) => missing.join(' ')],
      ],
    ),
    seen: answer,
  };
};
