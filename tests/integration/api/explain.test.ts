import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Changes } from '../../../libs/projections/changes/answer.js';
import type { Explanation } from '../../../libs/projections/explanation/answer.js';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const COMMITMENT = 'amazon-anthropic.cloud';

let api: RunningApi;
let upTo: string;

const used = async (id: string, effectiveAt: string, amount: string, more: object = {}) => {
  const body = { ...USAGE, id, effectiveAt, amount, ...more };
  const { status, json } = await api.send({ url: '/v1/usage-events', body });
  expect(status).toBe(201);
  const { shard, position } = json as { shard: number; position: number };
  upTo = `${shard}:${position}`;
};

/** Of the commitment, as it was when everything had been posted. */
const explain = async (figure: string, more = '', view = 'burn-down'): Promise<Explanation> => {
  const url = `/v1/explain?view=${view}&figure=${figure}&commitmentId=${COMMITMENT}&asOf=2026-12-31`;
  const { status, json } = await api.get(`${url}${more}`);
  expect(status).toBe(200);
  return json as Explanation;
};

/** Its lines as one would say them. */
const said = ({ lines }: Explanation): readonly (readonly unknown[])[] =>
  lines.map(({ name, because, rule, terms, entry, day, amount }) => [
    amount?.amount,
    name ?? because,
    ...(entry === null ? [rule] : [entry.id, day, rule, terms?.version ?? null]),
  ]);

beforeAll(async () => {
  api = await startApi();
  await api.command('/v1/agreements', AGREEMENT);
  await api.command('/v1/agreements/amazon-anthropic/activation', {
    activatedAt: '2026-01-01T00:00:00Z',
  });
  const terms = {
    ...PLEDGE,
    total: usd('300'),
    schedule: {
      mode: 'sum-of-periods',
      periods: [
        { start: '2026-01-01T00:00:00Z', end: '2026-02-01T00:00:00Z', minimum: '100' },
        { start: '2026-02-01T00:00:00Z', end: '2027-01-01T00:00:00Z', minimum: '200' },
      ],
    },
    eligibility: [
      {
        ruleId: 'no-marketplace',
        effect: 'exclude',
        match: { attributes: { publisher: ['acme'] } },
      },
    ],
  };
  const pledged = await api.command('/v1/agreements/amazon-anthropic/commitments', terms);
  expect(pledged.status).toBe(201);
  await used('january', '2026-01-10T00:00:00Z', '130');
  await used('february', '2026-02-10T00:00:00Z', '50');
  await used('marketplace', '2026-02-11T00:00:00Z', '9', { attributes: { publisher: 'acme' } });
  await used('refund', '2026-01-20T00:00:00Z', '-40');
  const { shard, position } = { shard: upTo.split(':')[0], position: upTo.split(':')[1] };
  const seen = await api.get(`/v1/commitments/${COMMITMENT}?minPosition=${shard}:${position}`);
  expect(seen.status).toBe(200);
}, 60_000);
afterAll(() => api.close(), 60_000);

describe('the explanation of a figure', () => {
  it('of what is applied is the entries, with the rule and the terms that decided each', async () => {
    const answer = await explain('applied');
    // 100 of 130 meet January; the refund of 40 takes the 30 of overage, then 10 of what was applied.
    expect(said(answer)).toEqual([
      ['100', 'used', 'january', '2026-01-10', 'default', 1],
      ['50', 'used', 'february', '2026-02-10', 'default', 1],
      ['-10', 'used', 'refund', '2026-01-20', 'default', 1],
    ]);
    expect(answer).toMatchObject({
      value: usd('140'),
      total: usd('140'),
      addsUp: true,
      difference: usd('0'),
      hasMore: false,
      next: null,
      asOf: '2026-12-31',
      lag: 0,
    });
    const { entry } = answer.lines[0]!;
    const { json } = await api.get(`/v1/ledger/events/${entry!.shard}/${entry!.position}`);
    expect(json).toMatchObject({ hash: entry!.hash, source: 'billing/aws', id: 'january' });
  });

  it('of what is ineligible names the rule that said so', async () => {
    expect(said(await explain('ineligible'))).toEqual([
      ['9', 'used', 'marketplace', '2026-02-11', 'no-marketplace', 1],
    ]);
  });

  it('of what remains is other figures, each with its own explanation', async () => {
    const answer = await explain('remaining');
    expect(said(answer)).toEqual([
      ['300', 'total', null],
      ['-140', 'applied', null],
      ['0', 'released', null],
    ]);
    expect([answer.value, answer.total, answer.addsUp]).toEqual([usd('160'), usd('160'), true]);
    const followed = await api.get(answer.lines[1]!.explainedBy!);
    expect(followed.json).toMatchObject({ figure: 'applied', value: usd('140'), addsUp: true });
    const total = (await api.get(answer.lines[0]!.explainedBy!)).json as Explanation;
    expect(total.lines).toMatchObject([
      { amount: usd('300'), because: 'stated', entry: { type: 'CommitmentPledged' } },
    ]);
  });

  it('of some days is what took effect on them', async () => {
    const answer = await explain('applied', '&from=2026-01-11&to=2026-02-10');
    expect(said(answer)).toEqual([
      ['50', 'used', 'february', '2026-02-10', 'default', 1],
      ['-10', 'used', 'refund', '2026-01-20', 'default', 1],
    ]);
    expect([answer.value, answer.addsUp]).toEqual([usd('40'), true]);
  });

  it('of a period says what it needed and what came', async () => {
    expect(said(await explain('shortfall', '&period=0', 'periods'))).toEqual([
      ['100', 'minimum', null],
      ['0', 'rolledIn', null],
      ['-90', 'applied', null],
      ['0', 'carriedCredit', null],
      ['0', 'rolledOut', null],
    ]);
    // Of January 10 are past due at the end of the year, and of the rest 150.
    const pastDue = await explain('byDue.pastDue', '', 'remaining-obligation');
    expect(said(pastDue)).toEqual([
      ['10', 'due', null],
      ['150', 'due', null],
    ]);
    expect([pastDue.value, pastDue.addsUp]).toEqual([usd('160'), true]);
  });

  it('of a ratio has what it is divided by', async () => {
    const answer = await explain('utilisation');
    expect(answer).toMatchObject({ ratio: '0.466667', value: null, total: null, addsUp: true });
    expect(answer.lines.map(({ name, side }) => [name, side])).toEqual([
      ['applied', 'numerator'],
      ['total', 'denominator'],
    ]);
  });

  it('comes in pages of one moment, whose sums add up', async () => {
    const first = await explain('applied', '&limit=2');
    expect(first).toMatchObject({
      before: usd('0'),
      subtotal: usd('150'),
      addsUp: null,
      hasMore: true,
    });
    await used('later', '2026-03-01T00:00:00Z', '7');
    await api.get(`/v1/commitments/${COMMITMENT}?minPosition=${upTo}`);
    const second = await explain('applied', `&limit=2&cursor=${first.next}`);
    expect(said(second)).toEqual([['-10', 'used', 'refund', '2026-01-20', 'default', 1]]);
    expect(second).toMatchObject({
      before: usd('150'),
      subtotal: usd('-10'),
      total: usd('140'),
      value: usd('140'),
      addsUp: true,
      hasMore: false,
      ledgerPosition: first.ledgerPosition,
    });
  });

  it('is of what was known at a position or at a time', async () => {
    const { lines } = await explain('applied');
    const { shard, position, recordedAt } = lines[1]!.entry!;
    for (const known of [`knownPosition=${shard}:${position}`, `knownAt=${recordedAt}`]) {
      const then = await explain('applied', `&${known}`);
      expect([then.value, then.lines.length, then.addsUp]).toEqual([usd('150'), 2, true]);
    }
  });
});

describe('what moved since a moment', () => {
  const changes = (query: string, as: 'auditor' | 'stranger' = 'auditor') =>
    api.get(`/v1/changes?asOf=2026-12-31&${query}`, as);

  it('is each figure that differs, and the entries that moved it', async () => {
    const { lines } = await explain('applied', '&limit=3');
    const { shard, position, recordedAt } = lines[1]!.entry!;
    const knownPosition = `${shard}:${lines[2]!.entry!.position}`;
    const { json } = await changes(`since=${recordedAt}`);
    const answer = json as Changes;
    expect(answer.sincePosition[shard]).toBe(position);
    expect(answer).toMatchObject({ hasMore: false, data: [{ commitmentId: COMMITMENT }] });
    const moved = answer.data[0]!.figures.map(({ figure, before, after, by }) => [
      ...[figure, before?.amount, after.amount, by.amount],
    ]);
    // Since February: 9 that do not count, the refund of 40 (30 of overage, 10 applied), and 7 of March.
    expect(moved).toEqual([
      ['applied', '150', '147', '-3'],
      ['overage', '30', '0', '-30'],
      ['ineligible', '0', '9', '9'],
      ['remaining', '150', '153', '3'],
      ['byDue.pastDue', '150', '153', '3'],
    ]);
    expect(answer.data[0]).toMatchObject({
      why: [
        {
          ...{ type: 'DrawdownRecorded', entries: 3 },
          ...{ applied: usd('-3'), overage: usd('-30'), ineligible: usd('9') },
        },
      ],
      whyComplete: true,
    });
    const applied = await api.get(answer.data[0]!.figures[0]!.explainedBy);
    expect(said(applied.json as Explanation)).toEqual([
      ['-10', 'used', 'refund', '2026-01-20', 'default', 1],
      ['7', 'used', 'later', '2026-03-01', 'default', 1],
    ]);
    const remaining = (await api.get(answer.data[0]!.figures[3]!.explainedBy)).json as Explanation;
    expect([said(remaining), remaining.value, remaining.addsUp]).toEqual([
      [['3', 'applied', null]],
      usd('3'),
      true,
    ]);
    const positions = `since=${shard}:${position}&commitmentId=${COMMITMENT}`;
    expect((await changes(positions)).json).toMatchObject({
      data: answer.data.map(({ why }) => ({ why })),
    });
    expect(
      (await explain('applied', `&since=${shard}:${position}&knownPosition=${knownPosition}`))
        .value,
    ).toEqual(usd('-10'));
  });

  it('is nothing where nothing was recorded, and all of what is new', async () => {
    expect((await changes(`since=${upTo}`)).json).toMatchObject({ data: [], hasMore: false });
    const { json } = await changes('since=2020-01-01T00:00:00Z&agreementId=amazon-anthropic');
    expect((json as Changes).data[0]!.figures[0]).toMatchObject({
      ...{ figure: 'total', before: null, after: usd('300'), by: usd('300') },
    });
    const stated = (await api.get((json as Changes).data[0]!.figures[0]!.explainedBy)).json;
    expect(stated).toMatchObject({ value: usd('300'), addsUp: true });
    expect((await changes('since=2020-01-01T00:00:00Z&agreementId=other')).json).toMatchObject({
      data: [],
    });
    expect((await changes('since=2020-01-01T00:00:00Z', 'stranger')).json).toMatchObject({
      data: [],
    });
  });

  it.each([
    ['', 400, 'query-invalid'],
    ['since=yesterday', 400, 'query-invalid'],
    ['since=0:1,', 400, 'query-invalid'],
    ['since=2199-01-01T00:00:00Z', 422, 'since-invalid'],
    ['since=0:999999999', 422, 'position-unknown'],
    ['since=0:0&cursor=l1.0', 400, 'cursor-malformed'],
  ])('refuses %s: %d %s', async (query, status, code) => {
    const answer = await changes(query);
    expect([answer.status, (answer.json as { code: string }).code]).toEqual([status, code]);
  });

  it('has no explanation of a ratio', async () => {
    const query = `view=burn-down&figure=utilisation&commitmentId=${COMMITMENT}&since=0:0`;
    const { status, json } = await api.get(`/v1/explain?${query}&asOf=2026-12-31`);
    expect([status, (json as { code: string }).code]).toEqual([422, 'figure-of-what']);
  });
});

describe('what cannot be explained', () => {
  const refused = async (query: string, as: 'auditor' | 'stranger' = 'auditor') => {
    const { status, json } = await api.get(`/v1/explain?${query}`, as);
    return [status, (json as { code: string }).code, (json as { detail: string }).detail];
  };
  const of = `commitmentId=${COMMITMENT}`;

  it('is a figure that the view does not have: it says which it has', async () => {
    const [status, code, detail] = await refused(`view=burn-down&figure=burn&${of}`);
    expect([status, code]).toEqual([422, 'figure-unknown']);
    expect(detail).toContain('it has total, applied, released, remaining, overage');
    expect((await refused(`view=burn-down&figure=constructor&${of}`))[1]).toBe('figure-unknown');
  });

  it.each([
    ['view=burn-down&figure=applied', 422, 'figure-of-what'],
    [`view=periods&figure=applied&${of}`, 422, 'figure-of-what'],
    [`view=periods&figure=applied&period=7&${of}`, 422, 'figure-of-what'],
    [`view=periods&figure=applied&period=0&from=2026-01-01&${of}`, 422, 'figure-of-what'],
    [`view=nothing&figure=applied&${of}`, 400, 'query-invalid'],
    [`figure=applied&${of}`, 400, 'query-invalid'],
    [`view=burn-down&figure=applied&${of}&period=-1`, 400, 'query-invalid'],
    [`view=burn-down&figure=applied&${of}&limit=0`, 400, 'query-invalid'],
    [`view=burn-down&figure=applied&${of}&limit=1001`, 400, 'query-invalid'],
    [`view=burn-down&figure=applied&${of}&figure=total`, 400, 'query-invalid'],
    [`view=burn-down&figure=applied&${of}&cursor=v1.0.0`, 400, 'cursor-malformed'],
    [`view=burn-down&figure=applied&${of}&knownPosition=0:999999`, 422, 'position-unknown'],
    [
      `view=burn-down&figure=applied&${of}&knownPosition=0:1&knownAt=2026-01-01T00:00:00Z`,
      422,
      'known-twice',
    ],
    [`view=burn-down&figure=applied&${of}&from=2026-03-01&to=2026-02-01`, 422, 'range-invalid'],
    ['view=burn-down&figure=applied&commitmentId=amazon-anthropic.tpu', 404, 'commitment-unknown'],
    [`view=burn-down&figure=applied&${of}&asOf=2025-12-31`, 404, 'commitment-unknown'],
  ])('%s: %d %s', async (query, status, code) => {
    expect((await refused(query)).slice(0, 2)).toEqual([status, code]);
  });

  it('is a commitment of another tenant', async () => {
    const found = await refused(`view=burn-down&figure=applied&${of}`, 'stranger');
    expect(found.slice(0, 2)).toEqual([404, 'commitment-unknown']);
  });

  it("is the next page of another figure's explanation", async () => {
    const { next } = await explain('applied', '&limit=1');
    const query = `view=burn-down&figure=overage&${of}&limit=1&cursor=${next}`;
    expect((await refused(query)).slice(0, 2)).toEqual([400, 'cursor-malformed']);
  });
});
