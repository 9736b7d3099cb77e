import type { Agreement } from '../agreement/agreement.js';
import { termsVersionOf } from '../agreement/terms-version.js';
import type { InvestmentCommand } from './commands.js';
import type { Investment } from './investment.js';

/** What makes an investment is about the agreement; all else about the investment, if it has what the command names. */
export const termsVersion = (
  command: InvestmentCommand,
  investment: Investment,
  agreement: Agreement,
): number => {
  if (command.type === 'AgreeInvestment') return termsVersionOf(agreement);
  if (investment.status === 'unknown') return 0;
  switch (command.type) {
    case 'DefineMilestone':
    case 'AgreeTranche':
      return investment.termsVersion;
    case 'AttestMilestone':
    case 'ApproveMilestone':
    case 'WaiveMilestone':
    case 'ExtendMilestone':
      return investment.milestones[command.milestoneId] ? investment.termsVersion : 0;
    case 'CallTranche':
    case 'FundTranche':
    case 'CancelTranche':
    case 'LapseTranche':
      return investment.tranches[command.trancheId] ? investment.termsVersion : 0;
  }
};
