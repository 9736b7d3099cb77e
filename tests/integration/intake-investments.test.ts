import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CommandBus } from '@nestjs/cqrs';
import type pg from 'pg';
import { pino } from 'pino';
import { investmentChannel } from '../../apps/intake/investment-channel.js';
import { digestOf } from '../../libs/contract/json/digest.js';
import { handle } from '../../libs/application/handle.js';
import type { DomainCommand } from '../../libs/domain/events.js';
import { deciders } from '../../libs/domain/aggregates.js';
import type { InvestmentCommand } from '../../libs/domain/investment/commands.js';
import { PostgresLedger } from '../../libs/ledger/postgres/postgres-ledger.js';
import { createPool } from '../../libs/host/pool.js';
import { applicationOver } from '../support/application.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { failingOn } from '../support/failing-decider.js';
import { openDeal } from '../support/usage.js';

jest.setTimeout(60_000);

const TOPICS = { investmentIngest: 'in', investmentDeadLetters: 'dlq' };
const AT = '2026-03-01T00:00:00.000000Z';
const EQUITY = 'deal.equity';
const USD = (amount: string) => ({ amount, currency: 'USD' });

const message = <Command extends DomainCommand>(id: string, command: Command) => ({
  ...{ tenant: 'acme', source: 'treasury', id, digest: digestOf(command), effectiveAt: AT },
  command,
});
const call = (id: string, tranche: string) =>
  message(id, {
    ...{ type: 'CallTranche', investmentId: EQUITY, trancheId: `${EQUITY}.${tranche}` },
    ...{ calledAt: AT },
  } as InvestmentCommand);

const failing = failingOn(
  deciders.investment,
  ({ type, trancheId }: { readonly type: string; readonly trancheId?: string }) =>
    type === 'CallTranche' && trancheId?.endsWith('.bad') === true,
  'a row that the server refuses',
);

describe('investment commands of a batch', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let ledger: PostgresLedger;
  let commands: CommandBus;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.runtimeUrl);
    ledger = await PostgresLedger.open({
      ...{ url: database.runtimeUrl, pool, deciders: { ...deciders, investment: failing } },
    });
    ({ commands } = await applicationOver(ledger, pool));
    await openDeal(ledger, 'deal', '1000');
    const agree = message('agree', {
      ...{ type: 'AgreeInvestment', agreementId: 'deal', investmentId: EQUITY },
      ...{ investorId: 'vendor', recipientId: 'lab', instrument: 'equity' },
      ...{ total: USD('15'), contingent: null },
    } as InvestmentCommand);
    const tranches = ['one', 'bad', 'two'].map((tranche, index) =>
      message(tranche, {
        ...{ type: 'AgreeTranche', agreementId: 'deal', investmentId: EQUITY },
        ...{ trancheId: `${EQUITY}.${tranche}`, number: index + 1, amount: USD('5') },
        ...{ contingent: false, gate: { all: [] }, plannedAt: null, longStopAt: null },
      } as InvestmentCommand),
    );
    const parties = ['vendor', 'lab'].map((partyId) =>
      message(partyId, { type: 'RegisterParty', partyId, name: partyId, kinds: ['vendor'] }),
    );
    for (const each of [...parties, agree, ...tranches])
      expect(
        await handle(ledger, { ...each, actor: 'alice', expectedVersion: null }),
      ).toMatchObject({ outcome: 'appended' });
  });
  afterAll(async () => {
    await ledger.close();
    await pool.end();
    await database.drop();
  });

  const logged: unknown[] = [];
  const logger = pino({ base: null }, { write: (line) => logged.push(JSON.parse(line)) });
  const take = (messages: readonly ReturnType<typeof call>[], over = pool) =>
    investmentChannel({ commands, pool: over }, TOPICS, logger).take(messages);
  const recorded = async (): Promise<readonly string[]> => {
    const entries = await ledger.readStream({ tenant: 'acme', kind: 'investment', key: EQUITY });
    return entries.filter(({ actor }) => actor === 'kafka:in').map(({ id }) => id);
  };

  it('are recorded although the ledger fails on one of them, and that one is refused', async () => {
    const messages = [call('c-1', 'one'), call('c-bad', 'bad'), call('c-2', 'two')];
    expect(await take(messages)).toEqual([
      { kind: 'settled' },
      {
        ...{ kind: 'refused', source: 'treasury', id: 'c-bad', onRecord: false },
        problem: { code: 'unrecordable', pointer: '', message: 'the ledger fails on it' },
      },
      { kind: 'settled' },
    ]);
    expect(await recorded()).toEqual(['c-1', 'c-2']);
    expect(logged).toEqual([
      expect.objectContaining({ level: 50, source: 'treasury', id: 'c-bad' }),
    ]);
    expect(logged[0]).toHaveProperty('err.stack');
  });

  it('come again when the database is away, whatever they hold', async () => {
    const gone = createPool(database.runtimeUrl);
    await gone.end();
    await expect(take([call('c-gone', 'bad')], gone)).rejects.toThrow();
  });
});
