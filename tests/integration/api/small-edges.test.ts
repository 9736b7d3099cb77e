import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  for (const [url, body] of [
    ['/v1/agreements', AGREEMENT],
    ['/v1/agreements/amazon-anthropic/activation', { activatedAt: '2026-01-01T00:00:00Z' }],
    ['/v1/agreements/amazon-anthropic/commitments', PLEDGE],
  ] as const)
    await api.command(url, body);
}, 60_000);
afterAll(() => api.close(), 60_000);

const at = (path: string, init: RequestInit = {}, key: string | null = api.keys.admin) =>
  fetch(api.base + path, {
    redirect: 'manual',
    ...init,
    headers: { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...init.headers },
  });

describe('the front of the house', () => {
  it('shows browsers the documentation, and tells programs that there is no path', async () => {
    const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
    for (const path of ['/', '/?utm=1']) {
      const shown = await at(path, { headers: { accept } }, null);
      expect([shown.status, shown.headers.get('location')]).toEqual([302, '/docs']);
    }
    expect((await at('/docs', { headers: { accept } }, null)).status).toBe(200);
    expect((await at('/', { headers: { accept: '*/*' } }, null)).status).toBe(401);
    expect((await at('/', { method: 'POST', headers: { accept } }, null)).status).toBe(401);
    const none = await at('/', { headers: { accept: 'application/json' } });
    expect([none.status, await none.json()]).toMatchObject([404, { code: 'no-such-path' }]);
  });

  it('lets nobody frame the documentation, or bring scripts of their own into it', async () => {
    const { headers } = await at('/docs', {}, null);
    const policy = headers.get('content-security-policy')!;
    for (const part of ["default-src 'none'", "script-src 'self';", "frame-ancestors 'none'"])
      expect(policy).toContain(part);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const page = await (await at('/docs', {}, null)).text();
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
    const data = await at('/v1/portfolio');
    expect(data.headers.get('content-security-policy')).toMatch(/^default-src 'none'; frame/);
  });

  it('says which of path and thing is not there', async () => {
    for (const [path, code] of [
      ['/v1/nonsense', 'no-such-path'],
      ['/v1/agreements/nope/nonsense', 'no-such-path'],
      ['/docs/%2e%2e/package.json', 'no-such-path'],
      ['/v1/agreements/nope', 'agreement-unknown'],
      ['/v1/commitments/nope.cloud', 'commitment-unknown'],
      ['/v1/commitments/nope.cloud/burn-down', 'commitment-unknown'],
      ['/v1/commitments/amazon-anthropic.nope/periods', 'commitment-unknown'],
      ['/v1/commitments/amazon-anthropic.nope/remaining-obligation', 'commitment-unknown'],
      ['/v1/investments/nope.equity/tranches', 'investment-unknown'],
      ['/v1/tranches/nope.equity.one', 'tranche-unknown'],
      ['/v1/parties/nope', 'party-unknown'],
      ['/v1/ledger/events/0/999999', 'entry-unknown'],
      ['/v1/ledger/events/99/1', 'entry-unknown'],
    ] as const) {
      const answer = await at(path);
      const { code: said } = (await answer.json()) as { code: string };
      expect({ path, status: answer.status, code: said }).toEqual({ path, status: 404, code });
    }
  });

  it('says which methods there are', async () => {
    for (const [method, path, allow] of [
      ['PUT', '/v1/parties', 'GET, HEAD, POST'],
      ['PUT', '/v1/usage-events', 'GET, HEAD, POST'],
      ['DELETE', '/v1/commitments/a.b', 'GET, HEAD'],
      ['POST', '/v1/agreements/a', 'GET, HEAD'],
      ['PATCH', '/health/live', 'GET, HEAD'],
    ] as const) {
      const answer = await at(path, { method });
      const said = [answer.status, answer.headers.get('allow'), await answer.json()];
      expect({ path, said }).toMatchObject({
        path,
        said: [405, allow, { code: 'method-not-allowed' }],
      });
    }
  });

  it('says that an id is too long', async () => {
    for (const path of [
      `/v1/agreements/${'a'.repeat(5_000)}`,
      `/v1/agreements/${'a'.repeat(5_000)}/amendments`,
      `/v1/commitments/${'a.'.repeat(2_500)}b/burn-down`,
      `/v1/ledger/events/0/${'9'.repeat(5_000)}`,
    ]) {
      const answer = await at(path);
      const { code, status } = (await answer.json()) as { code: string; status: number };
      expect([answer.status, status, code]).toEqual([414, 414, 'uri-too-long']);
    }
    const malformed = await at(`/v1/agreements/${'a'.repeat(64)}`);
    expect([malformed.status, await malformed.json()]).toMatchObject([
      400,
      { code: 'id-malformed' },
    ]);
  });

  it('ends every answer with its line', async () => {
    const texts = await Promise.all([
      api.get('/v1/portfolio'),
      api.get('/v1/agreements/nope'),
      api.send({ url: '/v1/usage-events', as: 'poster', body: { ...USAGE, id: 'line' } }),
      api.send({ url: '/v1/usage-events/batch', as: 'poster', body: [{ ...USAGE, id: 'line' }] }),
      api.send({ method: 'GET', url: '/version', as: null }),
      api.send({ method: 'GET', url: '/openapi.json', as: null }),
      api.send({ url: '/v1/parties', as: null }),
      api.get(`/v1/agreements/${'a'.repeat(300)}`),
    ]);
    for (const { text } of texts) expect(text).toMatch(/[}\]]\n$/);
    const { headers, text } = texts[0]!;
    expect(Number(headers['content-length'])).toBe(Buffer.byteLength(text));
  });
});

describe('usage', () => {
  const identity = { ...USAGE, id: 'keyed' };

  it.each([
    ['/v1/usage-events', identity, 'application/json'],
    ['/v1/usage-events/batch', [identity], 'application/json'],
    ['/v1/usage-events/batch', JSON.stringify(identity), 'application/x-ndjson'],
  ])('has no Idempotency-Key at %s', async (url, body, type) => {
    const headers = { 'content-type': type, 'idempotency-key': 'mine' };
    expect(await api.send({ url, as: 'poster', body, headers })).toMatchObject({
      status: 400,
      json: { code: 'idempotency-key-not-taken', detail: expect.stringMatching(/source and id/) },
    });
    expect(await api.ledger.find('acme', USAGE.source, 'keyed')).toBeNull();
  });

  it('of nobody is a batch without results', async () => {
    const counts = { recorded: 0, duplicate: 0, parked: 0, refused: 0, retry: 0 };
    for (const [query, type] of [
      ['', 'application/json'],
      ['?atomic=true', 'application/json'],
      ['', 'application/cloudevents-batch+json'],
    ] as const) {
      const answer = await api.send({
        ...{ url: `/v1/usage-events/batch${query}`, as: 'poster', body: '[]' },
        headers: { 'content-type': type },
      });
      expect(answer).toMatchObject({ status: 200, json: { counts, results: [] } });
    }
    const lines = await api.send({
      ...{ url: '/v1/usage-events/batch', as: 'poster', body: '\n' },
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(lines).toMatchObject({ status: 200, json: { counts } });
  });

  it('that is no JSON at all is called that', async () => {
    const lines = ['hello', 'source,id,amount', '2026-01-01,x', '{"id": abc}', '{"amount": 01}'];
    const { text } = await api.send({
      ...{ url: '/v1/usage-events/batch', as: 'poster', body: lines.join('\n') },
      headers: { 'content-type': 'application/x-ndjson' },
    });
    const answers = text.trim().split('\n').slice(0, -1);
    const codes = answers.map((line) => JSON.parse(line).problems[0].code as string);
    expect(codes).toEqual([...Array<string>(4).fill('json-malformed'), 'json-number']);
  });
});
