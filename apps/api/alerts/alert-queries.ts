import { IsIn, IsOptional, IsString } from 'class-validator';
import { About, IsCode, IsText } from '../../../libs/contract/validation/decorators.js';
import { Problem } from '../../../libs/contract/problem.js';
import { lastOfPage, PAGE_CURSOR, pageCursor, type Listed } from '../http/page-cursor.js';
import { IsNumberText } from '../http/query-rules.js';

class PageQuery {
  @About('Items a page. Default: 100.')
  @IsOptional()
  @IsNumberText(1, 1000)
  limit?: string;

  @About('`next` of the page before, with the same filters.', { pattern: PAGE_CURSOR.source })
  @IsOptional()
  @IsText(200)
  cursor?: string;
}

export class AlertsQuery extends PageQuery {
  @About('Only what fires, or only what is resolved. Without it: both.')
  @IsOptional()
  @IsString()
  @IsIn(['firing', 'resolved'])
  state?: 'firing' | 'resolved';

  @About('Only of this rule.')
  @IsOptional()
  @IsCode()
  ruleId?: string;
}

export class DeliveriesQuery extends PageQuery {
  @About('Only what is in this state. Without it: all.')
  @IsOptional()
  @IsString()
  @IsIn(['pending', 'delivered', 'dead'])
  state?: 'pending' | 'delivered' | 'dead';
}

const PAGE_DEFAULT = 100;

/** A page that goes by numbers: what it is to be, and its answer with a cursor of this list. */
export const numberedPage = (listed: Listed, { limit, cursor }: PageQuery) => {
  const last = lastOfPage(listed, cursor);
  return {
    page: {
      limit: limit === undefined ? PAGE_DEFAULT : Number(limit),
      before: last === null ? null : numberOf(last),
    },
    withCursor: <Page extends { readonly next: string | null }>(page: Page): Page => ({
      ...page,
      next: page.next === null ? null : pageCursor(listed, page.next),
    }),
  };
};

const numberOf = (last: string): number => {
  if (!/^[1-9][0-9]{0,14}$/.test(last))
    throw new Problem(400, 'cursor-malformed', 'send a cursor that you got as `next`');
  return Number(last);
};
