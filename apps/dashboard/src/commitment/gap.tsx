import type { BurnDown } from '../api/types.js';
import { compact, difference, isZero } from '../format/money.js';
import { counted, daysBetween, lastDayOf } from '../format/words.js';

/** Against the plan, in words. Null: there is no plan. */
const againstPlan = ({ applied, pace }: BurnDown): string | null => {
  if (!pace?.planned) return null;
  const gap = difference(applied, pace.planned);
  if (isZero(gap)) return 'exactly on the plan';
  const size = compact({ ...gap, amount: gap.amount.replace(/^-/, '') });
  return `${size} ${gap.amount.startsWith('-') ? 'behind' : 'ahead of'} the plan of ${compact(pace.planned)}`;
};

const untilWhen = ({ exhaustion, endsAt }: BurnDown): string => {
  if (exhaustion === null) return 'It was terminated.';
  const { outcome, on } = exhaustion;
  if (outcome === 'already') return `It is used up${on === null ? '' : ` since ${on}`}.`;
  if (on === null) return 'At the recent pace it is never used up.';
  if (outcome === 'expected') return `At the recent pace it is used up on ${on}.`;
  const late =
    endsAt === null ? '' : `, ${counted(daysBetween(lastDayOf(endsAt), on), 'day')} after its end`;
  return `At the recent pace it is used up on ${on}${late}.`;
};

/** The gap, said before it is drawn. */
export const Gap = ({ of }: { readonly of: BurnDown }) => {
  const plan = againstPlan(of);
  return (
    <p className="sentence">
      {compact(of.applied)} of {compact(of.total)} is used
      {plan === null ? '. ' : `, ${plan}. `}
      {untilWhen(of)}
    </p>
  );
};
