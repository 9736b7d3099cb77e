import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../access/principal.js';
import { traceParentOf } from '../contract/trace-parent.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';

/** What can be logged and sent back as it is, and found again by a search. */
const REQUEST_ID = /^[\w.:~+/=@-]{1,128}$/;

/** The name of a request in the log and in its answer: as the sender named it (`x-request-id`), else one of ours. */
export const requestIdOf = ({ headers }: { readonly headers: IncomingHttpHeaders }): string => {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
};

/** A request that is over. */
export interface AnsweredRequest {
  readonly id: string;
  readonly method: string;
  /** The pattern, as `/v1/agreements/:id`: what stands in an address may be a secret. Null: no such route. */
  readonly route: string | null;
  /** Null: the sender went away before there was an answer. */
  readonly status: number | null;
  readonly durationMs: number;
  readonly headers: IncomingHttpHeaders;
  /** Whose key it was, if there was one that is good. */
  readonly caller?: Pick<Principal, 'name' | 'tenant'> | undefined;
  /** The code of the problem that the request was answered with. */
  readonly code?: string | undefined;
  /** The address that the request came from. */
  readonly address?: string | undefined;
}

/** Routes that machines ask every few seconds: of interest only when the answer is not what they wish. */
const PROBES = new Set<string | null>(['/health/live', '/health/ready', '/metrics']);

/** One line of the log for each request, and its share in the metrics. Without the key in any case. */
export const tellRequest = (
  logger: Logger,
  { httpDuration, signInFailures }: Pick<Metrics, 'httpDuration' | 'signInFailures'>,
  request: AnsweredRequest,
): void => {
  const { id, method, route, status, durationMs, caller, code, address } = request;
  httpDuration.observe(
    { method, route: route ?? 'none', status: status ?? 'aborted' },
    durationMs / 1_000,
  );
  const facts = {
    requestId: id,
    traceId: traceParentOf(request.headers['traceparent'] as string | undefined)?.traceId,
    method,
    route,
    status,
    durationMs: Math.round(durationMs * 10) / 10,
    tenant: caller?.tenant,
    actor: caller?.name,
    code,
  };
  if (status === 401) {
    signInFailures.inc({ code: code ?? 'other' });
    logger.warn({ ...facts, address }, 'sign-in failed');
  } else if (PROBES.has(route) && status !== null && status < 400) logger.debug(facts, 'request');
  else logger.info(facts, 'request');
};
