import type { ProjectionEvent } from './events.js';
import type { SkippedEvent } from './projection.js';

export const evolve = (_: SkippedEvent, event: ProjectionEvent): SkippedEvent => {
  switch (event.type) {
    case 'ProjectionEventSkipped':
      return { skip: event.body };
  }
};
