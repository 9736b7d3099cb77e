import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { explanation } from '../../../libs/projections/explanation/query.js';
import { databaseServers } from '../../support/database.js';
import { project } from './contents.js';
import { Deals, TENANT } from './deals.js';

jest.setTimeout(120_000);

describe.each(databaseServers())('the explanation of some days of many, on $name', (server) => {
  let deals: Deals;

  beforeAll(async () => {
    // 40 days in turn, 60 entries each: a day lies in one or two blocks of 512, and once more at the end.
    deals = (await Deals.open(server, 1)).itIs('2026-06-01');
    await deals.deal('north');
    for (let day = 0; day < 40; day += 1) {
      const effective = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
      await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          deals.usage('north', `${day}-${index}`, '0.25', effective),
        ),
      );
    }
    await project(deals.pool, deals.ledger);
    // Not folded yet when it is asked for.
    await deals.usage('north', 'late', '2', '2026-01-03');
  });
  afterAll(() => deals.close());

  it('reads the blocks in which they are and what no table has yet, and nothing else', async () => {
    const looked: number[] = [];
    const reader = new Proxy(deals.ledger, {
      get: (ledger, name) => {
        if (name !== 'lookInStream') return Reflect.get(ledger, name, ledger) as unknown;
        return (...[stream, wanted]: Parameters<typeof ledger.lookInStream>) => {
          looked.push(wanted.after);
          return ledger.lookInStream(stream, wanted);
        };
      },
    });
    const { recordedAt } = (await deals.ledger.heads())[0]!;
    const answer = await explanation(
      { ...deals.views, reader },
      {
        ...{ tenant: TENANT, view: 'burn-down', figure: 'applied', commitmentId: 'north.cloud' },
        ...{ from: '2026-01-03', to: '2026-01-03', limit: 1_000, knownAt: recordedAt! },
      },
    );
    expect(answer).toMatchObject({ value: { amount: '17' }, addsUp: true });
    expect(answer!.lines).toHaveLength(61);
    // Day three is at 123 to 183: the first block, and then what came after the last position that was folded.
    expect(looked).toEqual([0, 2_403]);
  });
});
