import { isDatabaseFault } from '../../libs/application/database-fault.js';
import type { Principal } from '../../libs/access/principal.js';
import { RecordUsage, type EventItem } from '../../libs/application/record-usage.js';
import type { ItemProblem, ItemResult } from '../../libs/contract/usage/usage-event.js';
import { isRetriedLetter, messageDigest } from '../../libs/contract/messages/dead-letter.js';
import { readUsageMessage } from '../../libs/contract/messages/usage-ingest.js';
import type { Logger } from '../../libs/host/logger.js';
import type { System } from '../../libs/host/system.js';
import type { Channel, Identified, Verdict } from './channel.js';
import { unrecordable } from './unrecordable.js';
import { present } from '../../libs/domain/present.js';

type UsageMessage = Identified & EventItem;

/** `usage.ingest`: all events of a batch (per tenant) are handed to the ledger together. */
export const usageChannel = (
  { commands, pool }: Pick<System, 'commands' | 'pool'>,
  topics: { readonly usageIngest: string; readonly usageDeadLetters: string },
  logger: Logger,
): Channel<UsageMessage> => {
  const actor = `kafka:${topics.usageIngest}`;
  const verdictsOf = async (tenant: string, messages: readonly UsageMessage[]) => {
    const principal: Principal = { tenant, name: actor, role: 'poster' };
    const verdicts: Verdict[] = [];
    for (const result of await commands.execute(new RecordUsage(messages, principal, 'kafka')))
      verdicts.push(
        result.outcome === 'retry' && result.reason === 'unrecordable'
          ? await unrecordable(pool, result)
          : toVerdict(result),
      );
    return verdicts;
  };
  /** Parking or refusing one of them may fail too, and that must not hold up the others. */
  const record = async (
    tenant: string,
    messages: readonly UsageMessage[],
  ): Promise<readonly Verdict[]> => {
    try {
      return await verdictsOf(tenant, messages);
    } catch (error) {
      if (isDatabaseFault(error)) throw error;
      const [message, ...others] = messages;
      if (message !== undefined && others.length === 0) {
        const { source, id } = message.event;
        logger.error({ err: error, source, id }, 'a usage event cannot be parked or refused');
        return [await unrecordable(pool, message.event)];
      }
    }
    const verdicts: Verdict[] = [];
    for (const message of messages) verdicts.push(...(await record(tenant, [message])));
    return verdicts;
  };
  return {
    topic: topics.usageIngest,
    deadLetters: topics.usageDeadLetters,
    slicesAhead: 1,
    refusedAs: 'kafka',
    read: (record, place) => {
      const message = readUsageMessage(record, place);
      if ('problems' in message) return message;
      const { tenant, event, isMisrouted = false } = message;
      const letter = { digest: () => messageDigest(record), isRetry: isRetriedLetter(record) };
      return { tenant, event, letter, isMisrouted };
    },
    take: (messages) => perTenant(messages, record),
  };
};

const NO_PROBLEM: ItemProblem = { code: 'refused', pointer: '', message: '' };

const toVerdict = (result: ItemResult): Verdict => {
  switch (result.outcome) {
    case 'recorded':
    case 'duplicate':
    case 'parked':
      return { kind: 'settled' };
    case 'refused': {
      const { source, id, problems } = result;
      const [problem = NO_PROBLEM] = problems;
      return { kind: 'refused', source, id, problem, onRecord: true };
    }
    case 'retry':
      return { kind: 'retry', reason: result.reason };
  }
};

/** Works on the messages of each tenant together; one verdict each, in the order given. */
const perTenant = async (
  messages: readonly UsageMessage[],
  work: (tenant: string, mine: readonly UsageMessage[]) => Promise<readonly Verdict[]>,
): Promise<readonly Verdict[]> => {
  const groups = new Map<string, { readonly at: number; readonly message: UsageMessage }[]>();
  for (const [at, message] of messages.entries()) {
    const mine = groups.get(message.tenant);
    if (mine === undefined) groups.set(message.tenant, [{ at, message }]);
    else mine.push({ at, message });
  }
  const verdicts: Verdict[] = [];
  await Promise.all(
    [...groups].map(async ([tenant, mine]) => {
      const found = await work(
        tenant,
        mine.map(({ message }) => message),
      );
      for (const [index, { at }] of mine.entries())
        verdicts[at] = present(found[index], 'verdict on a message');
    }),
  );
  return verdicts;
};
