import type { ChargeProfile } from '../allocation/charges.js';
import type { Charge } from '../events.js';
import type { ChargeAttribute, ChargeMatch, EligibilityRule } from './terms.js';

/** What a rule asks of a charge. Equal matches are one question, however their members are ordered. */
export interface Question {
  readonly key: string;
  readonly match: ChargeMatch;
}

export const questionKey = ({ attributes, tags }: ChargeMatch): string =>
  JSON.stringify([sorted(attributes), sorted(tags)]);

const sorted = (record: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(record)
    .map(([name, values]) => [name, [...values].sort()] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));

/** -1: not one of them. */
export const indexOfQuestion = (questions: readonly Question[], wanted: string): number =>
  questions.findIndex(({ key }) => key === wanted);

/** The book's questions, with those that these terms ask besides at the end. */
export const withQuestions = (
  questions: readonly Question[],
  { eligibility }: { readonly eligibility: readonly Pick<EligibilityRule, 'match'>[] },
): readonly Question[] => {
  const next = [...questions];
  for (const { match } of eligibility) {
    const key = questionKey(match);
    if (indexOfQuestion(next, key) < 0) next.push({ key, match });
  }
  return next.length === questions.length ? questions : next;
};

/** What the questions tell of a charge. */
export const profileOf = (
  charge: Pick<Charge, 'category' | 'attributes' | 'tags'>,
  questions: readonly Question[],
): ChargeProfile => {
  let yes = '';
  let index = 0;
  for (const { match } of questions) {
    if (matches(charge, match)) yes += yes === '' ? `${index}` : `,${index}`;
    index += 1;
  }
  return { category: charge.category, yes, asked: questions.length };
};

const matches = (
  { attributes, tags }: Pick<Charge, 'attributes' | 'tags'>,
  match: ChargeMatch,
): boolean => {
  for (const name in match.attributes) {
    const value = attributes[name as ChargeAttribute];
    if (value === undefined || !match.attributes[name as ChargeAttribute]?.includes(value)) {
      return false;
    }
  }
  for (const name in match.tags) {
    const value = tags[name];
    if (value === undefined || !match.tags[name]?.includes(value)) return false;
  }
  return true;
};
