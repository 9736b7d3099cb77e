import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStream } from '../../support/event-stream.js';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

let api: RunningApi;
const open: EventStream[] = [];

const stream = async (
  query = '',
  {
    as = 'auditor',
    headers = {},
  }: { as?: keyof RunningApi['keys']; headers?: Record<string, string> } = {},
): Promise<EventStream> => {
  const one = await EventStream.open(`${api.base}/v1/stream${query}`, api.keys[as], headers);
  open.push(one);
  return one;
};

const deal = async (id: string): Promise<void> => {
  for (const [url, body] of [
    ['/v1/agreements', { ...AGREEMENT, id }],
    [`/v1/agreements/${id}/activation`, { activatedAt: '2026-01-01T00:00:00Z' }],
    [`/v1/agreements/${id}/commitments`, PLEDGE],
  ] as const)
    expect((await api.command(url, body)).status).toBeLessThan(300);
};

let sent = 0;
const usage = async (agreement: string, amount = '5.00') => {
  const body = { ...USAGE, agreement, id: `live-${(sent += 1)}`, amount };
  const answer = await api.send({ url: '/v1/usage-events', as: 'poster', body });
  expect(answer.status).toBe(201);
  return answer.json;
};

beforeAll(async () => {
  api = await startApi();
  for (const id of ['one', 'two']) await deal(id);
}, 120_000);
afterEach(() => {
  for (const each of open.splice(0)) {
    each.kill();
    const { status, headers, whole: text } = each;
    const answer = { status, headers: headers as Record<string, string>, text };
    expect(api.documented.answered('GET', '/v1/stream', answer)).toEqual([]);
  }
});
afterAll(() => api.close(), 60_000);

/** Positions in the order in which they came, by shard; an entry that came twice is there twice. */
const positionsIn = (streams: readonly EventStream[]): Record<number, number[]> => {
  const positions: Record<number, number[]> = {};
  for (const { data } of streams.flatMap((each) => each.named('entry')))
    (positions[data.shard] ??= []).push(data.position);
  return positions;
};

/** What the ledger has of acme behind the first positions. */
const recordedAfter = async (heads: readonly number[]): Promise<Record<number, number[]>> => {
  const positions: Record<number, number[]> = {};
  for (const [shard, after] of heads.entries())
    for (const entry of await api.ledger.read(shard, after, 10_000))
      if (entry.tenant === 'acme') (positions[shard] ??= []).push(entry.position);
  return positions;
};

const heads = async (): Promise<number[]> =>
  (await api.ledger.heads()).map(({ position }) => position);

const problemOf = async (query: string, headers: Record<string, string> = {}, as?: 'poster') => {
  const answer = await fetch(`${api.base}/v1/stream${query}`, {
    headers: { authorization: `Bearer ${api.keys[as ?? 'auditor']}`, ...headers },
  });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const { code, errors } = (await answer.json()) as { code: string; errors?: { code: string }[] };
  return [answer.status, errors?.[0]?.code ?? code];
};

describe('the stream', () => {
  it('tells an entry with its ids and amounts, and then which views have it', async () => {
    const live = await stream('?agreementId=one');
    expect(live.status).toBe(200);
    expect(live.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    const before = await heads();
    const { shard, position } = await usage('one', '1012.50');
    const here = `${shard}:${position}`;
    await live.until(() => live.named('view').some(({ data }) => data.views['burn-down'] === here));
    const usd = (amount: string) => ({ amount, currency: 'USD' });
    expect(live.named('entry').map(({ data }) => data)).toEqual([
      {
        ...{ shard, position, stream: 'commitment:one', type: 'DrawdownRecorded' },
        ...{ source: 'billing/aws', id: 'live-1', actor: 'poster-of-acme' },
        recordedAt: expect.stringMatching(/^20..-..-..T.*Z$/),
        effectiveAt: '2026-03-01T00:00:00.000000Z',
        ...{ agreementId: 'one', partyId: null, commitmentIds: ['one.cloud'] },
        ...{ investmentId: null, trancheId: null, milestoneId: null },
        amounts: {
          gross: usd('1012.5'),
          applied: usd('1000'),
          overage: usd('12.5'),
          ineligible: usd('0'),
        },
      },
    ]);
    expect(live.named('entry')[0]?.id.split(';')[0]).toBe(
      before.map((at, each) => `${each}:${each === shard ? position : at}`).join(),
    );
    // Usage is no fact of an agreement: these did not move.
    expect(live.named('view').at(-1)?.data).toEqual({
      ...{ agreementId: 'one', partyId: null },
      views: { 'burn-down': here, 'vendor-concentration': here },
    });
  });

  it('goes on where a connection was killed: each entry once, in order, while others write', async () => {
    const began = await heads();
    let writing = true;
    const writer = (async () => {
      for (let n = 0; writing; n += 1)
        await Promise.all([usage('one', '0.01'), usage(n % 3 === 0 ? 'one' : 'two', '0.01')]);
    })();
    const lives: EventStream[] = [];
    let lastId = began.map((at, shard) => `${shard}:${at}`).join();
    for (let kills = 0; kills < 6; kills += 1) {
      const live = await stream('', { headers: { 'last-event-id': lastId } });
      lives.push(live);
      const seen = 3 + kills * 7;
      await live.until(() => live.named('entry').length >= seen);
      live.kill();
      await live.ended;
      lastId = live.lastId;
    }
    writing = false;
    await writer;
    const last = await stream(`?from=${lastId}`);
    lives.push(last);
    const all = await recordedAfter(began);
    await last.until(
      () =>
        last.lastId.startsWith(`0:`) &&
        Object.values(positionsIn(lives)).flat().length >= Object.values(all).flat().length,
    );
    expect(positionsIn(lives)).toEqual(all);
    expect(lives.flatMap((each) => each.named('behind'))).toEqual([]);
  }, 60_000);

  it('tells a tenant nothing of another one', async () => {
    const theirs = await stream('', { as: 'stranger' });
    const asked = await stream('?agreementId=one&commitmentId=one.cloud', { as: 'stranger' });
    const ours = await stream();
    await usage('one');
    await ours.until(() => ours.named('view').length > 0);
    await api.command(
      '/v1/parties',
      { id: 'theirs', name: 'Theirs', kinds: ['vendor'] },
      { as: 'stranger' },
    );
    await theirs.until(() => theirs.named('view').length > 0);
    expect(theirs.events.map(({ event, data }) => [event, data.partyId, data.agreementId])).toEqual(
      [
        ['entry', 'theirs', null],
        ['view', 'theirs', null],
      ],
    );
    expect(asked.events).toEqual([]);
    expect(ours.events.filter(({ data }) => data.partyId === 'theirs')).toEqual([]);
  });

  it('is narrowed by kind, agreement and commitment', async () => {
    const [entries, views, two, none] = [
      await stream('?types=entry'),
      await stream('?types=view'),
      await stream('?commitmentId=two.cloud'),
      await stream('?agreementId=one&commitmentId=two.cloud'),
    ];
    await usage('one');
    await usage('two');
    await api.command('/v1/agreements/two/notes', { id: 'n', text: 'Said', source: 'a paper' });
    await entries.until(() => entries.events.length >= 3);
    await views.until(() => views.events.length >= 2);
    await two.until(() => two.named('view').length > 0);
    expect(entries.events.map(({ event }) => event)).toEqual(['entry', 'entry', 'entry']);
    expect(new Set(views.events.map(({ event }) => event))).toEqual(new Set(['view']));
    expect(two.named('entry').map(({ data }) => data.commitmentIds)).toEqual([['two.cloud']]);
    expect(new Set(two.named('view').map(({ data }) => data.agreementId))).toEqual(
      new Set(['two']),
    );
    expect(none.events).toEqual([]);
  });

  it.each([
    ['?from=', 400, 'position-malformed'],
    ['?from=0', 400, 'position-malformed'],
    ['?from=0:1;', 400, 'position-malformed'],
    ['?from=0:1,0:2', 422, 'position-unknown'],
    ['?from=9:0', 422, 'position-unknown'],
    ['?from=0:999999999', 422, 'position-unknown'],
    ['?types=entries', 400, 'value-unknown'],
    ['?agreementId=A', 400, 'code-malformed'],
    ['?commitmentId=one', 400, 'id-malformed'],
    ['?asOf=2026-01-01', 400, 'member-unknown'],
  ])('refuses %s with %i %s', async (query, status, code) => {
    expect(await problemOf(query)).toEqual([status, code]);
  });

  it('refuses a Last-Event-ID that is none, and who may not read', async () => {
    expect(await problemOf('', { 'last-event-id': 'v1.0.3' })).toEqual([
      400,
      'last-event-id-malformed',
    ]);
    expect(await problemOf('', { 'last-event-id': '0:99999' })).toEqual([422, 'position-unknown']);
    expect(await problemOf('', {}, 'poster')).toEqual([403, 'role-not-allowed']);
  });

  it('answers HEAD, and is not open then', async () => {
    const { status, headers } = await api.send({
      method: 'HEAD',
      url: '/v1/stream',
      as: 'auditor',
    });
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream']);
  });
});
