// A program of somebody else: it knows the ledger by /openapi.json only. `ledger-api.d.ts` is made of that by
// openapi-typescript, and the test compiles both with all that is strict. It prints what it saw, for the test to judge.
import { randomUUID } from 'node:crypto';
import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './ledger-api.js';

type Schemas = components['schemas'];

const client = (role: 'OPERATOR' | 'APPROVER' | 'POSTER' | 'AUDITOR'): Client<paths> =>
  createClient<paths>({
    baseUrl: process.env['LEDGER_URL'] ?? '',
    headers: { authorization: `Bearer ${process.env[`KEY_${role}`]}` },
  });
const [operator, approver, poster, auditor] = [
  client('OPERATOR'),
  client('APPROVER'),
  client('POSTER'),
  client('AUDITOR'),
];

const key = () => ({ 'Idempotency-Key': randomUUID() });
const usd = (amount: string): Schemas['MoneyBody'] => ({ amount, currency: 'USD' });

/** The answer, or an end with the problem that was answered. */
const right = <Data>(answer: {
  data?: Data;
  error?: Schemas['ProblemAnswer'] | Schemas['UsageBatchAnswer'];
  response: Response;
}): Data => {
  if (answer.data === undefined)
    throw new Error(`${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data;
};

const parties: Schemas['RegisterPartyBody'][] = [
  { id: 'amazon', name: 'Amazon', kinds: ['vendor', 'investor'] },
  { id: 'anthropic', name: 'Anthropic', kinds: ['customer'] },
];
for (const body of parties)
  right(await operator.POST('/v1/parties', { params: { header: key() }, body }));

const startsAt = '2026-01-01T00:00:00Z';
const endsAt = '2027-01-01T00:00:00Z';
right(
  await operator.POST('/v1/agreements', {
    params: { header: key() },
    body: {
      id: 'generated',
      title: 'By a generated client',
      vendorId: 'amazon',
      customerId: 'anthropic',
      startsAt,
      effectiveAt: startsAt,
      documents: [{ name: 'Order form', sha256: 'a'.repeat(64) }],
    },
  }),
);
const agreement = { id: 'generated' };
right(
  await operator.POST('/v1/agreements/{id}/activation', {
    params: { path: agreement, header: key() },
    body: { activatedAt: startsAt },
  }),
);

const terms: Omit<Schemas['PledgeCommitmentBody'], 'id'> = {
  name: 'Cloud spend',
  total: usd('900'),
  basis: 'effective',
  startsAt,
  endsAt,
  schedule: {
    mode: 'period-minimums',
    periods: [
      { start: startsAt, end: '2026-07-01T00:00:00Z', minimum: '400' },
      { start: '2026-07-01T00:00:00Z', end: endsAt, minimum: '500' },
    ],
  },
  eligibility: [
    {
      ruleId: 'no-support',
      effect: 'exclude',
      match: { attributes: { serviceCategory: ['Support'] } },
    },
  ],
  effectiveAt: startsAt,
};
const pledge = key();
const pledged = await operator.POST('/v1/agreements/{id}/commitments', {
  params: { path: agreement, header: pledge },
  body: { id: 'cloud', ...terms },
});
const commitment = { id: right(pledged).id };
const replayed = await operator.POST('/v1/agreements/{id}/commitments', {
  params: { path: agreement, header: pledge },
  body: { id: 'cloud', ...terms },
});

const amend = (version: string) =>
  operator.POST('/v1/commitments/{id}/amendments', {
    params: { path: commitment, header: { ...key(), 'If-Match': version } },
    body: { ...terms, total: usd('1000'), reason: 'more of it' },
  });
const stale = await amend('"0"');
const amended = right(await amend(pledged.response.headers.get('etag') ?? ''));

const use = (id: string, amount: string): Schemas['UsageEventBody'] => ({
  source: 'billing/generated',
  id,
  agreement: agreement.id,
  effectiveAt: '2026-03-01T00:00:00Z',
  currency: 'USD',
  amount,
});
const single = right(await poster.POST('/v1/usage-events', { body: use('one', '100.5') }));
const batch = right(
  await poster.POST('/v1/usage-events/batch', {
    body: [
      use('one', '100.5'),
      use('two', '20'),
      { ...use('three', '7'), attributes: { serviceCategory: 'Support' } },
    ],
  }),
);
// Lines are answered to lines only.
if (typeof batch === 'string') throw new Error(batch);
const event = right(
  await poster.POST('/v1/usage-events', {
    headers: { 'content-type': 'application/cloudevents+json' },
    body: {
      specversion: '1.0',
      type: 'commitment-ledger.usage.v1',
      source: 'billing/generated',
      id: 'four',
      time: '2026-03-02T00:00:00Z',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      data: { agreement: agreement.id, currency: 'USD', amount: '4.25' },
    },
  }),
);

const query = { minPosition: `${event.shard}:${event.position}`, asOf: '2026-06-30' };
const burnDown = right(
  await auditor.GET('/v1/commitments/{id}/burn-down', {
    params: { path: commitment, query: { ...query, interval: 'month' } },
  }),
);
const periods = right(
  await auditor.GET('/v1/commitments/{id}/periods', { params: { path: commitment, query } }),
);
const portfolio = right(await auditor.GET('/v1/portfolio', { params: { query } }));

const investment = {
  id: right(
    await operator.POST('/v1/agreements/{id}/investments', {
      params: { path: agreement, header: key() },
      body: {
        id: 'equity',
        investorId: 'amazon',
        recipientId: 'anthropic',
        instrument: 'equity',
        total: usd('50'),
        effectiveAt: startsAt,
      },
    }),
  ).id,
};
const milestone = {
  id: right(
    await operator.POST('/v1/investments/{id}/milestones', {
      params: { path: investment, header: key() },
      body: { id: 'approval', definition: 'The regulator agrees', effectiveAt: startsAt },
    }),
  ).id,
};
const tranche = {
  id: right(
    await operator.POST('/v1/investments/{id}/tranches', {
      params: { path: investment, header: key() },
      body: {
        id: 'first',
        number: 1,
        amount: usd('50'),
        gate: { all: [{ milestone: 'approval' }] },
        effectiveAt: startsAt,
      },
    }),
  ).id,
};
const on = '2026-02-01T00:00:00Z';
right(
  await operator.POST('/v1/milestones/{id}/attestations', {
    params: { path: milestone, header: key() },
    body: {
      outcome: 'met',
      evidence: [{ name: 'Decision', sha256: 'b'.repeat(64) }],
      effectiveAt: on,
    },
  }),
);
right(
  await approver.POST('/v1/milestones/{id}/approval', {
    params: { path: milestone, header: key() },
    body: { decision: 'approve', reason: 'seen', effectiveAt: on },
  }),
);
right(
  await operator.POST('/v1/tranches/{id}/call', {
    params: { path: tranche, header: key() },
    body: { calledAt: on },
  }),
);
const funded = right(
  await operator.POST('/v1/tranches/{id}/funding', {
    params: { path: tranche, header: key() },
    body: { amount: usd('50'), valueAt: on, reference: 'wire 1' },
  }),
);
const pipeline = right(
  await auditor.GET('/v1/investments/{id}/tranches', {
    params: { path: investment, query: { minPosition: `${funded.shard}:${funded.position}` } },
  }),
);
const entries = right(
  await auditor.GET('/v1/ledger/events', {
    params: { query: { type: 'TrancheFunded', limit: 1000 } },
  }),
);

process.stdout.write(
  `${JSON.stringify({
    replayed: replayed.response.headers.get('idempotent-replayed'),
    stale: stale.error?.code ?? null,
    amended: amended.events.map(({ type }) => type),
    single: [single.outcome, single.applied],
    batch: batch.counts,
    event: event.outcome,
    burnDown: [burnDown.total, burnDown.applied, burnDown.ineligible],
    minimums: periods.periods.map(({ minimum }) => minimum?.amount ?? null),
    commitments: portfolio.data.map(({ commitmentId }) => commitmentId),
    stages: pipeline.tranches.map(({ stage, missing }) => [stage, ...missing]),
    funded: entries.data.length,
  })}\n`,
);
