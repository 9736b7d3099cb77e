import type { CommandBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../../libs/access/principal.js';
import { RecordRefusals } from '../../../libs/application/record-refusals.js';
import type { ItemProblem } from '../../../libs/contract/usage/usage-event.js';
import { StrictJsonError } from '../../../libs/contract/json/strict-json.js';
import { BATCH_ROUTE } from '../http/read-body.js';
import { unreadable } from './read-usage-item.js';

const USAGE_ROUTE = '/v1/usage-events';

/**
 * Usage in a body that never becomes items: no JSON, no list, no CloudEvent. It is on record before it is refused, like
 * all other usage. What was never read (too large, too slow, another type) is not: nobody knows what it was.
 */
export const recordUnread = async (
  commands: CommandBus,
  principal: Principal,
  bytes: Uint8Array,
  problem: ItemProblem,
): Promise<void> => {
  const refusal = unreadable(bytes, problem, principal);
  await commands.execute(new RecordRefusals([refusal], 'http'));
};

/** Records what the parser of JSON refuses of it. */
export const unreadJson =
  (commands: CommandBus) =>
  async (request: FastifyRequest, body: Buffer, error: unknown): Promise<void> => {
    const { principal } = request;
    if (principal === undefined || !isUsage(request) || !(error instanceof StrictJsonError)) return;
    const { code, pointer, line, column, message } = error;
    const at = `line ${line}, column ${column}: ${message}`;
    await recordUnread(commands, principal, body, { code, pointer, message: at });
  };

const isUsage = ({ method, routeOptions: { url } }: FastifyRequest): boolean =>
  method === 'POST' && (url === USAGE_ROUTE || url === BATCH_ROUTE);
