import { IsIn, IsOptional, IsString } from 'class-validator';
import { About, IsDay, IsInstant, IsText } from '../../../libs/contract/validation/decorators.js';
import { OUTCOMES } from '../../../libs/application/inbox/kept-usage.js';
import { Problem } from '../../../libs/contract/problem.js';
import { addDays } from '../../../libs/domain/calendar.js';
import { startOfDay } from '../../../libs/domain/instant.js';
import type { UsageFilter } from './usage-list.js';
import { IsNumberText } from '../http/query-rules.js';
import { PAGE_CURSOR } from '../http/page-cursor.js';

export const USAGE_OUTCOMES = [...OUTCOMES, 'recorded', 'reversed'] as const;

export class UsageEventsQuery {
  @About('Only what has become this. Without it: everything, what is not in the ledger first.')
  @IsOptional()
  @IsString()
  @IsIn(USAGE_OUTCOMES)
  outcome?: (typeof USAGE_OUTCOMES)[number];

  @About('Only of this source.', { example: 'billing/aws' })
  @IsOptional()
  @IsText(128)
  source?: string;

  @About('Only of this id.')
  @IsOptional()
  @IsText(128)
  id?: string;

  @About('Only for this agreement.', { example: 'amazon-anthropic' })
  @IsOptional()
  @IsText(128)
  agreement?: string;

  @About('Only what waits or was refused for this reason; nothing that is in the ledger.', {
    example: 'usage-outside-term',
  })
  @IsOptional()
  @IsText(64)
  code?: string;

  @About('Only what came this way; nothing that is in the ledger, which does not say.')
  @IsOptional()
  @IsString()
  @IsIn(['http', 'file', 'kafka'])
  channel?: string;

  @About('Only what came first, or was recorded, at this instant or later.')
  @IsOptional()
  @IsInstant()
  from?: string;

  @About('Only what came first, or was recorded, before this instant.')
  @IsOptional()
  @IsInstant({ after: 'from' })
  to?: string;

  @About('Only what happened in business on this UTC day or later.')
  @IsOptional()
  @IsDay()
  effectiveFrom?: string;

  @About('Only what happened in business on this UTC day, the whole of it included, or earlier.')
  @IsOptional()
  @IsDay()
  effectiveTo?: string;

  @About('Items a page, default 100.')
  @IsOptional()
  @IsNumberText(1, 1000)
  limit?: string;

  @About('`next` of the page before, with the same filters.', { pattern: PAGE_CURSOR.source })
  @IsOptional()
  @IsText(1600)
  cursor?: string;
}

/** @throws Problem 422 `range-invalid`: the days are the wrong way round. */
export const filterOf = ({
  effectiveFrom: from,
  effectiveTo: to,
  ...filter
}: Omit<UsageEventsQuery, 'limit' | 'cursor'>): UsageFilter => {
  if (from !== undefined && to !== undefined && from > to)
    throw new Problem(422, 'range-invalid', 'effectiveFrom is not after effectiveTo');
  return {
    ...filter,
    effectiveFrom: from === undefined ? undefined : startOfDay(from),
    effectiveBefore: to === undefined ? undefined : startOfDay(addDays(to, 1)),
  };
};
