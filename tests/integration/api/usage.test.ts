import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawnSync } from 'node:child_process';
import { request } from 'node:http';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { USAGE_EVENT_TYPE } from '../../../libs/contract/messages/cloud-event.js';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type ApiRequest, type RunningApi } from './running-api.js';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  for (const id of ['amazon-anthropic', 'second']) {
    await api.command('/v1/agreements', { ...AGREEMENT, id });
    await api.command(`/v1/agreements/${id}/activation`, { activatedAt: '2026-01-01T00:00:00Z' });
    await api.command(`/v1/agreements/${id}/commitments`, PLEDGE);
  }
}, 60_000);
afterAll(() => api.close(), 60_000);

const post = (body: unknown, more: Partial<ApiRequest> = {}) =>
  api.send({ url: '/v1/usage-events', as: 'poster', body, ...more });
const batch = (body: unknown, query = '') =>
  api.send({ url: `/v1/usage-events/batch${query}`, as: 'poster', body });
const positions = async () => (await api.ledger.heads()).map(({ position }) => position);

describe('one usage event', () => {
  it('is recorded once, however often it comes', async () => {
    const event = { ...USAGE, id: 'one', amount: '80.50' };
    const first = await post(event);
    expect(first.status).toBe(201);
    expect(first.json).toMatchObject({
      outcome: 'recorded',
      source: 'billing/aws',
      id: 'one',
      gross: '80.5',
      applied: '80.5',
      overage: '0',
      currency: 'USD',
    });
    const before = await positions();
    const again = await post({ ...event, amount: '80.5000', tags: null });
    expect(again.status).toBe(200);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.json).toEqual({ ...first.json, outcome: 'duplicate' });
    const other = await post({ ...event, amount: '81' });
    expect(other).toMatchObject({ status: 422 });
    expect(other.json).toMatchObject({ code: 'identity-reused' });
    expect(await positions()).toEqual(before);
  });

  it('moves the burn-down of its commitment, which can be waited for', async () => {
    const { shard, position } = (await post({ ...USAGE, id: 'moves', amount: '10' })).json;
    const view = await api.get(
      `/v1/commitments/amazon-anthropic.cloud/burn-down?minPosition=${shard}:${position}`,
    );
    expect(view.status).toBe(200);
    expect(view.json.ledgerPosition[shard]).toBeGreaterThanOrEqual(position);
    expect(Number(view.json.applied.amount)).toBeGreaterThanOrEqual(10);
    const never = await api.get(`/v1/portfolio?minPosition=${shard}:999999`);
    expect(never).toMatchObject({ status: 422 });
  });

  it('may come as a CloudEvent, structured or binary, and is the same event', async () => {
    const { source, id, ...data } = { ...USAGE, id: 'cloud-event' };
    const envelope = { specversion: '1.0', type: USAGE_EVENT_TYPE, source, id };
    const structured = await post(
      { ...envelope, data, traceparent: '00-1' },
      { headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' } },
    );
    expect(structured).toMatchObject({ status: 201 });
    const binary = await post(data, {
      headers: {
        'ce-specversion': '1.0',
        'ce-type': USAGE_EVENT_TYPE,
        'ce-source': 'billing%2Faws',
        'ce-id': id,
      },
    });
    expect(binary.json).toEqual({ ...structured.json, outcome: 'duplicate' });
    const unknown = await post({ ...envelope, type: 'other.v9', data });
    expect(unknown).toMatchObject({ status: 422 });
    expect(unknown.json.code).toBe('cloud-event-type-unknown');
  });

  it('is parked while its agreement is unknown, and recorded when that has a commitment', async () => {
    const parked = await post({ ...USAGE, id: 'early', agreement: 'later' });
    expect(parked.status).toBe(202);
    expect(parked.json).toEqual({
      outcome: 'parked',
      source: USAGE.source,
      id: 'early',
      reason: 'agreement-unknown',
    });
    await api.command('/v1/agreements', { ...AGREEMENT, id: 'later' });
    await api.command('/v1/agreements/later/activation', { activatedAt: '2026-01-01T00:00:00Z' });
    await api.command('/v1/agreements/later/commitments', PLEDGE);
    let entry = null;
    for (let tries = 0; tries < 100 && entry === null; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      entry = await api.ledger.find('acme', USAGE.source, 'early');
    }
    expect(entry?.event).toMatchObject({
      type: 'DrawdownRecorded',
      body: { agreementId: 'later', split: { applied: '80' } },
    });
  });

  it('is refused in words of the trade', async () => {
    const refused = await post({ ...USAGE, id: 'late', effectiveAt: '2028-01-01T00:00:00Z' });
    expect(refused.status).toBe(422);
    expect(refused.json).toMatchObject({ code: 'effective-too-far-ahead' });
  });

  it('can be taken back, in part and then as a whole, and not once more', async () => {
    await post({ ...USAGE, id: 'reversed', amount: '50' });
    const url = '/v1/agreements/amazon-anthropic/reversals';
    const body = { source: USAGE.source, id: 'reversed', reason: 'billed twice' };
    const part = await api.command(url, { ...body, amount: '20.00' });
    expect(part.status).toBe(201);
    expect(part.json.events[0].body).toMatchObject({ split: { gross: '-20' } });
    const rest = await api.command(url, body);
    expect(rest.json.events[0].body).toMatchObject({ split: { gross: '-30' } });
    expect(await api.command(url, body)).toMatchObject({ status: 409 });
    const unknown = await api.command(url, { ...body, id: 'never-seen' });
    expect(unknown).toMatchObject({ status: 404 });
    expect(unknown.json.code).toBe('drawdown-unknown');
  });
});

describe('a batch of usage events', () => {
  it('answers item by item, in order', async () => {
    const answer = await batch([
      { ...USAGE, id: 'b1' },
      { ...USAGE, id: 'b1' },
      { ...USAGE, id: 'b2', amount: 5 },
      { ...USAGE, id: 'b3', agreement: 'nowhere' },
      { ...USAGE, id: 'b1', amount: '1' },
      7,
      {
        specversion: '1.0',
        type: USAGE_EVENT_TYPE,
        source: 'x',
        id: 'b4',
        time: '2026-03-01T00:00:00Z',
        data: { agreement: 'second', currency: 'USD', amount: '1' },
      },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.json.counts).toEqual({
      recorded: 2,
      duplicate: 1,
      parked: 1,
      refused: 3,
      retry: 0,
    });
    expect(answer.json.results.map((result: { outcome: string }) => result.outcome)).toEqual([
      'recorded',
      'duplicate',
      'refused',
      'parked',
      'refused',
      'refused',
      'recorded',
    ]);
    expect(answer.json.results[2]).toMatchObject({
      source: USAGE.source,
      id: 'b2',
      problems: [{ code: 'amount-not-a-string', pointer: '/amount' }],
    });
    expect(answer.json.results[4].problems[0].code).toBe('identity-reused');
    expect(answer.json.results[5]).toMatchObject({ source: null, id: null });
  });

  it('records all or none when asked to', async () => {
    const before = await positions();
    const wrong = await batch(
      [
        { ...USAGE, id: 'a1' },
        { ...USAGE, id: 'a2', amount: 5 },
      ],
      '?atomic=true',
    );
    expect(wrong.status).toBe(422);
    expect(wrong.json.errors).toMatchObject([
      { code: 'amount-not-a-string', pointer: '/1/amount' },
    ]);
    const apart = await batch(
      [
        { ...USAGE, id: 'a1' },
        { ...USAGE, id: 'a2', agreement: 'second' },
      ],
      '?atomic=true',
    );
    expect(apart.json.code).toBe('atomic-spans-agreements');
    const early = await batch(
      [
        { ...USAGE, id: 'a1' },
        { ...USAGE, id: 'a2', effectiveAt: '2028-01-01T00:00:00Z' },
      ],
      '?atomic=true',
    );
    expect(early.json).toMatchObject({
      status: 422,
      errors: [{ pointer: expect.stringMatching(/^\/1/) }],
    });
    expect(await positions()).toEqual(before);
    const right = await batch(
      [
        { ...USAGE, id: 'a1' },
        { ...USAGE, id: 'a2' },
      ],
      '?atomic=true',
    );
    expect(right.json.counts).toMatchObject({ recorded: 2 });
  });

  it('takes 10,000 and no more', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ ...USAGE, id: `m${n}`, amount: '0.01' }));
    expect(await batch(many(10_001))).toMatchObject({ status: 413 });
    const answer = await batch(many(10_000));
    expect(answer.json.counts).toEqual({
      recorded: 10_000,
      duplicate: 0,
      parked: 0,
      refused: 0,
      retry: 0,
    });
  }, 60_000);
});

describe('usage as NDJSON', () => {
  const NDJSON = { 'content-type': 'application/x-ndjson' };

  it('answers line by line, and ends with the counts', async () => {
    const lines = [
      JSON.stringify({ ...USAGE, id: 'n1' }),
      '',
      '{"id":"n2","id":"n3"}',
      `{"source":"x","id":"${'y'.repeat(70_000)}"}`,
      `${JSON.stringify({ ...USAGE, id: 'n1' })}\r`,
      JSON.stringify({ ...USAGE, id: 'n4', currency: 'usd' }),
    ];
    const answer = await api.send({
      url: '/v1/usage-events/batch?answer=all',
      as: 'poster',
      headers: NDJSON,
      body: lines.join('\n'),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('application/x-ndjson');
    const answers = answer.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers).toMatchObject([
      { line: 1, outcome: 'recorded', id: 'n1' },
      {
        line: 3,
        outcome: 'refused',
        problems: [{ code: 'json-duplicate-member', pointer: '/id' }],
      },
      { line: 4, outcome: 'refused', problems: [{ code: 'line-too-long' }] },
      { line: 5, outcome: 'duplicate' },
      {
        line: 6,
        outcome: 'refused',
        problems: [{ code: 'currency-unknown', pointer: '/currency' }],
      },
      { counts: { recorded: 1, duplicate: 1, parked: 0, refused: 3, retry: 0 } },
    ]);
    for (const query of ['', '?answer=exceptions']) {
      const brief = await api.send({
        url: `/v1/usage-events/batch${query}`,
        as: 'poster',
        headers: NDJSON,
        body: lines.join('\n'),
      });
      const told = brief.text.trim().split('\n');
      expect(told.map((line) => JSON.parse(line) as object)).toEqual([
        ...answers.slice(1, 3),
        answers[4],
        { counts: { recorded: 0, duplicate: 2, parked: 0, refused: 3, retry: 0 } },
      ]);
    }
  });

  it('answers while the request is still running, where that is asked', async () => {
    const url = new URL('/v1/usage-events/batch?answer=all', api.base);
    const outgoing = request(url, {
      method: 'POST',
      headers: { ...NDJSON, authorization: `Bearer ${api.keys.poster}` },
    });
    const answers: string[] = [];
    const done = new Promise<void>((resolve, reject) => {
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        incoming.setEncoding('utf8');
        incoming.on('data', (text: string) => {
          answers.push(text);
          if (answers.length === 1) outgoing.end(`${JSON.stringify({ ...USAGE, id: 's2' })}\n`);
        });
        incoming.on('end', resolve);
      });
    });
    outgoing.write(`${JSON.stringify({ ...USAGE, id: 's1' })}\n`);
    await done;
    expect(answers[0]).toContain('"id":"s1"');
    expect(answers.join('')).toContain('"counts":{"recorded":2');
  });

  it('stays flat over 30,000 events', async () => {
    const url = new URL('/v1/usage-events/batch', api.base);
    const before = process.memoryUsage().rss;
    let peak = before;
    const outgoing = request(url, {
      method: 'POST',
      headers: { ...NDJSON, authorization: `Bearer ${api.keys.poster}` },
    });
    const text = new Promise<string>((resolve, reject) => {
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        let all = '';
        incoming
          .setEncoding('utf8')
          .on('data', (part: string) => (all += part))
          .on('end', () => resolve(all));
      });
    });
    for (let n = 0; n < 30_000; n += 100) {
      const lines = Array.from({ length: 100 }, (_, i) =>
        JSON.stringify({ ...USAGE, id: `f${n + i}`, amount: '0.001' }),
      );
      if (!outgoing.write(`${lines.join('\n')}\n`))
        await new Promise((resolve) => outgoing.once('drain', resolve));
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    outgoing.end();
    expect(JSON.parse(await text)).toEqual({
      counts: { recorded: 30_000, duplicate: 0, parked: 0, refused: 0, retry: 0 },
    });
    expect(peak - before).toBeLessThan(300 * 1024 * 1024);
  }, 120_000);

  it('hangs nobody who writes everything before reading anything', async () => {
    const { port, hostname } = new URL(api.base);
    // Refused, every tenth; the rest is recorded. No client can say more in so few bytes.
    const lines = Array.from({ length: 60_000 }, (_, n) =>
      JSON.stringify({
        ...USAGE,
        id: `w${n}`,
        amount: '0.001',
        ...(n % 10 === 0 ? { currency: 'usd' } : {}),
      }),
    );
    const body = Buffer.from(lines.join('\n'));
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.on('error', reject).pause();
      socket.setEncoding('utf8').setTimeout(100_000, () => reject(new Error('it hangs')));
      socket.write(
        'POST /v1/usage-events/batch HTTP/1.1\r\nhost: x\r\nconnection: close\r\n' +
          `authorization: Bearer ${api.keys.poster}\r\ncontent-type: application/x-ndjson\r\n` +
          `content-length: ${body.length}\r\n\r\n`,
      );
      let text = '';
      // Not a byte is read before the last one is written.
      socket.write(body, () => {
        socket.on('data', (part: string) => (text += part)).resume();
      });
      socket.on('end', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain(
      '{"counts":{"recorded":54000,"duplicate":0,"parked":0,"refused":6000,"retry":0}}',
    );
    expect(answer.match(/"outcome":"refused"/g)).toHaveLength(6_000);
    expect(answer).not.toContain('"outcome":"recorded"');
  }, 120_000);

  const python = spawnSync('python3', ['--version']).status === 0;
  if (!python) process.stderr.write('no python3 here: its own HTTP client is not tried\n');
  (python ? it : it.skip)(
    'hangs no client of the Python standard library',
    async () => {
      const script = `
import json, sys, urllib.request
url, key, usage = sys.argv[1:]
body = "\\n".join(json.dumps({**json.loads(usage), "id": "py-%d" % n}) for n in range(60000)).encode()
headers = {"Authorization": "Bearer " + key, "Content-Type": "application/x-ndjson"}
with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=100) as answer:
    print(answer.read().decode())
`;
      const url = `${api.base}/v1/usage-events/batch`;
      const usage = JSON.stringify({ ...USAGE, amount: '0.001' });
      const { stdout } = await promisify(execFile)('python3', [
        '-c',
        script,
        url,
        api.keys.poster,
        usage,
      ]);
      expect(JSON.parse(stdout)).toMatchObject({ counts: { recorded: 60_000 } });
    },
    120_000,
  );
});
