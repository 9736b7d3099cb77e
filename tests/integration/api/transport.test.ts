import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
}, 60_000);
afterAll(() => api.close(), 60_000);

/** Bytes as they are, for what no HTTP client would send. Resolves with all that comes back. */
const raw = (text: string, hangUpAfterMs = 300): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port, hostname } = new URL(api.base);
    const socket = connect(Number(port), hostname);
    let all = '';
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => (all += part));
    socket.on('close', () => resolve(all));
    socket.on('error', reject);
    socket.write(text);
    setTimeout(() => socket.destroy(), hangUpAfterMs);
  });

const event = JSON.stringify({ ...USAGE, id: 'raw' });
const post = (headers: readonly string[], body = event): string =>
  [
    'POST /v1/usage-events HTTP/1.1',
    'host: localhost',
    `authorization: Bearer ${api.keys.poster}`,
    ...headers,
    '',
    body,
  ].join('\r\n');
const JSON_TYPE = 'content-type: application/json';
const recorded = () => api.pool.query('SELECT FROM ledger.parked').then(({ rowCount }) => rowCount);

describe('requests that no client library would send', () => {
  it('are not taken when the body is shorter than announced', async () => {
    await raw(post([JSON_TYPE, `content-length: ${event.length + 10}`]));
    expect(await recorded()).toBe(0);
  });

  it('are not taken when the body is longer than announced', async () => {
    const answer = await raw(post([JSON_TYPE, `content-length: ${event.length - 1}`]));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(await recorded()).toBe(0);
  });

  it.each([
    ['two lengths', ['content-length: 5', 'content-length: 6']],
    ['a length and chunks', [`content-length: 5`, 'transfer-encoding: chunked']],
    ['a line feed in a header', [`content-length: ${event.length}`, 'x-note: a\nb: c\rd']],
    ['a NUL in a header', [`content-length: ${event.length}`, 'x-note: a\0b']],
  ])('are refused with %s', async (_, headers) => {
    expect(await raw(post([JSON_TYPE, ...headers]))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await recorded()).toBe(0);
  });

  it('are refused with two keys', async () => {
    const answer = await raw(
      post([
        JSON_TYPE,
        `content-length: ${event.length}`,
        `authorization: Bearer ${api.keys.admin}`,
      ]),
    );
    expect(answer).toContain('key-repeated');
  });

  it('are refused with two Idempotency-Keys', async () => {
    const body = JSON.stringify({ id: 'p', name: 'P', kinds: ['vendor'] });
    const answer = await raw(
      [
        'POST /v1/parties HTTP/1.1',
        'host: localhost',
        `authorization: Bearer ${api.keys.operator}`,
        JSON_TYPE,
        `content-length: ${body.length}`,
        'idempotency-key: one',
        'idempotency-key: two',
        '',
        body,
      ].join('\r\n'),
    );
    expect(answer).toContain('idempotency-key-repeated');
  });

  it.each([
    '/v1//portfolio',
    '/v1/portfolio/',
    '/v1/portfolio.',
    '/v1/..;/v1/portfolio',
    '/docs/../v1/portfolio',
    '/docs/%2e%2e/v1/portfolio',
    '/V1/portfolio',
    '/v1/portfolio%00',
    '/v1/portfolio%',
  ])('find no back door at %s', async (path) => {
    const answer = await raw(
      `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 40[0134] /);
    expect(answer).not.toContain('agreements');
  });

  it.each(['/v1/%70ortfolio', '/v1/agreements/%61'])('are asked for a key at %s', async (path) => {
    const answer = await raw(
      `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  it.each(['asOf=2026-01-01&asOf=2026-01-02', 'asOf[day]=1', 'asOf=%00', 'as%4ff=x'])(
    'are refused with the query %s',
    async (query) => {
      expect((await api.get(`/v1/portfolio?${query}`)).status).toBe(400);
    },
  );
});
