import type { ProjectionEvent } from './events.js';
import type { SkipDecision } from './projection.js';

export const evolve = (_: SkipDecision, event: ProjectionEvent): SkipDecision => {
  switch (event.type) {
    case 'ProjectionEventSkipped':
      return { skip: event.body };
  }
};
