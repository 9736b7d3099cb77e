import { accept, type Decision } from '../decider.js';
import type { ProjectionCommand } from './commands.js';
import type { ProjectionEvent } from './events.js';
import { isSkipOf, type SkipDecision } from './projection.js';

/** Nothing is refused: whether the view stands still there is settled where it is asked, and this is the record of it. */
export const decide = (
  command: ProjectionCommand,
  { skip }: SkipDecision,
): Decision<ProjectionEvent> => {
  switch (command.type) {
    case 'SkipProjectionEvent': {
      const { view, version, shard, position, hash, error, reason } = command;
      const body = { view, version, shard, position, hash, error, reason };
      if (skip !== null && isSkipOf(skip, body)) return accept();
      return accept({ type: 'ProjectionEventSkipped', body });
    }
  }
};
