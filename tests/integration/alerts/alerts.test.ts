import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Alerter } from '../../../libs/alerts/alerter.js';
import { measureAlerts, measureUnpublished } from '../../../libs/host/alert-measures.js';
import { createMetrics } from '../../../libs/host/metrics.js';
import { eventually } from '../../support/eventually.js';
import { startApi, type RunningApi } from '../api/running-api.js';
import { Receiver, signatureOf } from './receiver.js';
import { alerterOver, deal, done, endpointAt, RULE, use } from './watched.js';

const COMMITMENT = 'amazon-anthropic.cloud';

let api: RunningApi;
let receiver: Receiver;
let alerter: Alerter;
let secret: string;

beforeAll(async () => {
  api = await startApi();
  receiver = await Receiver.start();
  await deal(api);
  secret = await endpointAt(api, receiver.url);
  await done(api, '/v1/alert-rules', RULE);
  alerter = alerterOver(api);
}, 60_000);
afterAll(async () => {
  await alerter.close();
  await receiver.close();
  await api.close();
}, 60_000);

describe('an alert', () => {
  it('fires when the view moves past the threshold, and says by how much', async () => {
    await use(api, '900');
    await use(api, '0.01');
    await eventually(() => expect(receiver.told).toEqual([`firing used ${COMMITMENT}`]));
    const [message] = receiver.received;
    expect(message?.json).toEqual({
      type: 'alert.firing',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      data: {
        number: 1,
        alert: 1,
        id: message?.id,
        tenant: 'acme',
        state: 'firing',
        ruleId: 'used',
        ruleName: RULE.name,
        ruleVersion: 1,
        kind: 'utilisation-above',
        subject: COMMITMENT,
        severity: 'warning',
        facts: {
          value: '0.90001',
          threshold: '0.9',
          total: { amount: '1000', currency: 'USD' },
          applied: { amount: '900.01', currency: 'USD' },
          remaining: { amount: '99.99', currency: 'USD' },
        },
        because: null,
        ledgerPosition: expect.any(Object),
      },
    });
  });

  it('is signed as Standard Webhooks says', () => {
    const [message] = receiver.received;
    expect(message?.headers['webhook-signature']).toBe(message && signatureOf(message, secret));
    expect(message?.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('is listed while it fires', async () => {
    expect((await api.get('/v1/alerts?state=firing')).json).toEqual({
      data: [
        {
          number: 1,
          ruleId: 'used',
          ruleName: RULE.name,
          kind: 'utilisation-above',
          subject: COMMITMENT,
          severity: 'warning',
          state: 'firing',
          firedAt: expect.any(String),
          resolvedAt: null,
          resolvedNumber: null,
          facts: expect.objectContaining({ value: '0.90001' }),
          because: null,
        },
      ],
      hasMore: false,
      next: null,
    });
    expect((await api.get('/v1/alerts?state=resolved')).json.data).toEqual([]);
    expect((await api.get('/v1/alerts', 'stranger')).json.data).toEqual([]);
  });

  it('is counted without names, and so is what is to be delivered', async () => {
    const metrics = createMetrics('1');
    metrics.measures.push(measureAlerts(api.pool, metrics), measureUnpublished(api.pool, metrics));
    const text = await metrics.text();
    expect(text).toContain('ledger_alerts_firing{kind="utilisation-above",severity="warning"} 1\n');
    expect(text).toContain('ledger_alerts_firing{kind="past-due",severity="critical"} 0\n');
    expect(text).toContain('ledger_alert_deliveries{state="pending"} 0\n');
    expect(text).toContain('ledger_alert_deliveries{state="dead"} 0\n');
    // There is no topic here.
    expect(text).toContain('ledger_alerts_unpublished 1\n');
    expect(text).not.toMatch(/^ledger_alert_rules_waiting /m);
    expect(text).not.toContain(COMMITMENT);
  });

  it('goes on as long as its condition holds, whatever else moves', async () => {
    await use(api, '1');
    await use(api, '2');
    await eventually(async () =>
      expect(
        (await api.get(`/v1/commitments/${COMMITMENT}/remaining-obligation`)).json.remaining,
      ).toEqual({ amount: '96.99', currency: 'USD' }),
    );
    expect(receiver.received).toHaveLength(1);
  });

  it('is resolved when it does not hold any more, and fires again as another one', async () => {
    await use(api, '-100');
    await eventually(() => expect(receiver.told).toHaveLength(2));
    expect(receiver.received[1]?.json).toMatchObject({
      type: 'alert.resolved',
      data: { number: 2, alert: 1, subject: COMMITMENT, because: 'condition-ended', facts: null },
    });
    await use(api, '100');
    await eventually(() => expect(receiver.told).toHaveLength(3));
    expect(receiver.received[2]?.json.data).toMatchObject({ state: 'firing', number: 3, alert: 3 });
    const { data } = (await api.get('/v1/alerts')).json;
    expect(data).toMatchObject([
      { number: 3, state: 'firing' },
      { number: 1, state: 'resolved', resolvedNumber: 2, because: 'condition-ended' },
    ]);
  });

  it('is resolved when its rule is retired', async () => {
    await done(api, '/v1/alert-rules/used/retirement', { reason: 'it was for a test' });
    await eventually(() => expect(receiver.told).toHaveLength(4));
    expect(receiver.received[3]?.json.data).toMatchObject({
      ...{ state: 'resolved', alert: 3, because: 'rule-retired', ruleName: null },
    });
  });

  it('was delivered once each, and that can be read', async () => {
    const { data } = (await api.get('/v1/alert-endpoints/desk/deliveries')).json;
    expect(
      data.map(({ number, state, attempts, status }: Record<string, unknown>) => [
        number,
        state,
        attempts,
        status,
      ]),
    ).toEqual([
      [4, 'delivered', 1, 204],
      [3, 'delivered', 1, 204],
      [2, 'delivered', 1, 204],
      [1, 'delivered', 1, 204],
    ]);
    expect(data.map(({ messageId }: { messageId: string }) => messageId)).toEqual(
      receiver.received.map(({ id }) => id).reverse(),
    );
    const page = (await api.get('/v1/alert-endpoints/desk/deliveries?limit=3')).json;
    expect(page).toMatchObject({ hasMore: true, data: [{}, {}, { number: 2 }] });
    const rest = await api.get(`/v1/alert-endpoints/desk/deliveries?limit=3&cursor=${page.next}`);
    expect(rest.json).toMatchObject({ data: [{ number: 1 }], hasMore: false, next: null });
  });

  it('is sent again from a number on, with the same id', async () => {
    const again = await api.send({
      url: '/v1/alert-endpoints/desk/replay',
      as: 'operator',
      body: { from: 3 },
    });
    expect(again).toMatchObject({ status: 200, json: { queued: 2, next: null } });
    await eventually(() => expect(receiver.received).toHaveLength(6));
    expect(receiver.received.slice(4).map(({ id, body }) => ({ id, body }))).toEqual(
      receiver.received.slice(2, 4).map(({ id, body }) => ({ id, body })),
    );
  });
});
