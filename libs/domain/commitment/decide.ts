import type { Agreement } from '../agreement/agreement.js';
import type { Decision, DecisionContext } from '../decider.js';
import type { CommitmentCommand } from './commands.js';
import type { CommitmentBook } from './commitment.js';
import * as drawdowns from './drawdowns.js';
import type { CommitmentEvent } from './events.js';
import * as pledges from './pledges.js';

export const decide = (
  command: CommitmentCommand,
  book: CommitmentBook,
  context: DecisionContext,
  agreement: Agreement,
): Decision<CommitmentEvent> => {
  switch (command.type) {
    case 'PledgeCommitment':
      return pledges.pledge(command, book, context, agreement);
    case 'AmendCommitment':
      return pledges.amend(command, book, context, agreement);
    case 'TerminateCommitment':
      return pledges.terminate(command, book);
    case 'RecordDrawdown':
      return drawdowns.record(command, book, context, agreement);
    case 'ReverseDrawdown':
      return drawdowns.reverse(command, book, context);
  }
};
