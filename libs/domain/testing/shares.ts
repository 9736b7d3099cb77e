import { formatUnits, unitsOf } from '../money.js';
import { Offer, Share } from '../commitment/allocation/offer.js';

/** A share of a commitment in full of what was used in one period and class. */
export const share = (usage: string, period = 0, name = '', key = ''): Share => {
  const placement = {
    commitmentId: 'deal.cloud',
    statement: 0,
    period,
    class: name,
    fraction: unitsOf('1'),
  };
  const totals = {
    key,
    order: 0,
    placements: [placement],
    usage: unitsOf(usage),
    refunds: 0n,
    eligible: unitsOf(usage),
    eligibleFraction: unitsOf('1'),
  };
  return new Share(new Offer(totals, 0), placement);
};

export const amounts = ({ eligible, cut, overage }: Share) => ({
  eligible: formatUnits(eligible),
  cut: formatUnits(cut),
  overage: formatUnits(overage),
});
