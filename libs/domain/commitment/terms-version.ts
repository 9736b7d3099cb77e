import type { Agreement } from '../agreement/agreement.js';
import { termsVersionOf } from '../agreement/terms-version.js';
import type { CommitmentCommand } from './commands.js';
import { bookedCommitment, type CommitmentBook } from './commitment.js';

/** Every commitment has its own: the pledge is 1, and each amendment and the termination one more. */
export const termsVersionIn = (book: CommitmentBook, commitmentId: string): number => {
  const commitment = bookedCommitment(book, commitmentId);
  if (!commitment) return 0;
  return commitment.statements.length + (commitment.termination === null ? 0 : 1);
};

/** A pledge, usage and what takes it back are about the agreement. */
export const termsVersion = (
  command: CommitmentCommand,
  book: CommitmentBook,
  agreement: Agreement,
): number => {
  switch (command.type) {
    case 'AmendCommitment':
    case 'TerminateCommitment':
      return termsVersionIn(book, command.commitmentId);
    case 'PledgeCommitment':
    case 'RecordDrawdown':
    case 'ReverseDrawdown':
      return termsVersionOf(agreement);
  }
};
