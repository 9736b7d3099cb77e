import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDays, daysBetween } from '../../../libs/domain/calendar.js';
import { eventually } from '../../support/eventually.js';
import { AGREEMENT, PLEDGE, USAGE } from '../api/examples.js';
import { startApi, type RunningApi } from '../api/running-api.js';
import { Receiver } from './receiver.js';
import { alerterOver, done, endpointAt } from './watched.js';

const COMMITMENT = 'amazon-anthropic.cloud';
const TODAY = new Date().toISOString().slice(0, 10);
const LAST = addDays(TODAY, 99);

let api: RunningApi;
let receiver: Receiver;

/** 1,000 USD over a term that ends in 99 days, of which 2 USD a day were used on the 70 days before today. */
beforeAll(async () => {
  api = await startApi();
  receiver = await Receiver.start();
  const startsAt = `${addDays(TODAY, -100)}T00:00:00Z`;
  await done(api, '/v1/agreements', { ...AGREEMENT, startsAt, effectiveAt: startsAt });
  await done(api, `/v1/agreements/${AGREEMENT.id}/activation`, { activatedAt: startsAt });
  await done(api, `/v1/agreements/${AGREEMENT.id}/commitments`, {
    ...{ ...PLEDGE, startsAt, effectiveAt: startsAt },
    endsAt: `${addDays(LAST, 1)}T00:00:00Z`,
  });
  const events = Array.from({ length: 70 }, (_, index) => ({
    ...{ ...USAGE, id: `day-${index}`, amount: '2' },
    effectiveAt: `${addDays(TODAY, index - 70)}T12:00:00Z`,
  }));
  for (const body of events) {
    const sent = await api.send({ url: '/v1/usage-events', body });
    if (sent.status >= 300) throw new Error(sent.text);
  }
  await endpointAt(api, receiver.url);
}, 60_000);
afterAll(async () => {
  await receiver.close();
  await api.close();
}, 60_000);

describe('a projected shortfall', () => {
  it('is told with the figures of the forecast, and once', async () => {
    await done(api, '/v1/alert-rules', {
      ...{ id: 'short', name: 'Short by more than 600', kind: 'shortfall-projected-above' },
      ...{ threshold: '600', currency: 'USD' },
    });
    const alerter = alerterOver(api, { timeMs: 50 });
    try {
      await eventually(() => expect(receiver.told).toEqual([`firing short ${COMMITMENT}/end`]));
    } finally {
      await alerter.close();
    }
    // 860 remain after 140, and 2 a day are expected of each day that is still to come.
    const forecast = (await api.get(`/v1/commitments/${COMMITMENT}/forecast`)).json.forecast;
    const { facts } = receiver.received[0]?.json.data as { facts: Record<string, unknown> };
    expect(facts).toMatchObject({
      value: forecast.end.shortfall.expected,
      threshold: { amount: '600', currency: 'USD' },
      on: LAST,
    });
    const days = daysBetween(forecast.from as string, LAST) + 1;
    expect(facts['value']).toEqual({ amount: String(860 - 2 * days), currency: 'USD' });
  });
});
