import { IsIn, IsOptional, IsString } from 'class-validator';
import {
  About,
  Follows,
  IsCode,
  IsCurrencyCode,
  IsDay,
  IsId,
  IsInstant,
  IsText,
} from '../../../libs/contract/validation/decorators.js';
import { CURSOR_LENGTH_MAX } from '../../../libs/projections/explanation/cursor.js';
import {
  EXPLAINED_VIEWS,
  LINES_MAX,
  type ExplainedView,
} from '../../../libs/projections/explanation/question.js';
import { saying } from '../../../libs/contract/validation/rules.js';
import {
  CONCENTRATION_BASES,
  WINDOW_MONTHS_MAX,
  type ConcentrationBase,
} from '../../../libs/projections/vendor-concentration/query.js';
import { IsNumberText } from '../http/query-rules.js';
import { ListQuery } from './list-query.js';
import { positions, since } from './positions.js';

const MONTH = /^(?:19[7-9][0-9]|20[0-9]{2}|21[0-9]{2}|2200)-(?:0[1-9]|1[0-2])$/;

const month = saying({ type: 'string', pattern: MONTH.source }, (value) =>
  typeof value === 'string' && MONTH.test(value)
    ? null
    : { code: 'month-malformed', message: 'must be a month, like 2026-03' },
);

/** A figure by its view and its name there, and what it is of. */
export class ExplainQuery {
  @About('The view that answers the figure: the last word of its path.')
  @IsString()
  @IsIn(EXPLAINED_VIEWS)
  view!: ExplainedView;

  @About("The member's name in the view's answer; of members within others with dots between.", {
    example: 'remaining',
  })
  @IsText(64)
  figure!: string;

  @About('Of this commitment.')
  @IsOptional()
  @IsId(2)
  commitmentId?: string;

  @About('Of this period of the commitment, by its index.')
  @IsOptional()
  @IsNumberText(0, 9_999)
  period?: string;

  @About('Of the days from this one on, as a bucket of a burn-down. Default: start of the term.')
  @IsOptional()
  @IsDay()
  from?: string;

  @About('Of the days to this one. Default: asOf.')
  @IsOptional()
  @IsDay()
  to?: string;

  @About('Of this investment (tranches).')
  @IsOptional()
  @IsId(2)
  investmentId?: string;

  @About('Of this tranche of it.')
  @IsOptional()
  @IsId(3)
  trancheId?: string;

  @About('Of this vendor (concentration, circularity).')
  @IsOptional()
  @IsCode()
  vendorId?: string;

  @About('Of this customer (circularity).')
  @IsOptional()
  @IsCode()
  customerId?: string;

  @About('In this currency. Default: the only one there is.')
  @IsOptional()
  @IsCurrencyCode()
  currency?: string;

  @About('What is shared out (concentration). Default: spend.')
  @IsOptional()
  @IsString()
  @IsIn(CONCENTRATION_BASES)
  base?: ConcentrationBase;

  @About('Calendar months of spend, the month of asOf included (concentration). Default: 12.')
  @IsOptional()
  @IsNumberText(1, WINDOW_MONTHS_MAX)
  window?: string;

  @About('Of this month of the window (concentration of spend).', { pattern: MONTH.source })
  @IsOptional()
  @Follows('isMonth', month)
  month?: string;

  @About('As of the end of this UTC day (business time). Default: today.')
  @IsOptional()
  @IsDay()
  asOf?: string;

  @About('As it was known then (recorded time). Default: everything seen.')
  @IsOptional()
  @IsInstant()
  knownAt?: string;

  @About(
    'As it was known at this position of each shard, as `ledgerPosition` says it; nothing of shards that are not named.',
    { example: '0:0' },
  )
  @IsOptional()
  @Follows('isPositions', positions)
  knownPosition?: string;

  @About(
    'Only what changed since then: an instant (recorded time), or shard:position of an answer. The figure is after less before.',
    { example: '0:0' },
  )
  @IsOptional()
  @Follows('isSince', since)
  since?: string;

  @About('`next` of the page before, with the same parameters.')
  @IsOptional()
  @IsText(CURSOR_LENGTH_MAX)
  cursor?: string;

  @About('Lines a page. Default: 100.')
  @IsOptional()
  @IsNumberText(1, LINES_MAX)
  limit?: string;
}

/** What moved since a moment, of all commitments or of some. */
export class ChangesQuery extends ListQuery {
  @About(
    'Since then: an instant (recorded time), or shard:position of an answer, as `ledgerPosition` has them.',
    { example: '2026-11-20T00:00:00Z' },
  )
  @Follows('isSince', since)
  since!: string;

  @About('Only this commitment.')
  @IsOptional()
  @IsId(2)
  commitmentId?: string;

  @About('Only commitments and investments of this agreement.')
  @IsOptional()
  @IsCode()
  agreementId?: string;
}
