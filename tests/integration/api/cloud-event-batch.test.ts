import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { USAGE_EVENT_TYPE } from '../../../libs/contract/messages/cloud-event.js';
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

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');

/** JSON format of CloudEvents 1.0, 3.1.1: what SDKs write when data is bytes. */
describe('CloudEvents whose data is bytes', () => {
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

  const bytes = (id: string, changed: object = {}) => {
    const { data, ...attributes } = event(id);
    return { ...attributes, data_base64: base64(JSON.stringify(data)), ...changed };
  };
  const post = (body: unknown, type: string, url = '/v1/usage-events') =>
    api.send({ url, as: 'poster', body, headers: { 'content-type': type } });

  it('are the same events in every mode', async () => {
    const first = await post(bytes('b-1'), 'application/cloudevents+json');
    expect(first).toMatchObject({ status: 201, json: { outcome: 'recorded', gross: '10' } });
    const plain = await post(event('b-1'), 'application/cloudevents+json');
    expect(plain).toMatchObject({ status: 200, json: { outcome: 'duplicate' } });
    const batch = '/v1/usage-events/batch';
    const named = { datacontenttype: 'application/json' };
    for (const [body, type] of [
      [[bytes('b-1'), bytes('b-2', named)], 'application/cloudevents-batch+json'],
      [[bytes('b-1'), bytes('b-3')], 'application/json'],
    ] as const)
      expect((await post(body, type, batch)).json.counts).toMatchObject({
        recorded: 1,
        duplicate: 1,
      });
    const lines = [bytes('b-1'), bytes('b-4')].map((each) => JSON.stringify(each)).join('\n');
    const answer = await post(lines, 'application/x-ndjson', batch);
    expect(answer.text).toContain('"recorded":1,"duplicate":1');
  });

  it.each<[string, object, string]>([
    ['no base64', { data_base64: '{}' }, 'cloud-event-data'],
    [
      'base64 for URLs',
      { data_base64: base64('{"a":"~~~???"}').replace('+', '-').replace('/', '_') },
      'cloud-event-data',
    ],
    ['no padding', { data_base64: base64('{"a":1}').replace(/=+$/, '') }, 'cloud-event-data'],
    ['a space', { data_base64: `${base64('{"a":1}')} ` }, 'cloud-event-data'],
    ['a number', { data_base64: 1 }, 'cloud-event-data'],
    ['both', { data: {} }, 'cloud-event-data'],
    ['no JSON', { data_base64: base64('hello') }, 'json-malformed'],
    ['half of JSON', { data_base64: base64('{"a":') }, 'json-truncated'],
    ['a member twice', { data_base64: base64('{"a":1,"a":2}') }, 'json-duplicate-member'],
    ['no UTF-8', { data_base64: base64(Buffer.from([0x22, 0xff, 0x22])) }, 'json-not-utf-8'],
    ['nothing', { data_base64: '' }, 'json-empty'],
  ])('are refused with %s', async (_, changed, code) => {
    const { status, json } = await post(bytes('b-bad', changed), 'application/cloudevents+json');
    expect({ status, json }).toMatchObject({
      status: 422,
      json: { code, errors: [{ code, pointer: '/data_base64' }] },
    });
    expect(await api.ledger.find('acme', USAGE.source, 'b-bad')).toBeNull();
  });

  it('are refused when the data is no object, or of another type', async () => {
    const type = 'application/cloudevents+json';
    expect(
      (await post(bytes('b-bad', { data_base64: base64('[]') }), type)).json.errors,
    ).toMatchObject([{ code: 'cloud-event-data', pointer: '/data' }]);
    const xml = await post(bytes('b-bad', { datacontenttype: 'text/xml' }), type);
    expect(xml.json.errors).toMatchObject([{ pointer: '/datacontenttype' }]);
  });
});
