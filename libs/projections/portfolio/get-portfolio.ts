import { Query } from '../asking/query.js';
import type { Views } from '../asking/read-view.js';
import type { Portfolio } from './answer.js';
import { portfolio, type PortfolioQuestion } from './query.js';

/** How every commitment stands, sorted, page by page. */
export class GetPortfolio extends Query<Portfolio, PortfolioQuestion> {
  readonly name = 'portfolio';

  answer(views: Views): Promise<Portfolio> {
    return portfolio(views, this.asked);
  }
}
