import { isBinding } from '../../domain/agreement/agreement.js';
import { addMonths, monthOf } from '../../domain/calendar.js';
import { hhiBand, share, US_2010, US_2023 } from '../../domain/formulas.js';
import { maxUnits, moneyIn } from '../../domain/money.js';
import { QueryRefused, type Asked, type TimeAxes } from '../asking/question.js';
import type { Told } from '../asking/seen.js';
import type { Concentration, Shares } from './answer.js';
import { readView, type Views } from '../asking/read-view.js';
import { agreementFacts, agreementsAsOf, type AgreementAsOf } from '../facts/agreements.js';
import {
  commitmentFacts,
  commitmentsAsOf,
  committedOf,
  hasEnded,
  remainingOf,
  type CommitmentAsOf,
} from '../facts/commitments.js';
import { burnDownDays } from '../burn-down/burn-down.js';
import { piecesOf, type Only, type PiecewiseQuestion } from '../asking/pieces.js';
import { among, facts, sums, type RowsOf } from '../asking/rows-wanted.js';
import { rankedIn, type Amount, type Ranked, type Ranking } from './ranking.js';
import { spendDays, vendorConcentrationReads } from './vendor-concentration.js';

/**
 * spend      gross usage in the window
 * remaining  remaining obligation of commitments in force
 * committed  total less what was released, of commitments in force whose term has not ended
 */
export const CONCENTRATION_BASES = ['spend', 'remaining', 'committed'] as const;
export type ConcentrationBase = (typeof CONCENTRATION_BASES)[number];

/** US merger guidelines of 2023 (1,000 and 1,800 points) and of 2010 (1,500 and 2,500). */
export const HHI_BANDS = { 'us-2023': US_2023, 'us-2010': US_2010 } as const;
export type HhiBandsName = keyof typeof HHI_BANDS;

export interface VendorConcentrationQuestion extends TimeAxes {
  /** Default: spend. */
  readonly base?: ConcentrationBase | undefined;
  /** Calendar months, the month of `asOf` included (up to `asOf`). For spend only. Default: 12, at most 120. */
  readonly windowMonths?: number | undefined;
  /** Default: us-2023. */
  readonly bands?: HhiBandsName | undefined;
  /** Only this vendor is listed; what its share is of stays the same. */
  readonly vendorId?: string | undefined;
  /** Only what this customer spends or owes: the shares are of that. */
  readonly customerId?: string | undefined;
  /** Vendors of each currency, from the largest: so many are passed over, and so many listed. Default: all are listed. */
  readonly vendors?: { readonly after: number; readonly limit: number } | undefined;
}

export const WINDOW_MONTHS_MAX = 120;
const WINDOW_MONTHS = 12;

export const vendorConcentration = async (
  views: Views,
  question: VendorConcentrationQuestion,
): Promise<Concentration> => {
  const { pieces, whole, axes, lag } = await piecesOf(views, amountsBy(question), question);
  const { asked, seen } = await readView(views, vendorConcentrationReads, axes, () => ({}));
  const isOfAll = question.customerId === undefined;
  const ranked = isOfAll ? whole : rankedIn(pieces.values(), question);
  return { ...listed(ranked, asked, question), ...seen, lag: lag ?? seen.lag };
};

/** What each agreement adds to. */
const amountsBy = (
  question: VendorConcentrationQuestion,
): PiecewiseQuestion<Wanted, readonly Amount[], readonly Ranked[]> => ({
  name: `amounts ${question.base ?? 'spend'} ${question.windowMonths ?? WINDOW_MONTHS}`,
  projections: vendorConcentrationReads,
  wantedOf: (asked, only) => vendorConcentrationWanted(question, asked, only),
  pieceOf: (rows, asked) => amountsIn(rows, asked, question),
  wholeOf: (pieces) => rankedIn(pieces, {}),
});

const windowOf = (
  { windowMonths: months = WINDOW_MONTHS }: Pick<VendorConcentrationQuestion, 'windowMonths'>,
  asOf: string,
) => {
  if (!Number.isInteger(months) || months < 1 || months > WINDOW_MONTHS_MAX) {
    throw new QueryRefused('window-invalid', `the window is 1 to ${WINDOW_MONTHS_MAX} months`, {
      windowMonths: months,
    });
  }
  return { from: `${monthOf(addMonths(asOf, 1 - months))}-01`, to: asOf, months };
};

/** Facts about a commitment of no name: what a base does not ask for is not read. */
const NOTHING = { commitmentId: '' };

/** `only`: of all, where it is null. */
export const vendorConcentrationWanted = (
  question: VendorConcentrationQuestion,
  asked: Asked,
  only: Only | null = null,
) => {
  const ofAgreements = only === null ? {} : { agreementId: among(only.agreementIds) };
  const ofCommitments = only === null ? {} : { commitmentId: among(only.commitmentIds) };
  return {
    agreements: facts(agreementFacts, ofAgreements),
    commitments: facts(commitmentFacts, isSpend(question) ? NOTHING : ofCommitments),
    spend: sums(spendDays, {
      ...{ where: ofAgreements, by: ['agreementId', 'currency'], per: 'month' },
      from: windowOf(question, asked.asOf).from,
    }),
    applied: sums(burnDownDays, {
      ...{ where: isSpend(question) ? NOTHING : ofCommitments },
      ...{ by: ['commitmentId', 'currency'], per: 'all' },
    }),
  };
};

const isSpend = ({ base = 'spend' }: VendorConcentrationQuestion): boolean => base === 'spend';

type Wanted = ReturnType<typeof vendorConcentrationWanted>;
type Rows = RowsOf<Wanted>;

export const vendorConcentrationOf = (
  rows: Rows,
  asked: Asked,
  question: VendorConcentrationQuestion,
): Told<Concentration> =>
  listed(rankedIn([amountsIn(rows, asked, question)], question), asked, question);

const amountsIn = (
  rows: Rows,
  asked: Asked,
  { base = 'spend' }: VendorConcentrationQuestion,
): readonly Amount[] => {
  const agreements = agreementsAsOf(rows.agreements);
  return base === 'spend' ? spent(rows, agreements) : obliged(base, rows, agreements, asked);
};

const listed = (
  all: readonly Ranked[],
  asked: Asked,
  question: VendorConcentrationQuestion,
): Told<Concentration> => {
  const { base = 'spend', bands = 'us-2023', vendors, vendorId } = question;
  const [after, limit] = [vendors?.after ?? 0, vendors?.limit ?? Infinity];
  const shown = all.map(({ currency, months, ...ranking }) => {
    const found = ranking.vendors.filter(([id]) => (vendorId ?? id) === id);
    const ids = new Set(found.slice(after, after + limit).map(([id]) => id));
    return {
      currency,
      ...sharesOf(ranking, currency, bands, ids),
      vendorCount: found.length,
      months:
        base === 'spend'
          ? months.map(({ month, ...each }) => ({ month, ...sharesOf(each, currency, bands, ids) }))
          : null,
    };
  });
  const hasMore = shown.some(({ vendorCount }) => vendorCount > after + limit);
  return {
    base,
    by: 'agreement-vendor',
    bands,
    window: base === 'spend' ? windowOf(question, asked.asOf) : null,
    currencies: shown,
    hasMore,
    next: hasMore ? String(after + limit) : null,
  };
};

const spent = (rows: Rows, agreements: ReadonlyMap<string, AgreementAsOf>): Amount[] =>
  rows.spend.map((row) => ({
    vendorId: vendorOf(agreements, row.agreementId),
    customerId: agreements.get(row.agreementId)?.customerId ?? null,
    currency: row.currency,
    month: row.when,
    units: row.gross,
  }));

/** Usage is refused for an unknown agreement, so one can be missing only where `asOf` lies before it took effect. */
const vendorOf = (agreements: ReadonlyMap<string, AgreementAsOf>, agreementId: string): string =>
  agreements.get(agreementId)?.vendorId ?? 'unknown';

const obliged = (
  base: 'remaining' | 'committed',
  rows: Rows,
  agreements: ReadonlyMap<string, AgreementAsOf>,
  { effectiveBefore }: Asked,
): Amount[] => {
  const applied = new Map(rows.applied.map((row) => [row.commitmentId, row.applied]));
  const unitsOf = (commitment: CommitmentAsOf): bigint => {
    const used = applied.get(commitment.commitmentId) ?? 0n;
    if (base === 'remaining') return remainingOf(commitment, used);
    return hasEnded(commitment, effectiveBefore) ? 0n : committedOf(commitment, used);
  };
  return [...commitmentsAsOf(rows.commitments).values()].flatMap((commitment) => {
    const agreement = agreements.get(commitment.agreementId);
    if (!agreement || !isBinding(agreement)) return [];
    const { currency } = commitment;
    const { vendorId, customerId } = agreement;
    return [{ vendorId, customerId, currency, month: '', units: unitsOf(commitment) }];
  });
};

/** A line for each vendor of these. */
const sharesOf = (
  { vendors, base, ...figures }: Ranking,
  currency: string,
  bands: HhiBandsName,
  ids: ReadonlySet<string>,
): Shares => {
  const money = moneyIn(currency);
  return {
    baseAmount: money(base),
    vendors: vendors
      .filter(([vendorId]) => ids.has(vendorId))
      .map(([vendorId, units]) => ({
        vendorId,
        amount: money(units),
        share: share(maxUnits(0n, units), base),
      })),
    ...figures,
    band: figures.hhi === null ? null : hhiBand(figures.hhi, HHI_BANDS[bands]),
  };
};
