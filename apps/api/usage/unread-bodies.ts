import type { CommandBus } from '@nestjs/cqrs';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { RecordRefusals } from '../../../libs/application/record-refusals.js';
import type { ItemProblem } from '../../../libs/contract/usage/usage-event.js';
import { StrictJsonError } from '../../../libs/contract/json/strict-json.js';
import { Problem } from '../../../libs/contract/problem.js';
import { BATCH_ROUTE } from '../http/read-body.js';
import { fromHeaders } from './binary-cloud-event.js';
import { unreadable } from './read-usage-item.js';

const USAGE_ROUTE = '/v1/usage-events';

/**
 * Usage in a body that never becomes items: no JSON, no list, no CloudEvent. It is on record before it is refused, like
 * all other usage. What was never read (too large, too slow, another type) is not: nobody knows what it was.
 */
export const unreadBodies = (commands: CommandBus) => {
  const refuse = async (
    { principal }: FastifyRequest,
    bytes: Uint8Array,
    problem: ItemProblem,
  ): Promise<void> => {
    if (principal === undefined) return;
    const refusal = unreadable(bytes, problem, principal);
    await commands.execute(new RecordRefusals([refusal], 'http'));
  };
  return {
    /** Of what the parser of JSON refuses. */
    async tell(request: FastifyRequest, body: Buffer, error: unknown): Promise<void> {
      if (!isUsage(request) || !(error instanceof StrictJsonError)) return;
      const { code, pointer, line, column, message } = error;
      const at = `line ${line}, column ${column}: ${message}`;
      await refuse(request, body, { code, pointer, message: at });
    },
    /** Of JSON that is not what its route takes: the route says so. */
    watch(server: FastifyInstance): void {
      server.addHook('preHandler', async (request) => {
        if (!isUsage(request) || request.body instanceof Readable) return;
        const problem = problemOf(request);
        if (problem !== null)
          await refuse(request, Buffer.from(JSON.stringify(request.body) ?? ''), problem);
      });
    },
  };
};

const isUsage = ({ method, routeOptions: { url } }: FastifyRequest): boolean =>
  method === 'POST' && (url === USAGE_ROUTE || url === BATCH_ROUTE);

const problemOf = ({ body, headers, routeOptions }: FastifyRequest): ItemProblem | null => {
  if (routeOptions.url === BATCH_ROUTE)
    return Array.isArray(body)
      ? null
      : { code: 'not-a-list', pointer: '', message: 'must be a JSON array' };
  try {
    fromHeaders(headers as Readonly<Record<string, string | undefined>>, body);
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { code: error.code, pointer: '', message: error.detail };
  }
};
