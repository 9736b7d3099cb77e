import type { Principal } from '../../../libs/access/principal.js';
import { IsIn, IsOptional, IsString } from 'class-validator';
import {
  About,
  Follows,
  IsCode,
  IsText,
  IsDay,
  IsInstant,
} from '../../../libs/contract/validation/decorators.js';
import { PAGE_CURSOR } from '../http/page-cursor.js';
import { IsNumberText } from '../http/query-rules.js';
import { positions } from './positions.js';
import { positionsIn } from '../../../libs/projections/asking/since.js';
import type { Patience } from '../../../libs/projections/asking/query.js';
import type { TimeAxes } from '../../../libs/projections/asking/question.js';
import {
  CONCENTRATION_BASES,
  WINDOW_MONTHS_MAX,
  type ConcentrationBase,
} from '../../../libs/projections/vendor-concentration/query.js';

/** Of every view. */
export class ViewQuery {
  @About('As of the end of this UTC day (business time). Default: today.')
  @IsOptional()
  @IsDay()
  asOf?: string;

  @About('As it was known then (recorded time). Default: everything seen.')
  @IsOptional()
  @IsInstant()
  knownAt?: string;

  @About('Wait, at most five seconds, until the view has seen this: shard:position of an answer.', {
    example: '0:0',
  })
  @IsOptional()
  @Follows('isPositions', positions)
  minPosition?: string;
}

export class BurnDownQuery extends ViewQuery {
  @About('First day of the series. Default: start of the term.')
  @IsOptional()
  @IsDay()
  from?: string;

  @About('Last day of the series. Default: asOf.')
  @IsOptional()
  @IsDay()
  to?: string;

  @About('Length of a bucket. Default: month.')
  @IsOptional()
  @IsString()
  @IsIn(['day', 'week', 'month'])
  interval?: 'day' | 'week' | 'month';
}

export class ForecastQuery extends ViewQuery {
  @About('Length of a bucket. Default: month.')
  @IsOptional()
  @IsString()
  @IsIn(['day', 'week', 'month'])
  interval?: 'day' | 'week' | 'month';
}

export class ConcentrationQuery extends ViewQuery {
  @About('What is shared out. Default: spend.')
  @IsOptional()
  @IsString()
  @IsIn(CONCENTRATION_BASES)
  base?: ConcentrationBase;

  @About('Calendar months of spend, the month of asOf included. Default: 12.', {
    maximum: WINDOW_MONTHS_MAX,
  })
  @IsOptional()
  @IsNumberText(1, 999)
  window?: string;

  @About('Bands of the HHI. Default: us-2023.')
  @IsOptional()
  @IsString()
  @IsIn(['us-2023', 'us-2010'])
  bands?: 'us-2023' | 'us-2010';

  @About('Only this vendor is listed; its share is still of all of them.')
  @IsOptional()
  @IsCode()
  vendorId?: string;

  @About('Only what this customer spends or owes: the shares are of that.')
  @IsOptional()
  @IsCode()
  customerId?: string;

  @About('Vendors a page and currency, the largest first. Default: 100.')
  @IsOptional()
  @IsNumberText(1, 1000)
  limit?: string;

  @About('`next` of the page before, with the same filters.', { pattern: PAGE_CURSOR.source })
  @IsOptional()
  @IsText(1600)
  cursor?: string;
}

export class CircularityQuery extends ViewQuery {
  @About('Only this vendor.')
  @IsOptional()
  @IsCode()
  vendorId?: string;

  @About('Only this customer.')
  @IsOptional()
  @IsCode()
  customerId?: string;
}

/** What every view is asked, as its query says it; the tenant comes from the key, never from the request. */
export const axesOf = (
  { tenant }: Principal,
  { asOf, knownAt, minPosition }: ViewQuery,
): TimeAxes & Patience => ({
  ...{ tenant, asOf, knownAt, freshTerms: true },
  minPosition: minPosition === undefined ? undefined : positionsIn(minPosition),
});
