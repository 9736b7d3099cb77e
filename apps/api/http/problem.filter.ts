import {
  Catch,
  HttpException,
  Inject,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { traceParentOf } from '../../../libs/contract/trace-parent.js';
import { StrictJsonError } from '../../../libs/contract/json/strict-json.js';
import { QueryRefused } from '../../../libs/projections/asking/question.js';
import { SuppositionRefused } from '../../../libs/projections/scenario/suppositions.js';
import { rejectionProblem } from './refusal-status.js';
import { RampDoesNotFit } from '../../../libs/contract/commitments/to-terms.js';
import {
  isDatabaseAway,
  isDatabaseDenying,
  isDatabaseSlow,
  WRITE_TROUBLES,
  writeTroubleOf,
} from '../../../libs/application/database-fault.js';
import { DatabaseHealth } from '../../../libs/application/database-health.js';
import { DeskRefusal } from '../../../libs/application/desk-refusal.js';
import { deskProblem } from '../usage/desk-problems.js';
import type { Logger } from '../../../libs/host/logger.js';
import { LOGGER } from '../../../libs/host/tokens.js';
import { RequestCutOff } from '../usage/ndjson.js';
import { invalid, noSuchPath, Problem, retryLater } from '../../../libs/contract/problem.js';

/** Fastify's own refusals, in our codes. Their texts may quote the request, so they are not passed on. */
type CodeAndDetail = readonly [code: string, detail: string];
const MALFORMED: CodeAndDetail = ['request-malformed', 'the request cannot be read'];
const OF_STATUS: Readonly<Record<number, CodeAndDetail>> = {
  408: ['request-timeout', 'the request did not arrive in time'],
  413: ['body-too-large', 'the body is larger than this route takes'],
  414: ['uri-too-long', 'the path is too long'],
  415: ['content-type-unsupported', 'this route does not take a body of this type'],
  431: ['headers-too-large', 'the headers are too large'],
};

/**
 * What reading the body of a client that went away ends with. It is known by being that very error: its code is ECONNRESET,
 * as when a database goes away.
 */
const hungUp = (error: unknown, { raw }: FastifyRequest): boolean =>
  error instanceof RequestCutOff ||
  (error !== null && error !== undefined && error === raw.errored);

/** The one place where errors become answers. Faults are logged and answered without a word of what went wrong. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly health: DatabaseHealth,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const problem = this.problemOf(error, request);
    request.problemCode = problem.code;
    if (reply.sent || reply.raw.headersSent) return;
    for (const [name, value] of Object.entries(problem.options.headers ?? {}))
      void reply.header(name, value);
    // What is left of a body that was not read would be taken for the next request.
    if (problem.status === 413) void reply.header('connection', 'close');
    void reply
      .status(problem.status)
      .header('content-type', 'application/problem+json')
      // As bytes: to a text Fastify would add a charset, which the type does not have.
      .send(Buffer.from(problem.text(request.id)));
  }

  private problemOf(error: unknown, request: FastifyRequest): Problem {
    if (error instanceof Problem) return error;
    if (hungUp(error, request)) {
      this.logger.debug(placeOf(request), 'the client went away');
      return new Problem(400, 'request-cut-off', 'the request ended before its body did');
    }
    if (error instanceof StrictJsonError) {
      const { code, pointer, line, column, message } = error;
      return new Problem(400, code, message, {
        errors: [{ code, pointer, line, column, message }],
      });
    }
    if (error instanceof QueryRefused) return queryProblem(error);
    if (error instanceof SuppositionRefused)
      return rejectionProblem({
        ...error.rejection,
        facts: { ...error.rejection.facts, pointer: error.pointer },
      });
    if (error instanceof DeskRefusal) return deskProblem(error);
    if (error instanceof RampDoesNotFit)
      return invalid([
        { code: 'ramp-does-not-fit', pointer: error.pointer, message: error.message },
      ]);
    if (error instanceof HttpException) {
      const status = error.getStatus();
      const [code, detail] = OF_STATUS[status] ?? MALFORMED;
      // 403 is of the documentation's files, for a path that leads out of them: it is none that there is.
      return status === 404 || status === 403 ? noSuchPath() : new Problem(status, code, detail);
    }
    if (isDatabaseSlow(error)) {
      this.logger.warn({ error: String(error), ...placeOf(request) }, 'slow database');
      return retryLater(
        'database-slow',
        'the database took too long: ask for less, or send the same again later',
        30,
      );
    }
    const trouble = writeTroubleOf(error);
    if (trouble !== null) {
      // It is said once a minute, with what to do: here would be a line for every request.
      this.health.failed(error);
      this.logger.debug({ error: String(error), ...placeOf(request) }, trouble);
      return retryLater(trouble, WRITE_TROUBLES[trouble].said, 10);
    }
    if (isDatabaseDenying(error)) {
      this.logger.error(
        { error: String(error), ...placeOf(request) },
        'the database refuses this process: commitment-ledger doctor says why',
      );
      return retryLater(
        'database-denied',
        'the database refuses this server: send the same again when its operator has looked at it',
        30,
      );
    }
    if (isDatabaseAway(error)) {
      this.logger.warn({ error: String(error), ...placeOf(request) }, 'no database');
      return retryLater('database-away', 'the database does not answer: send the same again', 2);
    }
    this.logger.error({ err: error, ...placeOf(request) }, 'request failed');
    return new Problem(500, 'internal', 'something went wrong here; it was logged');
  }
}

/** By what the line of the request is found. */
const placeOf = ({ id, method, headers, routeOptions }: FastifyRequest): object => ({
  requestId: id,
  traceId: traceParentOf(headers['traceparent'] as string | undefined)?.traceId,
  method,
  route: routeOptions?.url,
});

const queryProblem = ({ code, message }: QueryRefused): Problem => {
  switch (code) {
    case 'view-not-ready':
    case 'view-stopped':
      return retryLater(code, message, 2);
    case 'view-behind':
      return new Problem(504, code, message, { headers: { 'retry-after': '2' } });
    case 'cursor-malformed':
      return new Problem(400, code, message);
    default:
      return new Problem(422, code, message);
  }
};
