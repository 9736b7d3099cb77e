import { isDatabaseFault } from '../../libs/application/database-fault.js';
import type { Principal } from '../../libs/access/principal.js';
import type { LetterOrigin } from '../../libs/application/record-usage.js';
import type { ItemResult, UsageEvent } from '../../libs/contract/usage/usage-event.js';
import { isRetriedLetter, messageDigest } from '../../libs/contract/messages/dead-letter.js';
import { readUsageMessage } from '../../libs/contract/messages/usage-ingest.js';
import type { Logger } from '../../libs/host/logger.js';
import type { Metrics } from '../../libs/host/metrics.js';
import type { System } from '../../libs/host/system.js';
import type { Channel, Identified, Verdict } from './channel.js';
import { unrecordable } from './unrecordable.js';

interface UsageMessage extends Identified {
  readonly event: UsageEvent;
  readonly letter?: LetterOrigin;
}

/** `usage.ingest`: all events of a batch (per tenant) are handed to the ledger together. */
export const usageChannel = (
  { recorder, pool }: Pick<System, 'recorder' | 'pool'>,
  topics: { readonly usageIngest: string; readonly usageDeadLetters: string },
  logger: Logger,
  metrics?: Metrics,
): Channel<UsageMessage> => {
  const actor = `kafka:${topics.usageIngest}`;
  const verdictsOf = async (tenant: string, messages: readonly UsageMessage[]) => {
    const principal: Principal = { tenant, name: actor, role: 'poster' };
    const verdicts: Verdict[] = [];
    const events = messages.map(({ event }) => event);
    const letters = messages.flatMap(({ letter }) => letter ?? []);
    const options = letters.length === events.length ? { letters } : {};
    for (const result of await recorder.record(events, principal, 'kafka', options))
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
    countRefused: (count) => {
      if (count > 0) metrics?.usageItems.inc({ channel: 'kafka', outcome: 'refused' }, count);
    },
    take: (messages) => perTenant(messages, record),
  };
};

const toVerdict = (result: ItemResult): Verdict => {
  switch (result.outcome) {
    case 'recorded':
    case 'duplicate':
    case 'parked':
      return { kind: 'settled' };
    case 'refused': {
      const { source, id, problems } = result;
      const problem = problems[0]!;
      return { kind: 'refused', source: source!, id: id!, problem, onRecord: true };
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
  const groups = new Map<string, number[]>();
  for (const [at, { tenant }] of messages.entries()) {
    const places = groups.get(tenant);
    if (places === undefined) groups.set(tenant, [at]);
    else places.push(at);
  }
  const verdicts: Verdict[] = [];
  await Promise.all(
    [...groups].map(async ([tenant, places]) => {
      const mine = await work(
        tenant,
        places.map((at) => messages[at]!),
      );
      for (const [index, at] of places.entries()) verdicts[at] = mine[index]!;
    }),
  );
  return verdicts;
};
