import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type pg from 'pg';
import { investmentChannel } from '../../apps/intake/investment-channel.js';
import { digestOf } from '../../libs/application/digest.js';
import { handle } from '../../libs/application/handle.js';
import type { DomainCommand } from '../../libs/domain/events.js';
import { deciders } from '../../libs/domain/deciders.js';
import type { InvestmentCommand } from '../../libs/domain/investment/commands.js';
import type { AnyDecider, Deciders } from '../../libs/ledger/ledger.js';
import { PostgresLedger } from '../../libs/ledger/postgres-ledger.js';
import { createPool } from '../../libs/runtime/pool.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
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

/** The server refuses what is decided for the tranche `bad`: no text of PostgreSQL's can hold a NUL. */
const { investment } = deciders as Deciders;
const failing: AnyDecider = {
  ...investment,
  decide: (command: { readonly type: string; readonly trancheId?: string }, ...rest) => {
    const decision = investment.decide(command, ...rest);
    if (command.type !== 'CallTranche' || !command.trancheId?.endsWith('.bad')) return decision;
    return { outcome: 'accepted', events: [{ type: 'N\0', body: {} }] };
  },
  evolve: (state, event: { readonly type: string }) =>
    event.type === 'N\0' ? state : investment.evolve(state, event),
};

describe('investment commands of a batch', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let ledger: PostgresLedger;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.runtimeUrl);
    ledger = await PostgresLedger.open({
      ...{ url: database.runtimeUrl, pool, deciders: { ...deciders, investment: failing } },
    });
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
    for (const each of [agree, ...tranches])
      expect(
        await handle(ledger, { ...each, actor: 'alice', expectedVersion: null }),
      ).toMatchObject({ outcome: 'appended' });
  });
  afterAll(async () => {
    await ledger.close();
    await pool.end();
    await database.drop();
  });

  const take = (messages: readonly ReturnType<typeof call>[], over = pool) =>
    investmentChannel({ ledger, pool: over }, TOPICS).take(messages);
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
  });

  it('come again when the database is away, whatever they hold', async () => {
    const gone = createPool(database.runtimeUrl);
    await gone.end();
    await expect(take([call('c-gone', 'bad')], gone)).rejects.toThrow();
  });
});
