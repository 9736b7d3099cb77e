import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROLES } from '../../../libs/access/principal.js';
import { createApiKey, revokeApiKeys } from '../../../libs/access/api-keys.js';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
}, 60_000);
afterAll(() => api.close(), 60_000);

const withHeader = (authorization: string | undefined, url = '/v1/portfolio') =>
  api.send({
    method: 'GET',
    url,
    as: null,
    headers: authorization === undefined ? {} : { authorization },
  });

const named = (problem: string): string =>
  problem.replace(/"requestId":"[0-9a-f-]{36}"/, '"requestId":…');

describe('keys', () => {
  it.each([
    ['none', undefined, 'key-missing'],
    ['a blank one', 'Bearer ', 'key-malformed'],
    ['another scheme', 'Basic YWRtaW46YWRtaW4=', 'key-malformed'],
    ['two words', 'Bearer cl_aaaaaaaaaaaaaaaaaaaaa b', 'key-malformed'],
    ['an unknown one', `Bearer cl_${'a'.repeat(43)}`, 'key-unknown'],
  ])('that are %s are refused', async (_, header, code) => {
    const answer = await withHeader(header);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('Bearer');
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json).toMatchObject({ status: 401, code });
  });

  it('do not belong into addresses, nor beside another credential', async () => {
    const inQuery = await withHeader(
      `Bearer ${api.keys.admin}`,
      `/v1/portfolio?api_key=${api.keys.admin}`,
    );
    expect(inQuery).toMatchObject({ status: 400, json: { code: 'credential-in-query' } });
    expect(inQuery.text).not.toContain(api.keys.admin);
    const two = await api.send({
      method: 'GET',
      url: '/v1/portfolio',
      headers: { 'x-api-key': api.keys.admin },
    });
    expect(two).toMatchObject({ status: 401, json: { code: 'key-repeated' } });
  });

  it('are kept as hashes, and are unknown soon after they are revoked', async () => {
    const { rows } = await api.owner.query<{ row: string }>(
      'SELECT k::text AS row FROM ledger.api_key k',
    );
    expect(rows).toHaveLength(6);
    for (const { row } of rows)
      for (const key of Object.values(api.keys)) expect(row).not.toContain(key);
    expect((await api.get('/v1/portfolio', 'approver')).status).toBe(200);
    expect(await revokeApiKeys(api.owner, 'acme', 'approver-of-acme')).toMatchObject({ ended: 1 });
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect((await api.get('/v1/portfolio', 'approver')).status).toBe(401);
  });
});

describe('roles', () => {
  const allowed: [string, string, object | undefined, readonly string[]][] = [
    ['POST', '/v1/usage-events', { ...USAGE, id: 'roles' }, ['poster', 'admin']],
    ['POST', '/v1/parties', { id: 'p', name: 'P', kinds: ['vendor'] }, ['operator', 'admin']],
    [
      'POST',
      '/v1/milestones/a.b.c/attestations',
      { outcome: 'met' },
      ['operator', 'approver', 'admin'],
    ],
    [
      'POST',
      '/v1/milestones/a.b.c/approval',
      { decision: 'approve', reason: 'x' },
      ['approver', 'admin'],
    ],
    ['GET', '/v1/portfolio', undefined, ['operator', 'approver', 'auditor', 'admin']],
    ['GET', '/v1/ledger/events', undefined, ['operator', 'approver', 'auditor', 'admin']],
  ];
  it.each(allowed)('%s %s', async (method, url, body, roles) => {
    for (const role of ROLES.filter((one) => one !== 'approver')) {
      const answer = await api.send({
        method: method as 'GET' | 'POST',
        url,
        as: role,
        body,
        headers: method === 'POST' ? { 'idempotency-key': `${role}-${url}` } : {},
      });
      expect({ role, refused: answer.status === 403 }).toEqual({
        role,
        refused: !roles.includes(role),
      });
    }
  });

  it('are asked for on every route that is not public', () => {
    // The door denies a route that names no role; this looks for routes that forgot to.
    return expect(
      Promise.all(
        ['/health/live', '/version', '/metrics', '/health/ready', '/openapi.json', '/docs'].map(
          async (url) => (await api.send({ method: 'GET', url, as: null })).status,
        ),
      ),
    ).resolves.not.toContain(401);
  });
});

/** As whoever has the key. */
const by = (key: string, headers: Readonly<Record<string, string>> = {}) => ({
  as: null,
  headers: { authorization: `Bearer ${key}`, ...headers },
});

describe('people', () => {
  it('are one person with several keys: they do not approve what they attested', async () => {
    const keyOf = (name: string, person: string): Promise<string> =>
      createApiKey(api.owner, { tenant: 'acme', name, role: 'approver', person });
    const [laptop, phone, other] = [
      await keyOf('ann-laptop', 'ann'),
      await keyOf('ann-phone', 'ann'),
      await keyOf('bob', 'bob'),
    ];
    await api.command('/v1/agreements', { ...AGREEMENT, id: 'gated' });
    await api.command('/v1/agreements/gated/activation', { activatedAt: '2026-01-01T00:00:00Z' });
    await api.command('/v1/agreements/gated/investments', {
      ...{ id: 'equity', investorId: 'amazon', recipientId: 'anthropic', instrument: 'equity' },
      total: { amount: '13', currency: 'USD' },
    });
    await api.command('/v1/investments/gated.equity/milestones', { id: 'm', definition: 'it' });
    const url = '/v1/milestones/gated.equity.m';
    const attested = await api.send({
      url: `${url}/attestations`,
      body: { outcome: 'met' },
      ...by(laptop, { 'idempotency-key': 'attest' }),
    });
    expect(attested.json.events[0].body).toMatchObject({ attestedBy: 'ann' });
    const { shard, position } = attested.json.events[0];
    const entry = await api.get(`/v1/ledger/events/${shard}/${position}`, 'admin');
    expect(entry.json).toMatchObject({ actor: 'ann-laptop' });

    const approve = (key: string) =>
      api.send({
        url: `${url}/approval`,
        body: { decision: 'approve', reason: 'seen' },
        ...by(key, { 'idempotency-key': `approve-${key.slice(-9)}` }),
      });
    expect(await approve(phone)).toMatchObject({ status: 403, json: { code: 'self-approval' } });
    expect((await approve(other)).json.events[0].body).toMatchObject({ approvedBy: 'bob' });
  });
});

describe('sources', () => {
  const event = (id: string, source: string) => ({ ...USAGE, id, source });
  const refusedItem = { outcome: 'refused', problems: [{ code: 'source-not-allowed' }] };
  let key: string;
  beforeAll(async () => {
    const sources = ['billing/aws', 'urn:acme:gcp'];
    key = await createApiKey(api.owner, { tenant: 'acme', name: 'feed', role: 'poster', sources });
  });

  it('that a key is not for are refused one by one', async () => {
    const post = (id: string, source: string) =>
      api.send({ url: '/v1/usage-events', body: event(id, source), ...by(key) });
    expect((await post('s-1', 'urn:acme:gcp')).status).toBe(202);
    expect(await post('s-2', 'billing/other')).toMatchObject({
      status: 403,
      json: { code: 'source-not-allowed', errors: [{ pointer: '/source' }] },
    });
    const binary = await api.send({
      url: '/v1/usage-events',
      body: { agreement: 'amazon-anthropic', currency: 'USD', amount: '1' },
      ...by(key, {
        'ce-specversion': '1.0',
        'ce-type': 'commitment-ledger.usage.v1',
        'ce-id': 's-3',
        'ce-source': 'billing/other',
        'ce-time': '2026-03-01T00:00:00Z',
      }),
    });
    expect(binary).toMatchObject({ status: 403, json: { code: 'source-not-allowed' } });
    const { rows } = await api.owner.query(
      `SELECT source, reference FROM ledger.refused WHERE code = 'source-not-allowed' ORDER BY 2`,
    );
    expect(rows).toEqual([
      { source: 'billing/other', reference: 's-2' },
      { source: 'billing/other', reference: 's-3' },
    ]);
  });

  it('are refused within a batch, and do not stop it unless it is all or none', async () => {
    const batch = [event('b-1', 'billing/aws'), event('b-2', 'billing/other')];
    const url = '/v1/usage-events/batch';
    const each = await api.send({ url, body: batch, ...by(key) });
    expect(each).toMatchObject({
      status: 200,
      json: { results: [{ outcome: 'parked' }, refusedItem] },
    });
    const lines = batch.map((item) => `${JSON.stringify(item)}\n`).join('');
    const ndjson = by(key, { 'content-type': 'application/x-ndjson' });
    const streamed = (await api.send({ url, body: lines, ...ndjson })).text.trim().split('\n');
    expect(streamed.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { line: 1, outcome: 'parked' },
      { line: 2, ...refusedItem },
      { counts: { parked: 1, refused: 1 } },
    ]);
    const atomic = await api.send({ url: `${url}?atomic=true`, body: batch, ...by(key) });
    expect(atomic).toMatchObject({
      status: 403,
      json: { code: 'source-not-allowed', errors: [{ pointer: '/1/source' }] },
    });
  });

  it('are all allowed to a key that names none', async () => {
    const answer = await api.send({
      url: '/v1/usage-events',
      as: 'poster',
      body: event('s-4', 'billing/other'),
    });
    expect(answer.status).toBe(202);
  });
});

describe('tenants', () => {
  it('do not see, or disturb, each other', async () => {
    await api.command('/v1/agreements', AGREEMENT);
    await api.command('/v1/agreements/amazon-anthropic/activation', {
      activatedAt: '2026-01-01T00:00:00Z',
    });
    const { shard, position } = (
      await api.command('/v1/agreements/amazon-anthropic/commitments', PLEDGE)
    ).json;
    const seen = `?minPosition=${shard}:${position}`;
    expect((await api.get(`/v1/commitments/amazon-anthropic.cloud/burn-down${seen}`)).status).toBe(
      200,
    );
    const cloud = '/v1/commitments/amazon-anthropic.cloud';
    const other = '/v1/commitments/amazon-anthropic.other';
    for (const [url, missingUrl] of [
      [`${cloud}${seen}`, other],
      [`${cloud}/burn-down${seen}`, `${other}/burn-down`],
      [`${cloud}/remaining-obligation${seen}`, other],
      [`${cloud}/periods${seen}`, other],
      [`/v1/agreements/amazon-anthropic${seen}`, '/v1/agreements/other'],
      [`/v1/parties/amazon${seen}`, '/v1/parties/other'],
      [`/v1/ledger/events/${shard}/${position}`, '/v1/ledger/events/0/999999'],
    ] as const) {
      const [foreign, missing] = [
        await api.get(url, 'stranger'),
        await api.get(missingUrl, 'stranger'),
      ];
      expect(foreign.status).toBe(404);
      // But for the name of the request, which is there to tell them apart.
      expect(named(foreign.text)).toBe(named(missing.text));
    }
    const portfolio = await api.get(`/v1/portfolio${seen}`, 'stranger');
    expect(portfolio.json.data).toEqual([]);
    expect((await api.get('/v1/ledger/events', 'stranger')).json.data).toEqual([]);
    // The same ids are free for another tenant.
    for (const id of [AGREEMENT.vendorId, AGREEMENT.customerId])
      await api.command('/v1/parties', { id, name: id, kinds: ['vendor'] }, { as: 'stranger' });
    expect((await api.command('/v1/agreements', AGREEMENT, { as: 'stranger' })).status).toBe(201);
    const usage = await api.send({ url: '/v1/usage-events', as: 'stranger', body: USAGE });
    expect(usage.status).toBe(202);
  });
});
