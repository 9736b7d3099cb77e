import type { AccessCommand } from './access/commands.js';
import type { AccessEvent } from './access/events.js';
import type { AgreementEvent } from './agreement/events.js';
import type { AgreementCommand } from './agreement/commands.js';
import type { CommitmentCommand } from './commitment/commands.js';
import type { CommitmentEvent } from './commitment/events.js';
import type { InvestmentCommand } from './investment/commands.js';
import type { InvestmentEvent } from './investment/events.js';
import type { PartyCommand } from './party/commands.js';
import type { PartyEvent } from './party/events.js';
import type { ProjectionCommand } from './projection/commands.js';
import type { ProjectionEvent } from './projection/events.js';

/** What happens in the business: views are made of it. */
export type DomainEvent = PartyEvent | AgreementEvent | CommitmentEvent | InvestmentEvent;
/** Everything that can be in the ledger: also who may use it and what views lack, of which no view is made. */
export type LedgerEvent = DomainEvent | AccessEvent | ProjectionEvent;
export type DomainCommand =
  | PartyCommand
  | AgreementCommand
  | CommitmentCommand
  | InvestmentCommand
  | AccessCommand
  | ProjectionCommand;

/**
 * `commitment`: one stream per agreement, its book of commitments with their drawdowns. `access`: one per name that API
 * keys are given. `projection`: one per event that a version of a view passes over.
 */
export const STREAM_KINDS = [
  'party',
  'agreement',
  'commitment',
  'investment',
  'access',
  'projection',
] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

/** Every type that this version can fold, by the kind of stream it belongs to: the compiler finds the one left out. */
const TYPES: Readonly<Record<LedgerEvent['type'], StreamKind>> = {
  PartyRegistered: 'party',
  RelationDeclared: 'party',
  RelationEnded: 'party',
  AgreementProposed: 'agreement',
  AgreementActivated: 'agreement',
  AgreementAmended: 'agreement',
  DocumentAttached: 'agreement',
  AgreementNoted: 'agreement',
  InvestmentLinked: 'agreement',
  AgreementTerminated: 'agreement',
  AgreementSuperseded: 'agreement',
  CommitmentPledged: 'commitment',
  CommitmentAmended: 'commitment',
  CommitmentTerminated: 'commitment',
  DrawdownRecorded: 'commitment',
  DrawdownReversed: 'commitment',
  DrawdownsReallocated: 'commitment',
  InvestmentAgreed: 'investment',
  MilestoneDefined: 'investment',
  MilestoneAttested: 'investment',
  MilestoneMet: 'investment',
  MilestoneMissed: 'investment',
  MilestoneAttestationDeclined: 'investment',
  MilestoneWaived: 'investment',
  MilestoneExtended: 'investment',
  TrancheAgreed: 'investment',
  TrancheCalled: 'investment',
  TrancheFunded: 'investment',
  TrancheCancelled: 'investment',
  TrancheLapsed: 'investment',
  ApiKeyIssued: 'access',
  ApiKeyRevoked: 'access',
  ProjectionEventSkipped: 'projection',
};

/** The kind of stream that events of this type stand in; null: a type of another version, which nothing here can fold. */
export const kindOfEvent = (type: string): StreamKind | null =>
  Object.hasOwn(TYPES, type) ? TYPES[type as LedgerEvent['type']] : null;
