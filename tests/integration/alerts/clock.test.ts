import { QueryBus } from '@nestjs/cqrs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Alerter } from '../../../libs/alerts/alerter.js';
import { rebuild } from '../../../libs/projections/engine/rebuild.js';
import { projections } from '../../../libs/projections/all.js';
import type { Query } from '../../../libs/projections/asking/query.js';
import type { TimeAxes } from '../../../libs/projections/asking/question.js';
import { eventually } from '../../support/eventually.js';
import { AGREEMENT } from '../api/examples.js';
import { startApi, type RunningApi } from '../api/running-api.js';
import { Receiver } from './receiver.js';
import { alerterOver, deal, done, endpointAt, use } from './watched.js';

const INVESTMENT = 'amazon-anthropic.equity';
const MILESTONE = `${INVESTMENT}.approval`;

let api: RunningApi;
let receiver: Receiver;
let alerter: Alerter | null = null;
/** The day on which the views are asked, and the time of day. */
let day = '2027-03-01';
let time = '09:00:00';

/** An alerter whose clock is the test's: whatever it asks, it asks as of that day. */
const start = (): void => {
  const bus = api.app.get(QueryBus);
  alerter = alerterOver(api, {
    now: () => `${day}T${time}.000000Z`,
    timeMs: 50,
    forecastMs: 0,
    queries: {
      execute: <Answer>(query: object): Promise<Answer> => {
        const { asked } = query as Query<Answer>;
        const Kind = query.constructor as new (asked: TimeAxes) => Query<Answer>;
        return bus.execute(new Kind({ ...asked, asOf: day }));
      },
    },
  });
};
const stop = async (): Promise<void> => {
  await alerter?.close();
  alerter = null;
};
const heads = async () => (await api.ledger.heads()).map(({ position }) => position);

beforeAll(async () => {
  api = await startApi();
  receiver = await Receiver.start();
  await deal(api);
  await done(api, `/v1/agreements/${AGREEMENT.id}/investments`, {
    ...{ id: 'equity', investorId: 'amazon', recipientId: 'anthropic' },
    ...{ instrument: 'convertible', total: { amount: '100', currency: 'USD' } },
  });
  await done(api, `/v1/investments/${INVESTMENT}/milestones`, {
    ...{ id: 'approval', definition: 'The regulator approves', dueAt: '2027-03-20T12:00:00Z' },
  });
  await endpointAt(api, receiver.url);
}, 60_000);
afterAll(async () => {
  await stop();
  await receiver.close();
  await api.close();
}, 60_000);

describe('a rule about time', () => {
  it('fires and is resolved once as days pass, though nothing is recorded, through restarts and rebuilds', async () => {
    const rules = [
      { id: 'due', kind: 'milestone-due-within', threshold: '14', severity: 'info' },
      { id: 'missed', kind: 'milestone-missed', severity: 'critical' },
    ];
    for (const rule of rules)
      await done(api, '/v1/alert-rules', { ...rule, name: 'Of the milestone' });
    const before = await heads();
    start();
    // 20 March is 19 days away, then 15.
    day = '2027-03-05';
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(receiver.told).toEqual([]);
    day = '2027-03-06';
    await eventually(() => expect(receiver.told).toEqual([`firing due ${MILESTONE}`]));
    expect(receiver.received[0]?.json.data).toMatchObject({
      severity: 'info',
      facts: { value: '14', threshold: '14', on: '2027-03-20', status: 'pending' },
    });
    await stop();
    for (const projection of projections)
      await rebuild({ pool: api.pool, reader: api.ledger, projection });
    start();
    day = '2027-03-19';
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(receiver.received).toHaveLength(1);
    day = '2027-03-20';
    const expected = [
      `firing due ${MILESTONE}`,
      `resolved due ${MILESTONE}`,
      `firing missed ${MILESTONE}`,
    ];
    await eventually(() => expect([...receiver.told].sort()).toEqual([...expected].sort()));
    expect(receiver.received).toHaveLength(3);
    expect(await heads()).toEqual(before);
    expect((await api.get('/v1/alerts?state=firing')).json.data).toMatchObject([
      { ruleId: 'missed', severity: 'critical', subject: MILESTONE, facts: { value: 'overdue' } },
    ]);
  });

  it('notices hours without usage, and the usage that ends them', async () => {
    await stop();
    receiver.received.length = 0;
    await use(api, '5');
    const { rows } = await api.owner.query<{ at: Date }>(
      `SELECT max(recorded_at) AS at FROM ledger.ledger_event WHERE type = 'DrawdownRecorded'`,
    );
    const last = rows[0]?.at.getTime() ?? 0;
    const after = (hours: number): void => {
      const iso = new Date(last + hours * 3_600_000 + 1).toISOString();
      day = iso.slice(0, 10);
      time = iso.slice(11, 19);
    };
    await done(api, '/v1/alert-rules', {
      ...{ id: 'silent', name: 'No usage for two days', kind: 'ingest-silent-for' },
      ...{ threshold: '48', agreementId: AGREEMENT.id },
    });
    after(48);
    start();
    await new Promise((resolve) => setTimeout(resolve, 500));
    // Seconds are cut: it is a little less than 48 hours.
    expect(receiver.told.filter((told) => told.includes('silent'))).toEqual([]);
    after(49);
    await eventually(() => expect(receiver.told).toContain(`firing silent ${AGREEMENT.id}`));
    const fired = receiver.received.find(({ json }) => json.data.ruleId === 'silent');
    expect(fired?.json.data.facts).toMatchObject({ value: '48', threshold: '48' });
    await use(api, '5');
    after(1);
    await eventually(() => expect(receiver.told).toContain(`resolved silent ${AGREEMENT.id}`));
  });
});

describe('a rule about pace', () => {
  it('fires for what is behind its plan, and is resolved when use has caught up', async () => {
    await stop();
    receiver.received.length = 0;
    day = '2026-12-31';
    await done(api, `/v1/agreements/${AGREEMENT.id}/commitments`, {
      ...{ id: 'planned', name: 'With minimums', total: { amount: '1000', currency: 'USD' } },
      ...{ basis: 'effective', effectiveAt: '2026-01-01T00:00:00Z' },
      ...{ startsAt: '2026-01-01T00:00:00Z', endsAt: '2028-01-01T00:00:00Z' },
      schedule: {
        mode: 'sum-of-periods',
        ramp: { kind: 'custom', every: 'contract-year', minimums: ['400', '600'] },
      },
    });
    await done(api, '/v1/alert-rules', {
      ...{ id: 'slow', name: 'A tenth behind', kind: 'behind-pace-by', threshold: '0.1' },
      commitmentId: 'amazon-anthropic.planned',
    });
    start();
    await eventually(() => expect(receiver.told).toContain('firing slow amazon-anthropic.planned'));
    const fired = receiver.received.find(({ json }) => json.data.ruleId === 'slow');
    // Planned by the end of the first year is its minimum; what was used before counts for it: 390 of 400 are missing.
    expect(fired?.json.data.facts).toMatchObject({
      ...{ value: '0.975', applied: { amount: '10' }, planned: { amount: '400' } },
    });
    // 360 of 400: a tenth, which is not more than a tenth.
    await use(api, '350');
    await eventually(() =>
      expect(receiver.told).toContain('resolved slow amazon-anthropic.planned'),
    );
  });
});
