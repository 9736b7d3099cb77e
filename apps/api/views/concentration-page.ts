import { Problem } from '../../../libs/contract/problem.js';
import type { Principal } from '../../../libs/access/principal.js';
import { isDay } from '../../../libs/domain/calendar.js';
import { POSITIONS, positionsIn } from '../../../libs/projections/asking/since.js';
import type { Concentration } from '../../../libs/projections/vendor-concentration/answer.js';
import { GetVendorConcentration } from '../../../libs/projections/vendor-concentration/get-vendor-concentration.js';
import { lastOfPage, pageCursor, type Listed } from '../http/page-cursor.js';
import { axesOf, type ConcentrationQuery } from './view-query.js';

const VENDORS_DEFAULT = 100;
/** Rank, day and positions. */
const PLACE = /^([0-9]{1,9})\.([0-9]{4}-[0-9]{2}-[0-9]{2})\.(.*)$/;

/**
 * One page of the vendors. Amounts move, and ranks with them: so the pages that follow are answered as of the day and at
 * the positions of the first one, and no vendor is met twice or left out.
 */
export const concentrationAsked = (principal: Principal, query: ConcentrationQuery) => {
  const { base, bands, window, vendorId, customerId, asOf, knownAt, limit, cursor } = query;
  const listed: Listed = {
    ...{ list: 'vendors', base, bands, window, vendorId, customerId, asOf, knownAt },
  };
  const last = lastOfPage(listed, cursor);
  const place = last === null ? null : placeIn(last);
  const isPinned = place !== null && knownAt === undefined;
  return {
    question: new GetVendorConcentration({
      ...axesOf(principal, query),
      ...(place === null ? {} : { asOf: place.asOf }),
      ...(isPinned ? { knownPosition: positionsIn(place.positions) } : {}),
      ...{ base, bands, vendorId, customerId },
      windowMonths: window === undefined ? undefined : Number(window),
      vendors: {
        after: place?.rank ?? 0,
        limit: limit === undefined ? VENDORS_DEFAULT : Number(limit),
      },
    }),
    toPage: (answer: Concentration): Concentration => ({
      ...answer,
      next: answer.next === null ? null : pageCursor(listed, `${answer.next}.${momentOf(answer)}`),
    }),
  };
};

/** Shards of which nothing was seen are left out. */
const momentOf = ({ asOf, ledgerPosition }: Concentration): string => {
  const seen = Object.entries(ledgerPosition).filter(([, position]) => position > 0);
  return `${asOf}.${seen.map(([shard, position]) => `${shard}:${position}`).join(',')}`;
};

const placeIn = (last: string) => {
  const [, rank, asOf, positions] = PLACE.exec(last) ?? [];
  if (rank === undefined || asOf === undefined || !isDay(asOf) || !POSITIONS.test(positions ?? ''))
    throw new Problem(400, 'cursor-malformed', 'send a cursor that you got as `next`');
  return { rank: Number(rank), asOf, positions: positions ?? '' };
};
