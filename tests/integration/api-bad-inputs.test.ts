import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { badInputs, bytesOf, SUBJECTS, type BadInput } from '../bad-inputs/subjects.js';
import { startApi, type RunningApi } from './api/running-api.js';

let api: RunningApi;
let heads: unknown;

const DEAL: readonly [url: string, body: object][] = [
  ['/v1/agreements', { ...SUBJECTS['agreement']!.body, id: 'proposed' }],
  ['/v1/agreements/proposed/commitments', { ...SUBJECTS['pledge']!.body, id: 'cloud' }],
  ['/v1/agreements', { ...SUBJECTS['agreement']!.body, id: 'amazon-anthropic' }],
  ['/v1/agreements/amazon-anthropic/activation', { activatedAt: '2026-01-01T00:00:00Z' }],
  ['/v1/agreements/amazon-anthropic/commitments', { ...SUBJECTS['pledge']!.body, id: 'cloud' }],
  [
    '/v1/agreements/amazon-anthropic/investments',
    {
      id: 'equity',
      investorId: 'amazon',
      recipientId: 'anthropic',
      instrument: 'equity',
      total: { amount: '10', currency: 'USD' },
    },
  ],
  ['/v1/investments/amazon-anthropic.equity/tranches', { ...SUBJECTS['tranche']!.body, id: 'one' }],
  [
    '/v1/investments/amazon-anthropic.equity/milestones',
    { id: 'approval', definition: 'approved' },
  ],
  ['/v1/milestones/amazon-anthropic.equity.approval/attestations', { outcome: 'met' }],
];

beforeAll(async () => {
  api = await startApi();
  for (const [url, body] of DEAL) {
    const { status, text } = await api.command(url, body, { as: 'admin' });
    expect({ url, status, text }).toMatchObject({ status: status < 300 ? status : 200 });
  }
  await api.command(
    '/v1/agreements',
    { ...SUBJECTS['agreement']!.body, id: 'other' },
    { as: 'admin', key: 'taken' },
  );
  const known = await api.send({
    url: '/v1/usage-events',
    body: { ...SUBJECTS['usage']!.body, id: 'known' },
  });
  expect(known.status).toBe(201);
  heads = await api.ledger.heads();
}, 60_000);

afterAll(() => api.close(), 60_000);

/** Usage has an identity of its own, and takes no key. */
const isUsage = (url: string): boolean => url.startsWith('/v1/usage-events');

const sent = (input: BadInput): Promise<Response> => {
  const { url, version } = SUBJECTS[input.subject]!;
  const headers: Record<string, string> = {
    authorization: `Bearer ${api.keys[input.as ?? 'admin']}`,
    'content-type': 'application/json',
    ...(isUsage(url) ? {} : { 'idempotency-key': `bad-${input.line}` }),
    ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
  };
  for (const [name, value] of Object.entries(input.headers ?? {}))
    if (value === null) delete headers[name];
    else headers[name] = value;
  const bytes = bytesOf(input);
  const chunked = input.generate === 'large-chunked';
  return fetch(api.base + url, {
    method: 'POST',
    headers,
    body: chunked ? new Blob([bytes]).stream() : bytes,
    ...(chunked ? { duplex: 'half' as const } : {}),
  });
};

describe('bad inputs over HTTP', () => {
  it.each(badInputs().map((input): [string, BadInput] => [`${input.line}: ${input.name}`, input]))(
    '%s',
    async (_, input) => {
      const response = await sent(input).catch((error: Error) => error);
      if (response instanceof Error) {
        // The server may hang up on what it will not read; then nothing was taken either.
        expect(input.expect.status).toBe(413);
        return;
      }
      const problem = (await response.json()) as {
        status: number;
        code: string;
        errors?: { code: string; pointer?: string; message: string }[];
      };
      const { status, code, pointer } = input.expect;
      expect(problem).toMatchObject({ status, code });
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      if (pointer !== undefined) expect(problem.errors).toMatchObject([{ code, pointer }]);
      const text = JSON.stringify(problem);
      expect(text).not.toMatch(/ at \/|node_modules|SELECT |INSERT |\.[jt]s\b|Error\b|[a-z]Body\b/);
      for (const { message } of problem.errors ?? []) expect(message.length).toBeLessThan(300);
    },
  );

  it('change nothing', async () => {
    expect(await api.ledger.heads()).toEqual(heads);
  });

  it('stands against numbers that cannot be kept as doubles', async () => {
    const amount = '9007199254740993.000000000001';
    const { json } = await api.send({
      url: '/v1/usage-events',
      body: { ...SUBJECTS['usage']!.body, id: '2^53+1', amount },
    });
    expect(json.gross).toBe(amount);
  });
});

describe('every route that takes a body', () => {
  it('refuses a bad one', async () => {
    const { paths } = (await api.send({ method: 'GET', url: '/openapi.json', as: null })).json as {
      paths: Record<string, Record<string, unknown>>;
    };
    const routes = Object.keys(paths).filter((path) => paths[path]!['post']);
    expect(routes.length).toBeGreaterThan(25);
    for (const path of routes) {
      const parts =
        path.includes('{relationId}') || /parties|agreements/.test(path)
          ? 'a'
          : /commitments|investments/.test(path)
            ? 'a.b'
            : 'a.b.c';
      const url = path.replace('{id}', parts).replace('{relationId}', 'b');
      for (const body of [{ nonsense: 1 }, [{ nonsense: 1 }], 'nonsense', null]) {
        const answer = await api.send({
          url,
          headers: {
            ...(isUsage(url) ? {} : { 'idempotency-key': `nonsense-${url}` }),
            'if-match': '"1"',
          },
          body: JSON.stringify(body),
        });
        const inBatch = path.endsWith('/batch') && Array.isArray(body);
        expect({ path, body, status: answer.status }).toEqual({
          path,
          body,
          status: inBatch ? 200 : 422,
        });
        if (inBatch) expect(answer.json.counts).toMatchObject({ refused: 1, recorded: 0 });
      }
    }
  });
});
