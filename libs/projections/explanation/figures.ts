import { BURN_DOWN, PACE } from './burn-down.js';
import { daysFigures } from './days.js';
import type { Explained } from './explained.js';
import { type Figures, type OfCommitment } from './of-commitment.js';
import { periodFigures } from './periods.js';
import { figureOfWhat, chosen, type ExplainQuestion } from './question.js';
import { obligationFigures, standingFigures } from './remaining-obligation.js';

/** @throws QueryRefused `figure-unknown` with those that there are, `figure-of-what` */
export const explainedOf = (
  of: OfCommitment,
  question: Pick<ExplainQuestion, 'view' | 'figure' | 'period' | 'from' | 'to'>,
): Explained => {
  return chosen(question, figuresOf(of, question))(of);
};

const figuresOf = (
  of: OfCommitment,
  { view, period, from, to }: Pick<ExplainQuestion, 'view' | 'period' | 'from' | 'to'>,
): Figures => {
  const isOfDays = from !== undefined || to !== undefined;
  if (isOfDays && period !== undefined) {
    throw figureOfWhat(view, 'is of a period or of days: leave one of them out');
  }
  if (isOfDays) return daysFigures(of, { from, to });
  if (period !== undefined) {
    const figures = periodFigures(of, period);
    if (figures !== null) return figures;
    const last = of.periods.periods.length - 1;
    throw figureOfWhat(view, `is of the periods 0 to ${last}`);
  }
  switch (view) {
    case 'burn-down':
      return { ...BURN_DOWN, ...PACE };
    case 'remaining-obligation':
      return obligationFigures(of);
    case 'portfolio':
      return standingFigures(of);
    case 'periods':
    case 'concentration':
    case 'tranches':
    case 'circularity':
      throw figureOfWhat(view, 'is of one period: say which, as period=0');
  }
};
