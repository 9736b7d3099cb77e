import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey, revokeApiKeys } from '../../../libs/access/api-keys.js';
import { startApi, type RunningApi } from './running-api.js';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
}, 60_000);
afterAll(() => api.close(), 60_000);

interface Sent {
  readonly method?: string;
  readonly cookie?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** As a browser that shows a page of this server sends it, unless other headers are given. */
const send = async (path: string, { method = 'GET', cookie, headers, body }: Sent = {}) => {
  const response = await fetch(api.base + path, {
    method,
    headers: {
      'sec-fetch-site': 'same-origin',
      ...(method === 'GET' ? {} : { origin: api.base }),
      ...(cookie === undefined ? {} : { cookie: `other=1; ${cookie}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    json: text === '' ? null : (JSON.parse(text) as { code?: string; path?: string }),
    setCookie: response.headers.get('set-cookie') ?? '',
  };
};

const signIn = async (key: string): Promise<string> => {
  const { status, setCookie } = await send('/session', { method: 'POST', body: { key } });
  expect(status).toBe(200);
  return setCookie.split(';')[0] ?? '';
};

const party = (id: string) => ({
  method: 'POST',
  body: { id, name: id, kinds: ['vendor'] },
  headers: { 'idempotency-key': id },
});

describe('a session', () => {
  it('is begun with a key, and the browser keeps neither it nor anything a script could read', async () => {
    const begun = await send('/session', { method: 'POST', body: { key: api.keys.auditor } });
    expect(JSON.parse(begun.text)).toEqual({
      ...{ tenant: 'acme', name: 'auditor-of-acme', role: 'auditor' },
      until: expect.stringMatching(/^2\d{3}-.*Z$/),
    });
    expect(begun.setCookie).toMatch(
      /^ledger_session=[\w-]{43}; Path=\/; Max-Age=43[12]\d\d; HttpOnly; SameSite=Strict$/,
    );
    expect(begun.setCookie).not.toContain(api.keys.auditor.slice(3));
  });

  it('needs TLS on any machine but this one', async () => {
    const answer = await api.app.inject({
      ...{ method: 'POST', url: '/session', payload: { key: api.keys.auditor } },
      headers: { host: 'ledger.example', origin: 'https://ledger.example' },
    });
    expect(answer.headers['set-cookie']).toMatch(/; SameSite=Strict; Secure$/);
  });

  it('may what the role of its key may', async () => {
    const [auditor, admin] = [await signIn(api.keys.auditor), await signIn(api.keys.admin)];
    expect((await send('/v1/portfolio', { cookie: auditor })).status).toBe(200);
    const refused = await send('/v1/parties', { cookie: auditor, ...party('p-auditor') });
    expect([refused.status, refused.json?.code]).toEqual([403, 'role-not-allowed']);
    expect((await send('/v1/parties', { cookie: admin, ...party('p-admin') })).status).toBe(201);
    const poster = await signIn(api.keys.poster);
    expect((await send('/v1/portfolio', { cookie: poster })).status).toBe(403);
  });

  it('is of the tenant of its key', async () => {
    const { json } = await send('/session', { cookie: await signIn(api.keys.stranger) });
    expect(json).toMatchObject({ tenant: 'other', role: 'admin' });
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    [
      'another port of this machine',
      { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' },
    ],
    [
      'another origin, by a browser that says no more',
      { 'sec-fetch-site': 'none', origin: 'http://127.0.0.1:1' },
    ],
    ['nowhere', { 'sec-fetch-site': 'none', origin: 'null' }],
  ])('is no good to a page of %s', async (_, headers) => {
    const cookie = await signIn(api.keys.admin);
    const { headers: own, ...rest } = party(`p-${headers.origin.length}`);
    const refused = await send('/v1/parties', { cookie, ...rest, headers: { ...own, ...headers } });
    expect([refused.status, refused.json?.code]).toEqual([403, 'origin-foreign']);
    const signing = await send('/session', {
      ...{ method: 'POST', body: { key: api.keys.admin } },
      headers,
    });
    expect([signing.status, signing.setCookie]).toEqual([403, '']);
  });

  it('is not read by a page of somebody else either', async () => {
    const cookie = await signIn(api.keys.admin);
    const read = await send('/v1/portfolio', {
      cookie,
      headers: { 'sec-fetch-site': 'same-site' },
    });
    expect([read.status, read.json?.code]).toEqual([403, 'origin-foreign']);
  });

  it('leaves programs alone, which send their key', async () => {
    const sent = { authorization: `Bearer ${api.keys.auditor}`, 'sec-fetch-site': 'cross-site' };
    expect((await send('/v1/portfolio', { headers: sent })).status).toBe(200);
    const wrong = { authorization: `Bearer cl_${'a'.repeat(43)}` };
    const both = await send('/v1/portfolio', {
      cookie: await signIn(api.keys.admin),
      headers: wrong,
    });
    expect(both.json?.code).toBe('key-unknown');
  });

  it('ends where the user signs out, and no other with it', async () => {
    const [cookie, other] = [await signIn(api.keys.admin), await signIn(api.keys.admin)];
    const out = await send('/session', { method: 'DELETE', cookie });
    expect([out.status, out.setCookie]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect((await send('/session', { cookie })).json?.code).toBe('session-ended');
    expect((await send('/session', { cookie: other })).status).toBe(200);
  });

  it('ends where the same browser signs in anew', async () => {
    const cookie = await signIn(api.keys.admin);
    const anew = { method: 'POST', cookie, body: { key: api.keys.auditor } };
    const refused = await send('/session', { ...anew, body: { key: `cl_${'a'.repeat(43)}` } });
    expect(refused.status).toBe(401);
    expect((await send('/session', { cookie })).status).toBe(200);
    const begun = (await send('/session', anew)).setCookie.split(';')[0] ?? '';
    expect((await send('/session', { cookie: begun })).json).toMatchObject({ role: 'auditor' });
    expect((await send('/session', { cookie })).json?.code).toBe('session-ended');
  });

  it('ends with its key', async () => {
    const key = await createApiKey(api.owner, { tenant: 'acme', name: 'leaver', role: 'admin' });
    const cookie = await signIn(key);
    await revokeApiKeys(api.owner, 'acme', 'leaver');
    // A revoked key is remembered for two seconds.
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const refused = await send('/v1/portfolio', { cookie });
    expect([refused.status, refused.json?.code]).toEqual([401, 'session-ended']);
  });

  it.each([
    ['an unknown key', { key: `cl_${'a'.repeat(43)}` }, 401, 'key-unknown'],
    ['no credential', {}, 422, 'credential-missing'],
    ['two', { key: 'a', link: 'b' }, 422, 'credential-missing'],
    ['a link that is none', { link: 'a'.repeat(43) }, 401, 'link-used'],
    ['what is not named', { password: 'a' }, 422, 'member-unknown'],
  ])('is not begun with %s', async (_, body, status, code) => {
    const { status: given, json, setCookie } = await send('/session', { method: 'POST', body });
    expect([given, json?.code, setCookie]).toEqual([status, code, '']);
  });
});

describe('a one-time link', () => {
  const make = (headers: Readonly<Record<string, string>>, cookie?: string) =>
    send('/session/links', {
      ...{ method: 'POST', headers, body: {} },
      ...(cookie === undefined ? {} : { cookie }),
    });

  it('signs in once, as who made it', async () => {
    const made = await make({ authorization: `Bearer ${api.keys.approver}` });
    expect(made.json?.path).toMatch(/^\/sign-in#[\w-]{43}$/);
    const link = made.json?.path?.split('#')[1];
    const first = await send('/session', { method: 'POST', body: { link } });
    expect(first.json).toMatchObject({ name: 'approver-of-acme', role: 'approver' });
    const second = await send('/session', { method: 'POST', body: { link } });
    expect([second.status, second.json?.code, second.setCookie]).toEqual([401, 'link-used', '']);
  });

  it('is made with a key, not out of a session, which would outlive itself', async () => {
    const refused = await make({}, await signIn(api.keys.admin));
    expect([refused.status, refused.json?.code]).toEqual([403, 'key-needed']);
    expect((await make({})).status).toBe(401);
  });
});
