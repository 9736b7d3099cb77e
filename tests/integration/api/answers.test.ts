import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDays } from '../../../libs/domain/calendar.js';
import { seedReferencePortfolio } from '../../../infra/reference-portfolio/seed.js';
import { handle } from '../../../libs/application/handle.js';
import { EventStream } from '../../support/event-stream.js';
import type { JsonSchema } from './json-schema.js';
import { startApi, type ApiRequest, type ApiResponse, type RunningApi } from './running-api.js';

let api: RunningApi;
let document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
};

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>> }>
  >;
}

const TODAY = '2026-11-21';
const LISTS = ['parties', 'agreements', 'commitments', 'investments', 'obligations', 'tranches'];

beforeAll(async () => {
  api = await startApi({ parties: [] });
  document = (await api.send({ method: 'GET', url: '/openapi.json', as: null })).json;
  await seedReferencePortfolio({
    decide: (envelope) => handle(api.ledger, envelope),
    reader: api.ledger,
    tenant: 'acme',
    today: TODAY,
    actor: 'seed',
  });
}, 120_000);
afterAll(() => api.close(), 60_000);

/** Sends it; every answer is held against the document as it comes. */
const ask = async (request: ApiRequest, status: number): Promise<ApiResponse> => {
  const answer = await api.send(request);
  expect({ ...request, answered: answer.status }).toMatchObject({ answered: status });
  return answer;
};

const get = (url: string, as: ApiRequest['as'] = 'auditor') => ask({ method: 'GET', url, as }, 200);

let sent = 0;
const command = async (
  url: string,
  body: object,
  {
    as = 'operator',
    status = 201,
  }: { readonly as?: 'operator' | 'approver'; readonly status?: number } = {},
): Promise<ApiResponse> => {
  const headers = { 'idempotency-key': `answers-${(sent += 1)}` };
  return ask(
    { url, body, as, headers: NEW.test(url) ? headers : { ...headers, 'if-match': '*' } },
    status,
  );
};
/** Makes something of which there is no version yet. */
const NEW =
  /^\/v1\/(?:parties|agreements|alert-rules)$|\/(?:commitments|investments|tranches|milestones)$/;

const AT = '2026-02-01T00:00:00Z';
const LATER = '2026-03-01T00:00:00Z';
const usd = (amount: string) => ({ amount, currency: 'USD' });
const terms = {
  ...{ name: 'Cloud', total: usd('1000'), basis: 'billed', startsAt: AT },
  endsAt: '2027-02-01T00:00:00Z',
  schedule: { mode: 'total-only' },
  eligibility: [
    { ruleId: 'market', effect: 'include', match: { tags: { team: ['a'] } }, class: 'market' },
    { ruleId: 'other', effect: 'exclude', match: { attributes: { publisher: ['b'] } } },
  ],
  caps: [{ class: 'market', of: 'absolute', value: '10' }],
  effectiveAt: AT,
};
const event = (id: string, agreement = 'deal') => ({
  ...{ source: 'billing', id, agreement, effectiveAt: AT, currency: 'USD', amount: '8' },
});

/** What is there once a rule has fired: met by the tests of alerts, which have an evaluator. */
const FIRED = new Set(['Alert', 'AlertDelivery']);

interface EntryAt {
  readonly shard: number;
  readonly position: number;
}

describe('every answer is what the document says', () => {
  it('of commands, each of them once', async () => {
    for (const id of ['seller', 'buyer'])
      await command('/v1/parties', { id, name: id, kinds: ['vendor', 'customer', 'investor'] });
    const name = { name: 'The seller', renamedAt: LATER };
    await command('/v1/parties/seller/rename', name, { status: 200 });
    const relation = { id: 'stake', toPartyId: 'buyer', kind: 'equity', percent: '10', from: AT };
    await command('/v1/parties/seller/relations', relation);
    await command('/v1/parties/seller/relations/stake/end', { endedAt: LATER }, { status: 200 });
    const deal = { title: 'A deal', vendorId: 'seller', customerId: 'buyer', startsAt: AT };
    for (const id of ['deal', 'next', 'short']) {
      await command('/v1/agreements', { ...deal, id, effectiveAt: AT });
      const activation = { activatedAt: AT };
      await command(`/v1/agreements/${id}/activation`, activation, { status: 200 });
    }
    const agreement = '/v1/agreements/deal';
    await command(`${agreement}/amendments`, { title: 'The deal', reason: 'a better name' });
    await command(`${agreement}/documents`, { name: 'Signed', sha256: 'a'.repeat(64) });
    await command(`${agreement}/notes`, { id: 'note', text: 'Said so', source: 'a newspaper' });
    await command(`${agreement}/commitments`, { ...terms, id: 'cloud' });
    await command('/v1/agreements/next/commitments', { ...terms, id: 'cloud', endsAt: LATER });
    await command('/v1/commitments/deal.cloud/amendments', {
      ...{ ...terms, total: usd('2000'), reason: 'more' },
    });
    await command(`${agreement}/investments`, {
      ...{ id: 'equity', investorId: 'seller', recipientId: 'buyer', instrument: 'equity' },
      ...{ total: usd('10'), contingent: usd('90') },
    });
    await command(`${agreement}/links`, {
      ...{ investmentId: 'deal.equity', commitmentId: 'deal.cloud', kind: 'reciprocal' },
    });
    const investment = '/v1/investments/deal.equity';
    for (const id of ['licence', 'merger', 'listing'])
      await command(`${investment}/milestones`, { id, definition: 'It happens', dueAt: LATER });
    const milestone = (id: string) => `/v1/milestones/deal.equity.${id}`;
    await command(`${milestone('licence')}/attestations`, {
      ...{ outcome: 'met', evidence: [{ name: 'Letter', sha256: 'b'.repeat(64) }] },
    });
    const approval = { decision: 'approve', reason: 'seen' };
    await command(`${milestone('licence')}/approval`, approval, { as: 'approver', status: 200 });
    const waiver = { reason: 'not needed' };
    await command(`${milestone('merger')}/waiver`, waiver, { as: 'approver', status: 200 });
    const extension = { dueAt: '2027-03-01T00:00:00Z', reason: 'late' };
    await command(`${milestone('listing')}/extension`, extension, { status: 200 });
    for (const [index, id] of ['paid', 'cancelled', 'lapsed'].entries())
      await command(`${investment}/tranches`, {
        ...{ id, number: index + 1, amount: usd('3'), plannedAt: LATER },
        ...(id === 'lapsed' ? { gate: { milestone: 'listing' }, longStopAt: LATER } : {}),
      });
    const tranche = (id: string) => `/v1/tranches/deal.equity.${id}`;
    await command(`${tranche('paid')}/call`, { calledAt: LATER }, { status: 200 });
    const payment = { amount: usd('3'), valueAt: LATER, reference: 'wire' };
    await command(`${tranche('paid')}/funding`, payment);
    const cancellation = { reason: 'not wanted' };
    await command(`${tranche('cancelled')}/cancellation`, cancellation, { status: 200 });
    await command(`${tranche('lapsed')}/lapse`, {}, { status: 200 });
    await ask({ url: '/v1/usage-events', body: event('one'), as: 'poster' }, 201);
    await command(`${agreement}/reversals`, { source: 'billing', id: 'one', reason: 'wrong' });
    const ended = { terminatedAt: '2026-05-01T00:00:00Z', reason: 'over' };
    const obligation = { ...ended, obligation: 'survives' };
    await command('/v1/commitments/deal.cloud/termination', obligation, { status: 200 });
    await command('/v1/agreements/short/termination', ended, { status: 200 });
    const superseded = { supersededBy: 'next', supersededAt: '2026-06-01T00:00:00Z' };
    await command(`${agreement}/supersession`, superseded, { status: 200 });
  });

  it('of usage, whatever becomes of it', async () => {
    const post = (body: unknown, status: number) =>
      ask({ url: '/v1/usage-events', body, as: 'poster' }, status);
    await post(event('two', 'next'), 201);
    await post(event('two', 'next'), 200);
    await post(event('waits', 'never'), 202);
    await post({ ...event('late', 'next'), effectiveAt: LATER }, 422);
    await post({ ...event('early', 'next'), effectiveAt: '2020-01-01T00:00:00Z' }, 422);
    await post({ ...event('wrong'), amount: 8 }, 422);
    const all = [
      event('three', 'next'),
      event('waits-too', 'never'),
      { ...event('four'), tags: 7 },
    ];
    await ask({ url: '/v1/usage-events/batch', body: all, as: 'poster' }, 200);
    const lines = {
      ...{
        body: `${all.map((each) => JSON.stringify(each)).join('\n')}\n{`,
        as: 'poster' as const,
      },
      headers: { 'content-type': 'application/x-ndjson' },
    };
    await ask({ url: '/v1/usage-events/batch?answer=all', ...lines }, 200);
    await ask({ url: '/v1/usage-events/batch', ...lines }, 200);
    const give = { as: 'operator' as const, body: { reason: 'given up' } };
    await ask({ url: '/v1/usage-events/billing/waits/retry', as: 'operator', body: {} }, 200);
    await ask({ url: '/v1/usage-events/billing/waits/discard', ...give }, 200);
    const kept = await get('/v1/usage-events');
    const refused = (kept.json.data as { outcome: string; id: string; refusal: number }[]).filter(
      ({ outcome }) => outcome === 'refused',
    );
    const urlOf = (id: string): string =>
      `/v1/usage-refusals/${refused.find((each) => each.id === id)?.refusal}`;
    await command('/v1/agreements/next/commitments', {
      ...{ ...terms, id: 'longer', startsAt: LATER },
    });
    const cured = await ask({ url: `${urlOf('late')}/retry`, as: 'operator', body: {} }, 200);
    expect(cured.json).toMatchObject({ settledAs: 'recorded' });
    await ask({ url: `${urlOf('early')}/discard`, ...give }, 200);
    for (const { refusal } of refused) await get(`/v1/usage-refusals/${refusal}`);
    for (const id of ['one', 'two', 'waits', 'waits-too', 'late', 'early', 'four'])
      await get(`/v1/usage-events/billing/${id}`);
    await get('/v1/usage-events/counts');
  });

  it('of questions, about everything in the reference portfolio', async () => {
    const { json: ledger } = await get('/v1/ledger');
    const seen = (ledger.heads as { shard: number; position: number }[])
      .filter(({ position }) => position > 0)
      .map(({ shard, position }) => `${shard}:${position}`)
      .join();
    const { json: portfolio } = await get(`/v1/portfolio?minPosition=${seen}`);
    expect(portfolio.data.length).toBeGreaterThan(7);
    for (const { agreementId, vendor, customer, commitmentId } of portfolio.data) {
      for (const part of ['', '/records']) await get(`/v1/agreements/${agreementId}${part}`);
      for (const { partyId } of [vendor, customer]) await get(`/v1/parties/${partyId}`);
      for (const part of [
        '',
        '/terms',
        '/burn-down',
        '/remaining-obligation',
        '/periods',
        '/forecast',
      ])
        await get(`/v1/commitments/${commitmentId}${part}`);
      for (const view of [
        'burn-down&figure=applied',
        'burn-down&figure=total',
        'portfolio&figure=pastDue',
      ])
        await get(`/v1/explain?view=${view}&commitmentId=${commitmentId}`);
    }
    await get('/v1/changes?since=2020-01-01T00:00:00Z');
    const { json: pipelines } = await get('/v1/tranches');
    for (const { investmentId, tranches, milestones } of pipelines.investments) {
      await get(`/v1/investments/${investmentId}`);
      await get(`/v1/investments/${investmentId}/tranches`);
      for (const { milestoneId } of milestones) await get(`/v1/milestones/${milestoneId}`);
      for (const { trancheId } of tranches) await get(`/v1/tranches/${trancheId}`);
    }
    for (const base of ['spend', 'remaining', 'committed'])
      await get(`/v1/vendors/concentration?base=${base}`);
    await get('/v1/relations/circularity');
    for (const list of LISTS) {
      const { json: page } = await get(`/v1/${list}?limit=3`);
      await get(`/v1/${list}?limit=3&cursor=${page.next}`);
    }
    const { json: entries } = await get('/v1/ledger/events?limit=1000');
    for (const { shard, position } of entries.data.slice(0, 20))
      await get(`/v1/ledger/events/${shard}/${position}`);
  });

  it('of what may come: the forecast of steady use, and scenarios', async () => {
    const deal = { title: 'Steady', vendorId: 'seller', customerId: 'buyer', startsAt: AT };
    await command('/v1/agreements', { ...deal, id: 'steady', effectiveAt: AT });
    await command('/v1/agreements/steady/activation', { activatedAt: AT }, { status: 200 });
    const pool = { ...terms, eligibility: [], caps: [], id: 'pool' };
    await command('/v1/agreements/steady/commitments', pool);
    const days = Array.from({ length: 90 }, (_, day) => addDays('2026-02-01', day));
    const use = days.map((day) => ({ ...event(day, 'steady'), effectiveAt: `${day}T00:00:00Z` }));
    const posted = await ask({ url: '/v1/usage-events/batch', body: use, as: 'poster' }, 200);
    const { shard, position } = posted.json.results.at(-1) as EntryAt;
    const seen = `asOf=2026-05-01&minPosition=${shard}:${position}`;
    const { json } = await get(`/v1/commitments/steady.pool/forecast?${seen}`);
    expect(json.reason).toBeNull();
    const more = { agreementId: 'steady', growthPercentPerMonth: '5' };
    await ask({ url: `/v1/scenarios?${seen}`, body: more, as: 'auditor' }, 200);
    const total = { amount: '5000', currency: 'USD' };
    const term = { startsAt: '2026-06-01T00:00:00Z', endsAt: '2026-12-01T00:00:00Z' };
    const changed = {
      agreementId: 'steady',
      addedCommitments: [{ agreementId: 'steady', id: 'more', total, ...term, usePerDay: '1' }],
      amendedCommitments: [{ commitmentId: 'steady.pool', total }],
    };
    await ask({ url: `/v1/scenarios?${seen}`, body: changed, as: 'auditor' }, 200);
    const grown = { agreementId: 'amazon-openai', growthPercentPerMonth: '5' };
    for (const body of [{}, grown]) await ask({ url: '/v1/scenarios', body, as: 'auditor' }, 200);
  });

  it('of alerts: rules, what fires, and where it is told', async () => {
    const rule = { name: 'Much used', kind: 'utilisation-above', threshold: '0.9' };
    await command('/v1/alert-rules', { ...rule, id: 'used' });
    const changed = { ...rule, threshold: '0.8' };
    await command('/v1/alert-rules/used/changes', changed, { status: 200 });
    await get('/v1/alert-rules');
    await get('/v1/alert-rules/used');
    await get('/v1/alerts');
    const endpoint = { id: 'desk', url: 'https://1.1.1.1/alerts' };
    await ask({ url: '/v1/alert-endpoints', body: endpoint, as: 'admin' }, 200);
    await get('/v1/alert-endpoints');
    await get('/v1/alert-endpoints/desk/deliveries');
    const posted = { as: 'admin' as const };
    await ask({ url: '/v1/alert-endpoints/desk/replay', body: { from: 1 }, ...posted }, 200);
    const given = { reason: 'it moved' };
    await ask({ url: '/v1/alert-endpoints/desk/retirement', body: given, ...posted }, 200);
    await command('/v1/alert-rules/used/retirement', { reason: 'nobody looks' }, { status: 200 });
  });

  it('of whoever operates it', async () => {
    for (const url of ['/health/live', '/health/ready', '/metrics', '/version'])
      await get(url, null);
  });

  it('of the stream', async () => {
    const from = (await api.ledger.heads()).map(({ shard }) => `${shard}:0`).join();
    const url = `/v1/stream?from=${from}&agreementId=deal`;
    const live = await EventStream.open(api.base + url, api.keys.auditor);
    await live.until(() => live.named('entry').length > 20 && live.named('view').length > 0);
    live.kill();
    const answer = { status: live.status, headers: live.headers as Record<string, string> };
    expect(api.documented.answered('GET', url, { ...answer, text: live.whole })).toEqual([]);
  });

  it('leaves no answer of a route, and no schema of an answer, unmet', () => {
    const routes: string[] = [];
    const schemas = new Set<string>();
    const collect = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [member, inner] of Object.entries(value)) {
        const name = member === '$ref' ? String(inner).split('/').pop()! : null;
        if (name === null) collect(inner);
        else if (!schemas.has(name)) {
          schemas.add(name);
          collect(document.components.schemas[name]);
        }
      }
    };
    for (const [path, operations] of Object.entries(document.paths))
      for (const [method, { responses }] of Object.entries(operations))
        for (const [status, { content = {} }] of Object.entries(responses)) {
          if (status.startsWith('2'))
            for (const type of Object.keys(content))
              routes.push(`${method.toUpperCase()} ${path} ${status} ${type}`);
          collect(content);
        }
    expect(routes.filter((route) => !api.documented.met.has(route))).toEqual([]);
    const unmet = [...schemas].filter((name) => !api.documented.met.has(name));
    expect(unmet.filter((name) => !FIRED.has(name))).toEqual([]);
    // Nothing is looked for in vain.
    expect(routes.length).toBeGreaterThan(58);
    expect(schemas.size).toBeGreaterThan(66);
  });
});
