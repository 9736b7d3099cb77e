import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type RunningApi } from '../api/running-api.js';
import { deal, RULE } from './watched.js';

let api: RunningApi;
const TERMS = { name: RULE.name, kind: RULE.kind };

beforeAll(async () => {
  api = await startApi();
  await deal(api);
}, 60_000);
afterAll(() => api.close(), 60_000);

describe('a rule over HTTP', () => {
  it('is stated, read with its version and who stated it, changed by who has seen it', async () => {
    expect(await api.command('/v1/alert-rules', RULE)).toMatchObject({
      status: 201,
      json: { id: 'used', termsVersion: 1, events: [{ type: 'AlertRuleDefined' }] },
    });
    const read = await api.get('/v1/alert-rules/used');
    expect(read.headers['etag']).toBe('"1"');
    expect(read.json).toMatchObject({
      ...{ ruleId: 'used', termsVersion: 1, status: 'active', threshold: '0.9' },
      changedBy: 'operator-of-acme',
    });
    const url = '/v1/alert-rules/used/changes';
    const changed = { ...TERMS, threshold: '0.80' };
    expect(await api.command(url, changed)).toMatchObject({ status: 428 });
    expect(await api.command(url, changed, { version: 2 })).toMatchObject({ status: 412 });
    expect(await api.command(url, changed, { version: 1 })).toMatchObject({
      ...{ status: 200, json: { termsVersion: 2 } },
    });
    expect((await api.get('/v1/alert-rules')).json.rules).toMatchObject([
      { ruleId: 'used', termsVersion: 2, threshold: '0.8' },
    ]);
  });

  it('is not there for others', async () => {
    expect(await api.get('/v1/alert-rules/used', 'stranger')).toMatchObject({ status: 404 });
    expect((await api.get('/v1/alert-rules', 'stranger')).json.rules).toEqual([]);
    expect(await api.command('/v1/alert-rules', RULE, { as: 'poster' })).toMatchObject({
      status: 403,
    });
  });

  it.each([
    [{ threshold: '1.1' }, 422, 'alert-threshold-invalid'],
    [{ threshold: 0.9 }, 422, 'amount-not-a-string'],
    [{ currency: 'USD' }, 422, 'alert-currency-invalid'],
    [{ kind: 'mood-below' }, 422, null],
    [{ agreementId: 'nobodys' }, 422, 'agreement-unknown'],
    [{ commitmentId: 'amazon-anthropic.other' }, 422, 'commitment-unknown'],
    [{ id: 'used' }, 409, 'alert-rule-already-defined'],
  ])('that says %j is refused, and changes nothing', async (wrong, status, code) => {
    const refused = await api.command('/v1/alert-rules', { ...RULE, id: 'wrong', ...wrong });
    expect(refused).toMatchObject({ status, ...(code === null ? {} : { json: { code } }) });
    expect((await api.get('/v1/alert-rules')).json.rules).toHaveLength(1);
  });
});

describe('an endpoint over HTTP', () => {
  const register = (body: object, as: 'admin' | 'operator' | 'stranger' = 'admin') =>
    api.send({ url: '/v1/alert-endpoints', as, body });

  it.each([
    ['https://127.0.0.1/', 'endpoint-address-forbidden'],
    ['https://localhost/', 'endpoint-address-forbidden'],
    ['https://169.254.169.254/latest', 'endpoint-address-forbidden'],
    ['http://1.1.1.1/', 'endpoint-url-insecure'],
    ['alerts', 'endpoint-url-malformed'],
  ])('is not %s', async (url, code) => {
    expect(await register({ id: 'desk', url })).toMatchObject({
      ...{ status: 422, json: { code, errors: [{ pointer: '/url' }] } },
    });
    expect((await api.get('/v1/alert-endpoints')).json.endpoints).toEqual([]);
  });

  it('tells its secret once, to an admin, and is retired for good', async () => {
    const body = { id: 'desk', url: 'https://1.1.1.1/alerts' };
    expect(await register(body, 'operator')).toMatchObject({ status: 403 });
    const registered = await register(body);
    expect(registered.status).toBe(200);
    const { secret } = registered.json as { secret: string };
    expect(Buffer.from(secret.replace('whsec_', ''), 'base64')).toHaveLength(32);
    // The answer was lost, say: the same request of the same key is answered the same.
    expect(await register(body)).toMatchObject({
      status: 200,
      json: { endpointId: 'desk', secret },
    });
    const already = { status: 409, json: { code: 'endpoint-already-registered' } };
    expect(await register({ ...body, url: 'https://1.1.1.1/others' })).toMatchObject(already);
    await api.owner.query(`UPDATE ledger.alert_endpoint SET registered_by = 'another-admin'`);
    expect(await register(body)).toMatchObject(already);
    await api.owner.query(
      `UPDATE ledger.alert_endpoint
       SET registered_by = 'admin-of-acme', registered_at = clock_timestamp() - interval '25 hours'`,
    );
    expect(await register(body)).toMatchObject(already);
    expect((await api.owner.query('SELECT FROM ledger.alert_endpoint')).rowCount).toBe(1);
    const listed = await api.get('/v1/alert-endpoints');
    expect(listed.text).not.toContain(secret.slice(6, 20));
    const retire = { url: '/v1/alert-endpoints/desk/retirement', body: { reason: 'it moved' } };
    expect(await api.send({ ...retire, as: 'stranger' })).toMatchObject({ status: 404 });
    expect((await api.send(retire)).json.endpoints).toMatchObject([
      { endpointId: 'desk', retiredBy: 'admin-of-acme', retiredBecause: 'it moved' },
    ]);
    expect((await api.owner.query('SELECT FROM ledger.alert_secret')).rowCount).toBe(0);
    const replay = { url: '/v1/alert-endpoints/desk/replay', body: { from: 1 } };
    expect(await api.send(replay)).toMatchObject({ status: 404 });
    expect(await register(body)).toMatchObject({ status: 409 });
  });
});
