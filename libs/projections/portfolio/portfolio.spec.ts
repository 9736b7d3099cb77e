import { describe, expect, it } from '@jest/globals';
import {
  activation,
  periods,
  pledged,
  pool,
  proposed,
  usd,
} from '../../domain/testing/builders.js';
import { at } from '../../domain/testing/context.js';
import { drawn, line, SAMPLES } from '../../domain/testing/samples.js';
import { QueryRefused } from '../asking/question.js';
import { burnDownReads } from '../burn-down/burn-down.js';
import { history, wholeIn, viewOf, type Happening } from '../testing/entries.js';
import { listOf, pageOf, pageWanted, portfolioOf, type PortfolioQuestion } from './query.js';
import { standings } from './kept-standings.js';

const on = (day: string, event: Happening['event']): Happening => ({
  event,
  effective: day,
  recorded: day,
});
const used = (amount: string, day: string, commitmentId: string, period = 0) =>
  on(day, drawn([line({ applied: amount }, period, commitmentId)]));

const eur = (amount: string) => ({ amount, currency: 'EUR' });
const halves = periods('sum-of-periods', ['100', '300']);

/** Said long before its term begins. */
const pledgedAhead = (commitmentId: string): Happening['event'] => {
  const event = pledged({ startsAt: at('2026-10'), schedule: pool(at('2026-10')) }, commitmentId);
  return { ...event, body: { ...event.body, from: at('2026-01') } } as Happening['event'];
};

const PLEDGES = history(
  on('2026-01-01', SAMPLES.PartyRegistered),
  on('2026-01-01', proposed()),
  on('2026-01-01', activation()),
  on('2026-01-01', proposed({ agreementId: 'open', vendorId: 'other', customerId: 'bank' })),
  on('2026-01-01', activation('open')),
  on('2026-01-01', proposed({ agreementId: 'talk', customerId: 'bank' })),
  // 300 of 1,000 in the last thirty days.
  on('2026-01-01', pledged()),
  used('300', '2026-06-15', 'deal.cloud'),
  // 20 of its first half are missing.
  on('2026-01-01', pledged({ total: usd('400'), schedule: halves }, 'deal.halves')),
  used('80', '2026-02-01', 'deal.halves'),
  // 10 in thirty days, and 990 in 184.
  on('2026-01-01', pledged({}, 'deal.slow')),
  used('10', '2026-06-30', 'deal.slow'),
  on('2026-01-01', pledged({ total: usd('50') }, 'deal.spent')),
  used('50', '2026-03-01', 'deal.spent'),
  on('2026-01-01', pledgedAhead('deal.later')),
  on(
    '2026-01-01',
    pledged({ total: eur('700'), endsAt: null, schedule: pool(at('2026-01'), null) }, 'open.ended'),
  ),
  on('2026-01-01', pledged({ total: usd('9000') }, 'talk.offer')),
);

const ask = (question: Partial<PortfolioQuestion> = {}, today = '2026-06-30') => {
  const list = listOf({ after: null, limit: Infinity, ...question });
  const axes = { ...question, asOf: question.asOf ?? list.from?.asOf ?? today };
  const page = pageOf(wholeIn(standings, PLEDGES, axes), list);
  const view = viewOf(burnDownReads, PLEDGES, axes, () => pageWanted(page));
  return portfolioOf(view.rows, view.asked, page);
};

const ids = (question?: Partial<PortfolioQuestion>) =>
  ask(question).data.map(({ commitmentId }) => commitmentId);

const one = (id: string) => ask().data.find(({ commitmentId }) => commitmentId === id);

describe('the portfolio', () => {
  it('tells how a commitment stands', () => {
    expect(one('deal.cloud')).toEqual({
      commitmentId: 'deal.cloud',
      name: 'Cloud spend',
      agreementId: 'deal',
      agreement: 'Cloud for capital',
      agreementStatus: 'active',
      vendor: { partyId: 'vendor', name: 'Vendor Inc.' },
      customer: { partyId: 'lab', name: null },
      state: 'running',
      startsAt: at('2026-01'),
      endsAt: at('2027-01'),
      terminatedAt: null,
      total: usd('1000'),
      applied: usd('300'),
      released: usd('0'),
      remaining: usd('700'),
      utilisation: '0.3',
      pace: {
        recentDays: 30,
        recentApplied: usd('300'),
        recentPerDay: usd('10'),
        // 1,000 x 181 / 365 days
        planned: usd('495.890410958904'),
        state: 'ahead',
        required: usd('700'),
        requiredBy: '2026-12-31',
        daysLeft: 184,
        // 700 / 184
        requiredPerDay: usd('3.804347826087'),
        // 10 / 3.8043...
        paceRatio: '2.628571',
      },
      pastDue: usd('0'),
      nextDue: { on: '2026-12-31', amount: usd('700') },
      // 700 at 10 a day.
      projectedEnd: { on: '2026-09-08', outcome: 'expected' },
      risk: { level: 'low', reason: 'on-track' },
    });
  });

  it('says why nothing is projected, and what is past due', () => {
    expect(one('deal.halves')).toMatchObject({
      pastDue: usd('20'),
      nextDue: { on: '2026-12-31', amount: usd('300') },
      pace: { state: 'behind', paceRatio: '0.8' },
      projectedEnd: { on: null, outcome: 'no-recent-use' },
      risk: { level: 'high', reason: 'past-due' },
    });
    expect(one('deal.spent')).toMatchObject({
      nextDue: null,
      projectedEnd: { on: '2026-03-01', outcome: 'already' },
      risk: { level: 'none', reason: 'done' },
    });
    // 990 at a third a day are 2,970 days.
    expect(one('deal.slow')).toMatchObject({
      projectedEnd: { on: '2034-08-17', outcome: 'after-end' },
      risk: { level: 'medium', reason: 'too-late' },
    });
    expect(one('open.ended')).toMatchObject({
      nextDue: { on: null, amount: eur('700') },
      risk: { level: 'unknown', reason: 'no-end-known' },
    });
    expect(one('deal.later')).toMatchObject({ state: 'ahead', risk: { reason: 'not-started' } });
    expect(one('talk.offer')).toMatchObject({
      agreementStatus: 'proposed',
      risk: { level: 'none', reason: 'not-binding' },
    });
  });

  it('is sorted by risk, worst first, and the other way round', () => {
    const worstFirst = [
      ...['deal.halves', 'deal.slow', 'open.ended', 'deal.cloud'],
      ...['deal.later', 'deal.spent', 'talk.offer'],
    ];
    expect(ids()).toEqual(worstFirst);
    expect(ids({ sort: 'risk', direction: 'asc' })).toEqual(worstFirst.toReversed());
  });

  it('is sorted by what remains within a currency, and by the end, an unknown one last', () => {
    expect(ids({ sort: 'remaining' })).toEqual([
      ...['open.ended', 'talk.offer', 'deal.later', 'deal.slow'],
      ...['deal.cloud', 'deal.halves', 'deal.spent'],
    ]);
    expect(ids({ sort: 'end' }).at(-1)).toBe('open.ended');
    expect(ids({ sort: 'end', direction: 'desc' })[0]).toBe('open.ended');
  });

  it('is of one vendor, one customer, or both', () => {
    expect(ids({ vendorId: 'other' })).toEqual(['open.ended']);
    expect(ids({ customerId: 'bank' })).toEqual(['open.ended', 'talk.offer']);
    expect(ids({ vendorId: 'vendor', customerId: 'bank' })).toEqual(['talk.offer']);
    expect(ids({ vendorId: 'nobody' })).toEqual([]);
  });

  it('is what it was: before a pledge is made or used, it is not', () => {
    expect(ids({ asOf: '2025-12-31' })).toEqual([]);
    const early = ask({ asOf: '2026-01-31' }).data;
    expect(early.every(({ applied }) => applied.amount === '0')).toBe(true);
  });
});

describe('pages of the portfolio', () => {
  it.each(['risk', 'remaining', 'end'] as const)('by %s follow each other, none twice', (sort) => {
    for (const direction of ['asc', 'desc'] as const) {
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page = ask({ sort, direction, limit: 2, after });
        expect(page.data.length).toBeLessThanOrEqual(2);
        expect(page.hasMore).toBe(page.next !== null);
        seen.push(...page.data.map(({ commitmentId }) => commitmentId));
        after = page.next;
      } while (after !== null);
      expect(seen).toEqual(ids({ sort, direction }));
    }
  });

  it('end when the last one is full', () => {
    const last = ask({ limit: 7 });
    expect([last.data.length, last.hasMore, last.next]).toEqual([7, false, null]);
  });

  it('go on as of the day on which they began', () => {
    // Its term begins in October.
    const first = ask({ limit: 1 });
    const rest = ask({ after: first.next }, '2026-10-31').data;
    expect(rest.find(({ commitmentId }) => commitmentId === 'deal.later')).toMatchObject({
      state: 'ahead',
    });
  });

  it('refuse a mark that they did not make', () => {
    const mark = ask({ limit: 2 }).next!;
    expect(mark).toBe('2026-06-30,2,usd,990000000000000,2027-01-01t00:00:00.000000z,deal.slow');
    for (const broken of [
      ...['', 'deal.slow', mark.replace('2026-06-30', '2026-06-31'), mark.replace('usd', 'us')],
      ...[mark.replace('990', '-990'), mark.replace('deal.slow', ''), mark.replace(',2,', ',x,')],
    ]) {
      const asking = () => ask({ after: broken });
      expect(asking).toThrow(QueryRefused);
      expect(asking).toThrow('send a cursor that you got as `next`');
    }
  });
});
