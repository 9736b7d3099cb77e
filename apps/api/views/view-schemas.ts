/**
 * What the views answer, as OpenAPI schemas. The answers' own types live beside their queries in libs/projections; a
 * test holds real answers against these.
 */
export * from './schemas/agreements.js';
export * from './schemas/parties.js';
export * from './schemas/commitments.js';
export * from './schemas/obligation.js';
export * from './schemas/concentration.js';
export * from './schemas/investments.js';
export * from './schemas/circularity.js';
