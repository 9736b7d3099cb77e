import type { ProjectionEventSkipped } from './events.js';

export type ProjectionCommand = {
  readonly type: 'SkipProjectionEvent';
} & ProjectionEventSkipped['body'];
