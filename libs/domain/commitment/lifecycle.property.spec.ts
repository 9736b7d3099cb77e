import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commitmentDecider } from '../deciders.js';
import { unitsOf } from '../money.js';
import {
  activeAgreement,
  periods,
  pool,
  recordDrawdown,
  reverseDrawdown,
  terms,
  usd,
} from '../testing/builders.js';
import { at } from '../testing/given.js';
import type { CommitmentCommand } from './commands.js';
import { position } from './position.js';
import { grossOf } from './split.js';
import type { DrawdownRecorded } from './events.js';
import type { CommitmentTerms } from './terms.js';

/** Pledges, amendments, terminations, usage and reversals in any order, as they come. */
type Act =
  | { readonly act: 'pledge' | 'amend'; readonly id: string; readonly terms: CommitmentTerms }
  | { readonly act: 'terminate'; readonly id: string; readonly month: number }
  | { readonly act: 'draw'; readonly cents: number; readonly month: number; readonly acme: boolean }
  | { readonly act: 'reverse'; readonly which: number };

const month = fc.integer({ min: 1, max: 12 });
const id = fc.constantFrom('deal.a', 'deal.b', 'deal.c');

const agreed: fc.Arbitrary<CommitmentTerms> = fc
  .record({
    of: fc.constantFrom(
      { total: '100', schedule: pool() },
      { total: '120', schedule: periods('period-minimums', ['30', '30', '20', '10']) },
      { total: '60', schedule: periods('sum-of-periods', ['20', '40']) },
      { total: '90', schedule: periods('sum-of-periods', ['20', '30', '40']) },
      {
        total: '100',
        schedule: periods('sum-of-periods', ['10', '20', '30', '40'], {
          excessCarriesForward: true,
        }),
      },
    ),
    fraction: fc.constantFrom('1', '0.3'),
    capped: fc.boolean(),
    priority: fc.integer({ min: 1, max: 3 }),
    stackable: fc.boolean(),
  })
  .map(({ of, fraction, capped, priority, stackable }) =>
    terms({
      total: usd(of.total),
      schedule: of.schedule,
      priority,
      stackable,
      caps: capped ? [{ class: 'acme', of: 'total', value: '0.25' }] : [],
      eligibility: [
        {
          ruleId: 'acme',
          effect: 'include',
          match: { attributes: { publisher: ['acme'] }, tags: {} },
          fraction,
          class: 'acme',
          from: null,
          until: null,
        },
      ],
    }),
  );

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ act: fc.constantFrom('pledge' as const, 'amend' as const), id, terms: agreed }),
  fc.record({ act: fc.constant('terminate' as const), id, month }),
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('draw' as const),
      cents: fc.integer({ min: -3_000, max: 5_000 }),
      month,
      acme: fc.boolean(),
    }),
  },
  fc.record({ act: fc.constant('reverse' as const), which: fc.nat(20) }),
);

const inMonth = (of: number): string => at(`2026-${String(of).padStart(2, '0')}`);

const toCommand = (
  step: Act,
  index: number,
  drawn: readonly DrawdownRecorded['body'][],
): CommitmentCommand | null => {
  const agreementId = 'deal';
  switch (step.act) {
    case 'pledge':
      return { type: 'PledgeCommitment', agreementId, commitmentId: step.id, terms: step.terms };
    case 'amend': {
      const { id: commitmentId, terms: changed } = step;
      const reason = 'renegotiated';
      return { type: 'AmendCommitment', agreementId, commitmentId, terms: changed, reason };
    }
    case 'terminate':
      return {
        type: 'TerminateCommitment',
        agreementId,
        commitmentId: step.id,
        terminatedAt: inMonth(step.month),
        obligation: 'released',
        reason: 'breach',
      };
    case 'draw': {
      const gross = `${step.cents / 100}`;
      const attributes = { publisher: step.acme ? 'acme' : 'other' };
      return recordDrawdown(gross, { attributes }, `finance ${index}`);
    }
    case 'reverse': {
      const original = drawn[step.which];
      return original ? reverseDrawdown(original, null, `finance ${index}`) : null;
    }
  }
};

describe('a book whose terms change', () => {
  it('stays exact: recorded sums, splits and position agree, and no total is exceeded', () => {
    let amended = 0;
    fc.assert(
      fc.property(fc.array(act, { minLength: 5, maxLength: 40 }), (steps) => {
        let book = commitmentDecider.initial;
        const drawn: DrawdownRecorded['body'][] = [];
        let gross = 0n;
        for (const [index, step] of [
          { act: 'pledge', id: 'deal.a', terms: terms() } as Act,
          ...steps,
        ].entries()) {
          const command = toCommand(step, index, drawn);
          if (!command) continue;
          const effectiveAt = inMonth(step.act === 'draw' ? step.month : 6);
          const context = { now: at('2030-01'), effectiveAt, actor: 'alice' };
          const decision = commitmentDecider.decide(command, book, context, activeAgreement);
          if (decision.outcome === 'rejected') continue;
          for (const event of decision.events) {
            book = commitmentDecider.evolve(book, event);
            if (event.type === 'DrawdownRecorded') drawn.push(event.body);
            if (event.type === 'CommitmentAmended') amended += 1;
            if ('split' in event.body) gross += unitsOf(event.body.split.gross);
          }
          expect(grossOf(book.headline)).toBe(gross);
          for (const { applied, limits } of book.commitments) {
            expect(applied).toBeLessThanOrEqual(limits.total);
          }
        }
        const since = position(book.commitments, book.shelves.flat()).headline;
        expect(grossOf(since) + grossOf(book.openingHeadline)).toBe(gross);
        expect(since.applied + book.openingHeadline.applied).toBe(book.headline.applied);
        expect(since.overage + book.openingHeadline.overage).toBe(book.headline.overage);
        const stored = commitmentDecider.decode(commitmentDecider.encode(book));
        expect(commitmentDecider.encode(stored)).toBe(commitmentDecider.encode(book));
      }),
      { numRuns: 600 },
    );
    expect(amended).toBeGreaterThan(20);
  });
});
