import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createApi } from '../../apps/api/create-api.js';
import { importFocus, openFocus } from '../../libs/deliveries/import-focus.js';
import { postUsage } from '../../libs/deliveries/post-usage.js';
import type { Principal } from '../../libs/access/principal.js';
import { usageAccounts } from '../../libs/application/inbox/usage-accounts.js';
import type { UsageTotalsAnswer } from '../../libs/contract/usage/answers.js';
import { asTestsAsk } from '../support/application.js';
import { USAGE_EVENT_TYPE } from '../../libs/contract/messages/cloud-event.js';
import { toUsageEvent } from '../../libs/contract/usage/bodies.js';
import { allTo } from '../../libs/deliveries/focus/agreement-map.js';
import { focusFile } from '../integration/cli/focus-file.js';
import { describeKafka } from '../support/kafka.js';
import { apiOver } from '../support/api-over.js';
import { openDeal } from '../support/usage.js';
import { IntakeHarness, plain, PLAIN, TENANT, usageBody } from './intake-harness.js';

const CLI: Principal = { tenant: TENANT, name: 'cli:ann', role: 'operator' };

/** I7 over every channel, in one ledger: in = recorded + duplicate + parked + refused + discarded. */
describeKafka('what came in, by every channel', () => {
  let harness: IntakeHarness;
  let api: Awaited<ReturnType<typeof createApi>>;

  beforeAll(async () => {
    harness = await IntakeHarness.open(['alpha']);
    await harness.start();
    const { ledger, pool } = harness.system;
    const poster: Principal = { tenant: TENANT, name: 'billing', role: 'admin' };
    const keys = { find: () => Promise.resolve(poster) };
    api = await createApi(apiOver({ ledger, pool, keys, metrics: harness.metrics }));
  }, 90_000);
  afterAll(async () => {
    await api.close();
    await harness.close();
  }, 30_000);

  /** Six of a kind: new, the same again, waiting, and three that are wrong, each in its own way. */
  const mixed = (name: string) => [
    usageBody(`${name}-new`),
    usageBody(`${name}-new`),
    usageBody(`${name}-waits`, { agreement: 'later' }),
    usageBody(`${name}-new`, { amount: '2' }),
    usageBody(`${name}-outside`, { effectiveAt: '1999-01-01T00:00:00Z' }),
    usageBody(`${name}-wrong`, { amount: 1 }),
  ];

  const post = (payload: string, url: string, headers: Record<string, string>) =>
    api.inject({
      ...{ method: 'POST', url: `/v1/usage-events${url}`, payload },
      headers: { authorization: `Bearer ${'k'.repeat(20)}`, ...headers },
    });
  const json = { 'content-type': 'application/json' };

  const envelope = ({ source, id, effectiveAt, ...data }: Record<string, unknown>) => ({
    ...{ specversion: '1.0', type: USAGE_EVENT_TYPE, source, id, time: effectiveAt, data },
  });

  const accounts = async () => {
    const { inbox, pool } = harness.system;
    await inbox.counter.settled();
    return usageAccounts(pool, TENANT);
  };
  const counts = (of: Partial<UsageTotalsAnswer>) => ({
    ...{ in: 0, recorded: 0, duplicate: 0, parked: 0, refused: 0, discarded: 0, ...of },
  });

  it('is counted where it is', async () => {
    for (const one of mixed('single')) await post(JSON.stringify(one), '', json);
    await post(JSON.stringify(mixed('batch')), '/batch', json);
    await post(
      `${mixed('lines')
        .map((one) => JSON.stringify(one))
        .join('\n')}\n{"cut\n`,
      '/batch',
      { 'content-type': 'application/x-ndjson' },
    );
    await post(JSON.stringify(mixed('events').map(envelope)), '/batch', {
      'content-type': 'application/cloudevents-batch+json',
    });
    await post('{"broken', '', json);
    const atomic = [usageBody('all'), usageBody('none', { agreement: 'later' })];
    await post(JSON.stringify(atomic.slice(1)), '/batch?atomic=true', json);
    const http = counts({ in: 27, recorded: 4, duplicate: 4, parked: 4, refused: 15 });
    expect(await accounts()).toMatchObject({
      addsUp: true,
      channels: [{ channel: 'http', ...http }],
    });

    const { commands } = harness.system;
    const work = { commands, principal: CLI, onRefused: () => undefined };
    const file = mixed('file').map((one) => JSON.stringify(one));
    await postUsage(Readable.from([Buffer.from([...file, '{"cut'].join('\n'))]), work);
    const rows = await openFocus(
      Readable.from([
        Buffer.from(
          focusFile([
            {
              ResourceId: 'one',
              ChargePeriodStart: '2026-03-01T00:00:00Z',
              ChargePeriodEnd: 'NULL',
            },
            { ResourceId: 'two', BilledCost: '1,5' },
          ]) + 'cut,off\n',
        ),
      ]),
    );
    const imported = await importFocus(rows, { ...work, map: allTo('alpha') });
    expect(imported.tally.counts).toMatchObject({ refused: 2 });

    await harness.produce([
      ...mixed('kafka').map((one) => plain(one)),
      { key: `${TENANT}/alpha`, value: '{"cut', headers: PLAIN },
    ]);
    await harness.settled();
    expect((await accounts()).channels).toEqual([
      { channel: 'file', ...counts({ in: 10, recorded: 2, duplicate: 1, parked: 1, refused: 6 }) },
      { channel: 'http', ...http },
      { channel: 'kafka', ...counts({ in: 7, recorded: 1, duplicate: 1, parked: 1, refused: 4 }) },
    ]);
  }, 90_000);

  it('and what waited is counted as what it becomes', async () => {
    const { commands, queries, inbox, ledger } = harness.system;
    const desk = asTestsAsk(commands, queries, inbox);
    await post(JSON.stringify(usageBody('single-waits', { agreement: 'later' })), '', json);
    const early = { agreement: 'later', effectiveAt: '1999-01-01T00:00:00Z' };
    await desk.record([toUsageEvent(usageBody('too-early', early))], CLI, 'file');
    await desk.discard(CLI, 'billing/aws', 'file-waits', 'a test');
    await desk.discard(CLI, 'billing/aws', 'kafka-wrong', 'a test');
    await openDeal(ledger, 'later', '100');
    await desk.retryParked({ tenant: TENANT, agreement: 'later' });
    expect(await accounts()).toMatchObject({
      addsUp: true,
      channels: [
        {
          channel: 'file',
          ...counts({ in: 11, recorded: 2, duplicate: 1, refused: 7, discarded: 1 }),
        },
        { channel: 'http', ...counts({ in: 28, recorded: 8, duplicate: 5, refused: 15 }) },
        {
          channel: 'kafka',
          ...counts({ in: 7, recorded: 2, duplicate: 1, refused: 3, discarded: 1 }),
        },
      ],
    });
  }, 60_000);
});
