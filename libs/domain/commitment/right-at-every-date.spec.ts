import { describe, expect, it } from '@jest/globals';
import { activeAgreement, Book, pledge, pool, terms, usd } from '../testing/builders.js';
import { at } from '../testing/context.js';
import type { DecisionContext } from '../decider.js';
import { formatUnits, unitsOf } from '../money.js';
import type { CommitmentEvent, DrawdownRecorded } from './events.js';
import { periodFigures } from './obligation/periods.js';
import { stillOwed } from './obligation/remaining.js';
import type { CommitmentSchedule, CommitmentTerms } from './terms/terms.js';
import { inForceAt } from './terms/timeline.js';

/** Facts are recorded in the order of the calls; what holds on a day is read from the lines of the events alone. */
class Told {
  readonly book = new Book(activeAgreement);
  private id = 0;

  pledge(changed: Partial<CommitmentTerms>, id = 'deal.c', day = '2026-01'): this {
    this.book.do(pledge(changed, id), { effectiveAt: at(day) });
    return this;
  }

  use(gross: string, day: string): DrawdownRecorded['body'] {
    return this.book.draw(gross, day);
  }

  amend(changed: Partial<CommitmentTerms>, from: string, commitmentId = 'deal.c'): this {
    const command = { agreementId: 'deal', commitmentId, reason: 'agreed' };
    this.book.do(
      { type: 'AmendCommitment', ...command, terms: terms(changed) },
      { effectiveAt: at(from) },
    );
    return this;
  }

  reverse(original: DrawdownRecorded['body'], amount: string | null = null, day?: string): this {
    this.id += 1;
    const context: Partial<DecisionContext> = {
      effectiveAt: day === undefined ? original.effectiveAt : at(day),
    };
    this.book.do(
      {
        type: 'ReverseDrawdown',
        agreementId: 'deal',
        drawdownId: `desk ${this.id}`,
        original,
        reverses: original.drawdownId,
        amount,
        reason: 'wrong',
      },
      context,
    );
    return this;
  }

  release(day: string): this {
    const command = { agreementId: 'deal', commitmentId: 'deal.c', reason: 'breach' };
    this.book.do({
      type: 'TerminateCommitment',
      ...command,
      terminatedAt: at(day),
      obligation: 'released',
    });
    return this;
  }

  on(day: string, commitmentId = 'deal.c') {
    const sums = { applied: 0n, overage: 0n, ineligible: 0n };
    const byPeriod = new Map<number, bigint>();
    const overages = new Map<number, bigint>();
    for (const event of this.book.events) {
      for (const line of linesOf(event)) {
        if (line.day > day || line.commitmentId !== commitmentId) continue;
        sums.applied += unitsOf(line.applied);
        sums.overage += unitsOf(line.overage);
        sums.ineligible += unitsOf(line.ineligible);
        const { period } = line;
        byPeriod.set(period, (byPeriod.get(period) ?? 0n) + unitsOf(line.applied));
        overages.set(period, (overages.get(period) ?? 0n) + unitsOf(line.overage));
      }
    }
    const commitment = this.book.state.commitments.find(
      (each) => each.commitmentId === commitmentId,
    )!;
    const now = at(`${day}T23:59`);
    const statement = commitment.timeline[inForceAt(commitment.timeline, now)]!;
    const ended = commitment.termination !== null && commitment.termination.at <= now;
    const termination = ended ? commitment.termination : null;
    const figures = periodFigures({ statement, termination, appliedByPeriod: byPeriod, now });
    const text = (units: readonly bigint[]) => units.map(formatUnits).join(' ');
    const state = termination?.obligation === 'released' ? 'released' : 'owed';
    return {
      applied: formatUnits(sums.applied),
      overage: formatUnits(sums.overage),
      ineligible: formatUnits(sums.ineligible),
      remaining: formatUnits(stillOwed(statement.limits.total, sums.applied, state)),
      periods: text(figures.map((each) => each.applied)),
      overages: text(figures.map((each) => overages.get(each.index) ?? 0n)),
      shortfall: text(figures.map((each) => each.shortfall)),
      rolledIn: text(figures.map((each) => each.rolledIn)),
      rolledOut: text(figures.map((each) => each.rolledOut)),
    };
  }
}

const linesOf = (event: CommitmentEvent) => event.body.lines;

const POOL_100 = { total: usd('100'), schedule: pool() };

const monthly = (
  mode: 'period-minimums' | 'sum-of-periods',
  minimums: readonly string[],
): CommitmentSchedule => {
  const start = (index: number) => at(`2026-${String(index + 1).padStart(2, '0')}`);
  return {
    mode,
    periods: minimums.map((minimum, index) => ({
      start: start(index),
      end: index === minimums.length - 1 ? at('2027-01') : start(index + 1),
      minimum,
    })),
    excessCarriesForward: false,
    rolloverFraction: null,
  };
};

const yearly = (
  mode: 'period-minimums' | 'sum-of-periods',
  minimums: readonly string[],
  changed: Partial<CommitmentSchedule>,
): Partial<CommitmentTerms> => {
  const year = (index: number) => at(`${2026 + index}-01`);
  return {
    total: usd(String(minimums.reduce((sum, each) => sum + Number(each), 0))),
    endsAt: year(minimums.length),
    schedule: {
      mode,
      periods: minimums.map((minimum, index) => ({
        start: year(index),
        end: year(index + 1),
        minimum,
      })),
      excessCarriesForward: false,
      rolloverFraction: null,
      ...changed,
    },
  };
};

describe('what holds on a day, whenever it was recorded', () => {
  it('1: late usage takes its own day, and what came after it becomes overage', () => {
    const told = new Told().pledge(POOL_100);
    told.use('100', '2026-02-10');
    told.use('50', '2026-01-15');
    expect(told.on('2026-01-31')).toMatchObject({ applied: '50', overage: '0', remaining: '50' });
    expect(told.on('2026-02-28')).toMatchObject({ applied: '100', overage: '50', remaining: '0' });
  });

  it('2: a reversal takes effect when its original did', () => {
    const told = new Told().pledge(POOL_100);
    const first = told.use('60', '2026-03-10');
    told.use('50', '2026-06-10');
    told.use('30', '2026-02-01');
    expect(told.on('2026-02-15')).toMatchObject({ applied: '30', overage: '0' });
    expect(told.on('2026-03-31')).toMatchObject({ applied: '90', overage: '0' });
    expect(told.on('2026-06-30')).toMatchObject({ applied: '100', overage: '40' });
    told.reverse(first, '20');
    expect(told.on('2026-03-31')).toMatchObject({ applied: '70', overage: '0' });
    expect(told.on('2026-06-30')).toMatchObject({ applied: '100', overage: '20' });
  });

  it('3: of two commitments each takes what was its own on that day', () => {
    const half = { endsAt: at('2026-07'), schedule: pool(at('2026-01'), at('2026-07')) };
    const told = new Told()
      .pledge({ ...half, total: usd('100'), priority: 0 }, 'deal.a')
      .pledge({ total: usd('1000'), priority: 1 }, 'deal.b');
    told.use('100', '2026-06-10');
    told.use('80', '2026-01-10');
    expect(told.on('2026-01-31', 'deal.a')).toMatchObject({ applied: '80' });
    expect(told.on('2026-01-31', 'deal.b')).toMatchObject({ applied: '0' });
    expect(told.on('2026-06-30', 'deal.a')).toMatchObject({ applied: '100' });
    expect(told.on('2026-06-30', 'deal.b')).toMatchObject({ applied: '80' });
  });

  it('4: nothing is negative in a period that was not yet used', () => {
    const schedule = monthly('period-minimums', ['20', '20', '20']);
    const told = new Told().pledge({ total: usd('100'), schedule });
    told.use('100', '2026-02-10');
    told.use('50', '2026-01-15');
    expect(told.on('2026-01-31')).toMatchObject({ periods: '50 0 0', shortfall: '0 20 20' });
    expect(told.on('2026-02-28')).toMatchObject({ periods: '50 50 0', overage: '50' });
  });

  it.each(['sum-of-periods', 'period-minimums'] as const)(
    '5: a shortfall that rolled over can be made good (%s)',
    (mode) => {
      const ramp = ['50', '125', '200', '275', '350'];
      const told = new Told().pledge(yearly(mode, ramp, { rolloverFraction: '0.15' }));
      const used = ['40', '132.5', '180', '290', '350'];
      used.forEach((gross, index) => told.use(gross, `${2026 + index}-07-01`));
      expect(told.on('2030-12-31')).toMatchObject({
        rolledIn: '0 7.5 0 20 0',
        periods: '40 132.5 180 290 350',
        shortfall: '2.5 0 0 5 0',
        rolledOut: '7.5 0 20 0 0',
        overage: '0',
        remaining: '7.5',
      });
    },
  );

  it('6: excess carries forward, and what still misses rolls over', () => {
    const terms = yearly('sum-of-periods', ['100', '100', '100'], {
      excessCarriesForward: true,
      rolloverFraction: '0.1',
    });
    const told = new Told().pledge(terms);
    ['130', '60', '110'].forEach((gross, index) => told.use(gross, `${2026 + index}-07-01`));
    expect(told.on('2028-12-31')).toMatchObject({
      shortfall: '0 0 0',
      rolledOut: '0 10 0',
      overage: '0',
      remaining: '0',
    });
  });

  it('7: a refund gives back overage wherever it lies, then earlier periods', () => {
    const schedule = monthly('sum-of-periods', ['100', '100', '100']);
    const told = new Told().pledge({ total: usd('300'), schedule });
    told.use('150', '2026-01-10');
    told.use('-60', '2026-02-05');
    expect(told.on('2026-01-31')).toMatchObject({ applied: '100', overage: '50' });
    expect(told.on('2026-03-15')).toMatchObject({
      applied: '90',
      overage: '0',
      periods: '90 0 0',
      remaining: '210',
    });
    expect(told.on('2026-03-15').shortfall).toBe('10 100 100');
  });

  it('8: what was given back beyond all that was used is a net credit', () => {
    const schedule = monthly('period-minimums', ['100', '100']);
    const told = new Told().pledge({ total: usd('1000'), schedule });
    told.use('50', '2026-01-10');
    told.use('-60', '2026-01-20');
    expect(told.on('2026-01-31')).toMatchObject({
      applied: '0',
      overage: '-10',
      remaining: '1000',
    });
    expect(told.on('2026-01-31').shortfall).toBe('100 100');
  });

  it('9: what is released is not owed again, whatever is corrected', () => {
    const told = new Told().pledge({ total: usd('1000') });
    const march = told.use('100', '2026-03-01');
    const august = told.use('200', '2026-08-01');
    told.release('2026-06-01');
    expect(told.on('2026-05-31')).toMatchObject({ applied: '100', remaining: '900' });
    expect(told.on('2026-06-01')).toMatchObject({ applied: '100', remaining: '0' });
    expect(told.on('2026-12-31')).toMatchObject({
      applied: '100',
      ineligible: '200',
      remaining: '0',
    });
    told.reverse(august).reverse(march, '40');
    expect(told.on('2026-06-01')).toMatchObject({ applied: '60', remaining: '0' });
    expect(told.on('2026-12-31')).toMatchObject({ applied: '60', ineligible: '0', remaining: '0' });
  });

  it('10: an amendment holds from its day on', () => {
    const told = new Told().pledge(POOL_100);
    const used = told.use('150', '2026-02-01');
    told.amend({ total: usd('500') }, '2026-03-01');
    expect(told.on('2026-02-28')).toMatchObject({ applied: '100', overage: '50', remaining: '0' });
    expect(told.on('2026-03-31')).toMatchObject({
      applied: '100',
      overage: '50',
      remaining: '400',
    });
    told.reverse(used);
    expect(told.on('2026-03-31')).toMatchObject({ applied: '0', overage: '0', remaining: '500' });
  });

  it('11: an amendment from the start of the term absorbs earlier overage', () => {
    const told = new Told().pledge(POOL_100);
    told.use('150', '2026-02-01');
    told.amend({ total: usd('500') }, '2026-01-01');
    expect(told.on('2026-02-28')).toMatchObject({ applied: '150', overage: '0', remaining: '350' });
  });

  it('12: a refund after an amendment gives back overage from before it', () => {
    const told = new Told().pledge(POOL_100);
    told.use('150', '2026-02-01');
    told.amend({ total: usd('120') }, '2026-03-01');
    told.use('-40', '2026-03-10');
    expect(told.on('2026-03-31')).toMatchObject({ applied: '100', overage: '10', remaining: '20' });
  });

  it('13: amended periods cut by date what lies in them, and no boundary moves behind its back', () => {
    const halves = (middle: string): Partial<CommitmentTerms> => ({
      total: usd('200'),
      schedule: {
        mode: 'period-minimums',
        periods: [
          { start: at('2026-01'), end: at(middle), minimum: '50' },
          { start: at(middle), end: at('2027-01'), minimum: '50' },
        ],
        excessCarriesForward: false,
        rolloverFraction: null,
      },
    });
    const told = new Told().pledge(halves('2026-07'));
    told.use('60', '2026-06-20');
    expect(() => told.amend(halves('2026-06'), '2026-08-01')).toThrow('AmendmentMovesPastBoundary');
    told.amend(halves('2026-06'), '2026-01-01');
    told.use('10', '2026-06-21');
    expect(told.on('2026-11-27')).toMatchObject({ periods: '0 70', shortfall: '50 0' });
  });

  it('16: a reversal is not taken before its original', () => {
    const told = new Told().pledge(POOL_100);
    const used = told.use('40', '2026-05-10');
    expect(() => told.reverse(used, null, '2026-01-05')).toThrow('ReversalBeforeOriginal');
    told.reverse(used, null, '2026-06-05');
    expect(told.on('2026-05-31')).toMatchObject({ applied: '40' });
    expect(told.on('2026-06-30')).toMatchObject({ applied: '0' });
  });
});

describe('books that random trials found', () => {
  it('a refund that is told after a later-dated reversal of what covers it', () => {
    const told = new Told().pledge(POOL_100);
    const used = told.use('8', '2026-01-01');
    told.reverse(used, null, '2026-01-21');
    told.use('-8', '2026-01-01');
    expect(told.on('2026-01-20')).toMatchObject({ applied: '0', overage: '0' });
    expect(told.on('2026-01-21')).toMatchObject({ applied: '0', overage: '-8', remaining: '100' });
  });

  it('late usage before the day on which other usage was taken back', () => {
    const told = new Told().pledge(POOL_100);
    told.reverse(told.use('80', '2026-01-01'), null, '2026-01-21');
    told.use('40', '2026-01-01');
    expect(told.on('2026-01-20')).toMatchObject({ applied: '100', overage: '20', remaining: '0' });
    expect(told.on('2026-01-21')).toMatchObject({ applied: '40', overage: '0', remaining: '60' });
  });

  it('the same with period needs', () => {
    const schedule = monthly('sum-of-periods', ['100', '100']);
    const told = new Told().pledge({ total: usd('200'), schedule });
    told.reverse(told.use('80', '2026-01-01'), null, '2026-02-21');
    told.use('40', '2026-01-02');
    expect(told.on('2026-01-20')).toMatchObject({ applied: '100', overage: '20' });
  });

  it('a net credit from before a commitment was pledged', () => {
    const told = new Told().pledge(POOL_100, 'deal.b');
    told.use('-8', '2026-01-01');
    told.pledge(POOL_100, 'deal.a');
    told.use('8', '2026-01-01');
    expect(told.on('2026-01-01', 'deal.a')).toMatchObject({ applied: '0', overage: '0' });
    expect(told.on('2026-01-01', 'deal.b')).toMatchObject({ applied: '0', overage: '0' });
  });

  it('usage told late for days on which a refund counted that was taken back later, after new terms', () => {
    const told = new Told().pledge(POOL_100);
    const refund = told.use('-8', '2026-04-01');
    told.reverse(refund, null, '2026-05-01');
    told.amend(POOL_100, '2026-01-01');
    told.use('20', '2026-01-10');
    expect(told.on('2026-03-31')).toMatchObject({ applied: '20', overage: '0' });
    expect(told.on('2026-04-01')).toMatchObject({ applied: '12', overage: '0' });
    expect(told.on('2026-05-01')).toMatchObject({ applied: '20', overage: '0' });
  });

  it('usage taken back on days on which a refund counted that was taken back later', () => {
    const told = new Told().pledge(POOL_100);
    const used = told.use('20', '2026-03-01');
    const refund = told.use('-8', '2026-04-01');
    told.reverse(refund, null, '2026-05-01');
    told.reverse(used);
    expect(told.on('2026-03-31')).toMatchObject({ applied: '0', overage: '0' });
    expect(told.on('2026-04-01')).toMatchObject({ applied: '0', overage: '-8' });
    expect(told.on('2026-05-01')).toMatchObject({ applied: '0', overage: '0' });
  });

  it('a refund taken back later, then another refund', () => {
    const told = new Told().pledge(POOL_100);
    told.use('20', '2026-03-01');
    const refund = told.use('-20', '2026-03-01');
    told.reverse(refund, null, '2026-05-01');
    told.use('-15', '2026-03-01');
    expect(told.on('2026-03-31')).toMatchObject({ applied: '0', overage: '-15' });
    expect(told.on('2026-05-01')).toMatchObject({ applied: '5', overage: '0' });
  });

  it('a refund gives back its own period before an earlier one, also where commitments count periods differently', () => {
    const schedule = monthly('period-minimums', ['10', '10', '10', '10', '10', '10', '10', '10']);
    const told = new Told()
      .pledge({ total: usd('1000'), schedule, priority: 0 }, 'deal.a')
      .pledge({ startsAt: at('2026-07'), schedule: pool(at('2026-07')), priority: 1 }, 'deal.b');
    told.use('30', '2026-05-10');
    told.use('30', '2026-08-10');
    told.use('-20', '2026-08-20');
    expect(told.on('2026-08-31', 'deal.a')).toMatchObject({ periods: '0 0 0 0 30 0 0 10' });
  });

  it('what is eligible nowhere stays where it was when a later amendment changes the order', () => {
    const told = new Told().pledge({ priority: 0 }, 'deal.c').pledge({ priority: 1 }, 'deal.d');
    told.book.draw('8', '2026-01-10', { category: 'tax' });
    told.amend({ priority: 2 }, '2026-03-01');
    expect(told.on('2026-02-28', 'deal.c')).toMatchObject({ ineligible: '8' });
    expect(told.on('2026-03-31', 'deal.c')).toMatchObject({ ineligible: '8' });
    told.book.draw('4', '2026-01-11', { category: 'tax' });
    expect(told.on('2026-02-28', 'deal.c')).toMatchObject({ ineligible: '12' });
    expect(told.on('2026-02-28', 'deal.d')).toMatchObject({ ineligible: '0' });
  });

  it('refund of direct usage and overage of a capped class', () => {
    const told = new Told().pledge({
      total: usd('60'),
      schedule: pool(),
      eligibility: [
        {
          ruleId: 'm',
          effect: 'include',
          match: { attributes: { publisher: ['acme'] }, tags: {} },
          fraction: '1',
          class: 'market',
          from: null,
          until: null,
        },
      ],
      caps: [{ class: 'market', of: 'absolute', value: '30' }],
    });
    told.use('32', '2026-01-10');
    told.book.draw('40', '2026-01-10', { attributes: { publisher: 'acme' } });
    told.use('-2', '2026-01-20');
    expect(told.on('2026-01-31')).toMatchObject({ applied: '60', overage: '0', ineligible: '10' });
  });

  it('the place of the stackable tier, whenever the pledge that gives it is recorded', () => {
    const c = { priority: 0, total: usd('60') };
    const a = { priority: 1, total: usd('60'), stackable: true };
    const b = {
      priority: 0,
      total: usd('60'),
      stackable: true,
      startsAt: at('2026-02'),
      schedule: pool(at('2026-02')),
    };
    const told = new Told().pledge(c, 'deal.c').pledge(a, 'deal.a');
    told.use('4', '2026-01-01');
    told.pledge(b, 'deal.b');
    told.use('8', '2026-01-02');
    const other = new Told().pledge(c, 'deal.c').pledge(a, 'deal.a').pledge(b, 'deal.b');
    other.use('4', '2026-01-01');
    other.use('8', '2026-01-02');
    expect([
      told.on('2026-01-31', 'deal.a').applied,
      told.on('2026-01-31', 'deal.c').applied,
    ]).toEqual([
      other.on('2026-01-31', 'deal.a').applied,
      other.on('2026-01-31', 'deal.c').applied,
    ]);
  });

  it('D2: two amendments from before the term, the earlier one recorded later', () => {
    const told = new Told().pledge({
      ...POOL_100,
      startsAt: at('2026-02-10'),
      schedule: pool(at('2026-02-10')),
    });
    told.amend(
      { total: usd('200'), startsAt: at('2026-02-10'), schedule: pool(at('2026-02-10')) },
      '2025-12-10',
    );
    told.amend(
      { total: usd('300'), startsAt: at('2026-02-10'), schedule: pool(at('2026-02-10')) },
      '2025-12-01',
    );
    expect(told.on('2026-02-10')).toMatchObject({ remaining: '200' });
  });
});

describe('books of several commitments', () => {
  const halves = (first: string, middle: string): CommitmentSchedule => ({
    mode: 'period-minimums',
    periods: [
      { start: at(first), end: at(middle), minimum: '0' },
      { start: at(middle), end: at('2027-01'), minimum: '0' },
    ],
    excessCarriesForward: false,
    rolloverFraction: null,
  });

  it('decide ties as the order was then, not as it becomes', () => {
    const told = new Told()
      .pledge({ total: usd('60'), priority: 0, stackable: true }, 'deal.b')
      .pledge(
        {
          total: usd('60'),
          schedule: halves('2026-01', '2026-03'),
          priority: 1,
          stackable: true,
        },
        'deal.a',
      );
    told.use('8', '2026-01-05');
    told.use('60', '2026-03-01');
    told.use('-8', '2026-01-05');
    const before = [
      told.on('2026-03-01', 'deal.a').periods,
      told.on('2026-03-01', 'deal.b').applied,
    ];
    told.amend({ total: usd('60'), priority: 2, stackable: true }, '2026-03-10', 'deal.b');
    told.use('-8', '2026-01-06');
    const after = told.on('2026-03-01', 'deal.a');
    expect(before).toEqual(['0 60', '60']);
    expect(after.periods.split(' ').every((amount) => !amount.startsWith('-'))).toBe(true);
  });

  it('let nothing fall on a commitment before it was pledged, wherever its start is moved', () => {
    const late = { total: usd('1000'), priority: 1, startsAt: at('2026-03') };
    const told = new Told()
      .pledge({ total: usd('100'), priority: 0 }, 'deal.a')
      .pledge({ ...late, schedule: pool(at('2026-03')) }, 'deal.b', '2026-03');
    told.use('150', '2026-02-10');
    told.amend({ total: usd('1000'), priority: 1 }, '2026-01-01', 'deal.b');
    told.use('5', '2026-02-11');
    expect(told.on('2026-02-28', 'deal.a')).toMatchObject({ applied: '100', overage: '55' });
    told.use('5', '2026-03-11');
    expect(told.on('2026-03-31', 'deal.b')).toMatchObject({ applied: '5', ineligible: '0' });
  });

  it('put a net credit into the period of its refund', () => {
    const told = new Told()
      .pledge({ priority: 2, schedule: halves('2026-01', '2026-03') }, 'deal.c')
      .pledge({ priority: 1 }, 'deal.b')
      .pledge(
        { priority: 0, startsAt: at('2026-02'), schedule: pool(at('2026-02')) },
        'deal.a',
        '2026-02',
      );
    told.use('8', '2026-01-05');
    told.use('-8', '2026-01-05');
    told.use('-8', '2026-03-01');
    expect(told.on('2026-03-31', 'deal.c')).toMatchObject({ overages: '0 -8' });
  });
});
