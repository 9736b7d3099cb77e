import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import type { CommitmentCommand } from '../../libs/domain/commitment/commands.js';
import type { CommitmentBook } from '../../libs/domain/commitment/commitment.js';
import type { CommitmentEvent, DrawdownRecorded } from '../../libs/domain/commitment/events.js';
import { periodFigures } from '../../libs/domain/commitment/obligation/periods.js';
import { stillOwed } from '../../libs/domain/commitment/obligation/remaining.js';
import type {
  ClassCap,
  CommitmentSchedule,
  CommitmentTerms,
  EligibilityRule,
} from '../../libs/domain/commitment/terms/terms.js';
import { inForceAt } from '../../libs/domain/commitment/terms/timeline.js';
import { deciders } from '../../libs/domain/aggregates.js';
import { addDays } from '../../libs/domain/calendar.js';
import { startOfDay } from '../../libs/domain/instant.js';
import { formatUnits, unitsOf } from '../../libs/domain/money.js';
import {
  activation,
  activeAgreement,
  pledge,
  proposed,
  recordDrawdown,
  terms,
  usd,
} from '../../libs/domain/testing/builders.js';
import { at } from '../../libs/domain/testing/context.js';
import { burnDownReads } from '../../libs/projections/burn-down/burn-down.js';
import { burnDownOf, burnDownWanted } from '../../libs/projections/burn-down/query.js';
import { dealsOf, dealsWanted } from '../../libs/projections/deals/deals.js';
import { commitmentPeriodsOf } from '../../libs/projections/remaining-obligation/periods.js';
import {
  remainingObligationOf,
  remainingObligationWanted,
} from '../../libs/projections/remaining-obligation/query.js';
import { history, viewOf } from '../../libs/projections/testing/entries.js';
import { answer, nothingSeen, units, type Fact, type Seen } from './book-oracle.js';

// --- Random books ------------------------------------------------------------------------------------------------------

type Publisher = 'direct' | 'acme' | 'half' | 'barred';

/** What may be told. A usage is known by its place among the steps. */
type Step =
  | {
      readonly step: 'pledge' | 'amend';
      readonly of: number;
      readonly on: string;
      readonly terms: Shape;
      /** An amendment leaves periods where they were. */
      readonly recut: boolean;
      readonly frame: Partial<Frame>;
    }
  | {
      readonly step: 'terminate';
      readonly of: number;
      readonly on: string;
      readonly obligation: 'released' | 'survives';
    }
  | {
      readonly step: 'use';
      readonly on: string;
      readonly amount: number;
      readonly publisher: Publisher;
      readonly category: 'usage' | 'tax';
    }
  | {
      readonly step: 'reverse';
      readonly of: number;
      readonly share: 'all' | 'half';
      /** Days after its original. */
      readonly after: number;
    };

interface Shape {
  readonly mode: 'pool' | 'minimums' | 'sum' | 'carry';
  readonly cuts: number;
  readonly minimums: readonly number[];
  readonly total: number;
  readonly rollover: string | null;
  readonly cap: ClassCap['of'] | null;
  readonly capValue: 'low' | 'high';
  readonly acme: string;
  readonly acmeFrom: string | null;
}

interface Frame {
  readonly priority: number;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly stackable: boolean;
}

interface Plan {
  readonly frames: readonly Frame[];
  readonly shapes: readonly Shape[];
  readonly steps: readonly Step[];
}

const CUTS: readonly (readonly string[])[] = [
  [],
  ['2026-04-01'],
  ['2026-03-01', '2026-05-01'],
  ['2026-03-01', '2026-05-01', '2026-06-01'],
];

const date = fc
  .record({
    month: fc.integer({ min: 1, max: 8 }),
    day: fc.constantFrom('01', '10', '10', '20'),
    time: fc.constantFrom('', '', 'T12:00'),
  })
  .map(({ month, day, time }) => `2026-0${month}-${day}${time}`);

const shape: fc.Arbitrary<Shape> = fc.record({
  mode: fc.constantFrom('pool', 'minimums', 'sum', 'carry'),
  cuts: fc.nat(CUTS.length - 1),
  minimums: fc.array(fc.constantFrom(0, 40, 60, 100), { minLength: 4, maxLength: 4 }),
  total: fc.constantFrom(60, 100, 160, 240),
  rollover: fc.constantFrom(null, '0.25', '1'),
  cap: fc.constantFrom(null, 'period-minimum', 'total', 'absolute'),
  capValue: fc.constantFrom('low', 'low', 'high'),
  acme: fc.constantFrom('1', '1', '0.5', '0'),
  acmeFrom: fc.constantFrom(null, null, at('2026-04-10')),
});

const of = fc.nat(2);

const use: fc.Arbitrary<Step> = fc.record({
  step: fc.constant('use' as const),
  on: date,
  amount: fc
    .oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 20 }) },
      { weight: 1, arbitrary: fc.integer({ min: -8, max: -1 }) },
    )
    .map((tens) => tens * 8),
  publisher: fc.constantFrom<Publisher>(
    'direct',
    'direct',
    'acme',
    'acme',
    'acme',
    'half',
    'barred',
  ),
  category: fc.constantFrom('usage', 'usage', 'usage', 'usage', 'usage', 'tax'),
});

/** `wild`: also what the oracle leaves out, stackable commitments and amendments that change the order and the end. */
const stepOf = (wild: boolean): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 8, arbitrary: use },
    {
      weight: 2,
      arbitrary: fc.record({
        step: fc.constant('amend' as const),
        of,
        on: fc.oneof(fc.constant('2026-01-01'), date),
        terms: shape,
        recut: fc.constantFrom(false, false, true),
        frame: wild ? fc.record(changes, { requiredKeys: [] }) : fc.constant({}),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        step: fc.constant('reverse' as const),
        of: fc.nat(9),
        share: fc.constantFrom('all' as const, 'half' as const),
        after: fc.constantFrom(0, 0, 20, 60),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        step: fc.constant('terminate' as const),
        of,
        on: date,
        obligation: fc.constantFrom('released' as const, 'survives' as const),
      }),
    },
  );

/** Usage on both sides of an amendment of the first commitment. */
const renewal: fc.Arbitrary<readonly Step[]> = fc
  .record({
    before: fc.array(use, { minLength: 1, maxLength: 2 }),
    on: fc.constantFrom('2026-03-10', '2026-04-20T12:00'),
    terms: shape,
    after: fc.array(use, { minLength: 1, maxLength: 2 }),
  })
  .map(({ before, on, terms, after }): Step[] => [
    ...before.map((step) => ({ ...step, on: '2026-03-01' })),
    { step: 'amend', of: 0, on, terms, recut: false, frame: {} },
    ...after.map((step, index) => ({ ...step, on: `2026-0${4 + index}-20T18:00` })),
  ]);

const changes = {
  priority: fc.integer({ min: 0, max: 1 }),
  endsAt: fc.constantFrom('2026-07-01', '2026-08-10', '2027-01-01'),
};

const frameOf = (wild: boolean): fc.Arbitrary<Frame> =>
  fc.record({
    ...changes,
    startsAt: fc.constantFrom('2026-01-01', '2026-01-01', '2026-02-10'),
    stackable: wild ? fc.boolean() : fc.constant(false),
  });

const planOf = (wild: boolean): fc.Arbitrary<Plan> =>
  fc
    .record({
      frames: fc.oneof(
        fc.tuple(frameOf(wild)),
        fc.array(frameOf(wild), { minLength: 2, maxLength: 3 }),
      ),
      shapes: fc.array(shape, { minLength: 3, maxLength: 3 }),
      pledgedAt: fc.constantFrom('2026-01-01', '2025-12-10', '2026-04-20'),
      pledgedLate: fc.array(fc.nat(6), { minLength: 3, maxLength: 3 }),
      renewed: fc.oneof(fc.constant([]), renewal),
      steps: fc.array(stepOf(wild), { minLength: 3, maxLength: 12 }),
    })
    .map(({ frames, shapes, pledgedAt, pledgedLate, renewed, steps }) => {
      const all: Step[] = [...renewed, ...steps];
      frames.forEach((frame, index) => {
        const terms = shapes[index]!;
        const pledged = { of: index, on: pledgedAt, terms, recut: true, frame };
        const place = index === 0 ? 0 : Math.min(all.length, pledgedLate[index]!);
        all.splice(place, 0, { step: 'pledge', ...pledged });
      });
      return { frames, shapes, steps: all };
    });

/** What an amendment asks for, cut as what it amends. */
const cutAs = (pledged: Shape, asked: Shape): Shape => {
  const { cuts } = pledged;
  if (pledged.mode === 'pool') return { ...asked, mode: 'pool', cuts };
  return { ...asked, mode: asked.mode === 'pool' ? 'minimums' : asked.mode, cuts };
};

const termsOf = (
  shape: Shape,
  { priority, startsAt, endsAt, stackable }: Frame,
): CommitmentTerms => {
  const cuts = shape.mode === 'pool' ? [] : CUTS[shape.cuts]!;
  const bounds = [startsAt, ...cuts, endsAt].map(at);
  const minimums = shape.minimums.slice(0, bounds.length - 1);
  const isSum = shape.mode === 'sum' || shape.mode === 'carry';
  const total = isSum ? minimums.reduce((sum, each) => sum + each, 0) : shape.total;
  const schedule: CommitmentSchedule = {
    mode: isSum ? 'sum-of-periods' : shape.mode === 'pool' ? 'total-only' : 'period-minimums',
    periods: bounds.slice(1).map((end, index) => ({
      start: bounds[index]!,
      end,
      minimum: shape.mode === 'pool' ? null : `${minimums[index]}`,
    })),
    excessCarriesForward: shape.mode === 'carry',
    rolloverFraction: shape.mode === 'pool' ? null : shape.rollover,
  };
  const cap = shape.cap === 'period-minimum' && shape.mode === 'pool' ? null : shape.cap;
  const absolute = shape.capValue === 'low' ? '20' : '80';
  const value = cap === 'absolute' ? absolute : shape.capValue === 'low' ? '0.25' : '0.5';
  const rule = (publisher: Publisher, changed: Partial<EligibilityRule>): EligibilityRule => ({
    ruleId: publisher,
    effect: 'include',
    match: { attributes: { publisher: [publisher] }, tags: {} },
    fraction: '1',
    class: '',
    from: null,
    until: null,
    ...changed,
  });
  return terms({
    total: usd(`${total}`),
    startsAt: at(startsAt),
    endsAt: at(endsAt),
    schedule,
    priority,
    stackable,
    eligibility: [
      rule('acme', { fraction: shape.acme, class: 'market', from: shape.acmeFrom }),
      rule('half', { fraction: '0.5' }),
      rule('barred', { effect: 'exclude' }),
    ],
    caps: cap === null ? [] : [{ class: 'market', of: cap, value }],
  });
};

// --- Telling a book ----------------------------------------------------------------------------------------------------

/** A fact that was taken, and how it was told. */
interface Taken {
  readonly fact: Fact;
  readonly command: CommitmentCommand;
  readonly effectiveAt: string;
}

const idOf = (index: number) => `deal.${'abc'[index]!}`;

class Told {
  readonly taken: Taken[] = [];
  readonly events: (readonly CommitmentEvent[])[] = [];
  readonly states: CommitmentBook[] = [];
  refused = 0;
  private state: CommitmentBook = deciders.commitment.initial;
  private readonly drawn = new Map<string, DrawdownRecorded['body']>();

  tell({ fact, command: asked, effectiveAt }: Taken): boolean {
    const original = asked.type === 'ReverseDrawdown' ? this.drawn.get(asked.reverses) : undefined;
    const command =
      asked.type === 'ReverseDrawdown' ? { ...asked, original: original ?? null } : asked;
    const context = { now: at('2035-01'), effectiveAt, actor: 'alice' };
    const decision = deciders.commitment.decide(command, this.state, context, activeAgreement);
    if (decision.outcome === 'rejected') {
      this.refused += 1;
      return false;
    }
    for (const event of decision.events) {
      this.state = deciders.commitment.evolve(this.state, event);
      if (event.type === 'DrawdownRecorded') this.drawn.set(event.body.drawdownId, event.body);
    }
    this.taken.push({ fact, command, effectiveAt });
    this.events.push(decision.events);
    this.states.push(this.state);
    return true;
  }

  get facts(): Fact[] {
    return this.taken.map(({ fact }) => fact);
  }

  /** The lines recorded by then that take effect by the end of the day, added up: `commitment period` to the three. */
  lines(day: string, known: number): Map<string, Cell> {
    const cells = new Map<string, Cell>();
    for (const event of this.events.slice(0, known).flat()) {
      for (const line of event.body.lines) {
        if (line.day > day) continue;
        const key = `${line.commitmentId} ${line.period}`;
        const cell = cells.get(key) ?? { applied: 0n, overage: 0n, ineligible: 0n };
        cells.set(key, {
          applied: cell.applied + unitsOf(line.applied),
          overage: cell.overage + unitsOf(line.overage),
          ineligible: cell.ineligible + unitsOf(line.ineligible),
        });
      }
    }
    return cells;
  }
}

interface Cell {
  readonly applied: bigint;
  readonly overage: bigint;
  readonly ineligible: bigint;
}

const agreementId = 'deal';

const daysAfter = (instant: string, days: number): string =>
  new Date(Date.parse(instant) + days * 86_400_000).toISOString().replace('Z', '000Z');

/** The step as a fact to tell, or null where it makes no sense (a reversal of what was not recorded). */
const takenOf = ({ frames, shapes }: Plan, step: Step, index: number, told: Told): Taken | null => {
  switch (step.step) {
    case 'pledge':
    case 'amend': {
      const frame = frames[step.of];
      if (!frame) return null;
      const asked = step.recut ? step.terms : cutAs(shapes[step.of]!, step.terms);
      const agreed = termsOf(asked, { ...frame, ...step.frame });
      const commitment = idOf(step.of);
      const effectiveAt = at(step.on);
      if (step.step === 'pledge') {
        const fact = { fact: 'pledge', commitment, at: effectiveAt, terms: agreed } as const;
        return { fact, effectiveAt, command: pledge(agreed, commitment) };
      }
      return {
        fact: { fact: 'amendment', commitment, at: effectiveAt, terms: agreed },
        effectiveAt,
        command: {
          type: 'AmendCommitment',
          agreementId,
          commitmentId: commitment,
          terms: agreed,
          reason: 'agreed',
        },
      };
    }
    case 'terminate': {
      const [commitment, effectiveAt] = [idOf(step.of), at(step.on)];
      const { obligation } = step;
      return {
        fact: { fact: 'termination', commitment, at: effectiveAt, obligation },
        effectiveAt,
        command: {
          type: 'TerminateCommitment',
          agreementId,
          commitmentId: commitment,
          terminatedAt: effectiveAt,
          obligation,
          reason: 'breach',
        },
      };
    }
    case 'use': {
      const id = `finance ${index}`;
      const attributes = { publisher: step.publisher };
      const { category } = step;
      const amount = `${step.amount}`;
      return {
        fact: { fact: 'usage', id, at: at(step.on), amount, category, attributes },
        effectiveAt: at(step.on),
        command: recordDrawdown(amount, { category, attributes }, id),
      };
    }
    case 'reverse': {
      const usages = told.facts.flatMap((fact) => (fact.fact === 'usage' ? [fact] : []));
      const used = usages[step.of % usages.length];
      if (!used) return null;
      const before = told.facts.flatMap((fact) =>
        fact.fact === 'reversal' && fact.of === used.id ? [units(fact.amount)] : [],
      );
      const left = before.reduce((sum, each) => sum - each, units(used.amount));
      const amount = formatUnits(step.share === 'all' ? left : left / 2n);
      const effectiveAt = daysAfter(used.at, step.after);
      return {
        fact: { fact: 'reversal', of: used.id, at: effectiveAt, amount },
        effectiveAt,
        command: {
          type: 'ReverseDrawdown',
          agreementId,
          drawdownId: `desk ${index}`,
          original: null,
          reverses: used.id,
          amount,
          reason: 'wrong',
        },
      };
    }
  }
};

const tellAll = (plan: Plan): Told => {
  const told = new Told();
  plan.steps.forEach((step, index) => {
    const taken = takenOf(plan, step, index, told);
    if (taken) told.tell(taken);
  });
  return told;
};

// --- What is asked -----------------------------------------------------------------------------------------------------

const daysOf = (facts: readonly Fact[]): string[] => {
  const days = facts.map((fact) => fact.at.slice(0, 10));
  return [...new Set([...days, '2025-12-31', '2026-03-31', '2026-05-15', '2027-06-01'])].sort();
};

const text = ({ applied, overage, ineligible }: Cell) =>
  [applied, overage, ineligible].map(formatUnits).join(' / ');

const isNothing = ({ applied, overage, ineligible }: Cell) =>
  applied === 0n && overage === 0n && ineligible === 0n;

/** `commitment period: applied / overage / ineligible`, without what is nothing. */
const said = (cells: ReadonlyMap<string, Cell>): string[] =>
  [...cells]
    .filter(([, cell]) => !isNothing(cell))
    .map(([key, cell]) => `${key}: ${text(cell)}`)
    .sort();

const rightCells = (answers: ReturnType<typeof answer>): Map<string, Cell> =>
  new Map(
    [...answers].flatMap(([id, { periods }]) =>
      periods.map((period, index) => [`${id} ${index}`, period] as const),
    ),
  );

/** What is derived of the sums of a commitment on a day, in the words of the domain. */
const derived = (told: Told, day: string, known: number, cells: ReadonlyMap<string, Cell>) => {
  const until = `${day}T23:59:59.999999Z`;
  const now = startOfDay(addDays(day, 1));
  const lines: string[] = [];
  for (const { commitmentId, timeline, termination } of told.states[known - 1]!.commitments) {
    if (timeline[0]!.from > until) continue;
    const byPeriod = new Map<number, bigint>();
    let applied = 0n;
    for (const [key, cell] of cells) {
      if (!key.startsWith(`${commitmentId} `)) continue;
      byPeriod.set(Number(key.split(' ')[1]), cell.applied);
      applied += cell.applied;
    }
    const ended = termination !== null && termination.at <= until ? termination : null;
    const held = timeline.filter(({ from }, at) => at === 0 || !ended || from < ended.at);
    const statement = held[inForceAt(held, until)]!;
    const state = ended?.obligation === 'released' ? 'released' : 'owed';
    const remaining = stillOwed(statement.limits.total, applied, state);
    const figures = periodFigures({
      statement,
      termination: ended,
      appliedByPeriod: byPeriod,
      now,
    });
    lines.push(
      `${commitmentId}: remaining ${formatUnits(remaining)}`,
      ...figures.map(({ index, rolledIn, rolledOut, shortfall }) =>
        derivedText(index, rolledIn, rolledOut, shortfall),
      ),
    );
  }
  return lines;
};

const derivedText = (index: number, rolledIn: bigint, rolledOut: bigint, shortfall: bigint) =>
  `${index}: in ${formatUnits(rolledIn)}, out ${formatUnits(rolledOut)}, short ${formatUnits(shortfall)}`;

const rightlyDerived = (
  answers: ReturnType<typeof answer>,
  order: readonly string[],
  periodsOf: (id: string) => number,
): string[] =>
  order.flatMap((id) => {
    const right = answers.get(id);
    if (!right) return [];
    return [
      `${id}: remaining ${formatUnits(right.remaining)}`,
      ...right.periods
        .slice(0, periodsOf(id))
        .map(({ rolledIn, rolledOut, shortfall }, index) =>
          derivedText(index, rolledIn, rolledOut, shortfall),
        ),
    ];
  });

const tale = (facts: readonly Fact[]): string =>
  facts
    .map((fact, index) => {
      switch (fact.fact) {
        case 'usage':
          return `${index} ${fact.id}: ${fact.amount} of ${fact.attributes.publisher} ${fact.category} on ${fact.at}`;
        case 'reversal':
          return `${index} ${fact.amount} of ${fact.of} reversed on ${fact.at}`;
        case 'termination':
          return `${index} ${fact.commitment} ${fact.obligation} on ${fact.at}`;
        default: {
          const { total, startsAt, endsAt, schedule, caps, eligibility, priority } = fact.terms;
          const periods = schedule.periods.map(({ start, minimum }) => [
            start.slice(0, 10),
            minimum,
          ]);
          const acme = [eligibility[0]?.fraction, eligibility[0]?.from?.slice(0, 10)];
          return (
            `${index} ${fact.fact} ${fact.commitment} at ${fact.at}: ${total.amount} ` +
            `[${startsAt.slice(0, 10)}, ${endsAt?.slice(0, 10)}) priority ` +
            `${priority}${fact.terms.stackable ? ' stackable' : ''} ${schedule.mode} ` +
            `${JSON.stringify(periods)} carry ${schedule.excessCarriesForward} rollover ` +
            `${schedule.rolloverFraction} acme ${acme.join(' from ')} caps ${JSON.stringify(caps)}`
          );
        }
      }
    })
    .join('\n');

const checkDay = (told: Told, day: string, known: number, seen: Seen): void => {
  const facts = told.facts;
  const right = answer(facts, day, known, seen);
  const cells = told.lines(day, known);
  const order = told.states[known - 1]!.commitments.map(({ commitmentId }) => commitmentId);
  const inForce = (id: string) => {
    const { timeline, termination } = told.states[known - 1]!.commitments.find(
      (each) => each.commitmentId === id,
    )!;
    const until = `${day}T23:59:59.999999Z`;
    const ended = termination !== null && termination.at <= until ? termination : null;
    const held = timeline.filter(({ from }, at) => at === 0 || !ended || from < ended.at);
    return held[inForceAt(held, until)]!.terms.schedule.periods.length;
  };
  // What of a refund no usage is left for is overage below zero, of a refund that counts nowhere ineligible below zero.
  const isNegative = [...cells.values()].some(({ applied }) => applied < 0n);
  if (isNegative)
    throw new Error(`on ${day} knowing ${known} less than nothing is applied\n${tale(facts)}`);
  const got = [...said(cells), ...derived(told, day, known, cells)];
  const want = [...said(rightCells(right)), ...rightlyDerived(right, order, inForce)];
  if (JSON.stringify(got) !== JSON.stringify(want)) {
    throw new Error(
      `on ${day} knowing ${known}\n${tale(facts)}\ngot\n  ${got.join('\n  ')}\nright\n  ${want.join('\n  ')}`,
    );
  }
};

/** Each fact is recorded a second after the one before it. */
const recordedAt = (index: number): string =>
  new Date(Date.UTC(2026, 5, 1, 0, 0, index)).toISOString();

/** The views, folded from the entries, say what the oracle says: burn-down, obligation with its periods, portfolio. */
const checkViews = (told: Told, day: string, known: number): void => {
  const entries = history(
    ...told.events.flatMap((events, index) =>
      events.map((event) => ({
        event,
        effective: told.taken[index]!.effectiveAt,
        recorded: recordedAt(index),
      })),
    ),
  );
  const axes = { asOf: day, knownAt: recordedAt(known - 1) };
  const right = answer(told.facts, day, known);
  const text = (units: bigint): string => formatUnits(units);
  const positive = (units: bigint): bigint => (units > 0n ? units : 0n);
  const got: unknown[] = [];
  const want: unknown[] = [];
  for (const [commitmentId, said] of right) {
    const burn = viewOf(burnDownReads, entries, axes, () => burnDownWanted(commitmentId));
    const down = burnDownOf(burn.rows, burn.asked, { commitmentId })!;
    const owed = viewOf(burnDownReads, entries, axes, () =>
      remainingObligationWanted(commitmentId),
    );
    const obligation = remainingObligationOf(owed.rows, owed.asked, commitmentId)!;
    const { periods } = commitmentPeriodsOf(owed.rows, owed.asked, commitmentId)!;
    const deals = viewOf(burnDownReads, [...entries, ...DEAL], axes, dealsWanted);
    const listed = dealsOf(deals.rows).agreements[0]!.commitments.find(
      (each) => each.commitmentId === commitmentId,
    )!;
    got.push(
      [
        ...[down.applied, down.overage, down.ineligible, down.netCredit, down.remaining],
        ...[obligation.applied, obligation.remaining, listed.applied, listed.remaining],
        ...periods.flatMap((each) => [each.applied, each.rolledIn, each.rolledOut, each.shortfall]),
        ...periods.map(({ due }) => due),
        down.series.at(-1)?.cumulativeApplied ?? { amount: '0' },
        sumOfMoney([...periods.map(({ due }) => due), obligation.dueAtEnd]),
      ].map((money) => money?.amount),
    );
    const { applied, overage, ineligible, remaining } = said;
    const figures = said.periods.slice(0, periods.length);
    want.push(
      [
        ...[applied, positive(overage), ineligible, positive(-overage), remaining],
        ...[applied, remaining, applied, remaining],
        ...figures.flatMap((each) => [each.applied, each.rolledIn, each.rolledOut, each.shortfall]),
        ...figures.map(({ shortfall }) => shortfall),
        applied,
        remaining,
      ].map(text),
    );
  }
  if (JSON.stringify(got) !== JSON.stringify(want)) {
    throw new Error(
      `views on ${day} knowing ${known}\n${tale(told.facts)}\ngot\n  ${got.join('\n  ')}\nright\n  ${want.join('\n  ')}`,
    );
  }
};

const DEAL = history(
  { event: proposed(), effective: '2020-01-01', recorded: '2020-01-01', shard: 1 },
  { event: activation(), effective: '2020-01-01', recorded: '2020-01-01', shard: 1 },
);

const sumOfMoney = (amounts: readonly { readonly amount: string }[]) => ({
  amount: formatUnits(amounts.reduce((sum, { amount }) => sum + unitsOf(amount), 0n)),
});

/** A pledge holds from the start of its term at the latest. */
const fromOf = (fact: Fact): string =>
  fact.fact === 'pledge' && fact.terms.startsAt < fact.at ? fact.terms.startsAt : fact.at;

/** Told again in another order: only what names another fact comes after it, and of two from the same moment the later. */
const shuffled = (told: Told, keys: readonly number[]): Taken[] => {
  const placed: { readonly taken: Taken; readonly key: number }[] = [];
  /** From when a statement holds: not before the pledge. */
  const holds = (fact: Fact): string => {
    if (fact.fact === 'usage' || fact.fact === 'reversal') return fact.at;
    const froms = told.facts.flatMap((each) =>
      each.fact === 'pledge' && each.commitment === fact.commitment ? [fromOf(each)] : [],
    );
    return froms.reduce((latest, from) => (from > latest ? from : latest), fact.at);
  };
  told.taken.forEach((taken, index) => {
    const { fact } = taken;
    const needed = placed.filter(({ taken: { fact: other } }) => {
      if (fact.fact === 'usage') return other.fact === 'pledge';
      if (fact.fact === 'reversal') return other.fact === 'usage' && other.id === fact.of;
      if (other.fact === 'usage' || other.fact === 'reversal') return false;
      // Nothing is amended before it was pledged, or after it was terminated.
      const isFirstOrLast = other.fact === 'pledge' || fact.fact === 'termination';
      return (
        other.commitment === fact.commitment && (isFirstOrLast || holds(other) === holds(fact))
      );
    });
    const key = Math.max(keys[index % keys.length]!, ...needed.map((each) => each.key + 0.001));
    placed.push({ taken, key });
  });
  return placed.sort((a, b) => a.key - b.key).map(({ taken }) => taken);
};

/** A test that met nothing says nothing: how many runs met it at least once. */
const atLeast = (counts: ReadonlyMap<string, number>, least: Readonly<Record<string, number>>) => {
  const met = Object.fromEntries(Object.keys(least).map((what) => [what, counts.get(what) ?? 0]));
  for (const [what, runs] of Object.entries(least)) {
    if (met[what]! < runs) throw new Error(`${what} was hardly met: ${JSON.stringify(met)}`);
  }
};

const count = (counts: Map<string, number>, what: string, isMet: boolean): void => {
  if (isMet) counts.set(what, (counts.get(what) ?? 0) + 1);
};

const countFacts = (counts: Map<string, number>, told: Told, seen: Seen): void => {
  const { facts } = told;
  const has = (matches: (fact: Fact) => boolean) => facts.some(matches);
  const instants = new Map(
    facts.flatMap((fact) => (fact.fact === 'usage' ? [[fact.id, fact.at]] : [])) as [
      string,
      string,
    ][],
  );
  count(counts, 'refused', told.refused > 0);
  count(
    counts,
    'amended',
    has(({ fact }) => fact === 'amendment'),
  );
  count(
    counts,
    'terminated',
    has(({ fact }) => fact === 'termination'),
  );
  count(
    counts,
    'reversed',
    has(({ fact }) => fact === 'reversal'),
  );
  count(
    counts,
    'reversed on a later day',
    has((fact) => fact.fact === 'reversal' && fact.at > instants.get(fact.of)!),
  );
  count(
    counts,
    'late usage',
    facts.some(
      (fact, index) =>
        fact.fact === 'usage' &&
        facts.slice(0, index).some((other) => other.fact === 'usage' && other.at > fact.at),
    ),
  );
  count(counts, 'several commitments', facts.filter(({ fact }) => fact === 'pledge').length > 1);
  count(counts, 'cut by a cap', seen.capCut);
  count(counts, 'cut by a limit', seen.limitCut);
  count(counts, 'taken by a later tier', seen.secondTier);
  count(counts, 'used under amended terms', seen.laterEra);
  count(counts, 'less left by earlier terms', seen.earlierEraBinds);
  count(counts, 'less left of a cap by earlier terms', seen.earlierEraCaps);
  count(counts, 'rolled over', seen.rolled);
  count(counts, 'used after the end', seen.withdrawn);
  for (const from of seen.gaveBack) count(counts, `gave back: ${from}`, true);
};

/**
 * Commitments under random terms, that are amended and terminated, with usage, refunds and reversals that come late and
 * in any order: the lines of the events up to a day add up to the right answer for that day. `book-oracle.ts` says it.
 */
describe('random books', () => {
  it('say on every day, with what was known then, what a fresh book says', () => {
    const counts = new Map<string, number>();
    fc.assert(
      fc.property(planOf(false), fc.array(fc.nat(), { maxLength: 3 }), (planned, prefixes) => {
        const told = tellAll(planned);
        if (told.taken.length === 0) return;
        const seen = nothingSeen();
        const knowns = new Set([
          told.taken.length,
          ...prefixes.map((each) => 1 + (each % told.taken.length)),
        ]);
        for (const known of knowns) {
          const days = daysOf(told.facts);
          for (const day of days) checkDay(told, day, known, seen);
          checkViews(told, days[prefixes.length % days.length]!, known);
          checkViews(told, days.at(-1)!, known);
        }
        countFacts(counts, told, seen);
      }),
      { numRuns: 400 },
    );
    atLeast(counts, {
      refused: 60,
      amended: 50,
      'used under amended terms': 30,
      'less left by earlier terms': 5,
      'less left of a cap by earlier terms': 1,
      terminated: 12,
      'used after the end': 4,
      reversed: 60,
      'reversed on a later day': 30,
      'late usage': 60,
      'several commitments': 40,
      'taken by a later tier': 25,
      'cut by a cap': 20,
      'cut by a limit': 30,
      'rolled over': 40,
      'gave back: capped': 2,
      'gave back: overage': 12,
      'gave back: own period': 20,
      'gave back: earlier period': 3,
      'gave back: net credit': 20,
    });
  });

  it('say the same whatever the order in which they were told', () => {
    const counts = new Map<string, number>();
    const keys = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 15, maxLength: 15 });
    fc.assert(
      fc.property(planOf(true), keys, (planned, order) => {
        const told = tellAll(planned);
        const again = new Told();
        // An amendment may be refused in one order and not in another: then these are not the same facts.
        if (told.taken.length === 0 || !shuffled(told, order).every((each) => again.tell(each)))
          return;
        const known = told.taken.length;
        for (const day of daysOf(told.facts)) {
          const [one, other] = [said(told.lines(day, known)), said(again.lines(day, known))];
          if (JSON.stringify(one) !== JSON.stringify(other)) {
            throw new Error(
              `on ${day}\n${tale(told.facts)}\nsays ${one.join('; ')}\ntold as\n${tale(again.facts)}\nsays ${other.join('; ')}`,
            );
          }
        }
        count(counts, 'told again', true);
      }),
      { numRuns: 100 },
    );
    atLeast(counts, { 'told again': 60 });
  });

  it('say what a book says that was told only what was effective by then', () => {
    const counts = new Map<string, number>();
    fc.assert(
      fc.property(planOf(true), (planned) => {
        const told = tellAll(planned);
        for (const day of daysOf(told.facts)) {
          const fresh = new Told();
          const until = `${day}T23:59:59.999999Z`;
          const effective = told.taken.filter(({ fact }) => fromOf(fact) <= until);
          // What was refused because of something later may be taken now, and the other way round.
          if (!effective.every((each) => fresh.tell(each))) continue;
          const [one, other] = [
            said(told.lines(day, told.taken.length)),
            said(fresh.lines(day, effective.length)),
          ];
          if (JSON.stringify(one) !== JSON.stringify(other)) {
            throw new Error(
              `on ${day}\n${tale(told.facts)}\nsays ${one.join('; ')}\ntold only by then ${other.join('; ')}`,
            );
          }
          count(counts, 'days', true);
        }
      }),
      { numRuns: 100 },
    );
    atLeast(counts, { days: 250 });
  });
});
