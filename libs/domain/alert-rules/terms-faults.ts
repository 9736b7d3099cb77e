import { currencyDecimals } from '../currency.js';
import { formatUnits, parseUnits, unitsOf } from '../money.js';
import type { Refusal } from '../refusal.js';
import type { RuleTerms } from './events.js';
import { RULE_KINDS, type ThresholdKind } from './kinds.js';
import { refuse } from './rejections.js';

const NEEDED: Readonly<Record<ThresholdKind, string>> = {
  none: 'no threshold',
  money: 'an amount, 0 or more',
  fraction: 'a fraction from 0 to 1',
  days: 'whole days from 0 to 366',
  hours: 'whole hours from 1 to 8784',
  index: 'an index from 0 to 10000',
};

const MOST: Readonly<Record<Exclude<ThresholdKind, 'none' | 'money'>, bigint>> = {
  fraction: unitsOf('1'),
  days: unitsOf('366'),
  hours: unitsOf('8784'),
  index: unitsOf('10000'),
};

/** What is wrong with what a rule says; null: nothing. */
export const termsFault = (terms: RuleTerms): Refusal | null =>
  thresholdFault(terms) ?? currencyFault(terms) ?? scopeFault(terms);

const thresholdFault = ({ kind, threshold }: RuleTerms): Refusal | null => {
  const of = RULE_KINDS[kind].threshold;
  return isThreshold(of, threshold)
    ? null
    : refuse('AlertThresholdInvalid', { kind, needed: NEEDED[of], pointer: '/threshold' });
};

const isThreshold = (of: ThresholdKind, threshold: string | null): boolean => {
  if (threshold === null || of === 'none') return threshold === null && of === 'none';
  const units = parseUnits(threshold);
  if (units === null || units < 0n) return false;
  if (of === 'money') return true;
  if (of === 'hours' && units === 0n) return false;
  const isWhole = !formatUnits(units).includes('.');
  return units <= MOST[of] && (isWhole || (of !== 'days' && of !== 'hours'));
};

const currencyFault = ({ kind, currency }: RuleTerms): Refusal | null => {
  const isMoney = RULE_KINDS[kind].threshold === 'money';
  const isRight = isMoney
    ? currency !== null && currencyDecimals(currency) !== null
    : currency === null;
  const needed = isMoney ? 'a currency' : 'no currency';
  return isRight ? null : refuse('AlertCurrencyInvalid', { kind, needed, pointer: '/currency' });
};

const scopeFault = ({ kind, agreementId, commitmentId }: RuleTerms): Refusal | null => {
  if (agreementId === null && commitmentId === null) return null;
  const pointer = commitmentId === null ? '/agreementId' : '/commitmentId';
  const { scope } = RULE_KINDS[kind];
  if (scope === 'tenant')
    return refuse('AlertScopeInvalid', { kind, needed: 'neither of the two', pointer });
  if (scope === 'agreement' && commitmentId !== null)
    return refuse('AlertScopeInvalid', { kind, needed: 'no commitment', pointer });
  return agreementId !== null && commitmentId !== null
    ? refuse('AlertScopeInvalid', { kind, needed: 'at most one of the two', pointer })
    : null;
};
