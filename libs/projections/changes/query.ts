import { moneyIn, unitsOf } from '../../domain/money.js';
import { rootOf } from '../../domain/ids.js';
import { shardOf } from '../../ledger/format/shard.js';
import type { Asked, TimeAxes } from '../asking/question.js';
import { nowOf, readView, type View, type Views } from '../asking/read-view.js';
import { facts, said, sums, type RowsOf } from '../asking/rows-wanted.js';
import { positionsSince } from '../asking/since.js';
import { burnDownDays, burnDownReads } from '../burn-down/burn-down.js';
import { pathOf } from '../explanation/address.js';
import { commitmentFacts } from '../facts/commitments.js';
import { pageOf, type PageAsked } from '../lists/page.js';
import { tranchePipelineWanted } from '../tranche-pipeline/query.js';
import type { Changes, CommitmentChange, FigureChange, InvestmentChange } from './answer.js';
import { movedInvestments, type MovedInvestment } from './investments.js';
import { recordedInStream, recordedSince } from './recorded.js';
import { levelsOf, type Levels } from './levels.js';
import { entriesSince } from './why.js';

export interface ChangesQuestion extends TimeAxes, PageAsked {
  /** An instant (recorded time), or positions (`0:12,3:4`). */
  readonly since: string;
  /** Only this commitment, or those of this agreement. */
  readonly commitmentId?: string | undefined;
  readonly agreementId?: string | undefined;
}

/**
 * What entries since a moment changed of commitments and investments, as of one day: that day is the same before and after, so that every
 * change has its entries. What time itself brings (a period that ends) is the difference between two days.
 */
export const changes = async (views: Views, question: ChangesQuestion): Promise<Changes> => {
  const { tenant, asOf, knownAt, knownPosition, commitmentId, agreementId } = question;
  const root = commitmentId === undefined ? (agreementId ?? null) : rootOf(commitmentId);
  const read = (axes: TimeAxes) =>
    readView(views, burnDownReads, axes, () => changesWanted(question), root);
  const now = await read({ tenant, asOf, knownAt, knownPosition });
  const { ledgerPosition } = now.seen;
  const sincePosition = await positionsSince(
    views.reader,
    question.since,
    nowOf(views),
    ledgerPosition,
  );
  const before = await read({ tenant, asOf: now.asked.asOf, knownPosition: sincePosition });
  const moved = [...differences(before, now).values(), ...movedInvestments(before, now)].filter(
    (change) => agreementId === undefined || change.agreementId === agreementId,
  );
  const page = pageOf(moved, placeOf, question);
  const [data, investments]: [CommitmentChange[], InvestmentChange[]] = [[], []];
  for (const change of page.data) {
    const home = shardOf(
      { tenant, kind: 'agreement', key: change.agreementId },
      views.reader.shardCount,
    );
    const range = { after: sincePosition[home] ?? 0, upTo: ledgerPosition[home] ?? 0, home };
    if ('commitmentId' in change) {
      data.push(await toldOf(views, now.asked, question, { ...change, ...range }));
    } else {
      investments.push(await investmentTold(views, now.asked, question, { ...change, ...range }));
    }
  }
  const isFirst = question.after === null;
  const recorded = isFirst
    ? await recordedSince(views.reader, { tenant, root }, sincePosition, ledgerPosition)
    : { byType: [], isComplete: true };
  return {
    ...{ sincePosition, data, investments },
    ...{ recorded: recorded.byType, recordedComplete: recorded.isComplete },
    ...{ hasMore: page.hasMore, next: page.next },
    ...now.seen,
  };
};

/** Ids of both kinds in one order; a commitment and an investment may have the same. */
const placeOf = (change: Moved | MovedInvestment): string =>
  'commitmentId' in change ? change.commitmentId : `${change.investmentId} investment`;

/** Of one commitment no investment is asked for: of one without a name there is nothing. */
const changesWanted = ({ commitmentId }: Pick<ChangesQuestion, 'commitmentId'>) => {
  const where = commitmentId === undefined ? {} : { commitmentId };
  return {
    ...tranchePipelineWanted(commitmentId === undefined ? {} : { investmentId: '' }),
    commitments: facts(commitmentFacts, where),
    said: said(commitmentFacts, where),
    periods: sums(burnDownDays, { where, by: ['commitmentId', 'period', 'currency'], per: 'all' }),
  };
};

type Wanted = ReturnType<typeof changesWanted>;
type Rows = Pick<RowsOf<Wanted>, 'commitments' | 'said' | 'periods'>;

/** A commitment of which a figure changed. */
interface Moved {
  readonly agreementId: string;
  readonly commitmentId: string;
  readonly before: Levels | null;
  readonly now: Levels;
}

const differences = (before: View<Wanted>, now: View<Wanted>): ReadonlyMap<string, Moved> => {
  const [then, present] = [byCommitment(before.rows), byCommitment(now.rows)];
  const moved = new Map<string, Moved>();
  for (const [commitmentId, rows] of present) {
    const known = then.get(commitmentId);
    if (known !== undefined && isSame(known, rows)) continue;
    const levels = levelsOf(rows, now.asked, commitmentId);
    if (levels === null) continue;
    const was = known === undefined ? null : levelsOf(known, before.asked, commitmentId);
    const { agreementId } = levels;
    const change = { agreementId, commitmentId, before: was, now: levels };
    if (figuresMoved(change).length > 0) moved.set(commitmentId, change);
  }
  return moved;
};

const byCommitment = (rows: Rows): ReadonlyMap<string, Rows> => {
  const all = new Map<string, { [Name in keyof Rows]: Rows[Name][number][] }>();
  const of = (commitmentId: string) => {
    const known = all.get(commitmentId) ?? { commitments: [], said: [], periods: [] };
    all.set(commitmentId, known);
    return known;
  };
  for (const row of rows.commitments) of(row.commitmentId).commitments.push(row);
  for (const row of rows.said) of(row.commitmentId).said.push(row);
  for (const row of rows.periods) of(row.commitmentId).periods.push(row);
  return all;
};

/** Facts are never taken back, so as many are the same. */
const isSame = (one: Rows, other: Rows): boolean =>
  one.commitments.length === other.commitments.length &&
  one.periods.length === other.periods.length &&
  one.periods.every((row, at) => {
    const { applied, overage, ineligible } = other.periods[at] ?? row;
    return row.applied === applied && row.overage === overage && row.ineligible === ineligible;
  });

const figuresMoved = ({ before, now }: Pick<Moved, 'before' | 'now'>) =>
  now.figures.flatMap(({ view, figure, amount }) => {
    const was = before?.figures.find((each) => each.figure === figure)?.amount ?? null;
    const by = unitsOf(amount.amount) - unitsOf(was?.amount ?? '0');
    return by === 0n ? [] : [{ view, figure, before: was, after: amount, by }];
  });

interface Told extends Moved {
  readonly home: number;
  readonly after: number;
  readonly upTo: number;
}

const knownOf = ({ knownAt }: ChangesQuestion, { home, upTo }: Pick<Told, 'home' | 'upTo'>) =>
  knownAt === undefined ? { knownPosition: { [home]: upTo } } : { knownAt };

const investmentTold = async (
  views: Views,
  { asOf }: Asked,
  question: ChangesQuestion,
  change: MovedInvestment & Pick<Told, 'home' | 'after' | 'upTo'>,
): Promise<InvestmentChange> => {
  const { agreementId, investmentId, instrument, figures, after, upTo } = change;
  const { tenant, since } = question;
  const known = knownOf(question, change);
  const stream = { tenant, kind: 'investment', key: investmentId } as const;
  const { byType, isComplete } = await recordedInStream(views.reader, stream, { after, upTo });
  return {
    ...{ agreementId, investmentId, instrument },
    figures: figures.map((each) => {
      const { view, figure } = each;
      return { ...each, explainedBy: pathOf({ view, figure, investmentId, asOf, since }, known) };
    }),
    why: byType,
    whyComplete: isComplete,
  };
};

const toldOf = async (
  views: Views,
  asked: Asked,
  question: ChangesQuestion,
  change: Told,
): Promise<CommitmentChange> => {
  const { agreementId, commitmentId, now } = change;
  const money = moneyIn(now.currency);
  const known = knownOf(question, change);
  const { since } = question;
  const { why, isComplete } = await entriesSince(views.reader, asked, change);
  return {
    agreementId,
    commitmentId,
    name: now.name,
    figures: figuresMoved(change).map(({ by, view, figure, ...each }): FigureChange => ({
      ...{ view, figure, ...each },
      by: money(by),
      explainedBy: pathOf({ view, figure, commitmentId, asOf: asked.asOf, since }, known),
    })),
    why: why.map(({ type, entries, applied, overage, ineligible }) => ({
      ...{ type, entries },
      ...{ applied: money(applied), overage: money(overage), ineligible: money(ineligible) },
    })),
    whyComplete: isComplete,
  };
};
