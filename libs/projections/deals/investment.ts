import { parentOf } from '../../domain/ids.js';
import { moneyIn, sumOf } from '../../domain/money.js';
import type { TimeAxes } from '../asking/question.js';
import { readView, type Views } from '../asking/read-view.js';
import { facts, said } from '../asking/rows-wanted.js';
import { linkFacts } from '../facts/agreements.js';
import { factsProjection } from '../facts/facts.js';
import { fundingFacts, investmentFacts } from '../facts/investments.js';
import { milestoneFacts } from '../facts/milestones.js';
import { partyFacts } from '../facts/parties.js';
import { trancheFacts } from '../facts/tranches.js';
import { partiesNamed } from '../lists/dealings.js';
import { investmentTermsVersion } from '../tranche-pipeline/query.js';
import type { Investment } from './investment-answer.js';

/** Null: no such investment as of then, as known then. */
export const investment = async (
  views: Views,
  { investmentId, ...question }: TimeAxes & { readonly investmentId: string },
): Promise<Investment | null> => {
  const { rows, seen } = await readView(views, [factsProjection], question, () => ({
    parties: facts(partyFacts),
    investments: facts(investmentFacts, { investmentId }),
    fundings: facts(fundingFacts, { investmentId }),
    links: facts(linkFacts, { agreementId: parentOf(investmentId) }),
    saidTranches: said(trancheFacts, { investmentId }),
    saidMilestones: said(milestoneFacts, { investmentId }),
  }));
  const [agreed] = rows.investments;
  if (agreed === undefined) return null;
  const { agreementId, investorId, recipientId, instrument, total, contingent } = agreed;
  const named = partiesNamed(rows);
  const money = moneyIn(agreed.currency);
  return {
    ...{ agreementId, investmentId },
    termsVersion: investmentTermsVersion(rows, investmentId),
    investor: named(investorId),
    recipient: named(recipientId),
    instrument,
    agreedAt: agreed.effectiveAt,
    total: money(total),
    contingent: contingent === null ? null : money(contingent),
    funded: money(sumOf(rows.fundings.map(({ amount }) => amount))),
    fundings: rows.fundings.map(({ trancheId, amount, effectiveAt, reference }) => ({
      ...{ trancheId, amount: money(amount), valueAt: effectiveAt, reference },
    })),
    commitments: rows.links
      .filter((link) => link.investmentId === investmentId)
      .map(({ commitmentId, kind }) => ({
        commitmentId,
        kind: kind as Investment['commitments'][number]['kind'],
      })),
    ...seen,
  };
};
