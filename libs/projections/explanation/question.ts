import type { ConcentrationBase } from '../vendor-concentration/query.js';
import { QueryRefused, type TimeAxes } from '../asking/question.js';

/** Views by the last word of their route. */
export const EXPLAINED_VIEWS = [
  'portfolio',
  'burn-down',
  'remaining-obligation',
  'periods',
  'concentration',
  'tranches',
  'circularity',
] as const;
export type ExplainedView = (typeof EXPLAINED_VIEWS)[number];

/** A figure, and which page of its explanation. */
export interface ExplainQuestion extends TimeAxes {
  readonly view: ExplainedView;
  /** The member's name in the view's answer; of members within others with dots between: `pace.planned`. */
  readonly figure: string;
  readonly commitmentId?: string | undefined;
  /** Index of a period, as the view names it. */
  readonly period?: number | undefined;
  /** UTC days, both included: the figure of these days, as a bucket of a burn-down has it. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly investmentId?: string | undefined;
  readonly trancheId?: string | undefined;
  readonly vendorId?: string | undefined;
  readonly customerId?: string | undefined;
  readonly currency?: string | undefined;
  readonly base?: ConcentrationBase | undefined;
  readonly window?: number | undefined;
  /** `YYYY-MM` */
  readonly month?: string | undefined;
  /** Only what changed since then: an instant, or positions (`0:12,3:4`). The figure is after less before. */
  readonly since?: string | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
  /** Lines a page. Default 100, at most 1,000. */
  readonly limit?: number | undefined;
}

export const LINES_DEFAULT = 100;
export const LINES_MAX = 1_000;

/** A figure that the view does not have, with those that it has. */
const figureUnknown = (
  { view, figure }: Pick<ExplainQuestion, 'view' | 'figure'>,
  known: readonly string[],
): QueryRefused =>
  new QueryRefused(
    'figure-unknown',
    `${view} has no figure ${figure.slice(0, 64)} of that; it has ${known.join(', ')}`,
    { view, known },
  );

/** The figure that is asked for. @throws QueryRefused `figure-unknown` with those that there are */
export const chosen = <Figure>(
  question: Pick<ExplainQuestion, 'view' | 'figure'>,
  figures: Readonly<Record<string, Figure>>,
): Figure => {
  const found = Object.hasOwn(figures, question.figure) ? figures[question.figure] : undefined;
  if (found === undefined) throw figureUnknown(question, Object.keys(figures));
  return found;
};

/** A figure of something, and what it is of is not said, or said of a view that has no such thing. */
export const figureOfWhat = (view: string, message: string): QueryRefused =>
  new QueryRefused('figure-of-what', `a figure of ${view} ${message}`, { view });

/** The currency that is asked for, or the only one there is. Null: there is none. */
export const oneCurrency = (
  { view, currency }: Pick<ExplainQuestion, 'view' | 'currency'>,
  known: readonly string[],
): string | null => {
  if (currency !== undefined) return currency;
  if (known.length > 1) {
    throw figureOfWhat(view, `is in one currency: say which, as currency=${known[0]}`);
  }
  return known[0] ?? null;
};
