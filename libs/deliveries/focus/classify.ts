import type { ChargeCategory } from '../../domain/commitment/terms/terms.js';
import type { FocusRow } from './focus-row.js';

/** What a row is to a commitment. `shortfall-fee`: money paid for commitment that was not used; never usage. */
export type Classified =
  | { readonly kind: 'charge'; readonly category: ChargeCategory; readonly rule: string }
  | { readonly kind: 'shortfall-fee'; readonly rule: string }
  | { readonly kind: 'unknown'; readonly value: string | null };

interface Rule {
  readonly name: string;
  /** All named columns must hold one of the values, compared without case and hyphens. */
  readonly when: Readonly<
    Partial<Record<'ChargeCategory' | 'CommitmentDiscountStatus', readonly string[]>>
  >;
  /** The charge's description must match too, where this is given. */
  readonly description?: RegExp;
  readonly is: ChargeCategory | 'shortfall-fee';
}

/**
 * First match wins. Both ways in which vendors write a shortfall are there: billed at zero with the rest as effective
 * cost, and billed in full; neither needs a quantity. Refunds are negative rows of their own category, and a
 * `Correction` needs no original, so neither needs a rule. Which categories draw down is a term of the commitment.
 */
const RULES: readonly Rule[] = [
  {
    name: 'unused-commitment',
    when: { CommitmentDiscountStatus: ['unused'] },
    is: 'shortfall-fee',
  },
  {
    name: 'described-as-unused',
    when: { ChargeCategory: ['usage', 'purchase'], CommitmentDiscountStatus: [''] },
    description: /\bunused (commitment|spend|portion)\b|\b(commitment|spend|minimum) shortfall\b/i,
    is: 'shortfall-fee',
  },
  { name: 'usage', when: { ChargeCategory: ['usage'] }, is: 'usage' },
  { name: 'purchase', when: { ChargeCategory: ['purchase'] }, is: 'purchase' },
  { name: 'tax', when: { ChargeCategory: ['tax'] }, is: 'tax' },
  { name: 'credit', when: { ChargeCategory: ['credit'] }, is: 'credit' },
  { name: 'adjustment', when: { ChargeCategory: ['adjustment'] }, is: 'adjustment' },
];

const plain = (text: string | null): string => (text ?? '').replace(/[\s-]/g, '').toLowerCase();

export const classify = (
  row: Pick<FocusRow, 'text'>,
  rules: readonly Rule[] = RULES,
): Classified => {
  const category = plain(row.text('ChargeCategory'));
  const status = plain(row.text('CommitmentDiscountStatus'));
  for (const { name, when, description, is } of rules) {
    if (when.ChargeCategory && !when.ChargeCategory.includes(category)) continue;
    if (when.CommitmentDiscountStatus && !when.CommitmentDiscountStatus.includes(status)) continue;
    if (description && !description.test(row.text('ChargeDescription') ?? '')) continue;
    return is === 'shortfall-fee'
      ? { kind: 'shortfall-fee', rule: name }
      : { kind: 'charge', category: is, rule: name };
  }
  return { kind: 'unknown', value: row.text('ChargeCategory') };
};
