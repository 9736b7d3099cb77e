import type { AccessCommand } from './access/commands.js';
import type { AccessEvent } from './access/events.js';
import type { AlertRulesCommand } from './alert-rules/commands.js';
import type { AlertRulesEvent } from './alert-rules/events.js';
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
/** Everything that can be in the ledger: also who may use it, what views lack and what is watched, of which no view is made. */
export type LedgerEvent = DomainEvent | AccessEvent | ProjectionEvent | AlertRulesEvent;
export type DomainCommand =
  | PartyCommand
  | AgreementCommand
  | CommitmentCommand
  | InvestmentCommand
  | AccessCommand
  | ProjectionCommand
  | AlertRulesCommand;

/**
 * The kinds of streams, one per aggregate. `commitment`: one stream per agreement, its book of commitments with their
 * drawdowns. `access`: one per name that API keys are given. `projection`: one per event that a version of a view passes over.
 * `alert-rules`: one per tenant.
 */
export type StreamKind =
  'party' | 'agreement' | 'commitment' | 'investment' | 'access' | 'projection' | 'alert-rules';
