import type { Instant } from '../decider.js';
import type { Charge, CommitmentEvent, DrawdownRecorded } from './events.js';

type Body<Type extends CommitmentEvent['type']> = Extract<CommitmentEvent, { type: Type }>['body'];

/** What is asked for; the decision adds from when it holds and what it moves. */
type Asked<Type extends 'CommitmentPledged' | 'CommitmentAmended'> = Omit<
  Body<Type>,
  'number' | 'from' | 'reallocated' | 'lines' | 'undated'
>;

export type CommitmentCommand =
  | ({ readonly type: 'PledgeCommitment' } & Asked<'CommitmentPledged'>)
  | ({ readonly type: 'AmendCommitment' } & Asked<'CommitmentAmended'>)
  | {
      readonly type: 'TerminateCommitment';
      readonly agreementId: string;
      readonly commitmentId: string;
      readonly terminatedAt: Instant;
      readonly obligation: 'released' | 'survives';
      readonly reason: string;
    }
  | {
      readonly type: 'RecordDrawdown';
      readonly agreementId: string;
      readonly drawdownId: string;
      readonly charge: Charge;
    }
  | {
      readonly type: 'ReverseDrawdown';
      readonly agreementId: string;
      readonly drawdownId: string;
      /** The drawdown that is taken back, as the ledger recorded it (an immutable fact, read before deciding); null: unknown. */
      readonly original: DrawdownRecorded['body'] | null;
      readonly reverses: string;
      /** Share of the original's gross to take back, in its sign (below zero for a refund); null: all that is left. */
      readonly amount: string | null;
      readonly reason: string;
    };
