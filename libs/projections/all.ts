import { burnDownProjection } from './burn-down/burn-down.js';
import { circularityProjection } from './circularity/circularity.js';
import type { Projection } from './engine/projection.js';
import { registerProjection } from './facts/parties.js';
import { remainingObligationProjection } from './remaining-obligation/remaining-obligation.js';
import { tranchePipelineProjection } from './facts/tranches.js';
import { vendorConcentrationProjection } from './vendor-concentration/vendor-concentration.js';

/** Every projection there is: what the projector runs, a rebuild fills and a replay compares. */
export const projections: readonly Projection[] = [
  registerProjection,
  burnDownProjection,
  remainingObligationProjection,
  vendorConcentrationProjection,
  tranchePipelineProjection,
  circularityProjection,
];
