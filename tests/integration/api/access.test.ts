import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROLES } from '../../../libs/application/principal.js';
import { revokeApiKeys } from '../../../libs/runtime/api-keys.js';
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
    expect(await revokeApiKeys(api.owner, 'acme', 'approver-of-acme')).toBe(1);
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
    const missing = await api.get('/v1/commitments/amazon-anthropic.other/burn-down', 'stranger');
    for (const url of [
      `/v1/commitments/amazon-anthropic.cloud/burn-down${seen}`,
      `/v1/commitments/amazon-anthropic.cloud/remaining-obligation${seen}`,
      `/v1/commitments/amazon-anthropic.cloud/periods${seen}`,
      `/v1/agreements/amazon-anthropic${seen}`,
      `/v1/ledger/events/${shard}/${position}`,
    ]) {
      const foreign = await api.get(url, 'stranger');
      expect(foreign.status).toBe(404);
      expect(foreign.text).toBe(missing.text);
    }
    const portfolio = await api.get(`/v1/portfolio${seen}`, 'stranger');
    expect(portfolio.json.agreements).toEqual([]);
    expect((await api.get('/v1/ledger/events', 'stranger')).json.data).toEqual([]);
    // The same ids are free for another tenant.
    expect((await api.command('/v1/agreements', AGREEMENT, { as: 'stranger' })).status).toBe(201);
    const usage = await api.send({ url: '/v1/usage-events', as: 'stranger', body: USAGE });
    expect(usage.status).toBe(202);
  });
});
