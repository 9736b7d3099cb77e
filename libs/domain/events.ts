import type { AgreementEvent } from './agreement/events.js';
import type { AgreementCommand } from './agreement/commands.js';
import type { CommitmentCommand } from './commitment/commands.js';
import type { CommitmentEvent } from './commitment/events.js';
import type { InvestmentCommand } from './investment/commands.js';
import type { InvestmentEvent } from './investment/events.js';
import type { PartyCommand } from './party/commands.js';
import type { PartyEvent } from './party/events.js';

/** Everything that can be in the ledger. */
export type DomainEvent = PartyEvent | AgreementEvent | CommitmentEvent | InvestmentEvent;
export type DomainCommand = PartyCommand | AgreementCommand | CommitmentCommand | InvestmentCommand;

/** `commitment`: one stream per agreement, its book of commitments with their drawdowns. */
export const STREAM_KINDS = ['party', 'agreement', 'commitment', 'investment'] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];
