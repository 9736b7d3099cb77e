import { rootOf } from '../../domain/ids.js';
import { burnDownReads } from '../burn-down/burn-down.js';
import { circularitySubject } from './circularity.js';
import { concentrationSubject } from './concentration.js';
import { explainedOf } from './figures.js';
import { commitmentWanted, ofCommitment } from './of-commitment.js';
import { figureOfWhat, type ExplainedView, type ExplainQuestion } from './question.js';
import { subject, type Subject } from './subject.js';
import { tranchesSubject } from './tranches.js';

/** What a figure of each view may be of. */
const TAKES = {
  portfolio: ['commitmentId'],
  'burn-down': ['commitmentId', 'period', 'from', 'to'],
  'remaining-obligation': ['commitmentId', 'period'],
  periods: ['commitmentId', 'period'],
  concentration: ['vendorId', 'currency', 'base', 'window', 'month'],
  tranches: ['investmentId', 'trancheId'],
  circularity: ['vendorId', 'customerId', 'currency'],
} as const satisfies Readonly<Record<ExplainedView, readonly (keyof ExplainQuestion)[]>>;

const ALL = [...new Set(Object.values(TAKES).flat())];

/** @throws QueryRefused `figure-of-what` where what it is of is not said, or is none of the view */
export const subjectOf = (question: ExplainQuestion): Subject => {
  const { view } = question;
  const takes: readonly string[] = TAKES[view];
  const odd = ALL.find((name) => question[name] !== undefined && !takes.includes(name));
  if (odd !== undefined) throw figureOfWhat(view, `takes no ${odd}, but ${takes.join(', ')}`);
  switch (view) {
    case 'concentration':
      return concentrationSubject(question);
    case 'tranches':
      return tranchesSubject(question);
    case 'circularity':
      return circularitySubject(question);
    case 'portfolio':
    case 'burn-down':
    case 'remaining-obligation':
    case 'periods':
      return commitmentSubject(question);
  }
};

const commitmentSubject = (question: ExplainQuestion): Subject => {
  const { commitmentId, view } = question;
  if (commitmentId === undefined) {
    throw figureOfWhat(view, 'is of a commitment: say which, as commitmentId=');
  }
  return subject({
    reads: burnDownReads,
    wantedOf: () => commitmentWanted(commitmentId),
    root: rootOf(commitmentId),
    explain: (rows, asked) => {
      const of = ofCommitment(rows, asked, { ...question, commitmentId });
      return of && explainedOf(of, question);
    },
  });
};
