import { describe, expect, it } from '@jest/globals';
import { deciders } from '../aggregates.js';
import {
  activated,
  activeAgreement,
  agreementAfter,
  proposed,
  terminatedAgreement,
  usd,
} from '../testing/builders.js';
import { at } from '../testing/context.js';
import { given as givenOf } from '../testing/given.js';
import type { InvestmentCommand } from './commands.js';
import type { Gate, InvestmentEvent } from './events.js';

const given = givenOf(deciders.investment, activeAgreement);

type Body<Type extends InvestmentEvent['type']> = Extract<InvestmentEvent, { type: Type }>['body'];
const investmentId = 'deal.equity';
const m1 = 'deal.equity.m1';
const m2 = 'deal.equity.m2';
const trancheId = 'deal.equity.t1';

const agreed = (changed: Partial<Body<'InvestmentAgreed'>> = {}): InvestmentEvent => ({
  type: 'InvestmentAgreed',
  body: {
    agreementId: 'deal',
    investmentId,
    investorId: 'vendor',
    recipientId: 'lab',
    instrument: 'convertible',
    total: usd('5000'),
    contingent: usd('20000'),
    ...changed,
  },
});
const agree = (changed: Partial<Body<'InvestmentAgreed'>> = {}): InvestmentCommand =>
  ({ type: 'AgreeInvestment', ...agreed(changed).body }) as InvestmentCommand;

const defined = (milestoneId = m1, dueAt: string | null = at('2026-06')): InvestmentEvent => ({
  type: 'MilestoneDefined',
  body: { investmentId, milestoneId, definition: 'the regulator approves', dueAt },
});
const define = (milestoneId = m1): InvestmentCommand =>
  ({ type: 'DefineMilestone', ...defined(milestoneId).body }) as InvestmentCommand;

const attested = (outcome: 'met' | 'missed' = 'met', milestoneId = m1): InvestmentEvent => ({
  type: 'MilestoneAttested',
  body: { investmentId, milestoneId, outcome, evidence: [], attestedBy: 'alice' },
});
const attest = (outcome: 'met' | 'missed' = 'met'): InvestmentCommand => ({
  type: 'AttestMilestone',
  investmentId,
  milestoneId: m1,
  outcome,
  evidence: [],
});
const settled = (type: 'MilestoneMet' | 'MilestoneMissed', milestoneId = m1): InvestmentEvent => ({
  type,
  body: { investmentId, milestoneId, attestedBy: 'alice', approvedBy: 'bob' },
});
const approve = (decision: 'approve' | 'decline' = 'approve'): InvestmentCommand => ({
  type: 'ApproveMilestone',
  investmentId,
  milestoneId: m1,
  decision,
  reason: 'seen the filing',
});
const waived = (milestoneId = m1): InvestmentEvent => ({
  type: 'MilestoneWaived',
  body: { investmentId, milestoneId, waivedBy: 'alice', reason: 'no longer needed' },
});
const waive: InvestmentCommand = {
  type: 'WaiveMilestone',
  investmentId,
  milestoneId: m1,
  reason: 'no longer needed',
};
const extended = (on = '2026-09'): InvestmentEvent => ({
  type: 'MilestoneExtended',
  body: { investmentId, milestoneId: m1, dueAt: at(on), reason: 'more time' },
});
const extend = (on = '2026-09'): InvestmentCommand =>
  ({ type: 'ExtendMilestone', ...extended(on).body }) as InvestmentCommand;

const open: Gate = { all: [] };
const tranche = (changed: Partial<Body<'TrancheAgreed'>> = {}): InvestmentEvent => ({
  type: 'TrancheAgreed',
  body: {
    agreementId: 'deal',
    investmentId,
    trancheId,
    number: 1,
    amount: usd('1000'),
    contingent: false,
    gate: open,
    plannedAt: null,
    longStopAt: at('2026-06'),
    ...changed,
  },
});
const agreeTranche = (changed: Partial<Body<'TrancheAgreed'>> = {}): InvestmentCommand =>
  ({ type: 'AgreeTranche', ...tranche(changed).body }) as InvestmentCommand;
const called: InvestmentEvent = {
  type: 'TrancheCalled',
  body: { investmentId, trancheId, calledAt: at('2026-03') },
};
const call = { type: 'CallTranche', ...called.body } as InvestmentCommand;
const funded = (amount: string, sum: string): InvestmentEvent => ({
  type: 'TrancheFunded',
  body: {
    investmentId,
    trancheId,
    amount: usd(amount),
    funded: usd(sum),
    complete: sum === '1000',
    valueAt: at('2026-03'),
    reference: 'wire 1',
  },
});
const fund = (amount: string, currency = 'USD'): InvestmentCommand => ({
  type: 'FundTranche',
  investmentId,
  trancheId,
  amount: { amount, currency },
  valueAt: at('2026-03'),
  reference: 'wire 1',
});
const cancelled: InvestmentEvent = {
  type: 'TrancheCancelled',
  body: { investmentId, trancheId, reason: 'off' },
};
const cancel = { type: 'CancelTranche', ...cancelled.body } as InvestmentCommand;
const lapsed: InvestmentEvent = { type: 'TrancheLapsed', body: { investmentId, trancheId } };
const lapse = { type: 'LapseTranche', ...lapsed.body } as InvestmentCommand;

describe('agreeing an investment', () => {
  it('keeps the firm and the contingent amount apart', () => {
    given().when(agree()).then(agreed());
    given()
      .when(agree({ contingent: null }))
      .then(agreed({ contingent: null }));
  });

  it('needs an open agreement, an id of it, and another party', () => {
    const without = givenOf(deciders.investment, agreementAfter());
    without().when(agree()).thenRefused('AgreementUnknown', { agreementId: 'deal' });
    const after = agreementAfter(proposed(), activated, terminatedAgreement);
    givenOf(deciders.investment, after)().when(agree()).thenRefused('AgreementClosed');
    given()
      .when(agree({ investmentId: 'other.equity' }))
      .thenRefused('NotOfAgreement');
    given()
      .when(agree({ recipientId: 'vendor' }))
      .thenRefused('InvestmentInItself');
    given(agreed()).when(agree()).thenRefused('InvestmentAlreadyAgreed', { investmentId });
  });

  it('takes positive amounts in whole minor units of one currency in use', () => {
    given()
      .when(agree({ total: usd('0') }))
      .thenRefused('AmountNotPositive');
    given()
      .when(agree({ total: usd('0.001') }))
      .thenRefused('AmountTooPrecise');
    given()
      .when(agree({ contingent: usd('-1') }))
      .thenRefused('AmountNotPositive');
    given()
      .when(agree({ total: { amount: '1', currency: 'XXX' } }))
      .thenRefused('CurrencyUnknown');
    given()
      .when(agree({ contingent: { amount: '1', currency: 'EUR' } }))
      .thenRefused('CurrencyMismatch', { currency: 'EUR', investmentCurrency: 'USD' });
  });

  it('comes before everything else', () => {
    given().when(define()).thenRefused('InvestmentUnknown', { investmentId });
    expect(() => given(defined())).toThrow('an investment has events before it was agreed');
  });
});

describe('milestones', () => {
  it('are defined once, under their investment', () => {
    given(agreed()).when(define()).then(defined());
    given(agreed(), defined()).when(define()).thenRefused('MilestoneAlreadyDefined');
    given(agreed()).when(define('deal.debt.m1')).thenRefused('NotOfInvestment');
  });

  it('are attested by one person and approved by another', () => {
    given(agreed(), defined()).when(attest()).then(attested());
    const approver = given(agreed(), defined(), attested()).at({ actor: 'bob' });
    approver.when(approve()).then(settled('MilestoneMet'));
    given(agreed(), defined(), attested('missed'))
      .at({ actor: 'bob' })
      .when(approve())
      .then(settled('MilestoneMissed'));
  });

  it('are neither approved nor declined by whoever attested', () => {
    for (const decision of ['approve', 'decline'] as const) {
      given(agreed(), defined(), attested())
        .when(approve(decision))
        .thenRefused('SelfApproval', { milestoneId: m1, actor: 'alice' });
    }
  });

  it('can be attested again after a decline', () => {
    const declined: InvestmentEvent = {
      type: 'MilestoneAttestationDeclined',
      body: { investmentId, milestoneId: m1, declinedBy: 'bob', reason: 'seen the filing' },
    };
    given(agreed(), defined(), attested())
      .at({ actor: 'bob' })
      .when(approve('decline'))
      .then(declined);
    given(agreed(), defined(), attested(), declined).when(attest()).then(attested());
  });

  it('are attested only while pending, approved only while attested', () => {
    given(agreed(), defined(), attested())
      .when(attest())
      .thenRefused('MilestoneNotPending', { status: 'attested' });
    given(agreed(), defined())
      .when(approve())
      .thenRefused('MilestoneNotAttested', { status: 'pending' });
  });

  it('are waived unless they are already satisfied', () => {
    given(agreed(), defined()).when(waive).then(waived());
    given(agreed(), defined(), settled('MilestoneMissed')).when(waive).then(waived());
    given(agreed(), defined(), settled('MilestoneMet'))
      .when(waive)
      .thenRefused('MilestoneAlreadySettled', { status: 'met' });
  });

  it('are extended to a later day, and then pending again', () => {
    given(agreed(), defined()).when(extend()).then(extended());
    given(agreed(), defined(), settled('MilestoneMissed'), extended())
      .when(attest())
      .then(attested());
    given(agreed(), defined())
      .when(extend('2026-06'))
      .thenRefused('ExtensionNotLater', { dueAt: at('2026-06'), was: at('2026-06') });
    given(agreed(), defined(), waived())
      .when(extend())
      .thenRefused('MilestoneAlreadySettled', { status: 'waived' });
  });

  it('must be defined', () => {
    for (const command of [attest(), approve(), waive, extend()]) {
      given(agreed()).when(command).thenRefused('MilestoneUnknown', { milestoneId: m1 });
    }
  });
});

describe('agreeing tranches', () => {
  it('records them under their investment', () => {
    given(agreed()).when(agreeTranche()).then(tranche());
  });

  it('takes each id and each number once', () => {
    given(agreed(), tranche()).when(agreeTranche()).thenRefused('TrancheAlreadyAgreed');
    given(agreed(), tranche())
      .when(agreeTranche({ trancheId: 'deal.equity.t2' }))
      .thenRefused('TrancheNumberTaken', { number: 1, by: trancheId });
    given(agreed())
      .when(agreeTranche({ trancheId: 'deal.debt.t1' }))
      .thenRefused('NotOfInvestment');
    given(agreed())
      .when(agreeTranche({ agreementId: 'other' }))
      .thenRefused('NotOfAgreement', { agreementId: 'other' });
  });

  it('never exceeds the firm total, nor the contingent part, which are not added up', () => {
    given(agreed(), tranche({ amount: usd('4500') }))
      .when(agreeTranche({ trancheId: 'deal.equity.t2', number: 2, amount: usd('500.01') }))
      .thenRefused('TranchesExceedInvestment', {
        contingent: false,
        limit: '5000',
        tranches: '5000.01',
      });
    const contingent = { amount: usd('20000'), contingent: true };
    given(agreed()).when(agreeTranche(contingent)).then(tranche(contingent));
    given(agreed({ contingent: null }))
      .when(agreeTranche(contingent))
      .thenRefused('TranchesExceedInvestment', { contingent: true, limit: '0' });
  });

  it('gives the room of a cancelled tranche to others', () => {
    const all = { amount: usd('5000') };
    const next = { ...all, trancheId: 'deal.equity.t2', number: 2 };
    given(agreed(), tranche(all), cancelled).when(agreeTranche(next)).then(tranche(next));
  });

  it('takes gates over defined milestones, at most six deep', () => {
    const gate: Gate = { any: [{ milestone: m1 }, { milestone: m2 }] };
    given(agreed(), defined()).when(agreeTranche({ gate })).thenRefused('MilestoneUnknown', {
      milestoneId: m2,
    });
    const nested = (depth: number): Gate => (depth === 1 ? open : { all: [nested(depth - 1)] });
    expect(
      given(agreed())
        .when(agreeTranche({ gate: nested(6) }))
        .events(),
    ).toHaveLength(1);
    given(agreed())
      .when(agreeTranche({ gate: nested(7) }))
      .thenRefused('GateTooDeep', { depth: 7, depthMax: 6 });
  });

  it('takes positive amounts in whole minor units of the investment’s currency', () => {
    given(agreed())
      .when(agreeTranche({ amount: usd('0') }))
      .thenRefused('AmountNotPositive');
    given(agreed())
      .when(agreeTranche({ amount: usd('0.001') }))
      .thenRefused('AmountTooPrecise');
    given(agreed())
      .when(agreeTranche({ amount: { amount: '1', currency: 'EUR' } }))
      .thenRefused('CurrencyMismatch');
  });
});

describe('calling a tranche', () => {
  const both: Gate = { all: [{ milestone: m1 }, { milestone: m2 }] };
  const either: Gate = { any: [{ milestone: m1 }, { milestone: m2 }] };
  const gated = (gate: Gate, ...events: readonly InvestmentEvent[]) =>
    given(agreed(), defined(m1), defined(m2), tranche({ gate }), ...events);

  it('needs an open gate and says what is missing', () => {
    given(agreed(), tranche()).when(call).then(called);
    gated(both, settled('MilestoneMet', m1))
      .when(call)
      .thenRefused('TrancheNotEligible', { trancheId, missing: [m2] });
    gated(both, settled('MilestoneMet', m1), waived(m2)).when(call).then(called);
    gated(either)
      .when(call)
      .thenRefused('TrancheNotEligible', { missing: [m1, m2] });
    gated(either, settled('MilestoneMet', m2)).when(call).then(called);
  });

  it('is not helped by a missed milestone, nor by one that is only attested', () => {
    gated(either, settled('MilestoneMissed', m1), attested('met', m2))
      .when(call)
      .thenRefused('TrancheNotEligible', { missing: [m1, m2] });
  });

  it('never passes a gate that nothing can open', () => {
    gated({ any: [] }).when(call).thenRefused('TrancheNotEligible', { missing: [] });
  });

  it('happens once, to a tranche that exists', () => {
    given(agreed()).when(call).thenRefused('TrancheUnknown', { trancheId });
    given(agreed(), tranche(), called)
      .when(call)
      .thenRefused('TrancheNotAgreed', { status: 'called' });
  });
});

describe('funding a tranche', () => {
  it('takes several payments up to its amount', () => {
    given(agreed(), tranche(), called).when(fund('400')).then(funded('400', '400'));
    given(agreed(), tranche(), called, funded('400', '400'))
      .when(fund('600'))
      .then(funded('600', '1000'));
  });

  it('never takes more than its amount', () => {
    given(agreed(), tranche(), called, funded('400', '400'))
      .when(fund('600.01'))
      .thenRefused('FundingExceedsTranche', { trancheId, amount: '600.01', left: '600' });
    given(agreed(), tranche(), called, funded('1000', '1000'))
      .when(fund('1'))
      .thenRefused('TrancheAlreadyFunded', { funded: '1000' });
  });

  it('needs a call', () => {
    given(agreed()).when(fund('1')).thenRefused('TrancheUnknown');
    given(agreed(), tranche())
      .when(fund('1'))
      .thenRefused('TrancheNotCalled', { status: 'agreed' });
    given(agreed(), tranche(), cancelled).when(fund('1')).thenRefused('TrancheNotCalled');
  });

  it('is paid in the investment’s currency', () => {
    const due = given(agreed(), tranche(), called);
    due.when(fund('1', 'EUR')).thenRefused('CurrencyMismatch');
    due.when(fund('0')).thenRefused('AmountNotPositive');
    due.when(fund('0.001')).thenRefused('AmountTooPrecise');
  });
});

describe('a tranche that comes to nothing', () => {
  it('is cancelled or lapses, before or after the call, but not after money moved', () => {
    given(agreed(), tranche()).when(cancel).then(cancelled);
    given(agreed(), tranche(), called).when(cancel).then(cancelled);
    given(agreed(), tranche(), called).when(lapse).then(lapsed);
    for (const command of [cancel, lapse]) {
      given(agreed(), tranche(), called, funded('400', '400'))
        .when(command)
        .thenRefused('TrancheAlreadyFunded', { funded: '400' });
      given(agreed()).when(command).thenRefused('TrancheUnknown');
      given(agreed(), tranche(), lapsed)
        .when(command)
        .thenRefused('TrancheClosed', { status: 'lapsed' });
    }
  });

  it('lapses only after its long stop', () => {
    given(agreed(), tranche())
      .at({ now: at('2026-06') })
      .when(lapse)
      .thenRefused('LongStopNotReached', { longStopAt: at('2026-06') });
    given(agreed(), tranche({ longStopAt: null }))
      .when(lapse)
      .thenRefused('LongStopNotReached', { longStopAt: null });
  });
});
