import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { sql } from '../../support/sql.js';
import { AMAZON, Cli } from './cli.js';
import { focusFile } from './focus-file.js';

jest.setTimeout(60_000);

interface Listed {
  readonly counts: Record<string, number>;
  readonly parked: { readonly count: number; readonly items: readonly { id: string }[] } | null;
  readonly refused: readonly { id: string; refusal: number; code: string; payload: string }[];
  readonly discarded: readonly { id: string; discarded: object }[];
}

describe('what was taken and is not in the ledger, without Kafka', () => {
  let cli: Cli;

  const event = (id: string, changes: object = {}) =>
    JSON.stringify({
      ...{ source: 'billing/aws', id, agreement: AMAZON.agreementId },
      ...{ effectiveAt: '2025-03-01T00:00:00Z', currency: 'USD', amount: '10', ...changes },
    });

  beforeAll(async () => {
    cli = await Cli.open([AMAZON]);
    const path = cli.file('events.ndjson');
    writeFileSync(
      path,
      [
        event('good'),
        event('good'),
        event('wrong', { amount: 10 }),
        event('wrong', { amount: 10 }),
        event('outside', { effectiveAt: '1999-01-01T00:00:00Z' }),
        event('typo', { agreement: 'amazon-lap' }),
        event('waits', { agreement: 'later' }),
        '{"cut',
        `"${'x'.repeat(70_000)}"`,
      ].join('\n'),
    );
    await cli.run(['post', 'usage', path]);
  });
  afterAll(() => cli.close());

  const list = (...args: readonly string[]): Promise<Listed> =>
    cli.json<Listed>(['dlq', 'list', ...args]);

  it('is listed with why and what came, once each', async () => {
    const { counts, parked, refused } = await list();
    expect(counts).toEqual({ letters: 0, parked: 2, refused: 4, discarded: 0 });
    expect(parked).toMatchObject({ count: 2, items: [{ id: 'waits' }, { id: 'typo' }] });
    expect(refused.map(({ id, code }) => [id, code]).sort()).toEqual([
      [null, 'json-truncated'],
      [null, 'line-too-long'],
      ['outside', 'usage-outside-term'],
      ['wrong', 'amount-not-a-string'],
    ]);
    expect(refused.find(({ id }) => id === 'wrong')).toMatchObject({
      ...{ times: 2, agreement: 'amazon-lab', channel: 'file', pointer: '/amount' },
      payload: event('wrong', { amount: 10 }),
    });
    const shown = await cli.run(['dlq', 'list']);
    expect(shown.out).toContain('2 usage events parked, 4 refused, 0 discarded.');
    for (const text of ['amount-not-a-string', '{"cut', 'amazon-lap', 'agreement-unknown'])
      expect(shown.out).toContain(text);
  });

  it.each([
    [['--outcome', 'parked'], 2, 0],
    [['--outcome', 'refused'], 0, 4],
    [['--agreement', 'later'], 1, 0],
    [['--code', 'usage-outside-term'], 0, 1],
    [['--source', 'billing/aws'], 2, 2],
    [['--channel', 'http'], 0, 0],
    [['--channel', 'file'], 2, 4],
  ] as const)('is filtered by %j', async (args, parked, refused) => {
    const listed = await list(...args);
    expect([listed.parked?.items.length ?? 0, listed.refused.length]).toEqual([parked, refused]);
    expect(listed.counts).toMatchObject({ parked, refused });
  });

  it('is shown whole, by name and by number', async () => {
    expect(await cli.json(['dlq', 'show', 'billing/aws', 'good'])).toMatchObject({
      ...{ outcome: 'recorded', shard: expect.any(Number), split: { applied: '10' } },
    });
    expect(await cli.json(['dlq', 'show', 'billing/aws', 'typo'])).toMatchObject({
      outcome: 'parked',
      history: [{ step: 'parked', code: 'agreement-unknown' }],
    });
    const [cut] = (await list('--code', 'json-truncated')).refused;
    expect(await cli.json(['dlq', 'show', String(cut!.refusal)])).toMatchObject({
      ...{ payload: '{"cut', truncated: false, sentBy: expect.stringMatching(/^cli:/) },
    });
    const [long] = (await list('--code', 'line-too-long')).refused;
    expect(await cli.json(['dlq', 'show', String(long!.refusal)])).toMatchObject({
      ...{ truncated: true, payload: expect.stringMatching(/^"x{1023}$/) },
    });
    expect(await cli.run(['dlq', 'show', 'billing/aws', 'nothing'])).toMatchObject({
      ...{ code: 1, err: expect.stringContaining('No usage event billing/aws nothing') },
    });
    expect((await cli.run(['dlq', 'show', 'what'])).code).toBe(2);
  });

  it('is given up with a reason, and stays readable', async () => {
    expect((await cli.run(['dlq', 'discard', 'billing/aws', 'typo'])).code).toBe(2);
    const why = ['--reason', 'sent again as amazon-lab'];
    expect(await cli.json(['dlq', 'discard', 'billing/aws', 'typo', ...why])).toMatchObject({
      ...{ outcome: 'discarded', discarded: { reason: why[1] } },
      history: [{ step: 'parked' }, { step: 'refused' }, { step: 'discarded' }],
    });
    const [cut] = (await list('--code', 'json-truncated')).refused;
    await cli.json(['dlq', 'discard', String(cut!.refusal), '--reason', 'noise']);
    expect((await list()).counts).toEqual({ letters: 0, parked: 1, refused: 3, discarded: 2 });
    const { discarded } = await list('--outcome', 'discarded');
    expect(discarded.map(({ id }) => id)).toEqual(['typo', null]);
    expect((await cli.run(['dlq', 'list', '--outcome', 'discarded'])).out).toContain('noise');
    expect(await cli.run(['dlq', 'discard', 'billing/aws', 'good', ...why])).toMatchObject({
      ...{ code: 1, err: expect.stringContaining('[usage-recorded]') },
    });
  });

  it('is tried again, one or all that a filter names', async () => {
    expect(await cli.run(['dlq', 'retry', 'billing/aws', 'wrong'])).toMatchObject({
      ...{ code: 1, err: expect.stringContaining('amount-not-a-string /amount') },
    });
    expect(await cli.json(['dlq', 'retry', '--code', 'usage-outside-term'])).toEqual({
      ...{ sent: 0, unreadable: 0, recorded: 0, parked: 0, refused: 1 },
    });
    expect(await cli.json(['dlq', 'retry', '--refused'])).toMatchObject({
      recorded: 0,
      refused: 3,
    });
    expect(await cli.json(['dlq', 'retry'])).toMatchObject({ recorded: 0, parked: 1, refused: 0 });
    expect(await cli.json(['dlq', 'show', 'billing/aws', 'outside'])).toMatchObject({
      outcome: 'refused',
      history: [{ step: 'refused', times: 1 }, { step: 'retried' }, { step: 'retried' }],
    });
  });

  it('is counted, and it adds up', async () => {
    const path = cli.file('rows.csv');
    writeFileSync(path, focusFile([{ ResourceId: 'r' }, { BilledCost: '1,5' }]) + 'cut,off\n');
    await cli.run(['import', 'focus', path]);
    const focus = (await list('--code', 'column-count')).refused;
    expect(focus).toMatchObject([{ payload: '["cut","off"]' }]);
    const cost = (await list('--channel', 'file', '--code', 'not-a-number')).refused;
    const [number] = cost.length > 0 ? cost : (await list('--code', 'spreadsheet-number')).refused;
    expect(
      JSON.parse(
        (await cli.json<{ payload: string }>(['dlq', 'show', String(number!.refusal)])).payload,
      ),
    ).toMatchObject({
      ...{ BilledCost: '1,5', ProviderName: 'AWS' },
    });
    const counts = await cli.json<{ total: object; addsUp: boolean }>(['dlq', 'counts']);
    expect(counts).toMatchObject({
      addsUp: true,
      channels: [{ channel: 'file', in: 12 }],
      total: { in: 12, recorded: 2, duplicate: 1, parked: 1, refused: 6, discarded: 2 },
    });
    // What is taken out by hand is missed.
    await sql(cli.database.ownerUrl, 'DELETE FROM ledger.parked');
    expect(await cli.json(['dlq', 'counts'])).toMatchObject({ addsUp: false });
    expect((await cli.run(['dlq', 'counts'])).out).toContain('It does not add up');
  });
});
