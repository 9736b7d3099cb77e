import type { Aggregate } from '../aggregate.js';
import { plainJson } from '../state-json.js';
import type { ProjectionCommand } from './commands.js';
import { decide } from './decide.js';
import { CHANGES_TERMS, type ProjectionEvent } from './events.js';
import { evolve } from './evolve.js';
import { noSkip, skipKey, type SkipDecision } from './projection.js';

/** One stream per event that a version of a view passes over. Nobody agreed on it: it is no term. */
export const projection: Aggregate<ProjectionCommand, ProjectionEvent, SkipDecision> = {
  decider: {
    initial: noSkip,
    decide,
    termsVersion: () => 0,
    evolve,
    ...plainJson<SkipDecision>(),
  },
  streamOf: skipKey,
  agreementOf: null,
  references: { SkipProjectionEvent: [] },
  changesTerms: CHANGES_TERMS,
  askedBy: { ProjectionEventSkipped: 'SkipProjectionEvent' },
  refusals: {},
};
