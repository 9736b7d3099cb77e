import type { Instant } from '../../libs/domain/decider.js';
import type { DomainCommand } from '../../libs/domain/events.js';

/** A command of the portfolio. `id` is stable: it names the thing and the step, never a date. */
export interface PortfolioCommand {
  readonly id: string;
  readonly effectiveAt: Instant;
  /** null: whoever loads the portfolio. */
  readonly actor: string | null;
  readonly command: DomainCommand;
}
