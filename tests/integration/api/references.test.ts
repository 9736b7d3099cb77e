import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { digestOf } from '../../../libs/contract/json/digest.js';
import { handle } from '../../../libs/application/handle.js';
import type { DomainCommand } from '../../../libs/domain/events.js';
import { AGREEMENT, PLEDGE } from './examples.js';
import { startApi, type RunningApi } from './running-api.js';

const WHEN = '2026-03-01T00:00:00Z';
const usd = (amount: string) => ({ amount, currency: 'USD' });
const INVESTMENT = {
  id: 'equity',
  investorId: 'amazon',
  recipientId: 'anthropic',
  instrument: 'equity',
  total: usd('10'),
};
const DEAL = '/v1/agreements/amazon-anthropic';
const LINK = {
  investmentId: 'amazon-anthropic.equity',
  commitmentId: 'amazon-anthropic.cloud',
  kind: 'reciprocal',
};
const RELATION = { id: 'stake', toPartyId: 'anthropic', kind: 'equity', from: WHEN };

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  for (const id of ['amazon', 'stranger-only'])
    await api.command('/v1/parties', { id, name: id, kinds: ['vendor'] }, { as: 'stranger' });
  for (const [url, body] of [
    ['/v1/agreements', AGREEMENT],
    [`${DEAL}/activation`, { activatedAt: WHEN }],
    [`${DEAL}/commitments`, PLEDGE],
    [`${DEAL}/investments`, INVESTMENT],
  ] as const) {
    const { status, text } = await api.command(url, body);
    expect({ url, status: status < 300, text }).toMatchObject({ status: true });
  }
}, 60_000);
afterAll(() => api.close(), 60_000);

describe('what a command names', () => {
  it.each<[string, object, string, string]>([
    ['/v1/agreements', { ...AGREEMENT, id: 'a', vendorId: 'nope' }, '/vendorId', 'party-unknown'],
    [
      '/v1/agreements',
      { ...AGREEMENT, id: 'a', customerId: 'nope' },
      '/customerId',
      'party-unknown',
    ],
    [
      '/v1/agreements',
      { ...AGREEMENT, id: 'a', vendorId: 'stranger-only' },
      '/vendorId',
      'party-unknown',
    ],
    [
      '/v1/agreements',
      { ...AGREEMENT, id: 'a', vendorId: 'constructor' },
      '/vendorId',
      'party-unknown',
    ],
    [
      '/v1/parties/amazon/relations',
      { ...RELATION, toPartyId: 'nope' },
      '/toPartyId',
      'party-unknown',
    ],
    [
      `${DEAL}/investments`,
      { ...INVESTMENT, id: 'i', investorId: 'nope' },
      '/investorId',
      'party-unknown',
    ],
    [
      `${DEAL}/investments`,
      { ...INVESTMENT, id: 'i', recipientId: 'nope' },
      '/recipientId',
      'party-unknown',
    ],
    [
      `${DEAL}/links`,
      { ...LINK, investmentId: 'amazon-anthropic.none' },
      '/investmentId',
      'investment-unknown',
    ],
    [
      `${DEAL}/links`,
      { ...LINK, commitmentId: 'amazon-anthropic.none' },
      '/commitmentId',
      'commitment-unknown',
    ],
    [
      `${DEAL}/supersession`,
      { supersededBy: 'nope', supersededAt: WHEN },
      '/supersededBy',
      'agreement-unknown',
    ],
    [
      '/v1/investments/amazon-anthropic.equity/tranches',
      {
        ...{ id: 't', number: 1, amount: usd('1') },
        gate: { all: [{ any: [{ milestone: 'nope' }] }] },
      },
      '/gate/all/0/any/0/milestone',
      'milestone-unknown',
    ],
  ])('must be there: %s %j', async (url, body, pointer, code) => {
    const heads = await api.ledger.heads();
    const version = url.endsWith('supersession') ? { version: 2 } : {};
    const { status, json } = await api.command(url, body, version);
    expect({ status, json }).toMatchObject({
      status: 422,
      json: { code, errors: [{ code, pointer }] },
    });
    expect(await api.ledger.heads()).toEqual(heads);
  });

  it('is looked for after what the path names', async () => {
    const link = { ...LINK, investmentId: 'nope.a', commitmentId: 'nope.b' };
    expect(await api.command('/v1/agreements/nope/links', link)).toMatchObject({
      status: 404,
      json: { code: 'agreement-unknown' },
    });
    const again = { ...AGREEMENT, vendorId: 'nope' };
    expect(await api.command('/v1/agreements', again)).toMatchObject({
      status: 409,
      json: { code: 'agreement-already-exists' },
    });
    expect((await api.command(`${DEAL}/links`, link)).json.code).toBe('not-of-agreement');
  });

  it('may be registered a moment before', async () => {
    const proposal = { ...AGREEMENT, id: 'later', vendorId: 'newcomer' };
    const early = await api.command('/v1/agreements', proposal, { key: 'same' });
    expect(early.status).toBe(422);
    await api.command('/v1/parties', { id: 'newcomer', name: 'New', kinds: ['vendor'] });
    expect((await api.command('/v1/agreements', proposal, { key: 'same' })).status).toBe(201);
  });

  it('is not looked for again where a command was recorded before it was looked for', async () => {
    const dangling: DomainCommand = {
      ...{ type: 'ProposeAgreement', agreementId: 'old', title: 'Old', startsAt: INSTANT },
      ...{ vendorId: 'gone', customerId: 'lost', endsAt: null, documents: [] },
    };
    const identity = { tenant: 'acme', source: 'import', id: 'old', actor: 'ann' };
    const asked = {
      ...identity,
      digest: digestOf(dangling),
      effectiveAt: INSTANT,
      command: dangling,
    };
    const stream = { tenant: 'acme', kind: 'agreement', key: 'old' } as const;
    const recorded = await api.ledger.submit({
      ...{ ...asked, stream, alongside: null, expectedVersion: null },
    });
    expect(recorded).toMatchObject({ outcome: 'appended' });
    expect(await handle(api.ledger, { ...asked, expectedVersion: null })).toMatchObject({
      outcome: 'already-appended',
    });
    expect(await handle(api.ledger, { ...asked, id: 'new', expectedVersion: null })).toMatchObject({
      rejection: { name: 'AgreementAlreadyExists' },
    });
    const elsewhere = { ...dangling, agreementId: 'older' };
    expect(
      await handle(api.ledger, {
        ...asked,
        id: 'older',
        command: elsewhere,
        expectedVersion: null,
      }),
    ).toMatchObject({ rejection: { name: 'PartyUnknown', facts: { pointer: '/vendorId' } } });
    const activation = await api.command('/v1/agreements/old/activation', { activatedAt: WHEN });
    expect(activation.status).toBe(200);
    const { shard, position } = activation.json;
    const seen = await api.get(`/v1/agreements/old?minPosition=${shard}:${position}`);
    expect(seen.json).toMatchObject({ vendor: { partyId: 'gone', name: null }, status: 'active' });
  });
});

describe('links', () => {
  it('can be read with their agreement, and say where they count nowhere', async () => {
    for (const [url, body] of [
      [
        `${DEAL}/investments`,
        { ...INVESTMENT, id: 'euros', total: { amount: '5', currency: 'EUR' } },
      ],
      [
        `${DEAL}/investments`,
        { ...INVESTMENT, id: 'reverse', investorId: 'anthropic', recipientId: 'amazon' },
      ],
      [`${DEAL}/links`, LINK],
      [`${DEAL}/links`, { ...LINK, investmentId: 'amazon-anthropic.euros', kind: 'conditional' }],
      [`${DEAL}/links`, { ...LINK, investmentId: 'amazon-anthropic.reverse' }],
    ] as const)
      expect((await api.command(url, body)).status).toBe(201);
    // As an older version recorded it: nobody looked whether it was there.
    const old: DomainCommand = {
      ...{ type: 'LinkInvestment', agreementId: 'amazon-anthropic', kind: 'reciprocal' },
      ...{ investmentId: 'amazon-anthropic.gone', commitmentId: 'amazon-anthropic.cloud' },
    };
    await api.ledger.submit({
      stream: { tenant: 'acme', kind: 'agreement', key: 'amazon-anthropic' },
      ...{ alongside: null, source: 'old', id: 'link', actor: 'ann', effectiveAt: INSTANT },
      ...{ digest: digestOf(old), expectedVersion: null, command: old },
    });
    const { commitmentId } = LINK;
    const links = [
      { ...LINK, notCounted: null },
      {
        ...{ investmentId: 'amazon-anthropic.euros', commitmentId, kind: 'conditional' },
        notCounted: 'other-currency',
      },
      { ...LINK, investmentId: 'amazon-anthropic.reverse', notCounted: 'other-parties' },
      { ...LINK, investmentId: 'amazon-anthropic.gone', notCounted: 'investment-unknown' },
    ];
    expect((await api.get(DEAL)).json.links).toEqual(links);
    const { pairs } = (await api.get('/v1/relations/circularity')).json;
    expect(pairs).toMatchObject([
      {
        vendorId: 'amazon',
        customerId: 'anthropic',
        currency: 'EUR',
        multiple: { announced: '0' },
      },
      { vendorId: 'amazon', customerId: 'anthropic', currency: 'USD', committed: usd('1000') },
    ]);
  });
});

const INSTANT = '2026-03-01T00:00:00.000000Z';
