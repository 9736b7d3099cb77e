import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { groupNames } from '../../../infra/kafka/topics.js';
import { generateUsage } from '../../../infra/reference-portfolio/generate-usage.js';
import { AGREEMENTS_WITH_USAGE } from '../../../infra/reference-portfolio/usage-profiles.js';
import { USAGE_EVENT_TYPE } from '../../../libs/contract/messages/cloud-event.js';
import type { UsageEvent } from '../../../libs/contract/usage/usage-event.js';
import { allTo } from '../../../libs/deliveries/focus/agreement-map.js';
import { readFocus } from '../../../libs/deliveries/focus/read-focus.js';
import { dedupeKey } from '../../../libs/ledger/format/entry.js';
import { partitionOf } from '../../../libs/ledger/format/shard.js';
import { shardKey } from '../../../libs/contract/messages/shard-key.js';
import type { OutgoingRecord } from '../../../libs/contract/messages/records.js';
import type { Messaging } from '../../../libs/host/messaging.js';
import type { System } from '../../../libs/host/system.js';
import { focusEvents } from '../../../libs/deliveries/import-focus.js';

/** A usage event as a CloudEvent in binary mode, as any producer of `usage.ingest` may send it. */
export const usageRecord = (
  tenant: string,
  { source, id, ...data }: UsageEvent,
): OutgoingRecord => ({
  key: shardKey(tenant, data.agreement),
  value: JSON.stringify(data),
  headers: {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_type: USAGE_EVENT_TYPE,
    ce_source: source,
    ce_id: id,
  },
});

const BATCH = 1_000;

export interface SendOptions {
  /** `YYYY-MM-DD`: the day that the reference deals count from. */
  readonly day: string;
  /** Rows of each agreement. */
  readonly rows: number;
  readonly signal: AbortSignal;
  readonly onSent: (agreement: string, sent: number) => void;
}

/** The year of synthetic usage of every deal, in order, but for what the ledger has already. */
export const sendUsage = async (
  system: System,
  { publisher, topics }: Messaging,
  { day, rows, signal, onSent }: SendOptions,
): Promise<void> => {
  const { tenant } = system.config;
  for (const agreement of AGREEMENTS_WITH_USAGE) {
    const file = Readable.from(generateUsage({ agreementId: agreement, today: day, rows }));
    const partition = partitionOf(shardKey(tenant, agreement), system.reader.shardCount);
    let sent = 0;
    const send = async (events: readonly UsageEvent[]): Promise<void> => {
      signal.throwIfAborted();
      const fresh = await notRecorded(system, events);
      if (fresh.length === 0) return;
      const records = fresh.map((event) => usageRecord(tenant, event));
      await publisher.publish(topics.usageIngest, partition, records);
      sent += fresh.length;
    };
    let batch: UsageEvent[] = [];
    for await (const event of focusEvents(readFocus(file), allTo(agreement))) {
      if (batch.push(event) < BATCH) continue;
      await send(batch);
      batch = [];
    }
    if (batch.length > 0) await send(batch);
    onSent(agreement, sent);
  }
};

const notRecorded = async (
  { pool, config }: System,
  events: readonly UsageEvent[],
): Promise<readonly UsageEvent[]> => {
  const keyOf = ({ source, id }: UsageEvent): string => dedupeKey(config.tenant, source, id);
  const { rows } = await pool.query<{ key: string }>(
    'SELECT dedupe_key AS key FROM ledger.ledger_event WHERE dedupe_key = ANY($1::text[])',
    [events.map(keyOf)],
  );
  const recorded = new Set(rows.map(({ key }) => key));
  return events.filter((event) => !recorded.has(keyOf(event)));
};

/** Waits until the intake has settled all that is in `usage.ingest` now. False: not within the time. */
export const takenIn = async (
  { admin, topics }: Messaging,
  prefix: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> => {
  const ends = await admin.endOffsets(topics.usageIngest);
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(100)) {
    signal.throwIfAborted();
    const settled = await admin.committedOffsets(groupNames(prefix).intake, topics.usageIngest);
    if (ends.every((end, partition) => (settled[partition] ?? 0) >= end)) return true;
  }
  return false;
};
