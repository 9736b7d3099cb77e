import type { Instant } from '../domain/decider.js';
import type { DomainCommand } from '../domain/events.js';
import { parentOf } from '../domain/ids.js';
import { skipKey } from '../domain/projection/projection.js';
import type {
  ExpectedVersion,
  Ledger,
  Outcome,
  StreamName,
  StreamReader,
  Submission,
} from '../ledger/ledger.js';
import { missingReference } from './references.js';

/** A command with who asks, when it took effect, and the identity under which it counts once. */
export interface CommandEnvelope {
  readonly tenant: string;
  readonly actor: string;
  /** Who that is, where several names may be of one person. Absent: the actor. */
  readonly person?: string | undefined;
  /** `source` + `id` is the identity of the request within the tenant, for ever. */
  readonly source: string;
  readonly id: string;
  /** SHA-256 (hex) of what was asked. */
  readonly digest: string;
  readonly effectiveAt: Instant;
  readonly expectedVersion: ExpectedVersion;
  readonly command: DomainCommand;
}

interface Target {
  readonly stream: StreamName;
  readonly alongside: StreamName | null;
}

const inBook = (tenant: string, agreementId: string): Target => ({
  stream: { tenant, kind: 'commitment', key: agreementId },
  alongside: { tenant, kind: 'agreement', key: agreementId },
});

const inInvestment = (tenant: string, investmentId: string): Target => ({
  stream: { tenant, kind: 'investment', key: investmentId },
  alongside: { tenant, kind: 'agreement', key: parentOf(investmentId) },
});

/** Which stream decides a command, and which neighbour's state it may read. */
export const targetOf = (tenant: string, command: DomainCommand): Target => {
  switch (command.type) {
    case 'RegisterParty':
    case 'DeclareRelation':
    case 'EndRelation':
      return { stream: { tenant, kind: 'party', key: command.partyId }, alongside: null };
    case 'ProposeAgreement':
    case 'ActivateAgreement':
    case 'AmendAgreement':
    case 'AttachDocument':
    case 'NoteOnAgreement':
    case 'LinkInvestment':
    case 'TerminateAgreement':
    case 'SupersedeAgreement':
      return { stream: { tenant, kind: 'agreement', key: command.agreementId }, alongside: null };
    case 'PledgeCommitment':
    case 'AmendCommitment':
    case 'TerminateCommitment':
    case 'RecordDrawdown':
    case 'ReverseDrawdown':
      return inBook(tenant, command.agreementId);
    case 'AgreeInvestment':
    case 'DefineMilestone':
    case 'AttestMilestone':
    case 'ApproveMilestone':
    case 'WaiveMilestone':
    case 'ExtendMilestone':
    case 'AgreeTranche':
    case 'CallTranche':
    case 'FundTranche':
    case 'CancelTranche':
    case 'LapseTranche':
      return inInvestment(tenant, command.investmentId);
    case 'IssueApiKey':
    case 'RevokeApiKey':
      return { stream: { tenant, kind: 'access', key: command.name }, alongside: null };
    case 'SkipProjectionEvent':
      return { stream: { tenant, kind: 'projection', key: skipKey(command) }, alongside: null };
  }
};

export const toSubmission = (envelope: CommandEnvelope): Submission => ({
  ...targetOf(envelope.tenant, envelope.command),
  source: envelope.source,
  id: envelope.id,
  digest: envelope.digest,
  actor: envelope.actor,
  person: envelope.person,
  effectiveAt: envelope.effectiveAt,
  expectedVersion: envelope.expectedVersion,
  command: envelope.command,
});

/**
 * Load, fold, decide, append: the ledger does it in one place for every aggregate; this says where. Every channel's
 * commands come through here, so that what they name is looked up for all of them. Commands that name nothing else are
 * submitted in this very turn: those of a batch are decided in its order.
 */
export const handle = (
  ledger: Ledger & StreamReader,
  envelope: CommandEnvelope,
): Promise<Outcome> => {
  const looked = missingReference(ledger, envelope.tenant, envelope.command);
  if (looked === null) return ledger.submit(toSubmission(envelope));
  return looked.then((missing) => ledger.submit({ ...toSubmission(envelope), missing }));
};
