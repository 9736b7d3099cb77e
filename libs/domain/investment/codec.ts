import { formatUnits, unitsOf } from '../money.js';
import type { Investment, Tranche } from './investment.js';

/** `Value` as JSON holds it: bigint amounts as decimal text. */
type Text<Value> = Value extends bigint
  ? string
  : Value extends object
    ? { [Key in keyof Value]: Text<Value[Key]> }
    : Value;

export const encode = (investment: Investment): string =>
  JSON.stringify(investment, (_, value: unknown) =>
    typeof value === 'bigint' ? formatUnits(value) : value,
  );

/** Null: written before terms had a version. */
export const decode = (json: string): Investment | null => {
  const text = JSON.parse(json) as Text<Investment>;
  if (text.status === 'unknown') return { status: 'unknown' };
  if (text.termsVersion === undefined) return null;
  return {
    ...text,
    total: unitsOf(text.total),
    contingent: unitsOf(text.contingent),
    tranches: Object.fromEntries(
      Object.entries(text.tranches).map(([id, tranche]) => [id, trancheOf(tranche)]),
    ),
  };
};

const trancheOf = (text: Text<Tranche>): Tranche =>
  ({
    ...text,
    amount: unitsOf(text.amount),
    ...('funded' in text && { funded: unitsOf(text.funded) }),
  }) as Tranche;
