import type { AlertRule } from '../../domain/alert-rules/alert-rules.js';
import type { CommitmentStanding } from '../../projections/portfolio/answer.js';
import type { Obligations } from '../../projections/remaining-obligation/obligations.js';
import type { TranchePipelines } from '../../projections/tranche-pipeline/answer.js';
import { evaluate, type Questions } from './evaluations.js';
import type { Heard } from './silence.js';
import type { ViewBehind } from './views.js';

export const usd = (amount: string) => ({ amount, currency: 'USD' });
export const seen = {
  ...{ asOf: '2026-06-15', knownAt: null, ledgerPosition: { 0: 9 } },
  ...{ lag: 0, skipped: 0, skippedEvents: [] },
};
const NOW = '2026-06-15T12:00:00.000000Z';

export type Milestone = TranchePipelines['investments'][number]['milestones'][number];

const pipelines = (milestones: readonly Milestone[]): TranchePipelines => {
  const none = {
    ...{ agreed: usd('0'), funded: usd('0'), called: usd('0'), eligible: usd('0') },
    ...{ gated: usd('0'), lapsed: usd('0'), cancelled: usd('0') },
  };
  const investment = {
    ...{ agreementId: 'deal', investmentId: 'deal.equity', termsVersion: 1, investorId: 'vendor' },
    ...{ recipientId: 'lab', instrument: 'convertible', total: usd('0'), contingent: null },
    ...{ firm: none, contingentTranches: none, tranches: [] },
  };
  return { ...seen, investments: [{ ...investment, milestones }], hasMore: false, next: null };
};

const nobody = (): never => {
  throw new Error('nobody needs this');
};

/** What is answered; what nobody needs is not. */
export interface Given {
  readonly standings?: readonly CommitmentStanding[];
  readonly milestones?: readonly Milestone[];
  readonly heard?: ReadonlyMap<string, Heard>;
  readonly behind?: readonly ViewBehind[];
  readonly owed?: Obligations['commitments'];
  readonly forecast?: Questions['forecast'];
}

const questions = (given: Given): Questions => ({
  now: NOW,
  obligations: () => Promise.resolve({ ...seen, commitments: given.owed ?? [] }),
  concentration: nobody,
  portfolio: () =>
    Promise.resolve({ ...seen, data: given.standings ?? [], hasMore: false, next: null }),
  tranches: () => Promise.resolve(pipelines(given.milestones ?? [])),
  heard: () => Promise.resolve(given.heard ?? new Map()),
  forecast: given.forecast ?? nobody,
  viewsBehind: () => given.behind ?? [],
});

/** One rule, evaluated on what is given. */
export const evaluated = async (changed: Partial<AlertRule>, given: Given) => {
  const rule: AlertRule = {
    ...{ ruleId: 'rule', status: 'active', version: 1, name: 'A rule', kind: 'past-due' },
    ...{ threshold: null, currency: null, agreementId: null, commitmentId: null },
    ...changed,
  };
  const [only] = await evaluate([rule], questions(given));
  return only;
};
export const found = async (changed: Partial<AlertRule>, given: Given) =>
  (await evaluated(changed, given))?.findings;
