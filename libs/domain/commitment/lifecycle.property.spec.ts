import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deciders } from '../aggregates.js';
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
import { at } from '../testing/context.js';
import type { CommitmentCommand } from './commands.js';
import { runningSplit } from './allocation/running-split.js';
import { isNothing, NOTHING, plus, type Sums } from './commitment.js';
import { grossOf, sumsOfSplit } from './allocation/split.js';
import type { AllocationLine, DrawdownRecorded } from './events.js';
import type { CommitmentTerms } from './terms/terms.js';

/** Pledges, amendments, terminations, usage and reversals in any order, as they come. */
type Act =
  | {
      readonly act: 'pledge' | 'amend';
      readonly id: string;
      readonly terms: CommitmentTerms;
      readonly month: number;
    }
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

/** Mostly from the start of the term: later, periods of other lengths would move boundaries and be refused. */
const changed = fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: month });

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    act: fc.constantFrom('pledge' as const, 'amend' as const),
    id,
    terms: agreed,
    month: changed,
  }),
  fc.record({
    act: fc.constant('amend' as const),
    id: fc.constant('deal.a'),
    terms: agreed,
    month: fc.constant(1),
  }),
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

const placeOf = ({ commitmentId, period, class: name }: Omit<Place, keyof Sums>): string =>
  `${commitmentId} ${period} ${name}`;

type Place = Sums & { commitmentId: string; period: number; class: string };

const summedAccounts = (places: Iterable<Place>): Record<string, Sums> => {
  const sums = new Map<string, Sums>();
  for (const place of places) {
    const key = placeOf(place);
    sums.set(key, plus(sums.get(key) ?? NOTHING, place));
  }
  return Object.fromEntries([...sums].filter(([, each]) => !isNothing(each)).sort());
};

const summed = (lines: readonly AllocationLine[]) =>
  summedAccounts(lines.map((line) => ({ ...line, ...sumsOfSplit(line) })));

describe('a book whose terms change', () => {
  it('stays exact: lines, splits and running totals agree, and no total is exceeded', () => {
    let amended = 0;
    fc.assert(
      fc.property(fc.array(act, { minLength: 5, maxLength: 40 }), (steps) => {
        let book = deciders.commitment.initial;
        const drawn: DrawdownRecorded['body'][] = [];
        const lines: AllocationLine[] = [];
        let gross = 0n;
        for (const [index, step] of [
          { act: 'pledge', id: 'deal.a', terms: terms(), month: 1 } as Act,
          ...steps,
        ].entries()) {
          const command = toCommand(step, index, drawn);
          if (!command) continue;
          const reversed = step.act === 'reverse' ? drawn[step.which] : undefined;
          const effectiveAt = reversed?.effectiveAt ?? inMonth('month' in step ? step.month : 6);
          const context = { now: at('2030-01'), effectiveAt, actor: 'alice' };
          const decision = deciders.commitment.decide(command, book, context, activeAgreement);
          if (decision.outcome === 'rejected') continue;
          for (const event of decision.events) {
            book = deciders.commitment.evolve(book, event);
            lines.push(...event.body.lines);
            if (event.type === 'DrawdownRecorded') drawn.push(event.body);
            if (event.type === 'CommitmentAmended') amended += 1;
            if ('split' in event.body) gross += unitsOf(event.body.split.gross);
          }
          const { postings, unstackedTotals } = runningSplit(book, book.totalsByPeriod.flat());
          expect(grossOf(unstackedTotals)).toBe(gross);
          for (const { commitmentId, timeline } of book.commitments) {
            const applied = [...postings.values()]
              .filter((posting) => posting.commitmentId === commitmentId)
              .reduce((sum, posting) => sum + posting.applied, 0n);
            const most = timeline.reduce(
              (total, { limits }) => (limits.total > total ? limits.total : total),
              0n,
            );
            expect(applied).toBeLessThanOrEqual(most);
          }
          expect(summed(lines)).toEqual(summedAccounts(postings.values()));
        }
        const stored = deciders.commitment.decode(deciders.commitment.encode(book))!;
        expect(deciders.commitment.encode(stored)).toBe(deciders.commitment.encode(book));
      }),
      { numRuns: 600 },
    );
    expect(amended).toBeGreaterThan(20);
  });
});
