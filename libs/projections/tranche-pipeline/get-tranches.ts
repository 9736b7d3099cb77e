import { Query, type Termed } from '../asking/query.js';
import type { TimeAxes } from '../asking/question.js';
import type { Views } from '../asking/read-view.js';
import { parentOf } from '../../domain/ids.js';
import { factsProjection } from '../facts/facts.js';
import type { Tranche, TranchePipeline, TranchePipelines } from './answer.js';
import {
  tranche,
  tranchePipeline,
  tranchePipelines,
  type TranchePipelineQuestion,
  type TranchePipelinesQuestion,
} from './query.js';

/** Tranches of an investment and what they wait for. Null: no such investment as of then, as known then. */
export class GetTranches extends Query<TranchePipeline | null, TranchePipelineQuestion> {
  readonly name = 'tranches';

  answer(views: Views): Promise<TranchePipeline | null> {
    return tranchePipeline(views, this.asked);
  }

  override terms(): Termed {
    return {
      kind: 'investment',
      id: this.asked.investmentId,
      reads: [factsProjection],
    };
  }
}

/** Tranches of all investments. */
export class ListTranches extends Query<TranchePipelines, TranchePipelinesQuestion> {
  readonly name = 'all-tranches';

  answer(views: Views): Promise<TranchePipelines> {
    return tranchePipelines(views, this.asked);
  }
}

interface TrancheQuestion extends TimeAxes {
  readonly trancheId: string;
}

/** One tranche and what it waits for. Null: no such tranche as of then, as known then. */
export class GetTranche extends Query<Tranche | null, TrancheQuestion> {
  readonly name = 'tranche';

  answer(views: Views): Promise<Tranche | null> {
    return tranche(views, this.asked);
  }

  override terms(): Termed {
    const id = parentOf(this.asked.trancheId);
    return { kind: 'investment', id, reads: [factsProjection] };
  }
}
