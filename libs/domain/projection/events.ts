import type { ChangesTerms } from '../aggregate.js';

// These names and shapes are stored for ever: add, never rename.
export interface ProjectionEventSkipped {
  readonly type: 'ProjectionEventSkipped';
  /** Who decided it and when is said by the entry around it: `actor`, `recordedAt`. */
  readonly body: {
    /** The view, and the version of its fold that fails. */
    readonly view: string;
    readonly version: number;
    /** The entry that is passed over, and its hash: of another history there would be another at this place. */
    readonly shard: number;
    readonly position: number;
    readonly hash: string;
    /** What the fold said. */
    readonly error: string;
    readonly reason: string;
  };
}

export type ProjectionEvent = ProjectionEventSkipped;

export const CHANGES_TERMS: ChangesTerms<ProjectionEvent> = { ProjectionEventSkipped: false };
