import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AGREEMENT, PLEDGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

const CLOUD = '/v1/commitments/amazon-anthropic.cloud';
const DEAL = '/v1/agreements/amazon-anthropic';
const EQUITY = '/v1/investments/amazon-anthropic.equity';
const APPROVAL = '/v1/milestones/amazon-anthropic.equity.approval';
const SHA = 'a'.repeat(64);

let api: RunningApi;
/** When all but the last change of each was known. */
let known: string;

const done = async (...commanded: Parameters<RunningApi['command']>) => {
  const answer = await api.command(...commanded);
  expect({ url: commanded[0], text: answer.status < 300 ? '' : answer.text }).toEqual({
    ...{ url: commanded[0], text: '' },
  });
  return answer;
};

const amendment = { ...PLEDGE, id: undefined, total: { amount: '2000', currency: 'USD' } };

beforeAll(async () => {
  api = await startApi();
  await done('/v1/agreements', {
    ...AGREEMENT,
    documents: [{ name: 'contract', sha256: SHA, uri: 'https://example.com/contract' }],
  });
  await done(`${DEAL}/commitments`, PLEDGE);
  await done(`${DEAL}/notes`, {
    ...{ id: 'n1', text: 'about 1,000 over a year', source: 'a newspaper', confidence: 'low' },
    ...{ publishedOn: '2026-01-03', effectiveAt: '2026-01-03T00:00:00Z' },
  });
  await done(`${DEAL}/investments`, {
    ...{ id: 'equity', investorId: 'amazon', recipientId: 'anthropic', instrument: 'equity' },
    ...{ total: { amount: '5', currency: 'USD' }, effectiveAt: '2026-01-01T00:00:00Z' },
  });
  await done(`${EQUITY}/milestones`, {
    ...{ id: 'approval', definition: 'The regulator approves', dueAt: '2026-06-30T00:00:00Z' },
    effectiveAt: '2026-01-02T00:00:00Z',
  });
  await done(`${APPROVAL}/attestations`, {
    ...{ outcome: 'met', evidence: [{ name: 'letter', sha256: SHA }] },
    effectiveAt: '2026-02-01T00:00:00Z',
  });
  const entries = (await api.get('/v1/ledger/events?limit=1000')).json.data;
  known = entries
    .map(({ recordedAt }: { recordedAt: string }) => recordedAt)
    .sort()
    .at(-1);
  await done(
    `${CLOUD}/amendments`,
    { ...amendment, reason: 'more', effectiveAt: '2026-07-01T00:00:00Z' },
    { version: 1 },
  );
  await done(`${DEAL}/documents`, {
    ...{ name: 'side letter', sha256: 'b'.repeat(64), effectiveAt: '2026-02-01T00:00:00Z' },
  });
  await done(
    `${APPROVAL}/approval`,
    { decision: 'approve', reason: 'seen', effectiveAt: '2026-02-03T00:00:00Z' },
    { as: 'approver' },
  );
}, 60_000);
afterAll(() => api.close(), 60_000);

describe('every version of the terms of a commitment', () => {
  it('is there whole, with when it holds and where the ledger has it', async () => {
    const { json, headers } = await api.get(`${CLOUD}/terms?asOf=2026-03-01`);
    expect(headers['etag']).toBe('"2"');
    expect(json.versions).toMatchObject([
      {
        ...{ version: 1, change: 'pledged', from: '2026-01-01T00:00:00.000000Z' },
        terms: {
          ...{ total: { amount: '1000', currency: 'USD' }, basis: 'effective', priority: 0 },
          ...{ schedule: { mode: 'total-only' }, eligibility: [], caps: [], stackable: false },
        },
      },
      {
        ...{ version: 2, change: 'amended', from: '2026-07-01T00:00:00.000000Z' },
        ...{ terms: { total: { amount: '2000', currency: 'USD' } }, obligation: null },
      },
    ]);
    const [, { shard, position }] = json.versions;
    expect((await api.get(`/v1/ledger/events/${shard}/${position}`)).json.type).toBe(
      'CommitmentAmended',
    );
  });

  it('has the tag that an amendment takes, and is as it was known then', async () => {
    const then = await api.get(`${CLOUD}/terms?knownAt=${known}`);
    expect([then.headers['etag'], then.json.versions.length]).toEqual(['"1"', 1]);
    const stale = await api.command(
      `${CLOUD}/amendments`,
      { ...amendment, reason: 'again' },
      { ifMatch: then.headers['etag']! },
    );
    expect(stale).toMatchObject({ status: 412, headers: { etag: '"2"' } });
  });
});

describe('what is kept beside an agreement', () => {
  it('is its documents and claims, each with who put it on record', async () => {
    const { json, headers } = await api.get(`${DEAL}/records`);
    expect(headers['etag']).toBe((await api.get(DEAL)).headers['etag']);
    expect(json).toMatchObject({
      documents: [
        { name: 'contract', sha256: SHA, uri: 'https://example.com/contract' },
        { name: 'side letter', uri: null, by: 'operator-of-acme' },
      ],
      notes: [
        {
          ...{ noteId: 'n1', text: 'about 1,000 over a year', source: 'a newspaper' },
          ...{ confidence: 'low', asOf: null, publishedOn: '2026-01-03', by: 'operator-of-acme' },
        },
      ],
      lag: 0,
    });
  });

  it('is as of then and as known then', async () => {
    const early = (await api.get(`${DEAL}/records?asOf=2026-01-02`)).json;
    expect([early.documents.length, early.notes.length]).toEqual([1, 0]);
    const then = (await api.get(`${DEAL}/records?knownAt=${known}`)).json;
    expect([then.documents.length, then.notes.length]).toEqual([1, 1]);
    expect((await api.get(`${DEAL}/records?asOf=2025-12-31`)).status).toBe(404);
  });
});

describe('a milestone', () => {
  it('says who attested and who approved, and with which evidence', async () => {
    const { json, headers } = await api.get(APPROVAL);
    expect(headers['etag']).toBe((await api.get(`${EQUITY}/tranches`)).headers['etag']);
    expect(json).toMatchObject({
      ...{ investmentId: 'amazon-anthropic.equity', definition: 'The regulator approves' },
      ...{ status: 'met', dueAt: '2026-06-30T00:00:00.000000Z' },
      ...{ attestedBy: 'operator-of-acme', approvedBy: 'approver-of-acme' },
      steps: [
        { change: 'defined', by: 'operator-of-acme', evidence: [] },
        { change: 'attested', outcome: 'met', evidence: [{ name: 'letter', sha256: SHA }] },
        { change: 'met', by: 'approver-of-acme' },
      ],
    });
  });

  it('is as of then and as known then', async () => {
    const on = async (query: string) => {
      const { status, attestedBy, approvedBy } = (await api.get(`${APPROVAL}?${query}`)).json;
      return { status, attestedBy, approvedBy };
    };
    const attested = { status: 'attested', attestedBy: 'operator-of-acme', approvedBy: null };
    expect(await on('asOf=2026-02-02')).toEqual(attested);
    expect(await on(`knownAt=${known}`)).toEqual(attested);
    expect(await on('asOf=2026-01-31')).toMatchObject({ status: 'pending', attestedBy: null });
    expect((await api.get(`${APPROVAL}?asOf=2026-01-01`)).status).toBe(404);
  });
});

describe('records of what is not there', () => {
  it.each([
    [`${CLOUD}/terms`, 'commitment-unknown'],
    [`${DEAL}/records`, 'agreement-unknown'],
    [APPROVAL, 'milestone-unknown'],
  ])('%s, for another tenant and for a name that nobody has', async (url, code) => {
    expect(await api.get(url, 'stranger')).toMatchObject({ status: 404, json: { code } });
    const other = url.replaceAll('amazon-anthropic', 'nobody');
    expect(await api.get(other)).toMatchObject({ status: 404, json: { code } });
    expect((await api.get(url, 'poster')).status).toBe(403);
    expect((await api.get(`${url}?knownAt=2026-02-30T00:00:00Z`)).status).toBe(400);
  });
});
