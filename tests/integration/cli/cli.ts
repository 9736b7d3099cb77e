import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { handle } from '../../../libs/application/handle.js';
import { deciders } from '../../../libs/domain/aggregates.js';
import type { DomainCommand } from '../../../libs/domain/events.js';
import { PostgresLedger } from '../../../libs/ledger/postgres/postgres-ledger.js';
import { projections } from '../../../libs/projections/all.js';
import { startProjector } from '../../../libs/projections/engine/projector.js';
import { createPool } from '../../../libs/host/pool.js';
import { runCommand, type Ran } from '../../support/command-line.js';
import { dealCommands } from '../../support/deal-commands.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { sql } from '../../support/sql.js';
import { sha256 } from '../../support/scripted.js';

export type { Ran };

const START = '2024-01-01T00:00:00.000000Z';
const END = '2026-01-01T00:00:00.000000Z';

/** One deal: `vendor` sells to the lab, billed cost counts, usage and purchases draw down `total` USD in 2024 and 2025. */
export interface DealOfTest {
  readonly agreementId: string;
  readonly vendorId: string;
  readonly vendorName: string;
  readonly total: string;
  readonly startsAt?: string;
  readonly endsAt?: string;
}

export const AMAZON: DealOfTest = {
  agreementId: 'amazon-lab',
  vendorId: 'amazon',
  vendorName: 'Amazon Web Services',
  total: '1000',
};
export const MICROSOFT: DealOfTest = {
  agreementId: 'microsoft-lab',
  vendorId: 'microsoft',
  vendorName: 'Microsoft',
  total: '50',
};

const LAB: DomainCommand = {
  type: 'RegisterParty',
  partyId: 'lab',
  name: 'The lab',
  kinds: ['customer'],
};

const commandsOf = ({
  startsAt = START,
  endsAt = END,
  vendorName,
  ...deal
}: DealOfTest): readonly DomainCommand[] => [
  { type: 'RegisterParty', partyId: deal.vendorId, name: vendorName, kinds: ['vendor'] },
  ...Object.values(dealCommands({ ...deal, title: `${vendorName} for the lab`, startsAt, endsAt })),
];

/** The command line over a database of its own, in this process (`run`) or in one that can be killed (`start`). */
export class Cli {
  private constructor(
    readonly database: TestDatabase,
    readonly folder: string,
  ) {}

  static async open(deals: readonly DealOfTest[] = []): Promise<Cli> {
    const cli = new Cli(await testDatabase(), await mkdtemp(join(tmpdir(), 'ledger-cli-')));
    await cli.deal(deals);
    return cli;
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  get env(): Record<string, string> {
    const { ownerUrl, runtimeUrl } = this.database;
    return {
      DATABASE_URL: ownerUrl,
      LEDGER_RUNTIME_URL: runtimeUrl,
      LEDGER_LOG_LEVEL: 'silent',
    };
  }

  /** What serves must not hold the owner's credentials. */
  private envFor(args: readonly string[]): Record<string, string> {
    return args[0] === 'serve' ? { ...this.env, DATABASE_URL: '' } : this.env;
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return runCommand(args, { ...this.envFor(args), ...env });
  }

  /** As on a terminal of so many columns, without colours. */
  look(columns: number, args: readonly string[]): Promise<Ran> {
    return runCommand(args, { ...this.env, NO_COLOR: '1' }, columns);
  }

  /** Runs with `--json` and answers what it printed. */
  async json<Answer>(args: readonly string[]): Promise<Answer> {
    const ran = await this.run([...args, '--json']);
    if (ran.code !== 0) throw new Error(ran.err);
    return JSON.parse(ran.out) as Answer;
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const main = ['--import', './tests/support/typescript.mjs', 'apps/cli/main.ts'];
    return spawn(process.execPath, [...main, ...args], {
      env: { ...process.env, ...this.envFor(args), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  async count(type: string): Promise<number> {
    const rows = await sql<{ count: number }>(
      this.database.ownerUrl,
      'SELECT count(*)::int AS count FROM ledger.ledger_event WHERE type = $1',
      [type],
    );
    return rows[0]!.count;
  }

  async close(): Promise<void> {
    await this.database.drop();
    await rm(this.folder, { recursive: true });
  }

  private async deal(deals: readonly DealOfTest[]): Promise<void> {
    const pool = createPool(this.database.runtimeUrl);
    const ledger = await PostgresLedger.open({ pool, deciders });
    for (const command of [LAB, ...deals.flatMap(commandsOf)]) {
      const text = JSON.stringify(command);
      const outcome = await handle(ledger, {
        tenant: 'demo',
        actor: 'ann',
        source: 'test',
        id: sha256(text),
        digest: sha256(text),
        effectiveAt: START,
        expectedVersion: null,
        command,
      });
      if (outcome.outcome !== 'appended') throw new Error(JSON.stringify(outcome));
    }
    await ledger.close();
    await pool.end();
    await this.project();
  }

  /** What looks at the views does not fill them. Those that stand still at an event do so afterwards. */
  async project(): Promise<void> {
    const pool = createPool(this.database.runtimeUrl);
    const ledger = await PostgresLedger.open({ pool, deciders });
    const projector = await startProjector({ pool, reader: ledger, projections });
    const signal = AbortSignal.timeout(60_000);
    await Promise.allSettled(
      (await ledger.heads()).map(({ shard, position }) =>
        projector.settled(shard, position, signal),
      ),
    );
    await projector.stop();
    await ledger.close();
    await pool.end();
  }
}
