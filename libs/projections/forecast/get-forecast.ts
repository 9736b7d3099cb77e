import { Query, type Termed } from '../asking/query.js';
import type { Views } from '../asking/read-view.js';
import { burnDownReads } from '../burn-down/burn-down.js';
import type { Forecast } from './answer.js';
import { forecast, type ForecastQuestion } from './query.js';

/** How the use of a commitment may go on. Null: no such commitment as of then, as known then. */
export class GetForecast extends Query<Forecast | null, ForecastQuestion> {
  readonly name = 'forecast';

  answer(views: Views): Promise<Forecast | null> {
    return forecast(views, this.asked);
  }

  override terms(): Termed {
    return { kind: 'commitment', id: this.asked.commitmentId, reads: burnDownReads };
  }
}
