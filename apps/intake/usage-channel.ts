import type { Principal } from '../../libs/application/principal.js';
import type { ItemResult, UsageEvent } from '../../libs/application/usage-event.js';
import { readUsageMessage } from '../../libs/messaging/contracts/usage-ingest.js';
import type { Metrics } from '../../libs/runtime/metrics.js';
import type { System } from '../standalone/system.js';
import type { Channel, Verdict } from './channel.js';

interface UsageMessage {
  readonly tenant: string;
  readonly event: UsageEvent;
}

/** `usage.ingest`: all events of a batch (per tenant) are handed to the ledger together. */
export const usageChannel = (
  { recorder, pool }: Pick<System, 'recorder' | 'pool'>,
  topics: { readonly usageIngest: string; readonly usageDeadLetters: string },
  metrics?: Metrics,
): Channel<UsageMessage> => {
  const record = async (tenant: string, events: readonly UsageEvent[]) => {
    const principal: Principal = { tenant, name: `kafka:${topics.usageIngest}`, role: 'poster' };
    try {
      return (await recorder.record(events, principal, 'kafka')).map(toVerdict);
    } catch (error) {
      if (isOfDatabase(error)) throw error;
      return recordAlone(events, async (event) => {
        const [result] = await recorder.record([event], principal, 'kafka');
        return toVerdict(result!);
      });
    }
  };
  /** One after the other: the one that always fails alone, while the database answers, is the one to blame. */
  const recordAlone = async (
    events: readonly UsageEvent[],
    one: (event: UsageEvent) => Promise<Verdict>,
  ): Promise<readonly Verdict[]> => {
    const verdicts: Verdict[] = [];
    for (const event of events) {
      const verdict = await one(event).catch(async (error: unknown) => {
        if (isOfDatabase(error)) throw error;
        await pool.query('SELECT 1');
        return unrecordable(event);
      });
      verdicts.push(verdict);
    }
    return verdicts;
  };
  return {
    topic: topics.usageIngest,
    deadLetters: topics.usageDeadLetters,
    slicesAhead: 1,
    read: readUsageMessage,
    countRefused: (count) => {
      if (count > 0) metrics?.usageItems.inc({ channel: 'kafka', outcome: 'refused' }, count);
    },
    take: (messages) =>
      perTenant(messages, (tenant, mine) =>
        record(
          tenant,
          mine.map(({ event }) => event),
        ),
      ),
  };
};

/** The database's own errors and the network's have codes; only bad data (class 22) is the message's fault. */
const isOfDatabase = (error: unknown): boolean => {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && !code.startsWith('22');
};

const unrecordable = ({ source, id }: UsageEvent): Verdict => ({
  kind: 'refused',
  source,
  id,
  problem: { code: 'unrecordable', pointer: '', message: 'the ledger fails on it' },
  onRecord: false,
});

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
