import { CommandBus } from '@nestjs/cqrs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { enterSkip } from '../../../apps/cli/skip.js';
import type { Alerter } from '../../../libs/alerts/alerter.js';
import { RULES_KEY } from '../../../libs/domain/alert-rules/alert-rules.js';
import { shardOf } from '../../../libs/ledger/format/shard.js';
import { factsProjection } from '../../../libs/projections/facts/facts.js';
import { appendForged } from '../../support/append-forged.js';
import { eventually } from '../../support/eventually.js';
import { AGREEMENT, PLEDGE, USAGE } from '../api/examples.js';
import { startApi, type RunningApi } from '../api/running-api.js';
import { Receiver } from './receiver.js';
import { alerterOver, deal, done, endpointAt, RULE, use } from './watched.js';

const COMMITMENT = 'amazon-anthropic.cloud';
const STOPPED = { id: 'still', name: 'A view stands still', kind: 'projection-stopped' };
/** A party that the view `facts` cannot fold, recorded by somebody who could. */
const POISON = { type: 'PartyRegistered', body: null };

let api: RunningApi;
let receiver: Receiver;
let alerter: Alerter;
const troubles: string[] = [];

/** Another tenant with a deal in another shard than the poison's. */
const otherDeal = async (poisoned: number): Promise<string> => {
  const { shardCount } = api.ledger;
  const as = 'stranger';
  const ids = Array.from({ length: 50 }, (_, index) => `deal-${index}`);
  const key = ids.find(
    (id) => shardOf({ tenant: 'other', kind: 'agreement', key: id }, shardCount) !== poisoned,
  );
  if (key === undefined) throw new Error('every deal is in the shard of the poison');
  const run = async (url: string, body: unknown): Promise<void> => {
    const answer = await api.command(url, body, { as });
    if (answer.status >= 300) throw new Error(answer.text);
  };
  for (const id of ['amazon', 'anthropic'])
    await run('/v1/parties', { id, name: id, kinds: ['vendor', 'customer'] });
  await run('/v1/agreements', { ...AGREEMENT, id: key });
  await run(`/v1/agreements/${key}/activation`, { activatedAt: '2026-01-01T00:00:00Z' });
  await run(`/v1/agreements/${key}/commitments`, { ...PLEDGE, endsAt: '2031-01-01T00:00:00Z' });
  await run('/v1/alert-rules', RULE);
  return key;
};

beforeAll(async () => {
  api = await startApi();
  receiver = await Receiver.start();
  await deal(api);
  await endpointAt(api, receiver.url);
  await endpointAt(api, receiver.url, 'desk', 'other');
  for (const rule of [RULE, STOPPED]) await done(api, '/v1/alert-rules', rule);
  alerter = alerterOver(api, { onTrouble: (trouble) => troubles.push(trouble) });
}, 60_000);
afterAll(async () => {
  await alerter.close();
  await receiver.close();
  await api.close();
}, 60_000);

describe('a view that stands still', () => {
  it('keeps those rules from being evaluated that need what it lacks, and no others', async () => {
    const { shardCount } = api.ledger;
    const rules = { tenant: 'acme', kind: 'alert-rules', key: RULES_KEY } as const;
    const poisoned = shardOf({ ...rules, kind: 'agreement', key: AGREEMENT.id }, shardCount);
    const others = await otherDeal(poisoned);
    const poison = await appendForged(String(api.pool.options.connectionString), poisoned, {
      ...POISON,
      tenant: 'acme',
    });

    await eventually(() => expect(receiver.told).toEqual(['firing still facts']));
    const [message] = receiver.received;
    expect(message?.json.data).toMatchObject({
      ...{ tenant: 'acme', kind: 'projection-stopped', subject: 'facts' },
      facts: { value: 'stopped', threshold: null, events: '1' },
    });

    // Nobody knows how much of this commitment is used: its rule waits, and says so.
    await use(api, '950');
    await eventually(() => expect(alerter.status().waitingRules).toBe(1));
    expect(alerter.status()).toMatchObject({
      ...{ ready: true, state: 'evaluating' },
      waitingLike: 'acme used: the view facts stands still',
    });
    expect(troubles).toEqual([
      '1 rules wait for a view, like acme used: the view facts stands still',
    ]);

    const usage = { ...USAGE, agreement: others, amount: '901' };
    await api.send({ url: '/v1/usage-events', as: 'stranger', body: usage });
    await eventually(() =>
      expect(receiver.told).toEqual(['firing still facts', `firing used ${others}.cloud`]),
    );
    expect((await api.get('/v1/alerts', 'stranger')).json.data).toHaveLength(1);

    const system = { commands: api.app.get(CommandBus), reader: api.ledger };
    await enterSkip(system, factsProjection, poison, {
      ...{ actor: 'ann', reason: 'nobody can read it', error: 'no body' },
    });
    await eventually(() =>
      expect([...receiver.told].slice(2).sort()).toEqual([
        `firing used ${COMMITMENT}`,
        'resolved still facts',
      ]),
    );
    expect(alerter.status()).toMatchObject({ waitingRules: 0, waitingLike: null });
    expect(receiver.received).toHaveLength(4);
  }, 60_000);
});
