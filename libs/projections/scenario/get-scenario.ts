import { Query } from '../asking/query.js';
import type { Views } from '../asking/read-view.js';
import type { Scenario } from './answer.js';
import { scenario, type ScenarioQuestion } from './query.js';

/** What would come of use, beside what is forecast. */
export class GetScenario extends Query<Scenario, ScenarioQuestion> {
  readonly name = 'scenario';

  answer(views: Views): Promise<Scenario> {
    return scenario(views, this.asked);
  }
}
