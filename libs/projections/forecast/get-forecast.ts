import type { Views } from '../asking/read-view.js';
import { CommitmentQuery } from '../burn-down/commitment-query.js';
import type { Forecast } from './answer.js';
import { forecast, type ForecastQuestion } from './query.js';

/** How the use of a commitment may go on. Null: no such commitment as of then, as known then. */
export class GetForecast extends CommitmentQuery<Forecast | null, ForecastQuestion> {
  readonly name = 'forecast';

  answer(views: Views): Promise<Forecast | null> {
    return forecast(views, this.asked);
  }
}
