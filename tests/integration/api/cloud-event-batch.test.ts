import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { USAGE_EVENT_TYPE } from '../../../libs/application/wire/cloud-event.js';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

const BATCH = { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' };

const event = (id: string, amount = '10') => {
  const { source, ...data } = { ...USAGE, id, amount };
  return { specversion: '1.0', type: USAGE_EVENT_TYPE, source, id, data };
};

/** CloudEvents 1.0, batched content mode: a JSON array of events in structured mode. */
describe('CloudEvents in batch mode', () => {
  let api: RunningApi;
  beforeAll(async () => {
    api = await startApi();
    await api.command('/v1/agreements', AGREEMENT);
    await api.command('/v1/agreements/amazon-anthropic/activation', {
      activatedAt: '2026-01-01T00:00:00Z',
    });
    await api.command('/v1/agreements/amazon-anthropic/commitments', PLEDGE);
  }, 60_000);
  afterAll(() => api.close(), 60_000);

  const post = (body: unknown, url = '/v1/usage-events/batch') =>
    api.send({ url, as: 'poster', headers: BATCH, body });
  const positions = async () => (await api.ledger.heads()).map(({ position }) => position);

  it('count each of its events once, also when the batch comes again', async () => {
    const events = [event('one'), event('two', '20'), event('one')];
    const first = await post(events);
    expect(first).toMatchObject({ status: 200 });
    expect(first.json.counts).toMatchObject({ recorded: 2, duplicate: 1, refused: 0 });
    const before = await positions();
    const again = await post(events);
    expect(again.json.counts).toMatchObject({ recorded: 0, duplicate: 3, refused: 0 });
    expect(await positions()).toEqual(before);
    const single = await api.send({
      url: '/v1/usage-events',
      as: 'poster',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: event('two', '20'),
    });
    expect(single.json).toEqual(again.json.results[1]);
  });

  it('refuse an event by itself', async () => {
    const { json } = await post([{ ...event('bad'), type: 'other.v9' }, event('good')]);
    expect(json.counts).toMatchObject({ recorded: 1, refused: 1 });
    expect(json.results[0].problems).toMatchObject([
      { code: 'cloud-event-type-unknown', pointer: '/type' },
    ]);
  });

  it('are no single event, and a single event is no batch', async () => {
    const before = await positions();
    expect(await post([event('lost')], '/v1/usage-events')).toMatchObject({
      status: 415,
      json: { code: 'content-type-unsupported' },
    });
    expect(await post(event('lost'))).toMatchObject({ status: 422, json: { code: 'not-a-list' } });
    expect(await positions()).toEqual(before);
  });
});
