import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey } from '../../../libs/access/api-keys.js';
import { eventually } from '../../support/eventually.js';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

let api: RunningApi;

/** `billing/aws`, `a b`: as parts of a path. */
const urlOf = (source: string, id: string): string =>
  `/v1/usage-events/${encodeURIComponent(source)}/${encodeURIComponent(id)}`;

const usage = (id: string, changes: object = {}) => ({
  ...USAGE,
  id,
  agreement: 'known',
  ...changes,
});

const post = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  api.send({ url: '/v1/usage-events', as: 'poster', body, headers });

const fate = async (id: string, source = USAGE.source) => (await api.get(urlOf(source, id))).json;

const list = async (query: string) => (await api.get(`/v1/usage-events?${query}`)).json.data;

const openDeal = async (id: string): Promise<void> => {
  await api.command('/v1/agreements', { ...AGREEMENT, id });
  await api.command(`/v1/agreements/${id}/activation`, { activatedAt: '2026-01-01T00:00:00Z' });
  await api.command(`/v1/agreements/${id}/commitments`, PLEDGE);
};

beforeAll(async () => {
  api = await startApi();
  await openDeal('known');
}, 60_000);
afterAll(() => api.close(), 60_000);

describe('what became of a usage event', () => {
  it('that was recorded: its place, its hash and its split', async () => {
    const posted = (await post(usage('recorded'))).json;
    expect(await fate('recorded')).toMatchObject({
      ...{ outcome: 'recorded', source: 'billing/aws', id: 'recorded', agreement: 'known' },
      ...{ shard: posted.shard, position: posted.position, hash: posted.hash },
      ...{ gross: '80', applied: '80', overage: '0', ineligible: '0', currency: 'USD' },
      ...{ effectiveAt: '2026-03-01T00:00:00Z', sentBy: 'poster-of-acme' },
      history: [{ step: 'recorded', shard: posted.shard, position: posted.position }],
    });
  });

  it('that waits, and is refused at last: with its content and all that happened', async () => {
    const early = usage('too-early', { agreement: 'later', effectiveAt: '1999-01-01T00:00:00Z' });
    expect((await post(early)).status).toBe(202);
    const parked = await fate('too-early');
    expect(parked).toMatchObject({
      ...{ outcome: 'parked', reason: 'agreement-unknown', attempts: 0, channel: 'http' },
      ...{ nextTry: expect.any(String), since: expect.any(String), sentBy: 'poster-of-acme' },
      history: [{ step: 'parked', code: 'agreement-unknown', by: 'poster-of-acme' }],
    });
    expect(JSON.parse(parked.payload)).toEqual(early);
    expect(await list('outcome=parked&agreement=later')).toMatchObject([
      { source: 'billing/aws', id: 'too-early', code: 'agreement-unknown', refusal: null },
    ]);

    await openDeal('later');
    await eventually(async () => {
      if ((await fate('too-early')).outcome !== 'refused') throw new Error('still parked');
    });
    const refused = await fate('too-early');
    expect(refused).toMatchObject({
      ...{ outcome: 'refused', code: 'usage-outside-term', times: 1, truncated: false },
      problems: [{ code: 'usage-outside-term', message: expect.stringContaining('1999-01-01') }],
      history: [
        { step: 'parked', code: 'agreement-unknown', at: parked.since },
        {
          step: 'refused',
          code: 'usage-outside-term',
          refusal: refused.refusal,
          attempts: expect.any(Number),
        },
      ],
    });
    expect(JSON.parse(refused.payload)).toEqual(early);
    expect(await list('outcome=parked&agreement=later')).toEqual([]);
    expect(await list('outcome=refused&code=usage-outside-term&agreement=later')).toMatchObject([
      { id: 'too-early', refusal: refused.refusal, excerpt: expect.stringContaining('1999') },
    ]);
    expect((await api.get(`/v1/usage-refusals/${refused.refusal}`)).json).toMatchObject({
      ...{ id: 'too-early', parkedFor: expect.any(String), settledAs: null, altered: null },
    });
  });

  it('that was refused first and recorded later is recorded; the refusal is its history', async () => {
    await post(usage('twice', { amount: 80 }));
    const before = await fate('twice');
    expect(before).toMatchObject({
      ...{ outcome: 'refused', code: 'amount-not-a-string' },
      problems: [{ code: 'amount-not-a-string', pointer: '/amount' }],
    });
    expect(JSON.parse(before.payload)).toEqual(usage('twice', { amount: 80 }));
    await post(usage('twice'));
    expect(await fate('twice')).toMatchObject({
      outcome: 'recorded',
      history: [{ step: 'refused', code: 'amount-not-a-string' }, { step: 'recorded' }],
    });
    expect(await list('id=twice&outcome=refused')).toEqual([]);
    expect(await list('id=twice')).toMatchObject([{ outcome: 'recorded', id: 'twice' }]);
  });

  it('that came again with other content is recorded; the other content is refused and kept', async () => {
    await post(usage('reused'));
    await post(usage('reused', { amount: '81' }));
    expect(await fate('reused')).toMatchObject({
      outcome: 'recorded',
      history: [{ step: 'recorded' }, { step: 'refused', code: 'identity-reused' }],
    });
    const [{ refusal }] = await list('id=reused&outcome=refused');
    const { json } = await api.get(`/v1/usage-refusals/${refusal}`);
    expect(JSON.parse(json.payload)).toMatchObject({ amount: '81' });
  });

  it('of which nobody knows is unknown, and of another tenant as well', async () => {
    await post(usage('mine'));
    for (const [url, as] of [
      [urlOf(USAGE.source, 'nothing'), 'auditor'],
      [urlOf(USAGE.source, 'mine'), 'stranger'],
      [urlOf(USAGE.source, 'too-early'), 'stranger'],
      [urlOf('commands', 'test-1'), 'auditor'],
    ] as const) {
      const { status, json } = await api.get(url, as);
      expect({ url, status, json }).toMatchObject({
        ...{ url, status: 404 },
        json: { code: 'usage-unknown', outcome: 'unknown' },
      });
    }
  });

  it.each([
    ['urn:acme:billing', 'a/b?c#d%20e %', 'reserved characters'],
    ['billing/a%2Fb~', 'ß–€ 𝄞', 'characters of several bytes'],
    ['s'.repeat(128), '€'.repeat(128), 'the longest that there are'],
  ])('is found under %j %j: %s', async (source, id) => {
    expect((await post(usage(id, { source }))).status).toBe(201);
    expect(await fate(id, source)).toMatchObject({ outcome: 'recorded', source, id });
  });

  it.each(['/v1/usage-events/a/%00', '/v1/usage-events/%00/b', '/v1/usage-refusals/1%00'])(
    '%s is nothing, and no fault',
    async (url) => {
      expect((await api.get(url)).status).toBe(404);
    },
  );
});

describe('what is refused at the edge', () => {
  it.each([
    ['no JSON', '{"id": "x",', 'json-truncated'],
    ['no event', '"text"', 'not-an-object'],
    ['JSON with a NUL', '{"id":"\\u0000"}', 'json'],
  ])('is kept as it came: %s', async (_, text, code) => {
    const before = await list('outcome=refused&limit=1000');
    expect((await post(text)).status).toBeGreaterThanOrEqual(400);
    const [newest, ...rest] = await list('outcome=refused&limit=1000');
    expect(rest).toEqual(before);
    expect(newest).toMatchObject({ code: expect.stringContaining(code), sentBy: 'poster-of-acme' });
    const { json } = await api.get(`/v1/usage-refusals/${newest.refusal}`);
    expect(json).toMatchObject({ payload: text, encoding: 'utf-8', truncated: false });
  });

  it('keeps what is no text as base64, and the beginning of what is too long', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x00]);
    await post(bytes);
    const [{ refusal }] = await list('outcome=refused&limit=1');
    expect((await api.get(`/v1/usage-refusals/${refusal}`)).json).toMatchObject({
      ...{ encoding: 'base64', payload: bytes.toString('base64') },
    });
    // Cut through a character of two bytes.
    const long = `{"id":"${'é'.repeat(200_000)}`;
    await post(long);
    const [newest] = await list('outcome=refused&limit=1');
    const { json } = await api.get(`/v1/usage-refusals/${newest.refusal}`);
    expect(json).toMatchObject({ truncated: true, encoding: 'utf-8' });
    expect(long.startsWith(json.payload)).toBe(true);
    expect(json.payload.length).toBeGreaterThan(65_000);
    expect(newest.excerpt).toBe(long.slice(0, 200));
  });

  it('in a batch, a stream and as CloudEvents', async () => {
    const batch = (body: unknown, type = 'application/json') =>
      api.send({
        ...{ url: '/v1/usage-events/batch', as: 'poster', body },
        headers: { 'content-type': type },
      });
    await batch([usage('in-batch', { currency: 'usd' })]);
    await batch({ not: 'a list' });
    await batch(
      `${JSON.stringify(usage('in-stream', { amount: 'x' }))}\n{"id":\n"${'z'.repeat(70_000)}"\n`,
      'application/x-ndjson',
    );
    const { source, id, effectiveAt, ...data } = usage('in-envelope', { amount: 'y' });
    await batch(
      [
        {
          ...{ specversion: '1.0', type: 'com.commitment-ledger.usage.v1', source, id },
          ...{ time: effectiveAt, data },
        },
      ],
      'application/cloudevents-batch+json',
    );
    await post(data, { 'ce-id': '%zz' });
    const items = await list('outcome=refused&limit=7');
    expect(items.map(({ id, code }: { id: string; code: string }) => id ?? code).reverse()).toEqual(
      [
        'in-batch',
        'not-a-list',
        'in-stream',
        expect.stringContaining('json-'),
        'line-too-long',
        'in-envelope',
        'cloud-event-malformed',
      ],
    );
    expect(items[2]).toMatchObject({ truncated: true, excerpt: `"${'z'.repeat(199)}` });
    expect(await list('outcome=refused&id=in-envelope&agreement=known')).toHaveLength(1);
  });

  it('is one line with its count, however often it comes', async () => {
    for (let n = 0; n < 5; n += 1) await post(usage('again', { amount: 'x' }));
    await api.send({
      ...{ url: '/v1/usage-events/batch', as: 'poster' },
      body: [usage('again', { amount: 'x' }), usage('again', { amount: 'x' })],
    });
    expect(await list('id=again')).toMatchObject([{ times: 7 }]);
    expect(await fate('again')).toMatchObject({ outcome: 'refused', times: 7 });
  });
});

describe('lists', () => {
  it('go on with a cursor, and nothing is left out or twice', async () => {
    const source = 'urn:pages';
    const bodies = Array.from({ length: 7 }, (_, n) =>
      usage(`p${n}`, { source, ...(n < 3 ? { agreement: 'never' } : { amount: '' }) }),
    );
    await api.send({ url: '/v1/usage-events/batch', as: 'poster', body: bodies });
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 10; page += 1) {
      const { json } = await api.get(`/v1/usage-events?source=${source}&limit=2${cursor}`);
      seen.push(...json.data.map(({ id }: { id: string }) => id));
      if (!json.hasMore) break;
      cursor = `&cursor=${json.next}`;
    }
    expect(seen).toEqual([...new Set(seen)]);
    expect([...seen].sort()).toEqual(bodies.map(({ id }) => id));
    expect((await list(`source=${source}&outcome=parked`)).length).toBe(3);
    expect((await list(`source=${source}&outcome=refused&channel=http`)).length).toBe(4);
    expect(await list(`source=${source}&channel=kafka`)).toEqual([]);
    expect(await list(`source=${source}&to=2020-01-01T00:00:00Z`)).toEqual([]);
    expect((await list(`source=${source}&from=2020-01-01T00:00:00Z`)).length).toBe(7);
  });

  it.each([
    'cursor=abc',
    'cursor=WyJyMSIsIngiXQ',
    'outcome=lost',
    'limit=0',
    'from=today',
    'page=2',
  ])('refuse the query %s', async (query) => {
    expect((await api.get(`/v1/usage-events?${query}`)).status).toBe(400);
  });

  it('show a tenant only its own', async () => {
    await api.send({
      url: '/v1/usage-events',
      as: 'stranger',
      body: usage('theirs', { amount: '' }),
    });
    const theirs = (await api.get('/v1/usage-events', 'stranger')).json.data;
    expect(theirs).toMatchObject([{ id: 'theirs' }]);
    const url = `/v1/usage-refusals/${theirs[0].refusal}`;
    expect((await api.get(url, 'stranger')).status).toBe(200);
    expect((await api.get(url)).status).toBe(404);
    for (const command of ['retry', 'discard'])
      expect(
        await api.send({ url: `${url}/${command}`, as: 'operator', body: { reason: 'x' } }),
      ).toMatchObject({ status: 404 });
  });
});

describe('settling by hand', () => {
  const act = (
    url: string,
    body: object = {},
    as: 'operator' | 'poster' | 'auditor' = 'operator',
  ) => api.send({ url, as, body });

  it('records what was refused when its cause is gone, on behalf of who sent it', async () => {
    await api.command('/v1/agreements', { ...AGREEMENT, id: 'slow' });
    await api.command('/v1/agreements/slow/commitments', PLEDGE);
    await post(usage('held', { agreement: 'slow' }));
    expect(await fate('held')).toMatchObject({ outcome: 'refused', code: 'agreement-not-active' });
    const early = await act(`${urlOf(USAGE.source, 'held')}/retry`);
    expect(early).toMatchObject({ status: 200, json: { outcome: 'refused', times: 1 } });
    await api.command('/v1/agreements/slow/activation', { activatedAt: '2026-01-01T00:00:00Z' });
    const late = await act(`${urlOf(USAGE.source, 'held')}/retry`);
    expect(late.json).toMatchObject({ outcome: 'recorded', sentBy: 'poster-of-acme' });
    expect(
      late.json.history.map(({ step, by }: { step: string; by: string }) => [step, by]),
    ).toEqual([
      ['refused', 'poster-of-acme'],
      ['retried', 'operator-of-acme'],
      ['recorded', 'poster-of-acme'],
    ]);
    expect(await act(`${urlOf(USAGE.source, 'held')}/retry`)).toMatchObject({
      ...{ status: 200, json: { outcome: 'recorded' } },
    });
  });

  it('says that what is no usage event cannot be tried again', async () => {
    await post(usage('hopeless', { amount: 'x' }));
    expect(await act(`${urlOf(USAGE.source, 'hopeless')}/retry`)).toMatchObject({
      status: 409,
      json: { code: 'not-retryable', errors: [{ code: 'amount-malformed', pointer: '/amount' }] },
    });
    expect(await fate('hopeless')).toMatchObject({
      history: [{ step: 'refused' }, { step: 'retried', by: 'operator-of-acme' }],
    });
  });

  it('does not let an operator past the sources of a key', async () => {
    const key = await createApiKey(api.owner, {
      ...{ tenant: 'acme', name: 'narrow', role: 'poster', sources: ['urn:other'] },
    });
    await post(usage('barred'), { authorization: `Bearer ${key}` });
    await api.send({
      ...{ url: '/v1/usage-events', as: null, body: usage('barred') },
      headers: { authorization: `Bearer ${key}` },
    });
    expect(await fate('barred')).toMatchObject({ code: 'source-not-allowed', sentBy: 'narrow' });
    expect(await act(`${urlOf(USAGE.source, 'barred')}/retry`)).toMatchObject({
      ...{ status: 409, json: { code: 'not-retryable' } },
    });
  });

  it.each([
    ['parked', { agreement: 'a-typo' }, 'agreement-unknown'],
    ['refused', { amount: 'x' }, 'amount-malformed'],
  ])('gives up what is %s, with who and why', async (outcome, changes, code) => {
    const id = `given-up-${outcome}`;
    const url = urlOf(USAGE.source, id);
    await post(usage(id, changes));
    expect((await fate(id)).outcome).toBe(outcome);
    expect(await act(`${url}/discard`)).toMatchObject({ status: 422 });
    const discarded = await act(`${url}/discard`, { reason: 'a typo, sent right since' });
    expect(discarded).toMatchObject({
      status: 200,
      json: {
        ...{ outcome: 'discarded', code },
        discarded: { by: 'operator-of-acme', reason: 'a typo, sent right since' },
      },
    });
    expect(JSON.parse(discarded.json.payload)).toMatchObject({ id });
    expect(discarded.json.history.at(-1)).toMatchObject({
      step: 'discarded',
      by: 'operator-of-acme',
    });
    expect(await act(`${url}/discard`, { reason: 'another' })).toMatchObject({
      json: { discarded: { reason: 'a typo, sent right since' } },
    });
    expect(await act(`${url}/retry`)).toMatchObject({
      status: 409,
      json: { code: 'usage-discarded' },
    });
    expect(await list(`id=${id}&outcome=discarded`)).toMatchObject([
      { id, discarded: { reason: 'a typo, sent right since' } },
    ]);
    expect(await list(`id=${id}&outcome=${outcome}`)).toEqual([]);
  });

  it('gives up by number what has no name', async () => {
    await post('{"nameless');
    const [{ refusal }] = await list('outcome=refused&limit=1');
    expect(await act(`/v1/usage-refusals/${refusal}/discard`, { reason: 'noise' })).toMatchObject({
      json: { outcome: 'discarded', settledAs: 'discarded', discarded: { reason: 'noise' } },
    });
    // The same again is a refusal of its own.
    await post('{"nameless');
    const [again] = await list('outcome=refused&limit=1');
    expect(again.refusal).toBeGreaterThan(refusal);
  });

  it('does not give up what is in the ledger', async () => {
    await post(usage('stays'));
    expect(await act(`${urlOf(USAGE.source, 'stays')}/discard`, { reason: 'x' })).toMatchObject({
      ...{ status: 409, json: { code: 'usage-recorded' } },
    });
  });

  it.each(['retry', 'discard'])('%s is for operators', async (command) => {
    for (const as of ['poster', 'auditor'] as const)
      expect((await act(`${urlOf('a', 'b')}/${command}`, { reason: 'x' }, as)).status).toBe(403);
    expect((await act(`${urlOf('a', 'b')}/${command}`, { reason: 'x' })).status).toBe(404);
    expect((await api.get(urlOf('a', 'b'), 'poster')).status).toBe(403);
    expect((await api.get('/v1/usage-events', 'poster')).status).toBe(403);
    expect((await api.get('/v1/usage-events/counts', 'poster')).status).toBe(403);
  });
});

describe('the counts', () => {
  it('add up over all that came here', async () => {
    const { json } = await api.get('/v1/usage-events/counts');
    const { in: came, recorded, duplicate, parked, refused, discarded } = json.total;
    expect(came).toBe(recorded + duplicate + parked + refused + discarded);
    expect(json).toMatchObject({ addsUp: true, channels: [{ channel: 'http', in: came }] });
    expect(discarded).toBe(3);
    expect(parked).toBe((await list('outcome=parked&limit=1000')).length);
    expect((await api.get('/v1/usage-events/counts', 'stranger')).json.total).toMatchObject({
      ...{ in: 1, refused: 1 },
    });
  });
});
