import type { ProjectionEventSkipped } from './events.js';

/**
 * What was decided about one event that one version of a view cannot fold. A skip excuses a failure and hides nothing: a
 * fold that can do it folds the event, and then the skip has no effect. So none has to be taken back.
 */
export interface SkipDecision {
  readonly skip: ProjectionEventSkipped['body'] | null;
}

export const noSkip: SkipDecision = { skip: null };

/** The event that a skip is about. Each has a stream of its own, so that it is found without reading others. */
export type SkipPlace = Pick<
  ProjectionEventSkipped['body'],
  'view' | 'version' | 'shard' | 'position'
>;

export const skipKey = ({ view, version, shard, position }: SkipPlace): string =>
  `${view}.${version}.${shard}.${position}`;

/** True when the skip is of exactly this entry, for exactly this version of the view. */
export const isSkipOf = (
  skip: ProjectionEventSkipped['body'],
  place: SkipPlace & { readonly hash: string },
): boolean =>
  skip.view === place.view &&
  skip.version === place.version &&
  skip.shard === place.shard &&
  skip.position === place.position &&
  skip.hash === place.hash;
