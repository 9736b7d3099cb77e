import { IsIn, IsOptional, IsString } from 'class-validator';
import { PARTY_KINDS, type PartyKind } from '../../../libs/domain/party/events.js';
import type { Principal } from '../../../libs/access/principal.js';
import { About, IsCode, IsText } from '../../../libs/contract/validation/decorators.js';
import type { Patience } from '../../../libs/projections/asking/query.js';
import type { TimeAxes } from '../../../libs/projections/asking/question.js';
import {
  AGREEMENT_STATUSES,
  COMMITMENT_STATES,
  type ListedAgreement,
  type ListedCommitment,
} from '../../../libs/projections/lists/answer.js';
import type { PageAsked } from '../../../libs/projections/lists/page.js';
import {
  DIRECTIONS,
  PORTFOLIO_SORTS,
  type Direction,
  type PortfolioSort,
} from '../../../libs/projections/portfolio/order.js';
import { lastOfPage, PAGE_CURSOR, pageCursor, type Listed } from '../http/page-cursor.js';
import { IsNumberText } from '../http/query-rules.js';
import { axesOf, ViewQuery } from './view-query.js';

const PAGE_DEFAULT = 100;

/** Of every list. */
export class ListQuery extends ViewQuery {
  @About('Things a page, default 100.')
  @IsOptional()
  @IsNumberText(1, 1000)
  limit?: string;

  @About(
    '`next` of the page before, with the same filters. With `knownAt` all pages are of one moment.',
    {
      pattern: PAGE_CURSOR.source,
    },
  )
  @IsOptional()
  @IsText(1600)
  cursor?: string;
}

export class PartiesQuery extends ListQuery {
  @About('Only companies that are of this kind, whatever else they are.')
  @IsOptional()
  @IsString()
  @IsIn(PARTY_KINDS)
  kind?: PartyKind;
}

class DealsQuery extends ListQuery {
  @About('Only what this vendor agreed with its customers.')
  @IsOptional()
  @IsCode()
  vendorId?: string;

  @About('Only what this customer agreed with its vendors.')
  @IsOptional()
  @IsCode()
  customerId?: string;
}

export class PortfolioQuery extends DealsQuery {
  @About('By what it is sorted. Default: risk.')
  @IsOptional()
  @IsString()
  @IsIn(PORTFOLIO_SORTS)
  sort?: PortfolioSort;

  @About('Default: the most risk, the most remaining, the earliest end first.')
  @IsOptional()
  @IsString()
  @IsIn(DIRECTIONS)
  direction?: Direction;
}

export class AgreementsQuery extends DealsQuery {
  @About('Only agreements that stand so at the end of asOf.')
  @IsOptional()
  @IsString()
  @IsIn(AGREEMENT_STATUSES)
  status?: ListedAgreement['status'];
}

/** Of what is under agreements. */
export class UnderQuery extends DealsQuery {
  @About('Only those of this agreement.')
  @IsOptional()
  @IsCode()
  agreementId?: string;
}

export class CommitmentsQuery extends UnderQuery {
  @About('Only commitments whose term stands so at the end of asOf.')
  @IsOptional()
  @IsString()
  @IsIn(COMMITMENT_STATES)
  state?: ListedCommitment['state'];
}

/** One page of a list, as its query asks for it. */
export interface ListAsked<Filter> {
  readonly asked: TimeAxes & Patience & PageAsked & Filter;
  /** The answer as clients get it: where it goes on is a cursor of this very list. */
  toPage<Answer extends { readonly next: string | null }>(answer: Answer): Answer;
}

export const listAsked = <Filter extends object>(
  list: string,
  principal: Principal,
  query: ListQuery,
  filter: Filter,
): ListAsked<Filter> => {
  const { asOf, knownAt, limit, cursor } = query;
  const listed: Listed = { list, asOf, knownAt, ...filter };
  return {
    asked: {
      ...axesOf(principal, query),
      ...filter,
      after: lastOfPage(listed, cursor),
      limit: limit === undefined ? PAGE_DEFAULT : Number(limit),
    },
    toPage: (answer) => ({
      ...answer,
      next: answer.next === null ? null : pageCursor(listed, answer.next),
    }),
  };
};
