import type { FastifyRequest } from 'fastify';
import { Problem } from '../../../libs/contract/problem.js';

const CHANGES_NOTHING = ['GET', 'HEAD'];

/**
 * A cookie comes along whoever made the browser ask: what comes from a page of somebody else is refused. Another port of
 * this machine is another origin, and the same site, so that SameSite alone would let it through.
 */
export const refuseForeign = ({
  method,
  headers,
}: Pick<FastifyRequest, 'method' | 'headers'>): void => {
  const site = headers['sec-fetch-site'];
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (isForeign || (!CHANGES_NOTHING.includes(method) && hostOf(headers.origin) !== headers.host))
    throw new Problem(403, 'origin-foreign', 'a session is for the pages of this server only');
};

/** Null: no origin was sent, which every browser does with what changes something. */
const hostOf = (origin: string | undefined): string | null =>
  origin !== undefined && URL.canParse(origin) ? new URL(origin).host : null;
