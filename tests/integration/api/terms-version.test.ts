import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type ApiResponse, type RunningApi } from './running-api.js';

const CLOUD = '/v1/commitments/amazon-anthropic.cloud';
const usd = (amount: string) => ({ amount, currency: 'USD' });
const amendment = (amount: string) => ({
  ...PLEDGE,
  id: undefined,
  total: usd(amount),
  reason: 'more',
});

let api: RunningApi;
let posted = 0;

const post = (agreement = AGREEMENT.id) =>
  api.send({
    url: '/v1/usage-events',
    as: 'poster',
    body: { ...USAGE, agreement, id: `u-${(posted += 1)}`, amount: '0.01' },
  });

const tagOf = ({ status, headers, text }: ApiResponse): string => {
  expect({ status, text }).toMatchObject({ status: expect.any(Number) });
  expect(status).toBeLessThan(300);
  return headers['etag']!;
};

const open = async (id: string): Promise<void> => {
  for (const [url, body] of [
    ['/v1/agreements', { ...AGREEMENT, id }],
    [`/v1/agreements/${id}/activation`, { activatedAt: '2026-01-01T00:00:00Z' }],
    [`/v1/agreements/${id}/commitments`, PLEDGE],
  ] as const)
    expect(await api.command(url, body)).toMatchObject({ status: 201 - Number(url.endsWith('n')) });
};

beforeAll(async () => {
  api = await startApi();
  await open(AGREEMENT.id);
}, 60_000);
afterAll(() => api.close(), 60_000);

describe('the ETag of a commitment', () => {
  it('lets amendments succeed at the first try while usage pours in', async () => {
    let stopped = false;
    let usage = 0;
    const client = async (): Promise<void> => {
      while (!stopped) if ((await post()).status === 201) usage += 1;
    };
    const clients = [client(), client(), client()];
    const views = [
      CLOUD,
      `${CLOUD}/burn-down`,
      `${CLOUD}/remaining-obligation`,
      `${CLOUD}/periods`,
    ];
    try {
      for (let round = 0; round < 50; round += 1) {
        const seen = await api.get(views[round % views.length]!);
        const ifMatch = tagOf(seen);
        expect(ifMatch).toBe(`"${seen.json.termsVersion}"`);
        const amended = await api.command(`${CLOUD}/amendments`, amendment(`${2000 + round}`), {
          ifMatch,
        });
        expect({ round, status: amended.status, text: amended.text }).toMatchObject({
          status: 201,
        });
        expect(tagOf(amended)).toBe(`"${Number(seen.json.termsVersion) + 1}"`);
      }
    } finally {
      stopped = true;
      await Promise.all(clients);
    }
    expect(usage).toBeGreaterThan(50);
    expect(await api.get(CLOUD)).toMatchObject({
      headers: { etag: '"51"' },
      json: { termsVersion: 51, amendments: 50, total: usd('2049'), state: 'running' },
    });
  }, 120_000);

  it('lets one of two amendments win that have seen the same', async () => {
    const ifMatch = tagOf(await api.get(CLOUD));
    const both = await Promise.all(
      ['3000', '4000'].map((total) =>
        api.command(`${CLOUD}/amendments`, amendment(total), { ifMatch }),
      ),
    );
    const [won, lost] = both.sort((left, right) => left.status - right.status);
    expect(won!.status).toBe(201);
    expect(lost).toMatchObject({ status: 412, json: { code: 'version-stale' } });
    expect(lost!.headers['etag']).toBe(won!.headers['etag']);
  });

  it('is of its own terms: other commitments, usage, reversals, notes and documents leave it', async () => {
    const before = [
      tagOf(await api.get(CLOUD)),
      tagOf(await api.get('/v1/agreements/amazon-anthropic')),
    ];
    await post();
    const steps: [string, object][] = [
      ['documents', { name: 'Order form', sha256: 'a'.repeat(64) }],
      ['notes', { id: 'press', text: 'Said to be more', source: 'Reuters' }],
      ['reversals', { source: USAGE.source, id: `u-${posted}`, reason: 'billed twice' }],
      ['commitments', { ...PLEDGE, id: 'second' }],
    ];
    for (const [step, body] of steps) {
      const answer = await api.command(`/v1/agreements/amazon-anthropic/${step}`, body);
      expect({ step, status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
      expect({ step, tag: tagOf(answer) }).toEqual({
        step,
        tag: step === 'commitments' ? '"1"' : before[1],
      });
    }
    expect(tagOf(await api.get(CLOUD))).toBe(before[0]);
    expect(tagOf(await api.get('/v1/agreements/amazon-anthropic'))).toBe(before[1]);
    expect(tagOf(await api.get('/v1/commitments/amazon-anthropic.second'))).toBe('"1"');
  });

  it('is repeated with the answer, whatever happened since', async () => {
    await open('repeated');
    const url = '/v1/commitments/repeated.cloud/amendments';
    const first = await api.command(url, amendment('2000'), { ifMatch: '"1"', key: 'repeat' });
    await api.command(url, amendment('3000'), { ifMatch: '"2"' });
    const end = { terminatedAt: '2026-06-01T00:00:00Z', obligation: 'released', reason: 'over' };
    const ending = '/v1/commitments/repeated.cloud/termination';
    const ended = await api.command(ending, end, { ifMatch: '"3"', key: 'end' });
    expect(ended).toMatchObject({ status: 200, headers: { etag: '"4"' } });
    for (const [again, was] of [
      [await api.command(url, amendment('2000'), { ifMatch: '"1"', key: 'repeat' }), first],
      [await api.command(ending, end, { ifMatch: '"3"', key: 'end' }), ended],
    ] as const) {
      expect(again.text).toBe(was.text);
      expect(again.headers).toMatchObject({
        etag: was.headers['etag'],
        'idempotent-replayed': 'true',
      });
    }
    expect((await api.get('/v1/commitments/repeated.cloud')).json).toMatchObject({
      ...{ termsVersion: 4, state: 'terminated', obligation: 'released' },
      ...{ terminatedAt: '2026-06-01T00:00:00.000000Z', total: usd('3000') },
    });
  });

  it('counts what holds only later, and what was known then where that is asked', async () => {
    await open('later');
    const url = '/v1/commitments/later.cloud';
    const before = new Date(Date.now() - 1).toISOString();
    const { json } = await api.command(
      `${url}/termination`,
      { terminatedAt: '2026-12-31T00:00:00Z', obligation: 'survives', reason: 'notice given' },
      { ifMatch: '"1"' },
    );
    const seen = `minPosition=${json.shard}:${json.position}`;
    const asOf = await api.get(`${url}?asOf=2026-03-01&${seen}`);
    expect(asOf).toMatchObject({
      headers: { etag: '"2"' },
      json: { state: 'running', terminatedAt: null, termsVersion: 2 },
    });
    const known = await api.get(`${url}?asOf=2026-03-01&knownAt=${before}&${seen}`);
    expect(known).toMatchObject({ status: 200, headers: { etag: '"1"' } });
  });

  it('is no validator of a cache: figures change without it', async () => {
    const burnDown = `${CLOUD}/burn-down`;
    const { headers } = await api.get(burnDown);
    await post();
    for (const tag of [headers['etag']!, '*']) {
      const again = await api.send({
        ...{ method: 'GET', url: burnDown, as: 'auditor' },
        headers: { 'if-none-match': tag },
      });
      expect(again).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    }
  });
});

describe('the terms of a commitment', () => {
  it('can be read as they were pledged', async () => {
    await open('terms');
    const rule = {
      ruleId: 'marketplace',
      effect: 'include',
      match: { attributes: { publisher: ['somebody'] } },
      fraction: '0.5',
      class: 'marketplace',
    };
    const pledged = await api.command('/v1/agreements/terms/commitments', {
      ...PLEDGE,
      id: 'ramp',
      schedule: { mode: 'sum-of-periods', ramp: { kind: 'flat', every: 'contract-year' } },
      countedCategories: ['usage'],
      eligibility: [rule],
      caps: [{ class: 'marketplace', of: 'total', value: '0.25' }],
      priority: 2,
    });
    expect({ status: pledged.status, text: pledged.text }).toMatchObject({ status: 201 });
    const { status, json, text } = await api.get('/v1/commitments/terms.ramp');
    expect({ status, text }).toMatchObject({ status: 200 });
    expect(json).toMatchObject({
      ...{ agreementId: 'terms', commitmentId: 'terms.ramp', termsVersion: 1, amendments: 0 },
      ...{ state: 'running', total: usd('1000'), basis: 'effective', priority: 2 },
      ...{ startsAt: '2026-01-01T00:00:00.000000Z', endsAt: '2027-01-01T00:00:00.000000Z' },
      schedule: { mode: 'sum-of-periods', periods: [{ minimum: '1000' }] },
      countedCategories: ['usage'],
      eligibility: [{ ...rule, match: { ...rule.match, tags: {} }, from: null, until: null }],
      caps: [{ class: 'marketplace', of: 'total', value: '0.25' }],
      terminatedAt: null,
    });
    expect((await api.get('/v1/commitments/terms.nothing')).json.code).toBe('commitment-unknown');
    expect((await api.get('/v1/commitments/terms.ramp', 'stranger')).status).toBe(404);
  });
});

describe('the ETag of agreements, investments and parties', () => {
  it('counts what binds, and nothing else', async () => {
    const id = 'binding';
    await api.command('/v1/agreements', { ...AGREEMENT, id });
    const investment = `/v1/investments/${id}.equity`;
    const milestone = `/v1/milestones/${id}.equity.approval`;
    const tranche = `/v1/tranches/${id}.equity.one`;
    const steps: [url: string, body: object, as: 'operator' | 'approver', version: number][] = [
      [`/v1/agreements/${id}/investments`, INVESTMENT, 'operator', 1],
      [`${investment}/milestones`, { id: 'approval', definition: 'approved' }, 'operator', 2],
      [
        `${investment}/tranches`,
        { id: 'one', number: 1, amount: usd('5'), gate: { milestone: 'approval' } },
        'operator',
        3,
      ],
      [`${milestone}/attestations`, { outcome: 'met' }, 'operator', 3],
      [`${milestone}/approval`, { decision: 'approve', reason: 'seen' }, 'approver', 4],
      [`${tranche}/call`, { calledAt: '2026-03-01T00:00:00Z' }, 'operator', 5],
      [
        `${tranche}/funding`,
        { amount: usd('1'), valueAt: '2026-03-02T00:00:00Z', reference: 'wire' },
        'operator',
        5,
      ],
    ];
    for (const [url, body, as, version] of steps) {
      const answer = await api.command(url, body, { as });
      const { status, text } = answer;
      expect({ url, status, text, tag: tagOf(answer) }).toMatchObject({ tag: `"${version}"` });
      expect(answer.json.termsVersion).toBe(version);
      for (const read of version < 3
        ? [`${investment}/tranches`]
        : [`${investment}/tranches`, tranche])
        expect({ url, read, tag: tagOf(await api.get(read)) }).toMatchObject({
          tag: `"${version}"`,
        });
    }
    expect((await api.get(tranche)).json).toMatchObject({
      ...{ investmentId: `${id}.equity`, trancheId: `${id}.equity.one`, stage: 'called' },
      ...{ funded: usd('1'), unfunded: usd('4') },
    });
    await api.command(`${investment}/tranches`, { id: 'two', number: 2, amount: usd('5') });
    const cancelling = `/v1/tranches/${id}.equity.two/cancellation`;
    const stale = await api.command(cancelling, { reason: 'not needed' }, { ifMatch: '"5"' });
    expect(stale).toMatchObject({ status: 412, headers: { etag: '"6"' } });
    const cancelled = await api.command(cancelling, { reason: 'not needed' }, { ifMatch: '"6"' });
    expect(cancelled).toMatchObject({ status: 200, headers: { etag: '"7"' } });
    expect(tagOf(await api.get(`/v1/agreements/${id}`))).toBe('"1"');
  });

  it('of an agreement moves with what becomes of it and with its links', async () => {
    const id = 'moving';
    await open(id);
    await api.command(`/v1/agreements/${id}/investments`, INVESTMENT);
    const link = { investmentId: `${id}.equity`, commitmentId: `${id}.cloud`, kind: 'reciprocal' };
    const linked = await api.command(`/v1/agreements/${id}/links`, link);
    expect(tagOf(linked)).toBe('"3"');
    const url = `/v1/agreements/${id}`;
    const ifMatch = tagOf(await api.get(url));
    expect(ifMatch).toBe('"3"');
    expect((await api.get(url)).json).toMatchObject({
      termsVersion: 3,
      commitments: [{ termsVersion: 1 }],
    });
    const amended = await api.command(
      `${url}/amendments`,
      { title: 'Longer', reason: 'more' },
      { ifMatch },
    );
    expect(tagOf(amended)).toBe('"4"');
  });

  it('of a party moves with its relations', async () => {
    const url = '/v1/parties/amazon';
    expect(tagOf(await api.get(url))).toBe('"1"');
    const relation = { id: 'stake', toPartyId: 'anthropic', kind: 'equity', percent: '12.5' };
    const from = '2026-01-01T00:00:00Z';
    const declared = await api.command(`${url}/relations`, { ...relation, from });
    expect(tagOf(declared)).toBe('"2"');
    expect((await api.get(url)).json).toMatchObject({
      termsVersion: 2,
      relations: [{ relationId: 'stake', to: { partyId: 'anthropic', name: 'anthropic' } }],
      relationsOfOthers: [],
    });
    const other = await api.get('/v1/parties/anthropic');
    expect(other.json.relationsOfOthers).toMatchObject([
      { relationId: 'stake', of: { partyId: 'amazon' }, percent: '12.5', until: null },
    ]);
    expect(tagOf(other)).toBe('"1"');
    const ended = await api.command(
      `${url}/relations/stake/end`,
      { endedAt: '2026-06-01T00:00:00Z' },
      { ifMatch: '"2"' },
    );
    expect(tagOf(ended)).toBe('"3"');
    const [stake] = (await api.get(url)).json.relations;
    expect(stake).toMatchObject({ until: '2026-06-01T00:00:00.000000Z' });
  });
});

const INVESTMENT = {
  id: 'equity',
  investorId: 'amazon',
  recipientId: 'anthropic',
  instrument: 'equity',
  total: usd('10'),
};

describe('If-Match', () => {
  const url = '/v1/agreements/matching/amendments';
  const amend = (ifMatch: string) =>
    api.command(url, { title: 'Other', reason: 'because' }, { ifMatch });

  it('takes one tag, several, or any', async () => {
    await api.command('/v1/agreements', { ...AGREEMENT, id: 'matching' });
    for (const [ifMatch, status, code] of [
      ['"1"', 201],
      ['"7", "2"', 201],
      ['W/"3", "3"', 201],
      ['*', 201],
      ['5', 201],
      ['W/"6"', 412, 'if-match-weak'],
      ['"abc"', 412, 'version-stale'],
      ['"abc", "5"', 412, 'version-stale'],
      ['"999999999999999999999"', 412, 'version-stale'],
      ['"6', 400, 'if-match-malformed'],
      ['"6",', 400, 'if-match-malformed'],
      ['six', 400, 'if-match-malformed'],
      ['*, "6"', 400, 'if-match-malformed'],
      ['', 400, 'if-match-malformed'],
    ] as const) {
      const answer = await amend(ifMatch);
      const said = { ifMatch, status: answer.status, code: answer.json.code };
      expect(said).toEqual({ ifMatch, status, code });
      if (status === 412) expect(answer.headers['etag']).toBe('"6"');
    }
  });

  it('is refused where something new is made', async () => {
    for (const [path, body] of [
      ['/v1/agreements', { ...AGREEMENT, id: 'new' }],
      ['/v1/parties', { id: 'new', name: 'New', kinds: ['vendor'] }],
    ] as const)
      expect(await api.command(path, body, { ifMatch: '"1"' })).toMatchObject({
        status: 400,
        json: { code: 'if-match-not-taken' },
      });
  });

  const WHEN = '2026-03-01T00:00:00Z';
  const terms = { ...PLEDGE, id: undefined };
  const tranche = { id: 't', number: 1, amount: usd('1') };
  it.each([
    ['/v1/agreements/nope/amendments', { title: 'T', reason: 'r' }, 'agreement-unknown'],
    ['/v1/agreements/nope/activation', { activatedAt: WHEN }, 'agreement-unknown'],
    ['/v1/agreements/nope/termination', { terminatedAt: WHEN, reason: 'r' }, 'agreement-unknown'],
    [
      '/v1/agreements/nope/supersession',
      { supersededBy: 'neither', supersededAt: WHEN },
      'agreement-unknown',
    ],
    [
      '/v1/agreements/nope/links',
      { investmentId: 'nope.a', commitmentId: 'nope.b', kind: 'reciprocal' },
      'agreement-unknown',
    ],
    ['/v1/agreements/nope/documents', { name: 'N', sha256: 'a'.repeat(64) }, 'agreement-unknown'],
    ['/v1/agreements/nope/notes', { id: 'n', text: 't', source: 's' }, 'agreement-unknown'],
    ['/v1/agreements/nope/commitments', PLEDGE, 'agreement-unknown'],
    ['/v1/agreements/nope/investments', INVESTMENT, 'agreement-unknown'],
    ['/v1/agreements/nope/reversals', { source: 's', id: 'i', reason: 'r' }, 'drawdown-unknown'],
    ['/v1/commitments/nope.c/amendments', { ...terms, reason: 'r' }, 'commitment-unknown'],
    [
      '/v1/commitments/amazon-anthropic.nope/amendments',
      { ...terms, reason: 'r' },
      'commitment-unknown',
    ],
    [
      '/v1/commitments/amazon-anthropic.nope/termination',
      { terminatedAt: WHEN, obligation: 'released', reason: 'r' },
      'commitment-unknown',
    ],
    ['/v1/investments/nope.e/tranches', tranche, 'investment-unknown'],
    ['/v1/investments/nope.e/milestones', { id: 'm', definition: 'd' }, 'investment-unknown'],
    ['/v1/tranches/nope.e.t/cancellation', { reason: 'r' }, 'investment-unknown'],
    ['/v1/tranches/binding.equity.nope/cancellation', { reason: 'r' }, 'tranche-unknown'],
    ['/v1/tranches/binding.equity.nope/call', { calledAt: WHEN }, 'tranche-unknown'],
    ['/v1/tranches/binding.equity.nope/lapse', {}, 'tranche-unknown'],
    ['/v1/milestones/binding.equity.nope/attestations', { outcome: 'met' }, 'milestone-unknown'],
    ['/v1/milestones/binding.equity.nope/waiver', { reason: 'r' }, 'milestone-unknown'],
    [
      '/v1/milestones/binding.equity.nope/extension',
      { dueAt: WHEN, reason: 'r' },
      'milestone-unknown',
    ],
    [
      '/v1/parties/nope/relations',
      { id: 'r', toPartyId: 'amazon', kind: 'equity', from: WHEN },
      'party-unknown',
    ],
    ['/v1/parties/nope/relations/r/end', { endedAt: WHEN }, 'party-unknown'],
    ['/v1/parties/amazon/relations/nope/end', { endedAt: WHEN }, 'relation-unknown'],
  ])('on what is not there is 404: %s', async (path, body, code) => {
    for (const ifMatch of ['"0"', '"1"', '"99"', 'W/"1"', '*', '"x", "1"']) {
      const { status, json } = await api.command(path, body, { ifMatch, as: 'admin' });
      expect({ ifMatch, status, code: json.code }).toEqual({ ifMatch, status: 404, code });
    }
  });
});
