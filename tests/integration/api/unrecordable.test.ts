import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failingOnBadUsage, LEDGER_FAULTS } from '../../support/failing-decider.js';
import { AGREEMENT, PLEDGE, USAGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

const RETRY = { outcome: 'retry', source: USAGE.source, reason: 'unrecordable' };

describe.each(LEDGER_FAULTS)('a usage event that the ledger fails on: %s', (fault) => {
  let api: RunningApi;
  const faults: string[] = [];
  beforeAll(async () => {
    api = await startApi({
      deciders: failingOnBadUsage(fault),
      onFault: (error, { id }) => faults.push(`${id}: ${error instanceof Error}`),
    });
    const id = USAGE.agreement;
    await api.command('/v1/agreements', { ...AGREEMENT, id });
    await api.command(`/v1/agreements/${id}/activation`, { activatedAt: '2026-01-01T00:00:00Z' });
    await api.command(`/v1/agreements/${id}/commitments`, PLEDGE);
  }, 60_000);
  afterAll(() => api.close(), 60_000);

  const send = (url: string, body: unknown, type = 'application/json') =>
    api.send({
      url: `/v1/usage-events${url}`,
      as: 'poster',
      body,
      headers: { 'content-type': type },
    });
  const named = (...ids: readonly string[]) => ids.map((id) => ({ ...USAGE, id }));

  it('holds up nothing of its batch, and is told by itself', async () => {
    faults.length = 0;
    const first = await send('/batch', named('1', 'bad-1', '2'));
    expect(first).toMatchObject({ status: 500 });
    expect(first.json).toEqual({
      counts: { recorded: 2, duplicate: 0, parked: 0, refused: 0, retry: 1 },
      results: [
        expect.objectContaining({ outcome: 'recorded', id: '1' }),
        { ...RETRY, id: 'bad-1' },
        expect.objectContaining({ outcome: 'recorded', id: '2' }),
      ],
    });
    expect(faults).toEqual(['bad-1: true']);
    expect(await api.ledger.find('acme', USAGE.source, '2')).not.toBeNull();
    expect(await api.ledger.find('acme', USAGE.source, 'bad-1')).toBeNull();
    const again = await send('/batch', named('1', 'bad-1', '2'));
    expect(again.json.counts).toMatchObject({ recorded: 0, duplicate: 2, retry: 1 });
  });

  it('does not break off a stream', async () => {
    const lines = named('3', 'bad-2', '4').map((each) => JSON.stringify(each));
    const { status, text } = await send(
      '/batch?answer=exceptions',
      lines.join('\n'),
      'application/x-ndjson',
    );
    expect(status).toBe(200);
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { line: 2, ...RETRY, id: 'bad-2' },
      { counts: { recorded: 2, duplicate: 0, parked: 0, refused: 0, retry: 1 } },
    ]);
  });

  it('is an error of ours when it comes alone', async () => {
    faults.length = 0;
    const [bad] = named('bad-3');
    const { status, json } = await send('', bad);
    expect(status).toBe(500);
    expect(json).toMatchObject({ code: 'unrecordable' });
    expect(faults).toEqual(['bad-3: true']);
  });
});
