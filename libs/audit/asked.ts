import { formatUnits, unitsOf } from '../domain/money.js';
import type { DrawdownRecorded } from '../domain/commitment/events.js';
import type { DomainCommand, LedgerEvent } from '../domain/events.js';

/** What was asked for, as far as the event that was decided of it says. */
export interface Asked {
  readonly command: DomainCommand;
  /** The person who asked, where the decision depends on it. */
  readonly person: string | null;
}

/**
 * The request that an event answers. Events repeat what was asked, so that deciding it again must give the same event.
 * Null: the event follows another one of the same command, and nobody asked for it alone; or its type is not known here.
 */
export const askedFor = (
  event: LedgerEvent,
  original: DrawdownRecorded['body'] | null,
): Asked | null => {
  switch (event.type) {
    case 'DrawdownReversed': {
      const { split, ...body } = event.body;
      const amount = formatUnits(-unitsOf(split.gross));
      return by(null, { ...body, type: 'ReverseDrawdown', original, amount });
    }
    case 'DrawdownsReallocated':
      return null;
    case 'MilestoneAttested':
      return by(event.body.attestedBy, { ...event.body, type: 'AttestMilestone' });
    case 'MilestoneMet':
    case 'MilestoneMissed':
      return by(event.body.approvedBy, {
        ...{ ...event.body, type: 'ApproveMilestone', decision: 'approve', reason: '' },
      });
    case 'MilestoneAttestationDeclined':
      return by(event.body.declinedBy, {
        ...{ ...event.body, type: 'ApproveMilestone', decision: 'decline' },
      });
    case 'MilestoneWaived':
      return by(event.body.waivedBy, { ...event.body, type: 'WaiveMilestone' });
    default: {
      if (!Object.hasOwn(COMMANDS, event.type)) return null;
      return by(null, { ...event.body, type: COMMANDS[event.type] } as DomainCommand);
    }
  }
};

const by = (person: string | null, command: DomainCommand): Asked => ({ command, person });

/** Events that say all that was asked: the command has the same members. */
const COMMANDS: Readonly<
  Record<
    Exclude<
      LedgerEvent['type'],
      | 'DrawdownReversed'
      | 'DrawdownsReallocated'
      | 'MilestoneAttested'
      | 'MilestoneMet'
      | 'MilestoneMissed'
      | 'MilestoneAttestationDeclined'
      | 'MilestoneWaived'
    >,
    DomainCommand['type']
  >
> = {
  PartyRegistered: 'RegisterParty',
  RelationDeclared: 'DeclareRelation',
  RelationEnded: 'EndRelation',
  AgreementProposed: 'ProposeAgreement',
  AgreementActivated: 'ActivateAgreement',
  AgreementAmended: 'AmendAgreement',
  DocumentAttached: 'AttachDocument',
  AgreementNoted: 'NoteOnAgreement',
  InvestmentLinked: 'LinkInvestment',
  AgreementTerminated: 'TerminateAgreement',
  AgreementSuperseded: 'SupersedeAgreement',
  CommitmentPledged: 'PledgeCommitment',
  CommitmentAmended: 'AmendCommitment',
  CommitmentTerminated: 'TerminateCommitment',
  DrawdownRecorded: 'RecordDrawdown',
  InvestmentAgreed: 'AgreeInvestment',
  MilestoneDefined: 'DefineMilestone',
  MilestoneExtended: 'ExtendMilestone',
  TrancheAgreed: 'AgreeTranche',
  TrancheCalled: 'CallTranche',
  TrancheFunded: 'FundTranche',
  TrancheCancelled: 'CancelTranche',
  TrancheLapsed: 'LapseTranche',
  ApiKeyIssued: 'IssueApiKey',
  ApiKeyRevoked: 'RevokeApiKey',
  ProjectionEventSkipped: 'SkipProjectionEvent',
};
