import type { Query as NestQuery } from '@nestjs/cqrs';
import type { Projection } from '../engine/projection.js';
import type { MinPosition } from '../engine/projector.js';
import type { TimeAxes } from './question.js';
import type { Views } from './read-view.js';

/** How long a query waits for the views, where whoever asks wants them to have seen something. */
export interface Patience {
  /** Answered from views that have seen this, or refused with `position-unknown` or `view-behind`. */
  readonly minPosition?: MinPosition | undefined;
  /** A view that lags behind a change of the very terms that are asked for is waited for, a little. */
  readonly freshTerms?: boolean | undefined;
}

/** Whose terms an answer shows, and whose tables it is made of. */
export interface Termed {
  readonly kind: 'party' | 'agreement' | 'commitment' | 'investment';
  /** Of a commitment its full id, of all else its own. */
  readonly id: string;
  readonly reads: readonly Projection[];
}

/** Nest's class as a type only: the QueryBus takes ours for one of its own, and nothing of Nest is loaded here. */
const NestQueryType = class {} as new <Answer>() => NestQuery<Answer>;

/** One question with its arguments, and how the views answer it. The QueryBus has one handler for all of them. */
export abstract class Query<
  Answer,
  Asked extends Pick<TimeAxes, 'tenant'> = TimeAxes,
> extends NestQueryType<Answer> {
  /** As metrics call it: lower case, one per class. */
  abstract readonly name: string;

  constructor(readonly asked: Asked & Patience) {
    super();
  }

  abstract answer(views: Views): Promise<Answer>;

  /** Null: the answer shows nobody's terms. */
  terms(): Termed | null {
    return null;
  }
}
