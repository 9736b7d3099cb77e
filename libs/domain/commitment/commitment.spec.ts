import { describe, expect, it } from '@jest/globals';
import type { AgreementEvent } from '../agreement/events.js';
import { deciders } from '../aggregates.js';
import {
  activeAgreement,
  agreementAfter,
  activated,
  Book,
  charge,
  MOVES_NOTHING,
  periods,
  pledge,
  pledged,
  pool,
  proposed,
  recordDrawdown,
  reverseDrawdown,
  supersededAgreement,
  terminatedAgreement,
  terms,
  usd,
} from '../testing/builders.js';
import { at } from '../testing/context.js';
import { given as givenOf } from '../testing/given.js';
import type { DrawdownRecorded } from './events.js';
import type { EligibilityRule } from './terms/terms.js';

const given = givenOf(deciders.commitment, activeAgreement);
const under = (...events: readonly AgreementEvent[]) =>
  givenOf(deciders.commitment, agreementAfter(...events));

const drawn = (gross: string, month = '2026-03'): DrawdownRecorded =>
  ({
    type: 'DrawdownRecorded',
    body: new Book(activeAgreement, pledged()).draw(gross, month),
  }) as const;

const rule = (changed: Partial<EligibilityRule> = {}): EligibilityRule => ({
  ruleId: 'marketplace',
  effect: 'include',
  match: { attributes: { publisher: ['acme'] }, tags: {} },
  fraction: '1',
  class: 'marketplace',
  from: null,
  until: null,
  ...changed,
});

describe('pledging a commitment', () => {
  it('is recorded with its terms, under a proposed agreement too', () => {
    given().when(pledge()).then(pledged());
    under(proposed())().when(pledge()).then(pledged());
  });

  it('needs an agreement that is open', () => {
    under()().when(pledge()).thenRefused('AgreementUnknown', { agreementId: 'deal' });
    under(proposed(), activated, terminatedAgreement)()
      .when(pledge())
      .thenRefused('AgreementClosed', { agreementId: 'deal', status: 'terminated' });
  });

  it('needs an id of the agreement, once', () => {
    given()
      .when({ ...pledge({}, 'other.cloud'), agreementId: 'deal' })
      .thenRefused('NotOfAgreement', { id: 'other.cloud' });
    given(pledged()).when(pledge()).thenRefused('CommitmentAlreadyPledged');
  });

  it('shares currency and basis with the other commitments of the agreement', () => {
    given(pledged())
      .when(pledge({ total: { amount: '5', currency: 'EUR' } }, 'deal.more'))
      .thenRefused('CommitmentCurrencyConflict', { currency: 'EUR', bookCurrency: 'USD' });
    given(pledged())
      .when(pledge({ basis: 'list' }, 'deal.more'))
      .thenRefused('CommitmentBasisConflict', { basis: 'list', bookBasis: 'billed' });
  });

  it('takes a positive amount in whole minor units of a currency in use', () => {
    const total = (amount: string, currency = 'USD') => pledge({ total: { amount, currency } });
    given().when(total('0')).thenRefused('AmountNotPositive', { amount: '0' });
    given().when(total('-5')).thenRefused('AmountNotPositive');
    given()
      .when(total('5.001'))
      .thenRefused('AmountTooPrecise', { amount: '5.001', currency: 'USD', decimals: 2 });
    given().when(total('5', 'DEM')).thenRefused('CurrencyUnknown', { currency: 'DEM' });
  });

  it('takes a term with time in it', () => {
    given()
      .when(pledge({ endsAt: at('2026-01'), schedule: pool(at('2026-01'), at('2026-01')) }))
      .thenRefused('TermEmpty');
  });

  it('takes a schedule that fits', () => {
    given()
      .when(pledge({ schedule: { ...pool(), periods: [] } }))
      .thenRefused('ScheduleInvalid', { fault: 'there are no periods', period: null });
  });

  it.each<[string, Partial<EligibilityRule>[]]>([
    ['rule id is not a code', [{ ruleId: 'Not A Code' }]],
    ['rule id takes the name of the default', [{ ruleId: 'default' }]],
    ['rule id is repeated', [{}, {}]],
    ['class is not a code', [{ class: 'Market Place' }]],
    ['fraction is not between 0 and 1', [{ fraction: '1.01' }]],
    ['rule is never in force', [{ from: at('2026-02'), until: at('2026-02') }]],
  ])('refuses eligibility where a %s', (fault, rules) => {
    given()
      .when(pledge({ eligibility: rules.map(rule) }))
      .thenRefused('EligibilityInvalid', { fault });
  });

  it.each([
    ['class is not a code', [{ class: 'Market Place', of: 'total', value: '0.5' }]],
    [
      'class has another cap',
      [
        { class: 'a', of: 'total', value: '0.5' },
        { class: 'a', of: 'absolute', value: '5' },
      ],
    ],
    ['amount is negative or not a number', [{ class: 'a', of: 'absolute', value: '-5' }]],
    ['fraction is not between 0 and 1', [{ class: 'a', of: 'total', value: '2' }]],
    [
      'a period has no minimum to take the fraction of',
      [{ class: 'a', of: 'period-minimum', value: '0.5' }],
    ],
  ] as const)('refuses caps where %s', (fault, caps) => {
    given().when(pledge({ caps })).thenRefused('CapInvalid', { fault });
  });
});

describe('drawing down a commitment', () => {
  it('applies usage up to the commitment and calls the rest overage', () => {
    given(pledged(), drawn('950'))
      .when(recordDrawdown('80', {}, 'finance 2'))
      .then({
        type: 'DrawdownRecorded',
        body: {
          agreementId: 'deal',
          drawdownId: 'finance 2',
          effectiveAt: at('2026-03-15'),
          basis: 'billed',
          charge: charge('80'),
          split: { gross: '80', applied: '50', overage: '30', ineligible: '0' },
          lines: [
            {
              commitmentId: 'deal.cloud',
              period: 0,
              class: '',
              day: '2026-03-15',
              applied: '50',
              overage: '30',
              ineligible: '0',
            },
          ],
          trace: [
            {
              commitmentId: 'deal.cloud',
              period: 0,
              class: '',
              fraction: '1',
              rule: 'default',
            },
          ],
        },
      });
  });

  it('takes an amount without a basis as being on the commitments’ basis, and a named cost over it', () => {
    const book = new Book(activeAgreement, pledged());
    expect(book.draw('0', '2026-02', { costs: {}, amount: '7' }).split.gross).toBe('7');
    expect(book.draw('3', '2026-02', { amount: '7' }).split.gross).toBe('3');
  });

  it('waits for an agreement and for a commitment', () => {
    under()().when(recordDrawdown('1')).thenRefused('AgreementUnknown');
    given().when(recordDrawdown('1')).thenRefused('NoCommitmentYet', { agreementId: 'deal' });
  });

  it('needs an active agreement', () => {
    under(proposed())(pledged())
      .when(recordDrawdown('1'))
      .thenRefused('AgreementNotActive', { agreementId: 'deal', status: 'proposed' });
    under(
      proposed(),
      activated,
      supersededAgreement,
    )(pledged())
      .when(recordDrawdown('1'))
      .thenRefused('AgreementNotActive', { status: 'superseded' });
  });

  it('still takes late usage from before the agreement was terminated', () => {
    const late = under(proposed(), activated, terminatedAgreement)(pledged());
    const before = late.at({ effectiveAt: at('2026-05-31') }).when(recordDrawdown('1'));
    expect(before.events()).toHaveLength(1);
    late
      .at({ effectiveAt: at('2026-06') })
      .when(recordDrawdown('1'))
      .thenRefused('AgreementNotActive', { status: 'terminated' });
  });

  it('takes usage up to a day ahead of the clock', () => {
    const clock = given(pledged());
    const now = '2026-07-01T12:00:00.000000Z';
    const ahead = clock.at({ now, effectiveAt: '2026-07-02T12:00:00.000000Z' });
    expect(ahead.when(recordDrawdown('1')).events()).toHaveLength(1);
    clock
      .at({ now, effectiveAt: '2026-07-02T12:00:00.000001Z' })
      .when(recordDrawdown('1'))
      .thenRefused('EffectiveTooFarAhead', { now });
  });

  it('refuses charges that cannot be measured on the book', () => {
    given(pledged())
      .when(recordDrawdown('1', { currency: 'EUR' }))
      .thenRefused('CurrencyMismatch', { currency: 'EUR', bookCurrency: 'USD' });
    given(pledged())
      .when(recordDrawdown('1', { costs: { list: '1' } }))
      .thenRefused('BasisAmountMissing', { basis: 'billed' });
  });

  it('refuses usage outside the term of every commitment', () => {
    given(pledged())
      .at({ effectiveAt: at('2025-12-31') })
      .when(recordDrawdown('1'))
      .thenRefused('UsageOutsideTerm', { effectiveAt: at('2025-12-31') });
  });

  it('records other charge categories as ineligible, and zero with no lines', () => {
    const book = new Book(activeAgreement, pledged());
    const tax = book.draw('19', '2026-02', { category: 'tax' });
    expect(tax.split).toEqual({ gross: '19', applied: '0', overage: '0', ineligible: '19' });
    expect(tax.trace[0]).toMatchObject({ fraction: '0', rule: 'category:tax' });
    expect(book.draw('0', '2026-02').lines).toEqual([]);
  });
});

describe('reversing a drawdown', () => {
  const original = drawn('100');

  it('takes back what the original recorded, and overage of others moves into the room', () => {
    const book = new Book(activeAgreement, pledged());
    const first = book.draw('950', '2026-02');
    book.draw('80', '2026-03');
    expect(book.reverse(first, '20')).toMatchObject({
      currency: 'USD',
      split: { gross: '-20', applied: '-20', overage: '0', ineligible: '0' },
      reallocated: { applied: '20', overage: '-20', ineligible: '0' },
      lines: [
        // Its own time has less, and what was overage on 1 March is applied there now.
        { day: '2026-02-01', applied: '-20', overage: '0', ineligible: '0' },
        { day: '2026-03-01', applied: '20', overage: '-20', ineligible: '0' },
      ],
    });
  });

  it('takes all that is left when no amount is named', () => {
    const book = new Book(activeAgreement, pledged());
    const first = book.draw('100', '2026-02');
    book.do(reverseDrawdown(first, '30', 'finance r1'));
    expect(book.do(reverseDrawdown(first, null, 'finance r2'))).toMatchObject({
      split: { gross: '-70', applied: '-70' },
    });
  });

  it('needs a drawdown of this agreement', () => {
    const unknown = { ...reverseDrawdown(original.body), original: null };
    given(pledged(), original).when(unknown).thenRefused('DrawdownUnknown');
    const elsewhere = { ...original.body, agreementId: 'other' };
    given(pledged(), original).when(reverseDrawdown(elsewhere)).thenRefused('DrawdownUnknown');
  });

  it('never exceeds what is left', () => {
    given(pledged(), original)
      .when(reverseDrawdown(original.body, '100.01'))
      .thenRefused('ReversalExceedsOriginal', { amount: '100.01', left: '100' });
  });

  it('has the sign of its original', () => {
    given(pledged(), original)
      .when(reverseDrawdown(original.body, '-1'))
      .thenRefused('AmountNotPositive', { amount: '-1' });
    given(pledged(), original)
      .when(reverseDrawdown(original.body, '0'))
      .thenRefused('AmountNotPositive');
    const refund = drawn('-50');
    const back = given(pledged(), refund).when(reverseDrawdown(refund.body, '-20'));
    // What was given back beyond all use is a net credit, and so is what of it is taken back.
    expect(back.events()).toMatchObject([{ body: { split: { gross: '20', overage: '20' } } }]);
  });

  it('happens once, and cannot itself be reversed', () => {
    const book = new Book(activeAgreement, pledged());
    const first = book.draw('100', '2026-02');
    book.do(reverseDrawdown(first, null, 'finance r1'));
    given(...book.events)
      .when(reverseDrawdown(first, null, 'finance r2'))
      .thenRefused('DrawdownAlreadyReversed', { drawdownId: first.drawdownId });
    given(...book.events)
      .when({ ...reverseDrawdown(first), original: null, reverses: 'finance r1' })
      .thenRefused('ReversalNotReversible', { drawdownId: 'finance r1' });
  });

  it('does not take effect before its original', () => {
    given(pledged(), original)
      .at({ effectiveAt: at('2026-02-28') })
      .when(reverseDrawdown(original.body))
      .thenRefused('ReversalBeforeOriginal', {
        effectiveAt: at('2026-02-28'),
        original: at('2026-03'),
      });
  });

  it('moves numbers at once, so it takes effect at most a day ahead of the clock', () => {
    given(pledged(), original)
      .at({ effectiveAt: '2026-07-02T12:00:00.000001Z' })
      .when(reverseDrawdown(original.body))
      .thenRefused('EffectiveTooFarAhead', { now: '2026-07-01T12:00:00.000000Z' });
  });
});

describe('amending a commitment', () => {
  const amend = (changed: Parameters<typeof terms>[0], commitmentId = 'deal.cloud') =>
    ({
      type: 'AmendCommitment',
      agreementId: 'deal',
      commitmentId,
      terms: terms(changed),
      reason: 'renegotiated',
    }) as const;

  it('leaves what took effect before it and binds what comes after, whenever that is recorded', () => {
    const book = new Book(activeAgreement, pledged());
    book.draw('1200', '2026-02');
    const amended = book.do(amend({ total: usd('1500') }), { effectiveAt: at('2026-03-15') });
    expect(amended).toMatchObject({ number: 1, from: at('2026-03-15'), lines: [] });
    expect(book.draw('600', '2026-04').split).toMatchObject({ applied: '500', overage: '100' });
    expect(book.draw('5', '2026-03').split).toMatchObject({ applied: '0', overage: '5' });
  });

  it('moves what lies after it, on the days where it lies', () => {
    const book = new Book(activeAgreement, pledged());
    book.draw('900', '2026-02');
    book.draw('300', '2026-04');
    book.draw('400', '2026-05');
    const moved = book.do(amend({ total: usd('1500') }), { effectiveAt: at('2026-03-15') });
    expect(moved).toMatchObject({
      reallocated: { applied: '500', overage: '-500', ineligible: '0' },
      lines: [
        { day: '2026-04-01', applied: '200', overage: '-200' },
        { day: '2026-05-01', applied: '300', overage: '-300' },
      ],
    });
  });

  it('says in further entries what does not fit into its own', () => {
    const book = new Book(activeAgreement, pledged({ total: usd('1') }));
    for (let day = 1; day <= 28; day += 1) {
      for (const month of ['02', '03', '04', '05', '06', '07', '08', '09', '10']) {
        book.draw('10', `2026-${month}-${String(day).padStart(2, '0')}`);
      }
    }
    const count = book.events.length;
    book.do(amend({ total: usd('5000') }), { effectiveAt: at('2026-01') });
    const events = book.events.slice(count);
    expect(events.map(({ type }) => type)).toEqual(['CommitmentAmended', 'DrawdownsReallocated']);
    const lines = events.flatMap(({ body }) => body.lines);
    expect(lines).toHaveLength(252);
    expect(lines.reduce((sum, { applied }) => sum + Number(applied), 0)).toBe(2519);
  });

  it('needs a commitment, not terminated, of an open agreement', () => {
    given().when(amend({})).thenRefused('CommitmentUnknown', { commitmentId: 'deal.cloud' });
    under(
      proposed(),
      activated,
      terminatedAgreement,
    )(pledged())
      .when(amend({}))
      .thenRefused('AgreementClosed');
    given(pledged(), terminated('0')).when(amend({})).thenRefused('CommitmentTerminated');
  });

  it('binds from the moment it is recorded, so it takes effect at most a day ahead of the clock', () => {
    given(pledged())
      .at({ effectiveAt: at('2027-01') })
      .when(amend({ total: usd('1500') }))
      .thenRefused('EffectiveTooFarAhead', { effectiveAt: at('2027-01') });
  });

  it('keeps currency and basis, and the room for what was applied', () => {
    given(pledged())
      .when(amend({ total: { amount: '5', currency: 'EUR' } }))
      .thenRefused('CommitmentCurrencyConflict');
    given(pledged())
      .when(amend({ basis: 'list' }))
      .thenRefused('CommitmentBasisConflict');
    given(pledged(), drawn('100'))
      .when(amend({ total: usd('99') }))
      .thenRefused('AmendmentBelowApplied', { total: '99', applied: '100' });
  });

  it('never applies more than the new total, even where a minimum fell below what was applied', () => {
    const book = new Book(activeAgreement, pledged());
    book.draw('30', '2026-02');
    book.do(amend({ total: usd('60'), schedule: periods('sum-of-periods', ['20', '40']) }));
    expect(book.draw('40', '2026-08').split).toMatchObject({ applied: '30', overage: '10' });
  });

  it('still takes back a drawdown that fell in a period that is no more', () => {
    const book = new Book(
      activeAgreement,
      pledged(),
      pledged({ schedule: periods('sum-of-periods', ['500', '500']), priority: 2 }, 'deal.more'),
    );
    const original = book.draw('30', '2026-08');
    const one = { schedule: periods('sum-of-periods', ['1000']), priority: 2 };
    book.do(amend(one, 'deal.more'));
    expect(book.reverse(original)).toMatchObject({
      split: { gross: '-30', applied: '-30' },
      reallocated: { applied: '0', overage: '0', ineligible: '0' },
    });
  });

  it('leaves its lines to further entries where its terms are nearly all that an entry holds', () => {
    const eligibility = Array.from({ length: 170 }, (_, at) =>
      rule({
        ruleId: `rule-${at}`,
        match: { attributes: { publisher: [`publisher-${at}`] }, tags: {} },
      }),
    );
    const book = new Book(activeAgreement, pledged({ total: usd('1'), eligibility }));
    book.draw('10', '2026-02');
    const count = book.events.length;
    book.do(amend({ total: usd('5'), eligibility }), { effectiveAt: at('2026-01') });
    const [amended, ...others] = book.events.slice(count);
    expect(amended!.body.lines).toEqual([]);
    expect(others.map(({ body }) => body.lines.length)).toEqual([1]);
  });

  it('leaves to what was pledged before it the terms that would hold only after the end', () => {
    const book = new Book(activeAgreement, pledged({ total: usd('100') }));
    book.draw('40', '2026-03');
    book.do(amend({ total: usd('500') }), { effectiveAt: at('2026-08') });
    const ended = book.do({
      type: 'TerminateCommitment',
      agreementId: 'deal',
      commitmentId: 'deal.cloud',
      terminatedAt: at('2026-06'),
      obligation: 'released',
      reason: 'breach',
    });
    expect(ended).toMatchObject({ released: '60' });
  });

  it('cuts by date what lies in periods that it changes, and leaves boundaries before it', () => {
    const halves = periods('period-minimums', ['10', '10']);
    const quarters = periods('period-minimums', ['5', '5', '5', '5']);
    const book = new Book(activeAgreement, pledged({ schedule: halves }));
    book.draw('1', '2026-11');
    given(...book.events)
      .at({ effectiveAt: at('2026-05') })
      .when(amend({ schedule: quarters }))
      .thenRefused('AmendmentMovesPastBoundary', { boundary: at('2026-04') });
    expect(book.do(amend({ schedule: quarters }), { effectiveAt: at('2026-03') })).toMatchObject({
      lines: [
        { day: '2026-11-01', period: 1, applied: '-1' },
        { day: '2026-11-01', period: 3, applied: '1' },
      ],
    });
  });

  it('does not begin between charges of a day that were added up, nor ask what was not noted of them', () => {
    const book = new Book(activeAgreement, pledged());
    book.draw('1', '2026-03-15T08:00');
    book.draw('1', '2026-03-15T16:00');
    given(...book.events)
      .at({ effectiveAt: at('2026-03-15T12:00') })
      .when(amend({}))
      .thenRefused('TermsSplitRecordedUsage', {
        at: at('2026-03-15T12:00'),
        day: '2026-03-15',
      });
    given(...book.events)
      .at({ effectiveAt: at('2026-03') })
      .when(amend({ eligibility: [rule()] }))
      .thenRefused('TermsAskOfRecordedUsage', { ruleId: 'marketplace', day: '2026-03-15' });
    const later = given(...book.events).at({ effectiveAt: at('2026-03-16') });
    expect(later.when(amend({ eligibility: [rule()] })).events()).toHaveLength(1);
    expect(later.when(amend({})).events()).toHaveLength(1);
  });

  it('decides again about usage that its rules had asked about before', () => {
    const book = new Book(activeAgreement, pledged({ eligibility: [rule()] }));
    book.draw('100', '2026-03-15', { attributes: { publisher: 'acme' } });
    const half = amend({ eligibility: [rule({ fraction: '0.5' })] });
    expect(book.do(half, { effectiveAt: at('2026-01') })).toMatchObject({
      lines: [{ day: '2026-03-15', class: 'marketplace', applied: '-50', ineligible: '50' }],
    });
  });
});

const terminated = (released: string) =>
  ({
    type: 'CommitmentTerminated',
    body: {
      agreementId: 'deal',
      commitmentId: 'deal.cloud',
      terminatedAt: at('2026-05'),
      obligation: released === '0' ? 'survives' : 'released',
      released,
      currency: 'USD',
      reason: 'breach',
      ...MOVES_NOTHING,
    },
  }) as const;

describe('terminating a commitment', () => {
  const terminate = (obligation: 'released' | 'survives', on = '2026-05') =>
    ({
      type: 'TerminateCommitment',
      agreementId: 'deal',
      commitmentId: 'deal.cloud',
      terminatedAt: at(on),
      obligation,
      reason: 'breach',
    }) as const;

  it('releases what remains, or leaves it owed', () => {
    given(pledged(), drawn('100')).when(terminate('released')).then(terminated('900'));
    given(pledged(), drawn('100')).when(terminate('survives')).then(terminated('0'));
  });

  it('takes out of the count what lies after it', () => {
    const book = new Book(activeAgreement, pledged());
    book.draw('100', '2026-04');
    book.draw('30', '2026-06');
    expect(book.do(terminate('released'))).toMatchObject({
      released: '900',
      reallocated: { applied: '-30', overage: '0', ineligible: '30' },
      lines: [{ day: '2026-06-01', applied: '-30', ineligible: '30' }],
    });
  });

  it('ends the term for new usage', () => {
    given(pledged(), terminated('0'))
      .at({ effectiveAt: at('2026-05') })
      .when(recordDrawdown('1'))
      .thenRefused('UsageOutsideTerm');
  });

  it('happens once, within the term, to a commitment that exists', () => {
    given().when(terminate('released')).thenRefused('CommitmentUnknown');
    given(pledged(), terminated('0'))
      .when(terminate('released'))
      .thenRefused('CommitmentTerminated');
    given(pledged())
      .when(terminate('released', '2027-02'))
      .thenRefused('TerminationOutsideTerm', { terminatedAt: at('2027-02') });
  });
});
