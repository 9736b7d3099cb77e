import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

let api: RunningApi;
let document: { readonly paths: Readonly<Record<string, object>> };

beforeAll(async () => {
  api = await startApi();
  document = (await api.send({ method: 'GET', url: '/openapi.json', as: null })).json;
}, 60_000);
afterAll(() => api.close(), 60_000);

/** What Fastify really serves, as `GET /v1/agreements/{id}`. */
const served = (): string[] => {
  const routes: string[] = [];
  const stack: string[] = [];
  for (const line of api.app
    .getHttpAdapter()
    .getInstance()
    .printRoutes({ commonPrefix: false })
    .split('\n')) {
    const match = /^([│ ]*)(?:├── |└── )(\S*)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (!match) continue;
    const depth = match[1]!.length / 4;
    stack.length = depth;
    stack.push(match[2]!);
    for (const method of (match[3] ?? '')
      .split(', ')
      .filter((one) => one && one !== 'HEAD' && one !== 'OPTIONS'))
      routes.push(`${method} ${stack.join('').replaceAll(/:(\w+)/g, '{$1}')}`);
  }
  return routes;
};

describe('the OpenAPI document', () => {
  it('names every route that is served, and no other', () => {
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    // Sign-in is for browsers: programs send their key, and are told of nothing else (libs/access/README.md).
    const own = served().filter((route) => !/ \/(docs|openapi\.json|session)|\*/.test(route));
    expect(own.length).toBeGreaterThan(40);
    expect(documented.sort()).toEqual([...new Set(own)].sort());
  });

  it('is of questions whose answers have seen what was posted', async () => {
    await api.command('/v1/agreements', AGREEMENT);
    await api.command('/v1/agreements/amazon-anthropic/activation', {
      activatedAt: '2026-01-01T00:00:00Z',
    });
    await api.command('/v1/agreements/amazon-anthropic/commitments', {
      ...PLEDGE,
      eligibility: [
        { ruleId: 'r', effect: 'include', match: { tags: { team: ['a'] } }, class: 'c' },
        { ruleId: 'x', effect: 'exclude', match: { attributes: { publisher: ['b'] } } },
      ],
      caps: [{ class: 'c', of: 'absolute', value: '10' }],
    });
    await api.command('/v1/parties/amazon/relations', {
      ...{ id: 'stake', toPartyId: 'anthropic', kind: 'equity', percent: '10' },
      from: '2026-01-01T00:00:00Z',
    });
    await api.command('/v1/agreements/amazon-anthropic/investments', {
      id: 'equity',
      investorId: 'amazon',
      recipientId: 'anthropic',
      instrument: 'equity',
      total: { amount: '5', currency: 'USD' },
    });
    await api.command('/v1/agreements/amazon-anthropic/links', {
      ...{ investmentId: 'amazon-anthropic.equity', commitmentId: 'amazon-anthropic.cloud' },
      kind: 'reciprocal',
    });
    await api.command('/v1/investments/amazon-anthropic.equity/milestones', {
      id: 'm',
      definition: 'x',
    });
    await api.command('/v1/investments/amazon-anthropic.equity/tranches', {
      id: 't',
      number: 1,
      amount: { amount: '5', currency: 'USD' },
    });
    const usage = (await api.send({ url: '/v1/usage-events', body: USAGE })).json;
    const seen = `minPosition=${usage.shard}:${usage.position}`;
    const asked = [
      '/v1/portfolio',
      '/v1/agreements/amazon-anthropic',
      '/v1/parties/amazon',
      '/v1/parties/anthropic',
      '/v1/commitments/amazon-anthropic.cloud',
      '/v1/tranches/amazon-anthropic.equity.t',
      '/v1/commitments/amazon-anthropic.cloud/burn-down',
      '/v1/commitments/amazon-anthropic.cloud/remaining-obligation',
      '/v1/commitments/amazon-anthropic.cloud/periods',
      '/v1/vendors/concentration',
      '/v1/investments/amazon-anthropic.equity',
      '/v1/investments/amazon-anthropic.equity/tranches',
      '/v1/obligations',
      '/v1/tranches',
      '/v1/relations/circularity',
    ];
    for (const url of asked) {
      const answer = await api.get(`${url}?${seen}`);
      expect({ url, status: answer.status }).toEqual({ url, status: 200 });
      expect(answer.json.ledgerPosition[usage.shard]).toBeGreaterThanOrEqual(usage.position);
    }
    const question = await api.get(
      `/v1/vendors/concentration?base=committed&window=3&bands=us-2010&asOf=2026-06-30&${seen}`,
    );
    expect(question.json).toMatchObject({
      base: 'committed',
      bands: 'us-2010',
      asOf: '2026-06-30',
    });
    const wrong = await api.get('/v1/portfolio?asOf=yesterday&page=2');
    expect(wrong.status).toBe(400);
    expect(wrong.json.errors.map((error: { pointer: string }) => error.pointer).sort()).toEqual([
      '/asOf',
      '/page',
    ]);
    const early = await api.get(
      '/v1/commitments/amazon-anthropic.cloud/burn-down?knownAt=2026-01-01T00:00:00Z',
    );
    expect(early.status).toBe(404);
  });
});

describe('audit reads', () => {
  it('page through the entries, each with the text that was hashed', async () => {
    const seen: number[] = [];
    let cursor = '';
    for (let page = 0; page < 50; page++) {
      const { json } = await api.get(`/v1/ledger/events?limit=2${cursor && `&cursor=${cursor}`}`);
      for (const entry of json.data) {
        seen.push(entry.shard * 1e6 + entry.position);
        const hash = createHash('sha256').update('\0').update(entry.entry, 'utf8').digest('hex');
        expect(entry.hash).toBe(hash);
      }
      if (!json.hasMore) break;
      cursor = json.next;
    }
    expect(seen.length).toBeGreaterThanOrEqual(7);
    expect(seen).toEqual([...new Set(seen)].sort((left, right) => left - right));
    const some = await api.get(
      '/v1/ledger/events?type=DrawdownRecorded&stream=commitment:amazon-anthropic',
    );
    expect(some.json.data).toHaveLength(1);
    const [{ shard, position }] = some.json.data;
    expect((await api.get(`/v1/ledger/events/${shard}/${position}`)).json).toEqual(
      some.json.data[0],
    );
    expect((await api.get('/v1/ledger/events/99/1')).status).toBe(404);
    expect((await api.get('/v1/ledger/events?cursor=abc')).status).toBe(400);
    expect((await api.get('/v1/ledger')).json).toMatchObject({
      shardCount: 4,
      heads: expect.any(Array),
    });
  });
});

describe('operations', () => {
  it('answer probes, metrics, version and the documentation without a key', async () => {
    const get = (url: string) => api.send({ method: 'GET', url, as: null });
    expect((await get('/health/live')).json).toEqual({ status: 'live' });
    const ready = await get('/health/ready');
    expect(ready).toMatchObject({ status: 200, json: { status: 'ready', database: 'reachable' } });
    expect(ready.json.projections).toHaveLength(3);
    expect((await get('/version')).json).toMatchObject({ name: 'commitment-ledger' });
    const metrics = await get('/metrics');
    expect(metrics.headers['content-type']).toContain('text/plain');
    expect(metrics.text).toContain('ledger_build_info');
    const docs = await get('/docs');
    expect(docs).toMatchObject({ status: 200 });
    expect(docs.text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect((await get('/docs/swagger-ui-bundle.js')).status).toBe(200);
  });

  it('know methods and addresses', async () => {
    const wrong = await api.send({ method: 'DELETE', url: '/v1/agreements/x' });
    expect(wrong).toMatchObject({ status: 405, json: { code: 'method-not-allowed' } });
    expect(wrong.headers['allow']).toContain('GET');
    expect((await api.send({ method: 'HEAD', url: '/v1/portfolio' })).status).toBe(200);
    expect(await api.send({ method: 'GET', url: '/v1/nothing' })).toMatchObject({
      status: 404,
      json: { code: 'no-such-path' },
    });
    expect((await api.send({ method: 'GET', url: '/v1/nothing', as: null })).status).toBe(401);
  });
});
