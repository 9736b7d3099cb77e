import fc from 'fast-check';
import { deciders } from '../../domain/aggregates.js';
import type { CommitmentCommand } from '../../domain/commitment/commands.js';
import type { DrawdownRecorded } from '../../domain/commitment/events.js';
import type { CommitmentTerms } from '../../domain/commitment/terms/terms.js';
import type { DomainCommand } from '../../domain/events.js';
import {
  marketplaceRule,
  MARKETPLACE,
  periods,
  pool,
  recordDrawdown,
  reverseDrawdown,
  terms,
  usd,
} from '../../domain/testing/builders.js';
import { instant } from '../../domain/testing/samples.js';
import { instantMicros } from '../../ledger/format/recorded-at.js';
import { MemoryLedger } from '../../ledger/memory/memory-ledger.js';
import type { Ledger, Submission } from '../../ledger/ledger.js';
import type { View } from '../asking/read-view.js';
import { burnDownReads } from '../burn-down/burn-down.js';
import { commitmentWanted } from '../explanation/of-commitment.js';
import { commitmentPeriodsOf } from '../remaining-obligation/periods.js';
import { viewOf } from './entries.js';

/** What may happen to the commitments of one agreement, in any order; what is refused leaves nothing. */
export type BookStep =
  | {
      readonly step: 'pledge' | 'amend';
      readonly id: string;
      readonly terms: CommitmentTerms;
      readonly day: string;
    }
  | {
      readonly step: 'terminate';
      readonly id: string;
      readonly day: string;
      readonly obligation: 'released' | 'survives';
    }
  | {
      readonly step: 'draw';
      readonly amount: string;
      readonly day: string;
      readonly isMarketplace: boolean;
    }
  | { readonly step: 'reverse'; readonly which: number; readonly daysLater: number };

const SCHEDULES = [
  { total: '100', schedule: pool() },
  {
    total: '120',
    schedule: periods('period-minimums', ['30', '30', '20', '10'], { rolloverFraction: '0.5' }),
  },
  { total: '60', schedule: periods('sum-of-periods', ['20', '40'], { rolloverFraction: '0.25' }) },
  {
    total: '100',
    schedule: periods('sum-of-periods', ['10', '20', '30', '40'], { excessCarriesForward: true }),
  },
] as const;

const day = fc
  .record({ month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 28 }) })
  .map((at) => `2026-${String(at.month).padStart(2, '0')}-${String(at.day).padStart(2, '0')}`);

export const agreed = fc
  .record({
    of: fc.constantFrom(...SCHEDULES),
    capped: fc.boolean(),
    fraction: fc.constantFrom('1', '0.3'),
    priority: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ of: { total, schedule }, capped, fraction, priority }) =>
    terms({
      ...{ total: usd(total), schedule, priority },
      caps: capped ? [{ class: 'marketplace', of: 'total', value: '0.25' }] : [],
      eligibility: [marketplaceRule({ fraction })],
    }),
  );

const id = fc.constantFrom('deal.a', 'deal.a', 'deal.b');

export const bookStep: fc.Arbitrary<BookStep> = fc.oneof(
  fc.record({
    step: fc.constantFrom('pledge' as const, 'amend' as const),
    ...{ id, terms: agreed, day: fc.oneof(fc.constant('2026-01-01'), day) },
  }),
  fc.record({
    step: fc.constant('terminate' as const),
    ...{ id, day, obligation: fc.constantFrom('released' as const, 'survives' as const) },
  }),
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constant('draw' as const),
      amount: fc.integer({ min: -3_000, max: 5_000 }).map((cents) => String(cents / 100)),
      ...{ day, isMarketplace: fc.boolean() },
    }),
  },
  fc.record({
    step: fc.constant('reverse' as const),
    ...{ which: fc.nat(20), daysLater: fc.constantFrom(0, 0, 40) },
  }),
);

/** The ledger of one agreement whose commitments went through these steps, a day apart, all after their term. */
export class RandomBook {
  private readonly drawn: DrawdownRecorded['body'][] = [];
  private count = 0;
  private clock = instantMicros(instant('2027-03-01'));

  readonly ledger = new MemoryLedger({ deciders, shardCount: 2, clock: () => this.clock });

  /** `over`: instead of the ledger in memory. */
  constructor(
    private readonly agreementId = 'deal',
    private readonly over: Pick<Ledger, 'submit'> | null = null,
  ) {}

  static async of(pledged: CommitmentTerms, steps: readonly BookStep[]): Promise<RandomBook> {
    const book = new RandomBook();
    await book.agree();
    for (const step of [
      { step: 'pledge', id: 'deal.a', terms: pledged, day: '2026-01-01' } as const,
      ...steps,
    ]) {
      await book.take(step);
    }
    return book;
  }

  /** What a view has seen that knows the entries up to a position. */
  seenAt(asOf: string, position: number): View<ReturnType<typeof commitmentWanted>> {
    const shard = this.entries[0]?.shard ?? 0;
    const known = this.entries.filter((entry) => entry.position <= position);
    const { rows, asked } = viewOf(burnDownReads, known, { asOf }, () =>
      commitmentWanted('deal.a'),
    );
    const ledgerPosition = { [shard]: known.length };
    const seen = { asOf, knownAt: null, ledgerPosition, lag: 0, skipped: 0, skippedEvents: [] };
    return { rows, asked, seen };
  }

  periodsOf({ rows, asked }: View<ReturnType<typeof commitmentWanted>>) {
    return commitmentPeriodsOf(rows, asked, 'deal.a')?.periods ?? [];
  }

  private entries: Extract<
    Awaited<ReturnType<MemoryLedger['submit']>>,
    { outcome: 'appended' }
  >['entries'] = [];

  async agree(): Promise<void> {
    const startsAt = instant('2026-01-01T00:00:00Z');
    await this.tell('agreement', '2026-01-01', {
      ...{ type: 'ProposeAgreement', agreementId: this.agreementId, title: 'Deal' },
      ...{ vendorId: 'vendor', customerId: 'lab', startsAt, endsAt: null, documents: [] },
    });
    await this.tell('agreement', '2026-01-01', {
      ...{ type: 'ActivateAgreement', agreementId: this.agreementId, activatedAt: startsAt },
    });
  }

  async take(step: BookStep): Promise<void> {
    const found = this.commandOf(step);
    if (found === null) return;
    const [effective, command] = found;
    const appended = await this.tell('commitment', effective, command);
    for (const { event } of appended) {
      if (event.type === 'DrawdownRecorded') this.drawn.push(event.body);
    }
  }

  private commandOf(step: BookStep): readonly [effective: string, CommitmentCommand] | null {
    const { agreementId } = this;
    const commitmentId = 'id' in step ? step.id.replace('deal', agreementId) : '';
    switch (step.step) {
      case 'pledge':
        return [
          step.day,
          { type: 'PledgeCommitment', agreementId, commitmentId, terms: step.terms },
        ];
      case 'amend':
        return [
          step.day,
          {
            type: 'AmendCommitment',
            agreementId,
            commitmentId,
            terms: step.terms,
            reason: 'renegotiated',
          },
        ];
      case 'terminate':
        return [
          step.day,
          {
            ...{ type: 'TerminateCommitment', agreementId, commitmentId },
            ...{ terminatedAt: instant(step.day), obligation: step.obligation, reason: 'breach' },
          },
        ];
      case 'draw':
        return [
          step.day,
          {
            ...recordDrawdown(
              step.amount,
              step.isMarketplace ? MARKETPLACE : {},
              `${agreementId} ${this.count}`,
            ),
            agreementId,
          },
        ];
      case 'reverse': {
        const original = this.drawn[step.which];
        if (original === undefined) return null;
        const later = instantMicros(original.effectiveAt) + step.daysLater * 86_400_000_000;
        const effective = new Date(later / 1_000).toISOString();
        const reversal = reverseDrawdown(original, null, `${agreementId} ${this.count}`);
        return [effective, { ...reversal, agreementId }];
      }
    }
  }

  private async tell(
    kind: Submission['stream']['kind'],
    effective: string,
    command: DomainCommand,
  ): Promise<typeof this.entries> {
    this.clock += 86_400_000_000;
    const key = this.agreementId;
    const agreement = { tenant: 'acme', kind: 'agreement', key } as const;
    const outcome = await (this.over ?? this.ledger).submit({
      stream: { tenant: 'acme', kind, key },
      alongside: kind === 'commitment' ? agreement : null,
      ...{
        source: 'test',
        id: `${key} ${(this.count += 1)}`,
        digest: 'd'.repeat(64),
        actor: 'ann',
      },
      ...{ effectiveAt: instant(effective), command, expectedVersion: null },
    });
    if (outcome.outcome !== 'appended') return [];
    this.entries = [...this.entries, ...outcome.entries];
    return outcome.entries;
  }
}
