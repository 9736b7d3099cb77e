import type { ChargeProfile } from '../allocation/charges.js';
import type { Instant } from '../../decider.js';
import type { Charge } from '../events.js';
import type { ChargeAttribute, ChargeMatch, EligibilityRule } from '../terms.js';
import { WHOLE } from './limits.js';
import type { TermsStatement } from './timeline.js';

/** How much of a charge may count for a commitment, in which class, and which rule said so. */
export interface Eligibility {
  /** Units of 10^-12: 10^12 is all of it. */
  readonly fraction: bigint;
  readonly class: string;
  /** A ruleId, `default`, or `category:<name>` for charge categories that do not draw down. */
  readonly rule: string;
}

const BY_DEFAULT: Eligibility = { fraction: WHOLE, class: '', rule: 'default' };

/** The category decides first; then the first rule in force at `at` that matches; else all of it counts. */
export const eligibilityOf = (
  profile: ChargeProfile,
  questions: readonly Question[],
  at: Instant,
  { terms, limits }: Pick<TermsStatement, 'terms' | 'limits'>,
): Eligibility => {
  const { countedCategories, eligibility } = terms;
  if (!(countedCategories as readonly string[]).includes(profile.category)) {
    return { fraction: 0n, class: '', rule: `category:${profile.category}` };
  }
  if (eligibility.length === 0) return BY_DEFAULT;
  const yes = new Set(profile.yes === '' ? [] : profile.yes.split(',').map(Number));
  const index = eligibility.findIndex(
    (rule) => isInForce(rule, at) && yes.has(indexOfQuestion(questions, rule.match)),
  );
  if (index < 0) return BY_DEFAULT;
  const rule = eligibility[index]!;
  return { fraction: limits.fractions[index]!, class: rule.class, rule: rule.ruleId };
};

export const isInForce = (rule: EligibilityRule, at: Instant): boolean =>
  (rule.from === null || rule.from <= at) && (rule.until === null || at < rule.until);

/** What a rule asks of a charge. Equal matches are one question, however their members are ordered. */
export interface Question {
  readonly key: string;
  readonly match: ChargeMatch;
}

const questionKey = ({ attributes, tags }: ChargeMatch): string =>
  JSON.stringify([sorted(attributes), sorted(tags)]);

const sorted = (record: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(record)
    .map(([name, values]) => [name, [...values].sort()] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));

/** -1: not one of them. */
export const indexOfQuestion = (questions: readonly Question[], match: ChargeMatch): number => {
  const wanted = questionKey(match);
  return questions.findIndex(({ key }) => key === wanted);
};

/** The book's questions, with those that these terms ask besides at the end. */
export const withQuestions = (
  questions: readonly Question[],
  { eligibility }: { readonly eligibility: readonly Pick<EligibilityRule, 'match'>[] },
): readonly Question[] => {
  const next = [...questions];
  for (const { match } of eligibility) {
    if (indexOfQuestion(next, match) < 0) next.push({ key: questionKey(match), match });
  }
  return next.length === questions.length ? questions : next;
};

/** What the questions tell of a charge. */
export const profileOf = (
  charge: Pick<Charge, 'category' | 'attributes' | 'tags'>,
  questions: readonly Question[],
): ChargeProfile => {
  let yes = '';
  for (let index = 0; index < questions.length; index += 1) {
    if (matches(charge, questions[index]!.match)) yes += yes === '' ? `${index}` : `,${index}`;
  }
  return { category: charge.category, yes, asked: questions.length };
};

const matches = (
  { attributes, tags }: Pick<Charge, 'attributes' | 'tags'>,
  match: ChargeMatch,
): boolean => {
  for (const name in match.attributes) {
    const value = attributes[name as ChargeAttribute];
    if (value === undefined || !match.attributes[name as ChargeAttribute]!.includes(value)) {
      return false;
    }
  }
  for (const name in match.tags) {
    const value = tags[name];
    if (value === undefined || !match.tags[name]!.includes(value)) return false;
  }
  return true;
};
