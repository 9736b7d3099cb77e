import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type RunningApi } from './running-api.js';
import { AGREEMENT, PLEDGE } from './examples.js';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi({ parties: [] });
}, 60_000);
afterAll(() => api.close(), 60_000);

describe('commands over HTTP', () => {
  it('take a deal from its parties to its termination', async () => {
    for (const [id, kinds] of [
      ['amazon', ['vendor', 'investor']],
      ['anthropic', ['customer']],
    ] as const) {
      const registered = await api.command('/v1/parties', { id, name: id, kinds });
      expect(registered.status).toBe(201);
      expect(registered.json).toMatchObject({
        id,
        version: 1,
        events: [{ type: 'PartyRegistered' }],
      });
    }
    const relation = await api.command('/v1/parties/amazon/relations', {
      id: 'stake',
      toPartyId: 'anthropic',
      kind: 'equity',
      percent: '12.50',
      from: '2026-01-01T00:00:00Z',
    });
    expect(relation.json.events[0]).toMatchObject({
      type: 'RelationDeclared',
      effectiveAt: '2026-01-01T00:00:00Z',
      body: { percent: '12.5', until: null },
    });
    const ended = await api.command('/v1/parties/amazon/relations/stake/end', {
      endedAt: '2026-06-01T00:00:00+02:00',
    });
    expect(ended).toMatchObject({ status: 200 });
    expect(ended.json.events[0].body.endedAt).toBe('2026-05-31T22:00:00.000000Z');

    const proposed = await api.command('/v1/agreements', AGREEMENT);
    expect(proposed.status).toBe(201);
    expect(proposed.headers['etag']).toBe('"1"');
    expect(proposed.json).toMatchObject({
      id: 'amazon-anthropic',
      version: 1,
      shard: expect.any(Number),
      position: expect.any(Number),
      events: [{ type: 'AgreementProposed', hash: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
    const steps: [string, object, number][] = [
      ['activation', { activatedAt: '2026-01-01T00:00:00Z' }, 200],
      ['documents', { name: 'Order form', sha256: 'a'.repeat(64) }, 201],
      ['notes', { id: 'press', text: 'USD 100 billion over ten years', source: 'Reuters' }, 201],
      ['commitments', PLEDGE, 201],
      [
        'investments',
        {
          id: 'equity',
          investorId: 'amazon',
          recipientId: 'anthropic',
          instrument: 'equity',
          total: { amount: '13', currency: 'USD' },
          contingent: { amount: '20', currency: 'USD' },
        },
        201,
      ],
      [
        'links',
        {
          investmentId: 'amazon-anthropic.equity',
          commitmentId: 'amazon-anthropic.cloud',
          kind: 'reciprocal',
        },
        201,
      ],
    ];
    for (const [step, body, status] of steps) {
      const answer = await api.command(`/v1/agreements/amazon-anthropic/${step}`, body);
      expect({ step, status: answer.status, text: answer.text }).toMatchObject({ step, status });
    }

    const amended = await api.command(
      '/v1/agreements/amazon-anthropic/amendments',
      { title: 'Cloud services', endsAt: '2030-01-01T00:00:00Z', reason: 'longer' },
      { version: 3 },
    );
    expect(amended.json.events[0]).toMatchObject({ type: 'AgreementAmended', body: { number: 1 } });
    const pledge = await api.command(
      '/v1/commitments/amazon-anthropic.cloud/amendments',
      { ...PLEDGE, id: undefined, total: { amount: '2000', currency: 'USD' }, reason: 'more' },
      { version: 1 },
    );
    expect(pledge.json.events[0]).toMatchObject({ type: 'CommitmentAmended' });
    const ends: [string, object, number][] = [
      [
        '/v1/commitments/amazon-anthropic.cloud/termination',
        { terminatedAt: '2026-10-01T00:00:00Z', obligation: 'released', reason: 'over' },
        2,
      ],
      [
        '/v1/agreements/amazon-anthropic/termination',
        { terminatedAt: '2026-10-01T00:00:00Z', reason: 'over' },
        4,
      ],
    ];
    for (const [url, body, version] of ends) {
      const answer = await api.command(url, body, { version });
      expect({ url, status: answer.status, text: answer.text }).toMatchObject({ url, status: 200 });
    }
  });

  it('take an investment from its milestones to its last tranche', async () => {
    await api.command('/v1/agreements', { ...AGREEMENT, id: 'deal-2' });
    await api.command('/v1/agreements/deal-2/investments', {
      id: 'equity',
      investorId: 'amazon',
      recipientId: 'anthropic',
      instrument: 'equity',
      total: { amount: '13', currency: 'USD' },
    });
    const investment = '/v1/investments/deal-2.equity';
    for (const id of ['approval', 'launch', 'audit'])
      expect(
        (await api.command(`${investment}/milestones`, { id, definition: `the ${id}` })).status,
      ).toBe(201);
    const agreed = await api.command(`${investment}/tranches`, {
      id: 'one',
      number: 1,
      amount: { amount: '5.00', currency: 'USD' },
      gate: {
        all: [
          { milestone: 'approval' },
          { any: [{ milestone: 'launch' }, { milestone: 'deal-2.equity.audit' }] },
        ],
      },
    });
    expect(agreed.json.events[0].body).toMatchObject({
      trancheId: 'deal-2.equity.one',
      amount: { amount: '5', currency: 'USD' },
      gate: {
        all: [
          { milestone: 'deal-2.equity.approval' },
          { any: [{ milestone: 'deal-2.equity.launch' }, { milestone: 'deal-2.equity.audit' }] },
        ],
      },
    });
    const early = await api.command('/v1/tranches/deal-2.equity.one/call', {
      calledAt: '2026-02-01T00:00:00Z',
    });
    expect(early).toMatchObject({ status: 409 });
    expect(early.json).toMatchObject({ code: 'tranche-not-eligible' });

    const milestone = '/v1/milestones/deal-2.equity.approval';
    const attested = await api.command(`${milestone}/attestations`, {
      outcome: 'met',
      evidence: [{ name: 'letter', sha256: 'b'.repeat(64) }],
    });
    expect(attested.json.events[0].body).toMatchObject({ attestedBy: 'operator-of-acme' });
    const approved = await api.command(
      `${milestone}/approval`,
      { decision: 'approve', reason: 'seen' },
      { as: 'approver' },
    );
    expect(approved.json.events[0].type).toBe('MilestoneMet');
    expect(
      (
        await api.command('/v1/milestones/deal-2.equity.audit/extension', {
          dueAt: '2027-01-01T00:00:00Z',
          reason: 'late',
        })
      ).text,
    ).toContain('MilestoneExtended');
    expect(
      (
        await api.command(
          '/v1/milestones/deal-2.equity.launch/waiver',
          { reason: 'not needed' },
          { as: 'approver' },
        )
      ).json.events[0].type,
    ).toBe('MilestoneWaived');

    expect(
      (
        await api.command('/v1/tranches/deal-2.equity.one/call', {
          calledAt: '2026-02-01T00:00:00Z',
        })
      ).status,
    ).toBe(200);
    const fundings = [
      ['3', false],
      ['2', true],
    ] as const;
    for (const [amount, complete] of fundings) {
      const funded = await api.command('/v1/tranches/deal-2.equity.one/funding', {
        amount: { amount, currency: 'USD' },
        valueAt: '2026-02-02T00:00:00Z',
        reference: 'wire',
      });
      expect(funded.json.events[0].body).toMatchObject({ complete });
    }
    for (const [id, number] of [
      ['two', 2],
      ['three', 3],
    ] as const)
      await api.command(`${investment}/tranches`, {
        id,
        number,
        amount: { amount: '4', currency: 'USD' },
        longStopAt: '2026-03-01T00:00:00Z',
      });
    const version = (
      await api.command('/v1/tranches/deal-2.equity.two/lapse', {
        effectiveAt: '2026-03-02T00:00:00Z',
      })
    ).json.termsVersion as number;
    const cancelled = await api.command(
      '/v1/tranches/deal-2.equity.three/cancellation',
      { reason: 'not needed' },
      { version },
    );
    expect(cancelled.json.events[0].type).toBe('TrancheCancelled');
    const superseded = await api.command(
      '/v1/agreements/deal-2/supersession',
      { supersededBy: 'amazon-anthropic', supersededAt: '2026-10-01T00:00:00Z' },
      { version: 1 },
    );
    expect([200, 409]).toContain(superseded.status);
  });

  it('answer a repeat with what was recorded then', async () => {
    const body = { id: 'repeated', name: 'Repeated', kinds: ['vendor'] };
    const first = await api.command('/v1/parties', body, { key: 'once' });
    const again = await api.command('/v1/parties', body, { key: 'once' });
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(again).toMatchObject({ status: 201, text: first.text });
    expect(again.headers['idempotent-replayed']).toBe('true');
    const quoted = await api.command('/v1/parties', body, { key: '"once"' });
    expect(quoted.text).toBe(first.text);
    const other = await api.command('/v1/parties', { ...body, name: 'Other' }, { key: 'once' });
    expect(other).toMatchObject({ status: 422, json: { code: 'idempotency-key-reused' } });
    const elsewhere = await api.command('/v1/parties', body, { key: 'once', as: 'stranger' });
    expect(elsewhere.status).toBe(201);
    expect(elsewhere.headers['idempotent-replayed']).toBeUndefined();
  });

  it('refuse the same key while the first request runs', async () => {
    const body = { id: 'in-flight', name: 'In flight', kinds: ['vendor'] };
    const answers = await Promise.all(
      [1, 2, 3].map(() => api.command('/v1/parties', body, { key: 'in-flight' })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses[0]).toBe(201);
    for (const { status, json } of answers.filter((answer) => answer.status !== 201)) {
      expect(status).toBe(409);
      expect(json.code).toBe('idempotency-key-in-flight');
    }
  });

  it('guard amendments against lost updates', async () => {
    await api.command('/v1/agreements', { ...AGREEMENT, id: 'versions' });
    const body = { title: 'New', reason: 'because' };
    const url = '/v1/agreements/versions/amendments';
    expect(await api.command(url, body)).toMatchObject({
      status: 428,
      json: { code: 'version-required' },
    });
    const stale = await api.command(url, body, { version: 7 });
    expect(stale).toMatchObject({ status: 412, json: { code: 'version-stale' } });
    expect(stale.headers['etag']).toBe('"1"');
  });

  it('make periods from ramps', async () => {
    await api.command('/v1/agreements', { ...AGREEMENT, id: 'ramps' });
    const pledge = await api.command('/v1/agreements/ramps/commitments', {
      id: 'ramp',
      name: 'Ramp',
      total: { amount: '1000', currency: 'USD' },
      basis: 'effective',
      startsAt: '2026-01-01T00:00:00Z',
      endsAt: '2031-01-01T00:00:00Z',
      schedule: {
        mode: 'sum-of-periods',
        ramp: {
          kind: 'custom',
          every: 'contract-year',
          minimums: ['50', '125', '200', '275', '350'],
        },
        rolloverFraction: '0.15',
      },
    });
    expect(pledge.json.events[0].body.terms.schedule.periods).toHaveLength(5);
    expect(pledge.json.events[0].body.terms.schedule.periods[4]).toEqual({
      start: '2030-01-01T00:00:00.000000Z',
      end: '2031-01-01T00:00:00.000000Z',
      minimum: '350',
    });
    const misfit = await api.command('/v1/agreements/ramps/commitments', {
      ...PLEDGE,
      id: 'misfit',
      schedule: {
        mode: 'sum-of-periods',
        ramp: { kind: 'custom', every: 'month', minimums: ['1'] },
      },
    });
    expect(misfit).toMatchObject({ status: 422, json: { code: 'ramp-does-not-fit' } });
  });
});
