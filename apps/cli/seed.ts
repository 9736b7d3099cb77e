import { Readable } from 'node:stream';
import { generateUsage } from '../../infra/reference-portfolio/generate-usage.js';
import { seedReferencePortfolio, type SeedResult } from '../../infra/reference-portfolio/seed.js';
import { AGREEMENTS_WITH_USAGE } from '../../infra/reference-portfolio/usage-profiles.js';
import { decideThrough } from '../../libs/application/decide-command.js';
import { allTo } from '../../libs/deliveries/focus/agreement-map.js';
import { readFocus } from '../../libs/deliveries/focus/read-focus.js';
import type { System } from '../../libs/host/system.js';
import { importFocus } from '../../libs/deliveries/import-focus.js';

export interface Seeded extends SeedResult {
  readonly usage: readonly {
    readonly agreement: string;
    /** read = recorded + duplicate + notUsage: no row of it is parked or refused. */
    readonly read: number;
    readonly recorded: number;
    readonly duplicate: number;
    readonly notUsage: number;
  }[];
}

export interface SeedOptions {
  readonly tenant: string;
  /** `YYYY-MM-DD`; what counts is the day of the first run, so that running it again records nothing. */
  readonly today: string;
  /** Usage rows for each agreement. */
  readonly rows: number;
  readonly onProgress?: (agreement: string, read: number, rows: number) => void;
  /** Aborted: ends after what is under way. What is recorded stays, and the next run goes on from there. */
  readonly signal?: AbortSignal;
}

export const SEED_ACTOR = 'reference-portfolio';

/** The reference deals and a year of synthetic usage, by the same way as everything else. Repeating it records nothing. */
export const seed = async (system: System, options: SeedOptions): Promise<Seeded> => {
  const { commands, reader } = system;
  const decide = decideThrough(commands);
  const { tenant, today, rows, onProgress, signal } = options;
  const deals = await seedReferencePortfolio({ decide, reader, tenant, today, actor: SEED_ACTOR });
  const usage: Seeded['usage'][number][] = [];
  for (const agreement of AGREEMENTS_WITH_USAGE) {
    if (signal?.aborted === true) break;
    const file = Readable.from(generateUsage({ agreementId: agreement, today: deals.day, rows }));
    const { tally, stopped } = await importFocus(readFocus(file), {
      commands,
      principal: { tenant, name: SEED_ACTOR, role: 'operator' },
      map: allTo(agreement),
      ...(signal === undefined ? {} : { signal }),
      onRefused: ({ line, code, column, message }) => {
        throw new Error(
          `synthetic usage of ${agreement}, line ${line}: ${code} ${column ?? ''} ${message}`,
        );
      },
      onProgress: (read) => onProgress?.(agreement, read, rows),
    });
    if (stopped !== null) throw stopped;
    const { read, recorded, duplicate, notUsage } = tally.counts;
    const lost = read - recorded - duplicate - notUsage;
    if (lost > 0) throw new Error(`the ledger did not take ${lost} rows of ${agreement}`);
    usage.push({ agreement, read, recorded, duplicate, notUsage });
  }
  return { ...deals, usage };
};
