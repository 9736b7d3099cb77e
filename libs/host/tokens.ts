/** Nest's injection tokens of what has no class of its own. What has one (`DatabaseHealth`, `ApiKeys`, …) is asked for by it. */

/** `Config`. */
export const CONFIG = Symbol('Config');

/** `Logger`, pino's. */
export const LOGGER = Symbol('Logger');

/** `Metrics`; not there where nobody scrapes, on the command line. */
export const METRICS = Symbol('Metrics');
