import type { Principal } from '../../../libs/access/principal.js';
import { Member } from '../../../libs/contract/validation/member.js';
import { At, Code, Day, OneOf } from '../../../libs/contract/validation/members.js';
import { saying } from '../../../libs/contract/validation/rules.js';
import { wholeNumber } from '../http/query-rules.js';
import type { Patience } from '../../../libs/projections/asking/query.js';
import type { TimeAxes } from '../../../libs/projections/asking/question.js';
import type { MinPosition } from '../../../libs/projections/engine/projector.js';
import {
  CONCENTRATION_BASES,
  WINDOW_MONTHS_MAX,
  type ConcentrationBase,
} from '../../../libs/projections/vendor-concentration/query.js';

const POSITIONS =
  /^(?:0|[1-9][0-9]{0,3}):(?:0|[1-9][0-9]{0,14})(?:,(?:0|[1-9][0-9]{0,3}):(?:0|[1-9][0-9]{0,14}))*$/;

const positions = saying({ type: 'string', pattern: POSITIONS.source }, (value) =>
  typeof value === 'string' && POSITIONS.test(value)
    ? null
    : { code: 'position-malformed', message: 'must be shard:position, several with commas' },
);

/** Of every view. */
export class ViewQuery {
  @Day('As of the end of this UTC day (business time). Default: today.')
  asOf?: string;

  @At('As it was known then (recorded time). Default: everything seen.', { optional: true })
  knownAt?: string;

  @Member(positions, {
    about: 'Wait, at most five seconds, until the view has seen this: shard:position of an answer.',
    optional: true,
    schema: { example: '0:0' },
  })
  minPosition?: string;
}

export class BurnDownQuery extends ViewQuery {
  @Day('First day of the series. Default: start of the term.')
  from?: string;

  @Day('Last day of the series. Default: asOf.')
  to?: string;

  @OneOf(['day', 'week', 'month'], 'Length of a bucket.', { optional: true, default: 'month' })
  interval?: 'day' | 'week' | 'month';
}

export class ConcentrationQuery extends ViewQuery {
  @OneOf(CONCENTRATION_BASES, 'What is shared out.', { optional: true, default: 'spend' })
  base?: ConcentrationBase;

  @Member(wholeNumber(1, 999), {
    about: 'Calendar months of spend, the month of asOf included. Default: 12.',
    optional: true,
    schema: { maximum: WINDOW_MONTHS_MAX },
  })
  window?: string;

  @OneOf(['us-2023', 'us-2010'], 'Bands of the HHI.', { optional: true, default: 'us-2023' })
  bands?: 'us-2023' | 'us-2010';
}

export class CircularityQuery extends ViewQuery {
  @Code('Only this vendor.', { optional: true })
  vendorId?: string;

  @Code('Only this customer.', { optional: true })
  customerId?: string;
}

/** What every view is asked, as its query says it; the tenant comes from the key, never from the request. */
export const axesOf = (
  { tenant }: Principal,
  { asOf, knownAt, minPosition }: ViewQuery,
): TimeAxes & Patience => ({
  ...{ tenant, asOf, knownAt, freshTerms: true },
  minPosition: minPosition === undefined ? undefined : positionsOf(minPosition),
});

/** `0:12,3:4`, in the form that `minPosition` is checked for. */
const positionsOf = (text: string): MinPosition =>
  Object.fromEntries(
    text.split(',').map((part) => {
      const [shard = '', position] = part.split(':');
      return [shard, Number(position)];
    }),
  );
