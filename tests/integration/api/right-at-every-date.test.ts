import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApi, type RunningApi } from './running-api.js';

/** The worked cases of allocation over time, as a finance system and an operator would tell and ask them. */

const usd = (amount: string) => ({ amount, currency: 'USD' });
const midnight = (day: string): string => `${day}T00:00:00Z`;

let api: RunningApi;
beforeAll(async () => {
  api = await startApi({ parties: ['vendor', 'lab'] });
}, 60_000);
afterAll(() => api.close(), 60_000);

type Terms = Readonly<Record<string, unknown>>;

const pool = (total: string, changed: Terms = {}): Terms => ({
  name: 'Cloud',
  total: usd(total),
  basis: 'effective',
  startsAt: midnight('2026-01-01'),
  endsAt: midnight('2027-01-01'),
  schedule: { mode: 'total-only' },
  ...changed,
});

/** January, February, … with these minimums; the last goes on to the end of the year. */
const months = (
  mode: string,
  total: string,
  minimums: readonly string[],
  changed: Terms = {},
): Terms => {
  const start = (index: number) =>
    midnight(index < minimums.length ? `2026-0${index + 1}-01` : '2027-01-01');
  const periods = minimums.map((minimum, index) => ({
    start: start(index),
    end: start(index + 1),
    minimum,
  }));
  return pool(total, { schedule: { mode, periods, ...changed } });
};

const years = (
  mode: string,
  first: number,
  minimums: readonly string[],
  changed: Terms = {},
): Terms => {
  const start = (index: number) => midnight(`${first + index}-01-01`);
  const periods = minimums.map((minimum, index) => ({
    start: start(index),
    end: start(index + 1),
    minimum,
  }));
  return pool(String(minimums.reduce((sum, each) => sum + Number(each), 0)), {
    startsAt: start(0),
    endsAt: start(minimums.length),
    schedule: { mode, periods, ...changed },
  });
};

/** One deal with its commitments; facts are posted in the order of the calls. */
class Deal {
  private static count = 0;
  private uses = 0;
  private last = { shard: 0, position: 0 };

  private constructor(readonly id: string) {}

  static async of(
    commitments: Readonly<Record<string, Terms>>,
    startsAt = '2025-01-01',
  ): Promise<Deal> {
    const deal = new Deal(`deal-${(Deal.count += 1)}`);
    const parties = { vendorId: 'vendor', customerId: 'lab' };
    const from = midnight(startsAt);
    const body = { id: deal.id, title: deal.id, ...parties, startsAt: from, effectiveAt: from };
    await deal.command('/v1/agreements', body);
    await deal.command(`/v1/agreements/${deal.id}/activation`, { activatedAt: from });
    for (const [code, terms] of Object.entries(commitments)) {
      await deal.command(`/v1/agreements/${deal.id}/commitments`, { ...terms, id: code });
    }
    return deal;
  }

  async use(amount: string, day: string): Promise<string> {
    const id = `use-${(this.uses += 1)}`;
    const event = { source: `billing/${this.id}`, id, agreement: this.id, currency: 'USD' };
    const body = { ...event, amount, effectiveAt: midnight(day) };
    const answer = await api.send({ url: '/v1/usage-events', body });
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
    this.last = answer.json;
    return id;
  }

  reverse(id: string, changed: Terms = {}) {
    const body = { source: `billing/${this.id}`, id, reason: 'wrong', ...changed };
    return this.command(`/v1/agreements/${this.id}/reversals`, body);
  }

  amend(terms: Terms, day: string, code = 'c') {
    const body = { ...terms, effectiveAt: midnight(day), reason: 'agreed' };
    return this.versioned(`/v1/commitments/${this.id}.${code}/amendments`, body);
  }

  release(day: string) {
    const body = { terminatedAt: midnight(day), obligation: 'released', reason: 'breach' };
    return this.versioned(`/v1/commitments/${this.id}.c/termination`, body);
  }

  /** applied / overage / remaining. */
  async on(asOf: string, code = 'c'): Promise<string> {
    const { applied, overage, remaining } = await this.burnDown(asOf, code);
    return [applied, overage, remaining].map((money) => money.amount).join(' / ');
  }

  async burnDown(asOf: string, code = 'c') {
    const { shard, position } = this.last;
    const query = `asOf=${asOf}&minPosition=${shard}:${position}`;
    const answer = await api.get(`/v1/commitments/${this.id}.${code}/burn-down?${query}`);
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
    return answer.json;
  }

  /** One member of each period. */
  async periods(asOf: string, member: string): Promise<string> {
    const { shard, position } = this.last;
    const query = `asOf=${asOf}&minPosition=${shard}:${position}`;
    const answer = await api.get(`/v1/commitments/${this.id}.c/periods?${query}`);
    const { periods } = answer.json as { periods: Record<string, { amount: string }>[] };
    return periods.map((period) => period[member]!.amount).join(' ');
  }

  async obligation(asOf: string) {
    return (await api.get(`/v1/commitments/${this.id}.c/remaining-obligation?asOf=${asOf}`)).json;
  }

  private async versioned(url: string, body: object) {
    // No answer says the version of the terms yet: a wrong one does.
    const stale = await api.command(url, body, { version: 999_999 });
    const version = Number(JSON.parse(stale.headers['etag']!));
    return this.command(url, body, version);
  }

  private async command(url: string, body: object, version?: number) {
    const answer = await api.command(url, body, version === undefined ? {} : { version });
    if (answer.status < 300) this.last = answer.json.shard === null ? this.last : answer.json;
    return answer;
  }
}

describe('allocation over time', () => {
  it('1: late usage takes its own day', async () => {
    const deal = await Deal.of({ c: pool('100') });
    await deal.use('100', '2026-02-10');
    await deal.use('50', '2026-01-15');
    expect(await deal.on('2026-01-31')).toBe('50 / 0 / 50');
    expect(await deal.on('2026-02-28')).toBe('100 / 50 / 0');
  });

  it('2: a reversal without a date takes effect when its original did', async () => {
    const deal = await Deal.of({ c: pool('100') });
    const first = await deal.use('60', '2026-03-10');
    await deal.use('50', '2026-06-10');
    await deal.use('30', '2026-02-01');
    expect(await deal.on('2026-02-15')).toBe('30 / 0 / 70');
    expect(await deal.on('2026-03-31')).toBe('90 / 0 / 10');
    expect(await deal.on('2026-06-30')).toBe('100 / 40 / 0');
    const reversed = await deal.reverse(first, { amount: '20' });
    expect(reversed.json.events[0]).toMatchObject({ effectiveAt: midnight('2026-03-10') });
    expect(await deal.on('2026-03-31')).toBe('70 / 0 / 30');
    expect(await deal.on('2026-06-30')).toBe('100 / 20 / 0');
  });

  it('3: of two commitments each takes what was its own on that day', async () => {
    const deal = await Deal.of({
      a: pool('100', { endsAt: midnight('2026-07-01'), priority: 0 }),
      b: pool('1000', { priority: 1 }),
    });
    await deal.use('100', '2026-06-10');
    await deal.use('80', '2026-01-10');
    expect(await deal.on('2026-01-31', 'a')).toBe('80 / 0 / 20');
    expect(await deal.on('2026-01-31', 'b')).toBe('0 / 0 / 1000');
    expect(await deal.on('2026-06-30', 'a')).toBe('100 / 0 / 0');
    expect(await deal.on('2026-06-30', 'b')).toBe('80 / 0 / 920');
  });

  it('4: nothing is negative in a period that was not yet used', async () => {
    const deal = await Deal.of({ c: months('period-minimums', '100', ['20', '20', '20']) });
    await deal.use('100', '2026-02-10');
    await deal.use('50', '2026-01-15');
    expect(await deal.periods('2026-01-31', 'applied')).toBe('50 0 0');
    expect(await deal.periods('2026-01-31', 'shortfall')).toBe('0 20 20');
    expect(await deal.periods('2026-02-28', 'applied')).toBe('50 50 0');
    expect(await deal.on('2026-02-28')).toBe('100 / 50 / 0');
  });

  it.each(['sum-of-periods', 'period-minimums'])(
    '5: a shortfall that rolled over can be made good (%s)',
    async (mode) => {
      const ramp = ['50', '125', '200', '275', '350'];
      const terms = years(mode, 2020, ramp, { rolloverFraction: '0.15' });
      const deal = await Deal.of({ c: terms }, '2020-01-01');
      for (const [index, used] of ['40', '132.5', '180', '290', '350'].entries()) {
        await deal.use(used, `${2020 + index}-07-01`);
      }
      expect(await deal.on('2024-12-31')).toBe('992.5 / 0 / 7.5');
      expect(await deal.periods('2024-12-31', 'rolledIn')).toBe('0 7.5 0 20 0');
      expect(await deal.periods('2024-12-31', 'rolledOut')).toBe('7.5 0 20 0 0');
      expect(await deal.periods('2024-12-31', 'shortfall')).toBe('2.5 0 0 5 0');
      expect((await deal.obligation('2024-12-31')).byDue.pastDue).toEqual(usd('7.5'));
    },
  );

  it('6: excess carries forward, and what still misses rolls over', async () => {
    const terms = years('sum-of-periods', 2022, ['100', '100', '100'], {
      excessCarriesForward: true,
      rolloverFraction: '0.1',
    });
    const deal = await Deal.of({ c: terms }, '2022-01-01');
    for (const [index, used] of ['130', '60', '110'].entries()) {
      await deal.use(used, `${2022 + index}-07-01`);
    }
    expect(await deal.on('2024-12-31')).toBe('300 / 0 / 0');
    expect(await deal.periods('2024-12-31', 'shortfall')).toBe('0 0 0');
    expect(await deal.periods('2024-12-31', 'rolledOut')).toBe('0 10 0');
  });

  it('7: a refund gives back overage wherever it lies, then earlier periods', async () => {
    const deal = await Deal.of({ c: months('sum-of-periods', '300', ['100', '100', '100']) });
    await deal.use('150', '2026-01-10');
    await deal.use('-60', '2026-02-05');
    expect(await deal.on('2026-01-31')).toBe('100 / 50 / 200');
    expect(await deal.on('2026-03-15')).toBe('90 / 0 / 210');
    expect(await deal.periods('2026-03-15', 'shortfall')).toBe('10 100 100');
    expect((await deal.obligation('2026-03-15')).byDue.pastDue).toEqual(usd('110'));
  });

  it('8: what was given back beyond all that was used is a net credit', async () => {
    const deal = await Deal.of({ c: months('period-minimums', '1000', ['100', '100']) });
    await deal.use('50', '2026-01-10');
    await deal.use('-60', '2026-01-20');
    expect(await deal.burnDown('2026-01-31')).toMatchObject({
      applied: usd('0'),
      overage: usd('0'),
      netCredit: usd('10'),
      remaining: usd('1000'),
      utilisation: '0',
    });
    expect(await deal.periods('2026-01-31', 'shortfall')).toBe('100 100');
    expect(await deal.periods('2026-01-31', 'netCredit')).toBe('10 0');
  });

  it('9: what is released is not owed again, whatever is corrected', async () => {
    const terms = pool('1000', { startsAt: midnight('2025-01-01') });
    const deal = await Deal.of({ c: terms });
    const march = await deal.use('100', '2025-03-01');
    const august = await deal.use('200', '2025-08-01');
    expect((await deal.release('2025-06-01')).status).toBe(200);
    expect(await deal.on('2025-05-31')).toBe('100 / 0 / 900');
    expect(await deal.on('2025-06-01')).toBe('100 / 0 / 0');
    expect(await deal.on('2025-12-31')).toBe('100 / 0 / 0');
    expect(await deal.burnDown('2025-12-31')).toMatchObject({ pace: null, exhaustion: null });
    await deal.reverse(august);
    await deal.reverse(march, { amount: '40' });
    for (const day of ['2025-06-01', '2025-12-31', '2026-06-30']) {
      expect(await deal.on(day)).toBe('60 / 0 / 0');
    }
    const { periods } = await deal.obligation('2025-12-31');
    expect(periods).toMatchObject([{ state: 'terminated', shortfall: usd('0'), due: usd('0') }]);
  });

  it('10: an amendment holds from its day on, and what it did not touch can be reversed', async () => {
    const deal = await Deal.of({ c: pool('100') });
    const used = await deal.use('150', '2026-02-01');
    expect((await deal.amend(pool('500'), '2026-03-01')).status).toBe(201);
    expect(await deal.on('2026-02-28')).toBe('100 / 50 / 0');
    expect(await deal.on('2026-03-31')).toBe('100 / 50 / 400');
    await deal.reverse(used);
    expect(await deal.on('2026-03-31')).toBe('0 / 0 / 500');
  });

  it('11: an amendment from the start of the term absorbs earlier overage', async () => {
    const deal = await Deal.of({ c: pool('100') });
    await deal.use('150', '2026-02-01');
    await deal.amend(pool('500'), '2026-01-01');
    expect(await deal.on('2026-02-28')).toBe('150 / 0 / 350');
  });

  it('12: a refund after an amendment gives back overage from before it', async () => {
    const deal = await Deal.of({ c: pool('100') });
    await deal.use('150', '2026-02-01');
    await deal.amend(pool('120'), '2026-03-01');
    await deal.use('-40', '2026-03-10');
    expect(await deal.on('2026-03-31')).toBe('100 / 10 / 20');
  });

  it('13: amended periods cut by date what lies in them', async () => {
    const halves = (middle: string): Terms =>
      pool('200', {
        schedule: {
          mode: 'period-minimums',
          periods: [
            { start: midnight('2026-01-01'), end: midnight(middle), minimum: '50' },
            { start: midnight(middle), end: midnight('2027-01-01'), minimum: '50' },
          ],
        },
      });
    const deal = await Deal.of({ c: halves('2026-07-01') });
    await deal.use('60', '2026-06-20');
    const refused = await deal.amend(halves('2026-06-01'), '2026-08-01');
    expect(refused.status).toBe(409);
    expect(refused.json).toMatchObject({ code: 'amendment-moves-past-boundary' });
    expect((await deal.amend(halves('2026-06-01'), '2026-01-01')).status).toBe(201);
    await deal.use('10', '2026-06-21');
    expect(await deal.periods('2026-11-27', 'applied')).toBe('0 70');
    expect(await deal.periods('2026-11-27', 'shortfall')).toBe('50 0');
  });

  it('14: the correction of old usage is not recent use', async () => {
    const deal = await Deal.of({ c: pool('1000', { endsAt: midnight('2027-03-01') }) });
    const february = await deal.use('400', '2026-02-10');
    await deal.use('60', '2026-11-20');
    const reversed = await deal.reverse(february, { amount: '300' });
    expect(reversed.json.events[0]).toMatchObject({ effectiveAt: midnight('2026-02-10') });
    expect(await deal.burnDown('2026-11-27')).toMatchObject({
      applied: usd('160'),
      pace: { recentApplied: usd('60'), paceRatio: '0.221429' },
      exhaustion: { outcome: 'after-end', on: '2028-01-21' },
    });
  });

  it('15: whoever is ahead of a ramp is not late', async () => {
    const ramp = ['50', '125', '200', '275', '350'];
    const deal = await Deal.of({ c: years('period-minimums', 2026, ramp) });
    const days = Array.from({ length: 331 }, (_, day) =>
      new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10),
    );
    const source = `billing/${deal.id}`;
    const batch = days.map((day) => ({
      ...{ source, id: day, agreement: deal.id, currency: 'USD', amount: '0.14' },
      effectiveAt: midnight(day),
    }));
    const sent = await api.send({ url: '/v1/usage-events/batch', body: batch });
    expect(sent.status).toBe(200);
    await deal.use('0', '2026-11-27');
    const { applied, pace, exhaustion } = await deal.burnDown('2026-11-27');
    expect(applied).toEqual(usd('46.34'));
    expect(pace).toMatchObject({
      planned: usd('45.342465753424'),
      state: 'ahead',
      required: usd('3.66'),
      requiredBy: '2026-12-31',
      daysLeft: 34,
      requiredPerDay: usd('0.107647058824'),
    });
    expect(exhaustion.outcome).toBe('expected');
    const { periods } = await deal.obligation('2026-11-27');
    expect(periods[0].shortfallToDate).toEqual(usd('0'));
  });

  it('16: a reversal is not taken before its original', async () => {
    const deal = await Deal.of({ c: pool('100') });
    const used = await deal.use('40', '2026-05-10');
    const refused = await deal.reverse(used, { effectiveAt: midnight('2026-01-05') });
    expect(refused.status).toBe(422);
    expect(refused.json).toMatchObject({ code: 'reversal-before-original' });
    expect(await deal.on('2026-05-31')).toBe('40 / 0 / 60');
  });
});
