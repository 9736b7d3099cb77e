import { digestOf } from '../../libs/contract/json/digest.js';
import type { Decide } from '../../libs/application/handle.js';
import { dayOf } from '../../libs/domain/instant.js';
import type { LedgerReader } from '../../libs/ledger/ledger.js';
import { portfolioCommands } from './commands.js';
import { readPortfolio } from './portfolio.js';
import { originOf } from './relative-date.js';

export const PORTFOLIO_SOURCE = 'urn:reference-portfolio';

export interface SeedRequest {
  readonly decide: Decide;
  readonly reader: LedgerReader;
  readonly tenant: string;
  /** `YYYY-MM-DD`. Counts for the first run only. */
  readonly today: string;
  /** Who loads; must differ from the two people of the file who attest and approve. */
  readonly actor: string;
}

export interface SeedResult {
  /** Recorded by this run, and found recorded by an earlier one. */
  readonly commands: number;
  readonly skipped: number;
  /** The day that all relative dates count from: the first run's. */
  readonly day: string;
}

/**
 * Loads the five reference deals through the same path as every other command. Running it again records nothing, also
 * on another day and after a run that was interrupted: the dates stay those of the first run.
 * Throws when a command is refused, or when the file says something else than what an earlier version recorded.
 */
export const seedReferencePortfolio = async (request: SeedRequest): Promise<SeedResult> => {
  const { decide, tenant, actor } = request;
  const portfolio = readPortfolio();
  const day = (await portfolioDay(request.reader, tenant)) ?? request.today;
  let commands = 0;
  let skipped = 0;
  for (const { id, effectiveAt, command, actor: person } of portfolioCommands(portfolio, day)) {
    const outcome = await decide({
      tenant,
      actor: person ?? actor,
      source: PORTFOLIO_SOURCE,
      id,
      digest: digestOf({ effectiveAt, command }),
      effectiveAt,
      expectedVersion: null,
      command,
    });
    if (outcome.outcome === 'appended') commands += 1;
    else if (outcome.outcome === 'already-appended') skipped += 1;
    else {
      throw new Error(
        `the reference portfolio could not be loaded: ${id} gave ${JSON.stringify(outcome)}. ` +
          'A ledger that holds an older version of it must be started over (npm run demo -- --reset).',
      );
    }
  }
  return { commands, skipped, day };
};

/**
 * The day of the first run, or null when the portfolio was never loaded. No clock and no extra state: the first
 * command's effective date is the day minus a fixed number of days.
 */
const portfolioDay = async (
  reader: Pick<LedgerReader, 'find'>,
  tenant: string,
): Promise<string | null> => {
  const portfolio = readPortfolio();
  const [first] = portfolioCommands(portfolio, '2000-01-01');
  if (first === undefined) throw new Error('the reference portfolio is empty');
  const entry = await reader.find(tenant, PORTFOLIO_SOURCE, first.id);
  return entry && originOf(dayOf(entry.effectiveAt), portfolio.registered);
};
