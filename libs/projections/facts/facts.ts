import type { Folded, Projection } from '../engine/projection.js';
import { agreements } from './agreements.js';
import { commitments } from './commitments.js';
import { investments } from './investments.js';
import { milestones } from './milestones.js';
import { parties } from './parties.js';
import { tranches } from './tranches.js';

const NOUNS: readonly Folded[] = [
  parties,
  agreements,
  commitments,
  investments,
  tranches,
  milestones,
];

/** What was agreed, by whom, and what became of it: every fact once, for all questions. Amounts used are not in it. */
export const factsProjection: Projection = {
  name: 'facts',
  version: 2,
  tables: NOUNS.flatMap(({ tables }) => tables),
  handles: NOUNS.flatMap(({ handles }) => handles),
  fold(entry, rows) {
    for (const noun of NOUNS) noun.fold(entry, rows);
  },
};
