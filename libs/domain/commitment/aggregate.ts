import type { Aggregate } from '../aggregate.js';
import type { Agreement } from '../agreement/agreement.js';
import { formatUnits, unitsOf } from '../money.js';
import { decode, encode } from './codec.js';
import type { CommitmentCommand } from './commands.js';
import { emptyBook, type CommitmentBook } from './commitment.js';
import { decide } from './decide.js';
import { CHANGES_TERMS, type CommitmentEvent } from './events.js';
import { evolve } from './evolve.js';
import { COMMITMENT_REFUSALS } from './rejections.js';
import { termsVersion } from './terms-version.js';

/** One stream per agreement, its book: all its commitments with everything that draws them down. */
export const commitment: Aggregate<CommitmentCommand, CommitmentEvent, CommitmentBook, Agreement> =
  {
    decider: { initial: emptyBook, decide, termsVersion, evolve, encode, decode },
    streamOf: ({ agreementId }) => agreementId,
    agreementOf: ({ agreementId }) => agreementId,
    references: {
      PledgeCommitment: [],
      AmendCommitment: [],
      TerminateCommitment: [],
      RecordDrawdown: [],
      ReverseDrawdown: [],
    },
    changesTerms: CHANGES_TERMS,
    askedBy: {
      CommitmentPledged: 'PledgeCommitment',
      CommitmentAmended: 'AmendCommitment',
      CommitmentTerminated: 'TerminateCommitment',
      DrawdownRecorded: 'RecordDrawdown',
      DrawdownReversed: ({ split, ...body }, original) => {
        const amount = formatUnits(-unitsOf(split.gross));
        return { command: { ...body, type: 'ReverseDrawdown', original, amount }, person: null };
      },
      DrawdownsReallocated: null,
    },
    refusals: COMMITMENT_REFUSALS,
  };
