import { burnDownProjection } from './burn-down/burn-down.js';
import type { Projection } from './engine/projection.js';
import { factsProjection } from './facts/facts.js';
import { vendorConcentrationProjection } from './vendor-concentration/vendor-concentration.js';

/** Every projection there is: what the projector runs, a rebuild fills and a replay compares. */
export const projections: readonly Projection[] = [
  factsProjection,
  burnDownProjection,
  vendorConcentrationProjection,
];
